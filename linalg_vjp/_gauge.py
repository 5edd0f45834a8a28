"""Gauge: outputs that are defined up to a phase or a rotation, and differences that vanish at ties.

A pair counts as tied, and a value as zero, when it is so to the rounding of the factorization. There
a loss that ignores the gauge has a coefficient of zero, and 0/0 is replaced by 0.
"""

from collections.abc import Sequence

from ._matrix import adjoint
from ._namespace import Array, Namespace

__all__ = ["GaugeError", "check_gauge", "extra_cotangent", "extra_tangent", "reciprocal", "rounding"]


class GaugeError(ValueError):
    """A cotangent has a part along the gauge: the loss depends on an arbitrary choice."""


def rounding(w: Array, xp: Namespace) -> Array:
    """How far sorted eigenvalues or singular values `w` of shape (..., n) are blurred, as (..., 1)."""
    n = w.shape[-1]
    end = min(n, 1)  # of an empty w there is no first and no last
    size = xp.abs(w[..., :end]) + xp.abs(w[..., n - end :])
    return (5 * n * xp.finfo(w.dtype).eps) * size


def reciprocal(x: Array, tol: Array, xp: Namespace) -> Array:
    """1/x, and 0 where |x| <= tol; safe to differentiate again."""
    return 1 / xp.where(xp.abs(x) <= tol, float("inf"), x)


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
    size = max(_largest(part, xp) for part in parts)
    scale = max(_largest(bar, xp) for bar in bars if bar is not None)
    tol = float(xp.finfo(parts[0].dtype).eps) ** 0.5
    if size > tol * scale:
        raise GaugeError(
            f"{rule}: the cotangent of {names} has a part of size {size:.3g} along the gauge (its "
            f"largest entry is {scale:.3g}, the tolerance {tol:.1g} of that). The loss depends on a "
            f"phase, sign or rotation that the factorization leaves open, so it has no gradient. "
            f'Make the loss invariant, or pass gauge="project" to drop that part.'
        )


def _largest(x: Array, xp: Namespace) -> float:
    return float(xp.max(xp.abs(x))) if 0 not in x.shape else 0.0
