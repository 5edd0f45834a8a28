"""Gauge: outputs that are defined up to a phase or a rotation, and differences that vanish at ties.

A pullback divides coefficients of the cotangents by differences of values. Where two values are tied, to the
rounding of the factorization, the quotient is taken as 0: the coefficient of a loss that ignores the gauge is
rounding there, and a part along the gauge is to be dropped.

Two refinements make this right for more losses. A coefficient that is rounding of its columns is dropped
where values are merely close, too. And one that is more than that counts, even at a tie, in columns that are
tiny beside the others: of U f(S) Vh the cotangents of a tiny value are tiny, and hold all digits.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ._matrix import adjoint
from ._namespaces import Array, Namespace

__all__ = [
    "TIED",
    "Columns",
    "GaugeError",
    "check_gauge",
    "columns",
    "extra_cotangent",
    "extra_tangent",
    "gaps",
    "reciprocals",
    "sums",
    "vanishing",
]


# Exact ties of matrices of up to 1000 rows were seen to split by up to 40 eps of the largest value, and exact
# zeros to come as up to 8.5 eps, from the LAPACKs of NumPy, PyTorch and JAX, in single and double precision.
TIED, ZERO = 64, 16
# A coefficient of up to so many eps of its columns is rounding; it counts as such where values are within
# sqrt(eps) of the largest.
ROUNDING = 64
# A column is tiny below so many eps of the largest one. Those of U f(S) Vh are, where s is zero to rounding.
TINY = 2.0**16


class GaugeError(ValueError):
    """A cotangent has a part along the gauge: the loss depends on an arbitrary choice."""


class Columns(NamedTuple):
    """What the cotangents of the vectors tell, for each value: arrays of shape (..., k)."""

    share: Array  # of the tolerance for ties that the value gets: 1, and less for a tiny column
    rounding: Array  # the size of a coefficient that is none


def columns(
    bars: Sequence[Array | None], values_bar: Array | None, largest: Array, k: int, xp: Namespace
) -> tuple[Columns, Columns]:
    """For the first k columns of cotangents; the second one counts the columns after those as part of each.

    The cotangent of the values says what is tiny, too: times the largest value, of shape (..., 1), it is
    comparable.
    """
    sizes = [xp.max(xp.abs(bar), axis=-2) for bar in bars if bar is not None]
    within = functools.reduce(xp.maximum, [size[..., :k] for size in sizes])
    extra = [xp.max(size[..., k:], axis=-1, keepdims=True) for size in sizes if size.shape[-1] > k]
    most = functools.reduce(xp.maximum, extra, within)
    top = xp.max(most, axis=-1, keepdims=True)
    if values_bar is not None:
        top = xp.maximum(top, xp.max(xp.abs(values_bar), axis=-1, keepdims=True) * largest)
    eps = _eps(top.dtype, xp)
    top = xp.where(top == 0, 1.0, top) * (TINY * eps)

    def of(size: Array) -> Columns:
        return Columns(xp.clip(size / top, 0.0, 1.0), size * (ROUNDING * eps))

    pairs = of(within)
    return pairs, of(most) if extra else pairs


@functools.cache
def _eps(dtype: Any, xp: Namespace) -> float:
    return float(xp.finfo(dtype).eps)


def vanishing(
    x: Array,
    largest: Array,
    times: float,
    gauge: str,
    xp: Namespace,
    of: Columns | None,
    coefficients: Array | None,
) -> Array:
    """The differences or sums x_ij of values, inf where they vanish: to `divide` by it gives 0.

    They vanish at so many eps of the largest value, of shape (..., 1); with gauge="keep" where they are zero.
    A pullback says of which columns the coefficients are that it will divide.
    """
    limit = largest * (0.0 if gauge == "keep" else times * _eps(x.dtype, xp))
    size = xp.abs(x)
    if of is None or gauge == "keep":
        return xp.where(size <= limit[..., None], math.inf, x)
    mine, coefficients = limit * of.share, xp.abs(coefficients)
    tied = (size <= mine[..., None, :]) | (size <= mine[..., :, None])
    rounding = (coefficients <= of.rounding[..., None, :]) | (coefficients <= of.rounding[..., :, None])
    close = size <= (largest * _close(x, xp))[..., None]
    return xp.where(tied | (rounding & close), math.inf, x)


def gaps(
    S: Array, gauge: str, xp: Namespace, of: Columns | None = None, coefficients: Array | None = None
) -> Array:
    """s_j - s_i of singular values, inf at ties."""
    return vanishing(S[..., None, :] - S[..., :, None], _first(S), TIED, gauge, xp, of, coefficients)


def sums(
    S: Array, gauge: str, xp: Namespace, of: Columns | None = None, coefficients: Array | None = None
) -> Array:
    """s_j + s_i of singular values, inf where both are zero."""
    return vanishing(S[..., None, :] + S[..., :, None], _first(S), 2 * ZERO, gauge, xp, of, coefficients)


def reciprocals(
    S: Array, gauge: str, xp: Namespace, of: Columns | None = None, vectors: Array | None = None
) -> Array:
    """1 / s_i of singular values, zero where s_i is; `vectors` are what it will be multiplied with."""
    limit = _first(S) * (0.0 if gauge == "keep" else ZERO * _eps(S.dtype, xp))
    if of is None or gauge == "keep":
        return 1 / xp.where(limit >= S, math.inf, S)
    rounding = xp.max(xp.abs(vectors), axis=-2) <= of.rounding
    close = _first(S) * _close(S, xp) >= S
    return 1 / xp.where((limit * of.share >= S) | (rounding & close), math.inf, S)


def _close(x: Array, xp: Namespace) -> float:
    return math.sqrt(_eps(x.dtype, xp))


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
