"""The p-norm of a vector and its slope, also where powers of the entries leave the range of the floats."""

import math
from typing import Any

from ._matrix import divide, largest, plain_norm, row_sum, safe_range, shortcut
from ._namespaces import Array, Namespace

__all__ = ["norm", "slope"]


def norm(x: Array, p: float, axis: Any, xp: Namespace) -> Array:
    """(sum of |x_i|^p)^(1/p) over `axis`; the axes stay, with size one."""
    if math.isinf(p) and 0 in [x.shape[i] for i in axis]:
        raise ValueError(
            f"vector_norm: x has shape {tuple(x.shape)}; ord={p} needs at least one entry, because an "
            f"empty vector has no largest or smallest entry"
        )
    N = plain_norm(x, p, axis, xp)
    if p in (0, 1) or math.isinf(p) or 0 in x.shape:
        return N

    def plain(x: Array, N: Array) -> Array:
        return N

    def scaled(x: Array, N: Array) -> Array:
        a = xp.abs(x)
        M = _extreme(a, p, axis, xp)
        some = xp.where((M == 0) | xp.isinf(M), 1.0, M)
        if p > 0:
            return some * plain_norm(a / some, p, axis, xp)
        y = some / xp.where(a == 0, 1.0, a)  # at most one
        return xp.where(M == 0, 0.0, some / plain_norm(y, -p, axis, xp))

    return shortcut(_safe(N, p, xp), plain, scaled, x, N, xp=xp)


def slope(x: Array, N: Array, p: float, axis: Any, xp: Namespace) -> Array:
    """g_i = (|x_i| / N)^(p - 1) x_i / |x_i|, with 0 for 0/0; the axes of N have stayed, with size one."""
    if p == 0 or 0 in x.shape:
        return xp.zeros_like(x)
    if p != 1 and not math.isinf(p):
        if p < 2:
            return _scaled_slope(x, p, axis, xp)

        def quick(x: Array, N: Array) -> Array:
            y = divide(x, N, xp)
            return y if p == 2 else y * (xp.abs(y) if p == 3 else xp.abs(y) ** (p - 2))

        def exact(x: Array, N: Array) -> Array:
            return _scaled_slope(x, p, axis, xp)

        return shortcut(_safe(N, p, xp), quick, exact, x, N, xp=xp)
    a = xp.abs(x)
    direction = x / xp.where(a == 0, 1.0, a)
    if p == 1:
        return direction
    hit = xp.astype(a == _extreme(a, p, axis, xp), a.dtype)
    return direction * (hit / row_sum(hit, axis, xp))


def _safe(N: Array, p: float, xp: Namespace) -> Array:
    """Whether powers of the entries stay in the range of the floats, and powers of N are not far from one.

    A root N = s^(1 / p) has an error of eps log(s), except for the square root.
    """
    least, most = safe_range(N.dtype, xp)
    if p != 2:
        least, most = max(least, 2.0**-64), min(most, 2.0**64)
    if abs(p) < 1:  # the powers are in range, but the norm may not be
        return xp.all((N > 0) & (math.inf > N))
    return xp.all((least ** (1 / abs(p)) < N) & (most ** (1 / abs(p)) > N))


def _scaled_slope(x: Array, p: float, axis: Any, xp: Namespace) -> Array:
    """g = s^(1 / p - 1) y^(p - 1) x / |x|, y = |x| / M, s = sum of y^p, M the extreme |x_i|.

    Divided by M, nothing overflows, even if N does.
    """
    a = xp.abs(x)
    M = _extreme(a, p, axis, xp)
    nonzero = xp.where(M == 0, 1.0, M)
    if p == 2 or p >= 3:  # y^(p - 1) x / |x| is y^(p - 2) x / M, which divides by no entry
        y = a / nonzero
        q = 1.0 if p == 2 else y if p == 3 else y ** (p - 2)
        g, powers = divide(x, nonzero, xp) * q, y * y * q
    else:
        zero = (a == 0) | (M == 0)
        a = xp.where(zero, 1.0, a)
        y = a / nonzero if p > 0 else nonzero / a  # at most one
        if p > 0:  # y may underflow where its power does not
            half = (p - 1) / 2
            q = (a**half / nonzero**half) ** 2
        else:
            q = y ** abs(p - 1)
        g, powers = x / a * xp.where(zero, 0.0, q), xp.where(zero, 0.0, y ** abs(p))
    return g * xp.where(M == 0, 1.0, row_sum(powers, axis, xp)) ** (1 / p - 1)


def _extreme(a: Array, p: float, axis: Any, xp: Namespace) -> Array:
    return largest(a, axis, xp) if p > 0 else xp.min(a, axis=axis, keepdims=True)
