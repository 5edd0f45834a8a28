"""The exponential of a matrix, and its derivative from the factors of the forward pass.

A Taylor polynomial of A / 2^s is squared s times. rules/expm.md writes it out.
"""

import math
from typing import Any

from ._backends import primitives
from ._matrix import choose, eye, peek
from ._namespaces import Array, Namespace, device

__all__ = ["exponential", "exponential_along", "exponential_factors"]

# The five matrices that are multiplied, by their coefficients of I, X, X^2, X^3 and X^6.
B1 = (0.0, -1.00365581030144618291e-01, -8.02924648241156932449e-03, -8.92138498045729985177e-04, 0.0)
B2 = (
    0.0,
    3.97849749499645077844e-01,
    1.36783778460411720168e00,
    4.98289622525382669416e-01,
    -6.37898194594723280150e-04,
)
B3 = (
    -1.09676396052962061844e01,
    1.68015813878906206114e00,
    5.71779846478865511061e-02,
    -6.98210122488052056106e-03,
    3.34975017086070470649e-05,
)
B4 = (
    -9.04316832390810593223e-02,
    -6.76404519071381882256e-02,
    6.75961301770459654925e-02,
    2.95552570429315521194e-02,
    -1.39180257516060693404e-05,
)
B5 = (0.0, 0.0, -9.23364619367118555360e-02, -1.69364939002081722752e-02, -1.40086798182036094347e-05)
# Up to this norm the polynomial is exact to rounding, in double and in single precision.
LARGEST = {64: 1.09, 32: 3.01}
MOST = 20  # squarings, where their number must be known in advance


def exponential(A: Array, xp: Namespace) -> tuple[Array, list[Array]]:
    """Y = exp(A), and the matrices that make up the polynomial."""
    if A.shape[-1] == 0:
        return 1.0 * A, [A] * 8
    norm, limits = _squarings(A, xp)
    factors = _polynomial(_scaled(A, norm, limits, xp), xp)
    return _squared((factors[-1],), norm, limits, xp)[0], factors


def _squarings(A: Array, xp: Namespace) -> tuple[Array, list[float]]:
    """A norm that A^H shares, and for each squaring the norm above which a matrix needs it."""
    size = xp.abs(A)
    one, infinity = (xp.max(xp.sum(size, axis=axis), axis=-1)[..., None, None] for axis in (-2, -1))
    norm = xp.where(one < infinity, one, infinity)
    least = LARGEST[xp.finfo(A.dtype).bits]
    largest = peek(norm, xp)
    if largest is None:
        count = MOST
    else:
        count = math.ceil(math.log2(max(1.0, largest / least))) if largest < math.inf else 0
    return norm, [least * 2.0**t for t in range(count)]


def _scaled(A: Array, norm: Array, limits: list[float], xp: Namespace) -> Array:
    """A, halved once for each squaring; NaN where `MOST` squarings are not enough."""
    scale = xp.ones_like(norm)
    for limit in limits:
        scale = xp.where(norm > limit, 0.5 * scale, scale)
    if len(limits) == MOST:
        scale = xp.where(norm <= 2 * limits[-1], scale, float("nan"))
    return A * scale


def _polynomial(X: Array, xp: Namespace) -> list[Array]:
    """The factors of the products in the polynomial, and last its value, at the scaled A."""
    one = eye(X.shape[-1], X.shape[-1], X, xp)
    X2 = X @ X
    X3 = X2 @ X
    powers = (X, X2, X3, X3 @ X3)
    F1, F2, F3, F4, F5 = (_combined(b, powers) + b[0] * one for b in (B1, B2, B3, B4, B5))
    X9 = F1 @ F5 + F4
    F = F3 + X9
    return [X, X2, X3, F1, F5, X9, F, F2 + F @ X9]


def _combined(b: tuple[float, ...], powers: tuple[Array, ...]) -> Array:
    """A linear combination of X, X^2, X^3 and X^6, or of their tangents."""
    terms = [c * P for c, P in zip(b[1:], powers, strict=True) if c]
    return sum(terms[1:], terms[0])


def _squared(pair: tuple[Array, ...], norm: Array, limits: list[float], xp: Namespace) -> tuple[Array, ...]:
    """Y, squared once for each limit that the norm exceeds, and its tangent if there is one.

    The tangent is halved each time, because E was not scaled as A was. A compiled program contains more steps
    than are needed, and skips those that no matrix needs.
    """

    def step(norm: Array, limit: Any, Y: Array, *Z: Array) -> tuple[Array, ...]:
        moved = [xp.where(norm > limit, 0.5 * (Y @ z + z @ Y), z) for z in Z]
        return xp.where(norm > limit, Y @ Y, Y), *moved

    if len(limits) < MOST:
        for limit in limits:
            pair = step(norm, limit, *pair)
        return pair

    def chosen(_: Any, pair: tuple[Array, ...], part: tuple[Array]) -> Any:
        idle = xp.all(norm <= part[0])
        return choose(idle, lambda norm, limit, *same: same, step, norm, part[0], *pair, xp=xp), ()

    parts = (xp.asarray(limits, dtype=norm.dtype, device=device(norm)),)
    return primitives(xp).scan(chosen, pair, MOST, parts, xp=xp)[0]


def exponential_factors(A: Array, xp: Namespace) -> list[Array]:
    """The matrices that make up the polynomial."""
    return [A] * 8 if A.shape[-1] == 0 else _polynomial(_scaled(A, *_squarings(A, xp), xp), xp)


def exponential_along(A: Array, factors: list[Array], E: Array, xp: Namespace) -> Array:
    """The derivative along E from the factors, by (X Z)_dot = X_dot Z + X Z_dot for each product."""
    if E.shape[-1] == 0:
        return 1.0 * E
    X, X2, X3, F1, F5, X9, F, Y = factors
    E2 = X @ E + E @ X
    E3 = X2 @ E + E2 @ X
    dots = (E, E2, E3, X3 @ E3 + E3 @ X3)
    D1, D2, D3, D4, D5 = (_combined(b, dots) for b in (B1, B2, B3, B4, B5))
    D9 = F1 @ D5 + D1 @ F5 + D4
    Z = D2 + F @ D9 + (D3 + D9) @ X9
    return _squared((Y, Z), *_squarings(A, xp), xp)[1]
