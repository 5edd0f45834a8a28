"""Divided differences of functions of eigenvalues that are linear on either side of a cut.

For two eigenvalues on the same side of the cut, the difference is the slope there. For two on different
sides, it is the quotient. So it is exact at ties on one side. A tie across the cut has no derivative: there
the level of the cut is NaN, and so is the derivative of that matrix.
"""

from collections.abc import Callable
from typing import NamedTuple

from ._gaps import TIED, eps_of
from ._namespaces import Array, Namespace

__all__ = [
    "Pieces",
    "above",
    "beyond",
    "differences",
    "first",
    "level_between",
    "level_of",
    "outside",
    "second",
    "sign",
    "tied",
]


class Pieces(NamedTuple):
    """For each number x: the side of the cut that it is on, f(x) and f'(x)."""

    side: Array
    value: Array
    slope: Array


Function = Callable[[Array], Pieces]


def tied(kept: Array, dropped: Array, largest: Array, xp: Namespace) -> Array:
    """Whether the last kept number and the first dropped number are equal to rounding."""
    return kept - dropped <= largest * (TIED * eps_of(kept.dtype, xp))


def level_between(kept: Array, dropped: Array, largest: Array, xp: Namespace) -> Array:
    """Halfway between the last kept number and the first dropped number; NaN where they are tied."""
    return xp.where(tied(kept, dropped, largest, xp), float("nan"), (kept + dropped) * 0.5)


def level_of(x: Array, kept: Array, xp: Namespace, least: float | None = None) -> Array:
    """The level between the numbers x that are kept, as `kept` tells, and all others; NaN for a tie.

    `least` is dropped as well. If all or none are kept, the level lies beyond all of them.
    """
    largest = xp.max(xp.abs(x), axis=-1, keepdims=True)
    beyond = 2 * largest + 1
    low = xp.min(xp.where(kept, x, beyond), axis=-1, keepdims=True)
    high = xp.max(xp.where(kept, -beyond, x), axis=-1, keepdims=True)
    if least is not None:
        high = xp.where(high < least, least, high)
    return level_between(low, high, largest, xp)


def above(x: Array, level: Array, value: Array, slope: float, xp: Namespace) -> Pieces:
    """f(x) is `value`, with this slope, for x above the level, and 0 elsewhere."""
    kept, zero = x > level, x * 0 + level * 0
    return Pieces(xp.astype(kept, x.dtype), xp.where(kept, value + zero, zero), xp.where(kept, slope, zero))


def beyond(x: Array, level: Array, less: float | Array, xp: Namespace) -> Pieces:
    """f(x) is x - less above the level, x + less below its negative, and 0 between; f is odd."""
    zero, side = x * 0 + level * 0, _side(x, level, xp)
    return Pieces(side, xp.where(side == 0, zero, x - side * less), xp.where(side == 0, zero, 1.0))


def sign(x: Array, level: Array, xp: Namespace) -> Pieces:
    """f(x) is 1 above the level, -1 below its negative, and 0 between; f is odd."""
    side = _side(x, level, xp)
    return Pieces(side, side, side * 0)


def outside(x: Array, level: Array, xp: Namespace) -> Pieces:
    """f(x) is 1 where the modulus of x is above the level, and 0 elsewhere; f is even."""
    side = xp.astype(xp.abs(x) > level, x.dtype)
    zero = side * 0 + level * 0
    return Pieces(side, side + zero, zero)


def _side(x: Array, level: Array, xp: Namespace) -> Array:
    """1 above the level, -1 below its negative, and 0 between."""
    return xp.astype(x > level, x.dtype) - xp.astype(x < -level, x.dtype)


def first(f: Function, a: Array, b: Array, xp: Namespace) -> Array:
    """f[a_i, b_j] for all pairs, of shape (..., len(a), len(b))."""
    F, G = f(a), f(b)
    same = F.side[..., :, None] == G.side[..., None, :]
    gap = xp.where(same, 1.0, a[..., :, None] - b[..., None, :])
    change = F.value[..., :, None] - G.value[..., None, :]
    return xp.where(same, F.slope[..., :, None], change / gap)


def second(f: Function, w: Array, xp: Namespace) -> Array:
    """f[w_i, w_k, w_j] for all triples (i, k, j), of shape (..., n, n, n)."""
    D, side, gaps = first(f, w, w, xp), f(w).side, w[..., :, None] - w[..., None, :]
    s_i, s_k, s_j = side[..., :, None, None], side[..., None, :, None], side[..., None, None, :]
    D_ik, D_kj, D_ij = D[..., :, :, None], D[..., None, :, :], D[..., :, None, :]
    # The outer division is by a gap across the cut: w_i - w_j if these are on two sides, else w_i - w_k.
    outer, inner = s_i != s_j, s_i != s_k
    gap = xp.where(outer, gaps[..., :, None, :], xp.where(inner, gaps[..., :, :, None], 1.0))
    change = xp.where(outer, D_ik - D_kj, D_ij - D_kj)
    return xp.where(outer | inner, change / gap, 0.0)


def differences(
    of: Callable[[Array, Namespace], Function],
) -> tuple[Callable[..., Array], Callable[..., Array]]:
    """First and second differences for `_dilation`; ``of(S, xp)`` is the function for singular values S."""

    def firsts(a: Array, b: Array, S: Array, xp: Namespace) -> Array:
        return first(of(S, xp), a, b, xp)

    def seconds(w: Array, S: Array, xp: Namespace) -> Array:
        return second(of(S, xp), w, xp)

    return firsts, seconds
