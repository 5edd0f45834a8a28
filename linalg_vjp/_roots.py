"""Square roots and signs of general matrices: Newton's iteration, from products and inverses alone.

Each matrix of a batch is scaled by itself while it is far from its limit. A matrix that has reached its limit
is left alone, so that further steps for its neighbors do not change it. Without a limit, the result is NaN.
"""

import math
from collections.abc import Callable
from typing import Any

from ._backends import primitives
from ._matrix import after, choose, eye, is_complex, transpose
from ._namespaces import Array, Namespace, is_jax_namespace

__all__ = [
    "Host",
    "across",
    "corner",
    "half_sylvester",
    "near_root",
    "sign",
    "size",
    "square_root",
    "whole_of",
]

Host = Callable[[Array], Array] | None  # a host's function for a rule, which it differentiates

# An eigenvalue at an angle t from the line without a limit takes about log2(1 / t) more steps than others.
MOST = 64
NEAR = 0.01  # within this distance from the limit, a step squares it, and needs no scale
FEW = 4.0  # a residual above this many eps per row is worth another step


def square_root(A: Array, host: Host, xp: Namespace) -> Array:
    """The principal square root, by the host's function if there is one; NaN where it does not exist."""
    return whole_of(_square_root, A, host, xp)


def sign(A: Array, host: Host, xp: Namespace) -> Array:
    """1 for eigenvalues in the right half plane, -1 in the left; NaN if one is on the imaginary axis."""
    return whole_of(_sign, A, host, xp)


def whole_of(f: Any, A: Array, host: Host, xp: Namespace) -> Array:
    """f(A, xp), by the host's function if there is one."""
    if A.shape[-1] == 0:
        return 1.0 * A
    return host(A) if host else primitives(xp).whole(f, A, xp=xp)


def half_sylvester(X: Array, C: Array, host: Host, xp: Namespace) -> Array:
    """Z with X Z + Z X = C, for an X with eigenvalues in the right half plane.

    A host differentiates it through its square root: the root of [[X X, C], [0, X X]] is [[X, Z], [0, X]].
    JAX differentiates the equation.
    """
    if C.shape[-1] == 0:
        return 1.0 * C
    if host and not is_jax_namespace(xp):
        return corner(host, X @ X, C, xp)
    p = primitives(xp)
    return p.linear_solve(
        (X,),
        lambda Z: X @ Z + Z @ X,
        lambda C: p.whole(_half_sylvester, X, C, xp=xp),
        lambda C: p.whole(_half_sylvester, transpose(X), C, xp=xp),
        C,
    )


def near_root(X: Array, xp: Namespace, *E: Array) -> tuple[Array, ...]:
    """The square root of X, and its derivatives along each E; these cannot be differentiated again."""
    Y = _square_root(X, xp)
    return Y, *(_half_sylvester(Y, dot, xp) for dot in E)


def across(S: Array, Z: Array) -> Array:
    """The part of Z with S Z S = -Z for a sign S: the part between eigenvalues on the two sides."""
    return 0.5 * (Z - S @ Z @ S)


def size(X: Array, xp: Namespace) -> Array:
    """The geometric mean of the 1-norm and the infinity norm; it is the same for X^H."""
    sizes = xp.abs(X)
    column, row = (xp.max(xp.sum(sizes, axis=axis), axis=-1)[..., None, None] for axis in (-2, -1))
    return xp.sqrt(column) * xp.sqrt(row)


def _square_root(A: Array, xp: Namespace) -> Array:
    """The square root by the library's own function, or by the iteration."""
    return primitives(xp).square_root(A, _iterated_root, xp)


def _iterated_root(A: Array, xp: Namespace) -> Array:
    """The iteration of Denman and Beavers: X converges to the root, and Y to its inverse."""
    one, inverse = eye(A.shape[-1], A.shape[-1], A, xp), primitives(xp).inv_or_nan

    def partners(X: Array, Y: Array) -> tuple[tuple[Array, ...], Array, Array]:
        V = inverse(X, xp)
        W = inverse(after(Y, V, xp), xp)
        distance = xp.sqrt(size(X - W, xp)) * xp.sqrt(size(Y - V, xp))
        return (W, V), distance, xp.sqrt(_balance(X, V, xp)) * xp.sqrt(_balance(Y, W, xp))

    def better(A: Array, X: Array, rest: Array) -> Array:
        return X + _half_sylvester(X, rest, xp)

    X, _ = _limits(partners, xp, A, xp.zeros_like(A) + one)
    rest = A - X @ X
    return _mended(rest, size(X, xp) * size(X, xp), better, A, X, xp)


def _half_sylvester(X: Array, C: Array, xp: Namespace) -> Array:
    """Z with X Z + Z X = C, for an X with eigenvalues in the right half plane."""

    def better(C: Array, Z: Array, rest: Array) -> Array:
        return Z + _corner_of_sign(X, rest, xp)

    Z = _corner_of_sign(X, C, xp)
    rest = C - X @ Z - Z @ X
    return _mended(rest, size(X, xp) * size(Z, xp), better, C, Z, xp)


def _corner_of_sign(X: Array, C: Array, xp: Namespace) -> Array:
    """Half of a block of a sign: the sign of [[X, C], [0, -X]] is [[I, 2 Z], [0, -I]]."""

    def partners(X: Array, C: Array) -> tuple[tuple[Array, ...], Array, Array]:
        W = primitives(xp).inv_or_nan(X, xp)
        return (W, W @ C @ W), size(X - W, xp), _balance(X, W, xp)

    small = 1 / size(X, xp)
    return (0.5 * small) * _limits(partners, xp, small * X, C)[1]


def _sign(A: Array, xp: Namespace) -> Array:
    """Newton's iteration for S S = I, and then a step for S A = A S, which rounding may have violated."""

    def partners(X: Array) -> tuple[tuple[Array, ...], Array, Array]:
        W = primitives(xp).inv_or_nan(X, xp)
        return (W,), size(X - W, xp), _balance(X, W, xp)

    def better(A: Array, S: Array, rest: Array) -> Array:
        return S + across(S, _half_sylvester(0.5 * (S @ A + A @ S), rest, xp))

    (S,) = _limits(partners, xp, A)
    rest = A - S @ A @ S
    return _mended(rest, size(S, xp) * size(A, xp) * size(S, xp), better, A, S, xp)


def _limits(partners: Any, xp: Namespace, *start: Array) -> list[Array]:
    """The limit of X <- (m X + W / m) / 2 for each X and its partner W, which equals X in the limit.

    Far from the limit, m gives both the same size. Near it, m is 1, and each step squares the distance, until
    rounding stops it from falling.
    """
    enough = 2 * math.sqrt(xp.finfo(start[0].dtype).eps)  # the next step leaves an eighth of its square

    def step(left: Array, *old: Array) -> tuple[Array, ...]:
        others, distance, balance = partners(*old)
        m = xp.where(distance > NEAR, balance, 1.0)
        last = (distance <= enough) | ((left <= NEAR) & (distance > 0.5 * left))
        now = xp.where(distance < float("inf"), xp.where(last, 0.0, distance), -1.0)
        new = (0.5 * (m * X + (1 / m) * W) for X, W in zip(old, others, strict=True))
        moved = (xp.where(left > 0, x, y) for x, y in zip(new, old, strict=True))
        return xp.where(left > 0, now, left), *moved

    begin = xp.ones_like(size(start[0], xp))
    left, *ends = primitives(xp).repeat(step, MOST, begin, *start, xp=xp)
    return [xp.where(left == 0, X, float("nan")) for X in ends]


def _balance(X: Array, W: Array, xp: Namespace) -> Array:
    """The m for which m X and W / m have the same size."""
    return xp.sqrt(size(W, xp)) / xp.sqrt(size(X, xp))


def _mended(rest: Array, scale: Array, better: Any, B: Array, X: Array, xp: Namespace) -> Array:
    """X; or better(B, X, rest), a step of Newton's method, if the residual `rest` is larger than rounding.

    Near eigenvalues without a limit, the iteration loses digits that the problem itself does not.
    """
    few = FEW * X.shape[-1] * xp.finfo(X.dtype).eps
    done = ~xp.any(size(rest, xp) > few * scale)
    return choose(done, lambda B, X, rest: X, better, B, X, rest, xp=xp)


def corner(f: Callable[[Array], Array], A: Array, E: Array, xp: Namespace) -> Array:
    """The derivative of f at A along E: the upper right block of f([[A, E], [0, A]]), for E of any size."""
    n = A.shape[-1]
    ratio = _largest(A, xp) / _largest(E, xp)
    upper = xp.concat([A, ratio * E], axis=-1)
    lower = xp.concat([xp.zeros_like(A), A], axis=-1)
    return f(xp.concat([upper, lower], axis=-2))[..., :n, n:] * (1 / ratio)


def _largest(X: Array, xp: Namespace) -> Array:
    """The size of the largest entry, with a derivative for zero entries, too; 1 for a zero matrix."""
    entries = xp.abs(xp.real(X)) + xp.abs(xp.imag(X)) if is_complex(X, xp) else xp.abs(X)
    largest = xp.max(xp.max(entries, axis=-1), axis=-1)[..., None, None]
    return xp.where(largest == 0, 1.0, largest)
