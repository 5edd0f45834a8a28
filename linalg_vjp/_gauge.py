"""Gauge: outputs that are defined up to a phase or a rotation, and differences that vanish at ties.

A pair counts as tied, and a value as zero, when it is so to the rounding of the factorization. There a
loss that ignores the gauge has a coefficient of zero, and 0/0 is replaced by 0.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

from ._matrix import adjoint
from ._namespaces import Array, Namespace

__all__ = [
    "TIED",
    "ZERO",
    "GaugeError",
    "check_gauge",
    "divisor",
    "extra_cotangent",
    "extra_tangent",
    "gaps",
    "reciprocals",
    "sums",
]


# Exact ties of matrices of up to 200 rows were seen to split by up to 23 eps of the largest value, and exact
# zeros to come as up to 7 eps. What is known of vectors of values closer than that is little: a thirtieth.
TIED, ZERO = 32, 8


class GaugeError(ValueError):
    """A cotangent has a part along the gauge: the loss depends on an arbitrary choice."""


@functools.cache
def _eps(dtype: Any, xp: Namespace) -> float:
    return float(xp.finfo(dtype).eps)


def divisor(x: Array, largest: Array, times: int, xp: Namespace) -> Array:
    """x, and inf where |x| is at most so many times eps of the largest value: to `divide` by it gives 0."""
    tol = times * _eps(x.dtype, xp) * largest
    return xp.where(xp.abs(x) <= tol, math.inf, x)


def gaps(S: Array, xp: Namespace) -> Array:
    """s_j - s_i of singular values, inf at ties."""
    return divisor(S[..., None, :] - S[..., :, None], _first(S)[..., None], TIED, xp)


def sums(S: Array, xp: Namespace) -> Array:
    """s_j + s_i of singular values, inf where both are zero."""
    return divisor(S[..., None, :] + S[..., :, None], _first(S)[..., None], ZERO, xp)


def reciprocals(S: Array, xp: Namespace) -> Array:
    """1 / s_i of singular values, zero where s_i is."""
    return 1 / divisor(S, _first(S), ZERO, xp)


def _first(S: Array) -> Array:
    return S[..., : min(S.shape[-1], 1)]  # the largest, if there is one


def extra_tangent(Q: Array, Q_dot: Array, Q0: Array, xp: Namespace) -> Array:
    """The tangent of [Q, Q0]: the extra columns Q0 move only as far as they must, to stay orthogonal to Q."""
    if Q0.shape[-1] == 0:
        return Q_dot
    return xp.concat([Q_dot, -Q @ (adjoint(Q_dot, xp) @ Q0)], axis=-1)


def extra_cotangent(Q: Array, Q_bar: Array, Q0: Array, Q0_bar: Array, xp: Namespace) -> Array:
    """The cotangent of Q alone, with what the extra columns Q0 pass on: the adjoint of `extra_tangent`."""
    if Q0_bar.shape[-1] == 0:
        return Q_bar
    return Q_bar - Q0 @ (adjoint(Q0_bar, xp) @ Q)


def check_gauge(
    rule: str, names: str, parts: Sequence[Array], bars: Sequence[Array | None], xp: Namespace
) -> None:
    """Raise GaugeError when `parts`, the share of the cotangents along the gauge, are more than rounding."""
    scale = functools.reduce(xp.maximum, (_largest(bar, xp) for bar in bars if bar is not None))
    size = functools.reduce(xp.maximum, (_largest(part, xp) for part in parts))
    tol = _eps(size.dtype, xp) ** 0.5
    if not xp.all(size <= tol * scale):
        raise GaugeError(
            f"{rule}: the cotangent of {names} has a part along the gauge, of up to {_shown(size, xp):.3g} "
            f"(its largest entry is {_shown(scale, xp):.3g}, the tolerance {tol:.1g} of that). "
            f"The loss depends on a phase, sign or rotation that the factorization leaves open (values "
            f"within {TIED} eps of the largest count as tied, those below {ZERO} eps as zero), so it has no "
            f'gradient. Make the loss invariant, or pass gauge="project" to drop that part.'
        )


def _largest(x: Array, xp: Namespace) -> Array:
    """The largest entry of each matrix, 0 of an empty one."""
    if 0 in x.shape[-2:]:
        return xp.sum(xp.abs(x), axis=(-2, -1))
    return xp.max(xp.abs(x), axis=(-2, -1))


def _shown(x: Array, xp: Namespace) -> float:
    return float(xp.max(x))
