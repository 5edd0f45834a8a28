"""Square roots and signs of general matrices: Newton's iteration, in products and inverses alone.

Each matrix of a batch is scaled for itself while it is far from its limit. What has come to its limit is left
alone, so that further steps for its neighbours do no harm. Where no limit is reached, the result is NaN.
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

Host = Callable[[Array], Array] | None  # what a host has for a rule, which it differentiates

# An eigenvalue at an angle t from where there is no limit takes about log2(1 / t) steps more than others.
MOST = 64
NEAR = 0.01  # the distance from the limit within which a step squares it, and needs no scale
FEW = 4.0  # so much rounding for each row, and more, is worth another step


def square_root(A: Array, host: Host, xp: Namespace) -> Array:
    """The principal square root, by the function of the host if there is one; NaN where there is none."""
    return whole_of(_square_root, A, host, xp)


def sign(A: Array, host: Host, xp: Namespace) -> Array:
    """1 for eigenvalues in the right half plane, -1 in the left; NaN with one between them."""
    return whole_of(_sign, A, host, xp)


def whole_of(f: Any, A: Array, host: Host, xp: Namespace) -> Array:
    """f(A, xp), by the function of the host if there is one."""
    if A.shape[-1] == 0:
        return 1.0 * A
    return host(A) if host else primitives(xp).whole(f, A, xp=xp)


def half_sylvester(X: Array, C: Array, host: Host, xp: Namespace) -> Array:
    """Z with X Z + Z X = C, for an X with eigenvalues in the right half plane.

    A host differentiates it through its square root: that of [[X X, C], [0, X X]] is [[X, Z], [0, X]]. JAX
    differentiates the equation.
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
    """The square root of X, and its derivatives; none of them can be differentiated again."""
    Y = _square_root(X, xp)
    return Y, *(_half_sylvester(Y, dot, xp) for dot in E)


def across(S: Array, Z: Array) -> Array:
    """The part of Z that a sign S turns round: that between eigenvalues of two sides."""
    return 0.5 * (Z - S @ Z @ S)


def size(X: Array, xp: Namespace) -> Array:
    """The geometric mean of the largest sums of a column and of a row, which X^H has too."""
    sizes = xp.abs(X)
    column, row = (xp.max(xp.sum(sizes, axis=axis), axis=-1)[..., None, None] for axis in (-2, -1))
    return xp.sqrt(column) * xp.sqrt(row)


def _square_root(A: Array, xp: Namespace) -> Array:
    """That of the library, or that of the iteration."""
    return primitives(xp).square_root(A, _iterated_root, xp)


def _iterated_root(A: Array, xp: Namespace) -> Array:
    """The iteration of Denman and Beavers: X goes to the root, and Y to its inverse."""
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
    """Half of a block of a sign: that of [[X, C], [0, -X]] is [[I, 2 Z], [0, -I]]."""

    def partners(X: Array, C: Array) -> tuple[tuple[Array, ...], Array, Array]:
        W = primitives(xp).inv_or_nan(X, xp)
        return (W, W @ C @ W), size(X - W, xp), _balance(X, W, xp)

    small = 1 / size(X, xp)
    return (0.5 * small) * _limits(partners, xp, small * X, C)[1]


def _sign(A: Array, xp: Namespace) -> Array:
    """Newton's iteration for S S = I, and then a step for S A = A S, which rounding may have left behind."""

    def partners(X: Array) -> tuple[tuple[Array, ...], Array, Array]:
        W = primitives(xp).inv_or_nan(X, xp)
        return (W,), size(X - W, xp), _balance(X, W, xp)

    def better(A: Array, S: Array, rest: Array) -> Array:
        return S + across(S, _half_sylvester(0.5 * (S @ A + A @ S), rest, xp))

    (S,) = _limits(partners, xp, A)
    rest = A - S @ A @ S
    return _mended(rest, size(S, xp) * size(A, xp) * size(S, xp), better, A, S, xp)


def _limits(partners: Any, xp: Namespace, *start: Array) -> list[Array]:
    """Where X <- (m X + W / m) / 2 goes, for each X and its partner W, which is X itself in the limit.

    Far from there m makes the two of one size; near it is 1, and each step squares the distance. That falls
    no further than rounding lets it.
    """
    enough = 2 * math.sqrt(xp.finfo(start[0].dtype).eps)  # an eighth of its square is left by the next step

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
    """The m for which m X and W / m are of one size."""
    return xp.sqrt(size(W, xp)) / xp.sqrt(size(X, xp))


def _mended(rest: Array, scale: Array, better: Any, B: Array, X: Array, xp: Namespace) -> Array:
    """X; better(B, X, rest), a step of Newton's method, where it leaves a rest beyond rounding.

    Eigenvalues next to where there is no limit cost the iteration digits that the problem does not.
    """
    few = FEW * X.shape[-1] * xp.finfo(X.dtype).eps
    done = ~xp.any(size(rest, xp) > few * scale)
    return choose(done, lambda B, X, rest: X, better, B, X, rest, xp=xp)


def corner(f: Callable[[Array], Array], A: Array, E: Array, xp: Namespace) -> Array:
    """The derivative of f at A along E: the corner of f of [[A, E], [0, A]], whatever the size of E."""
    n = A.shape[-1]
    ratio = _largest(A, xp) / _largest(E, xp)
    upper = xp.concat([A, ratio * E], axis=-1)
    lower = xp.concat([xp.zeros_like(A), A], axis=-1)
    return f(xp.concat([upper, lower], axis=-2))[..., :n, n:] * (1 / ratio)


def _largest(X: Array, xp: Namespace) -> Array:
    """The size of the largest entry, with a derivative for zeros, too; 1 of a zero matrix."""
    entries = xp.abs(xp.real(X)) + xp.abs(xp.imag(X)) if is_complex(X, xp) else xp.abs(X)
    largest = xp.max(xp.max(entries, axis=-1), axis=-1)[..., None, None]
    return xp.where(largest == 0, 1.0, largest)
