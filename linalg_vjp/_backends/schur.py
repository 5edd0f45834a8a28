"""Schur forms from eigenvectors, and triangular Sylvester equations, in pure Array API for a whole batch."""

from collections.abc import Callable
from typing import Any

from .._namespaces import Array, Namespace, device

__all__ = ["by_columns", "equation", "schur", "schur_factor"]

PASSES = 4
# With more rows, none are split off one by one, which takes an eigendecomposition for each row.
ROWS = 64

# Takes Z^H A Z and Z, and returns better ones.
Step = Callable[[Array, Array, Namespace], tuple[Array, Array]]


def schur(A: Array, xp: Namespace, *, choose: Any) -> tuple[Array, Array]:
    """T and Z in the dtype of A, with T triangular. `choose` is the library's function.

    If a second pass does not help, as for eigenvectors that are nearly dependent, one eigenvector after the
    other is split off, which amplifies no rounding.
    """
    few = A.shape[-1] <= ROWS
    B, Z, there = _form(A, (_again, _one_by_one) if few else (PASSES - 1) * (_again,), xp, choose)
    return xp.where(there, xp.triu(B), float("nan")), xp.where(there, Z, float("nan"))


def schur_factor(A: Array, xp: Namespace, *, choose: Any) -> Array:
    """T and Z, complex and stacked. T may have small entries below its diagonal, which `by_columns` corrects.

    Three passes are enough for its refinement, and cost little if the library cannot choose.
    """
    A = xp.astype(A, xp.result_type(A.dtype, xp.complex64))
    B, Z, there = _form(A, (_again, _once_more), xp, choose)
    return xp.where(there[..., None, :, :], xp.stack([B, Z], axis=-3), float("nan"))


def _form(A: Array, steps: tuple[Step, ...], xp: Namespace, choose: Any) -> tuple[Array, Array, Array]:
    """Z^H A Z, nearly triangular; Z; and whether they exist: A is finite, and its eigenvalues have its dtype.

    From A V = V diag(w) and V = Z R it follows that Z^H A Z = R diag(w) R^-1 is upper triangular, but R^-1
    amplifies the rounding of V. If Z^H A Z is nearly triangular, so is the V of another pass, and then little
    is amplified.
    """
    if 0 in A.shape:
        return A, A, xp.all(A == A, axis=(-2, -1), keepdims=True)
    finite = xp.all(xp.isfinite(A), axis=(-2, -1), keepdims=True)
    A = xp.where(finite, A, 0.0)
    Z, there = _basis(A, xp)
    B, Z = _improved(_turned(A, Z, xp), Z, steps, xp, choose)
    return B, Z, there & finite


def _improved(B: Array, Z: Array, steps: tuple[Step, ...], xp: Namespace, choose: Any) -> tuple[Array, Array]:
    """B = Z^H A Z and Z, after as many steps as B needs to be triangular to rounding."""
    if not steps:
        return B, Z
    limit = B.shape[-1] * float(xp.finfo(B.dtype).eps)
    done = _below(B, xp) <= limit * xp.linalg.matrix_norm(B, keepdims=True)

    def ready(B: Array, Z: Array, done: Array) -> tuple[Array, Array]:
        return B, Z

    def improved(B: Array, Z: Array, done: Array) -> tuple[Array, Array]:
        T, W = steps[0](B, Z, xp)
        B, Z = xp.where(done, B, T), xp.where(done, Z, W)
        return _improved(B, Z, steps[1:], xp, choose)

    found: tuple[Array, Array] = choose(xp.all(done), ready, improved, B, Z, done)
    return found


def _again(B: Array, Z: Array, xp: Namespace) -> tuple[Array, Array]:
    """Another pass; a real matrix stays as it is if rounding made its eigenvalues complex."""
    Q, real = _basis(B, xp)
    return xp.where(real, _turned(B, Q, xp), B), xp.where(real, Z @ Q, Z)


def _once_more(B: Array, Z: Array, xp: Namespace) -> tuple[Array, Array]:
    """A pass over the filled matrix, if it leaves less below the diagonal, as for a badly scaled one."""
    u, C = _filled(B, xp)
    Q, real = _basis(C, xp)
    T = _turned(C, Q, xp)
    better = real & (_below(T, xp) < _below(B, xp))
    return xp.where(better, T, B), xp.where(better, Z @ _reflected(u, Q, xp), Z)


def _one_by_one(B: Array, Z: Array, xp: Namespace) -> tuple[Array, Array]:
    """Split off one eigenvector after the other, from the filled matrix."""
    u, B = _filled(B, xp)
    T, Q, real = _taken_off(B, xp)
    return xp.where(real, T, float("nan")), xp.where(real, Z @ _reflected(u, Q, xp), float("nan"))


def _filled(B: Array, xp: Namespace) -> tuple[Array, Array]:
    """u, and the reflection of B along u, from both sides.

    The eigensolver may scale rows to balance them. That loses digits if B has only rounding below its
    diagonal.
    """
    u = xp.ones_like(B[..., :, :1]) / B.shape[-1] ** 0.5
    return u, _adjoint(_reflected(u, _adjoint(_reflected(u, B, xp), xp), xp), xp)


def _below(B: Array, xp: Namespace) -> Array:
    """The size of the part below the diagonal."""
    return xp.linalg.matrix_norm(xp.tril(B, k=-1), keepdims=True)


def by_columns(T: Array, S: Array, C: Array, xp: Namespace, ops: str, solve: Any) -> Array:
    """Y with op(T) Y + Y op(S) = C; `solve` is the library's `solve_triangular`.

    Two steps of refinement account for what T and S have below their diagonals.
    """
    m, n = C.shape[-2:]
    if 0 in C.shape:
        return C
    F, G, apart = equation(T, S, xp, ops)
    i = xp.arange(m, device=device(C))
    one = xp.where(i[:, None] == i, xp.ones_like(C[..., :1, :1]), 0.0)

    def solved(C: Array) -> Array:
        Y = C[..., :, :0]
        for j in range(n) if ops[1] == "N" else reversed(range(n)):
            g, c = G[..., :, j : j + 1], C[..., :, j : j + 1]
            if Y.shape[-1]:
                done = slice(0, j) if ops[1] == "N" else slice(j + 1, n)
                c = c - Y @ g[..., done, :]
            shifted = F + g[..., j : j + 1, :] * one
            y = solve(shifted, c, xp, upper=ops[0] == "N", trans="N", unit_diagonal=False)
            Y = xp.concat([Y, y] if ops[1] == "N" else [y, Y], axis=-1)
        return Y

    Y = solved(C)
    for _ in range(2):
        Y = Y + solved(C - F @ Y - Y @ G)
    return xp.where(apart, Y, float("nan"))


def equation(T: Array, S: Array, xp: Namespace, ops: str) -> tuple[Array, Array, Array]:
    """op(T), op(S), and where no sum of their eigenvalues is zero, to rounding; elsewhere, other matrices."""
    t, s = xp.linalg.diagonal(T), xp.linalg.diagonal(S)
    sums = t[..., :, None] + (s if ops[0] == ops[1] else xp.conj(s))[..., None, :]
    size = xp.max(xp.abs(t), axis=-1) + xp.max(xp.abs(s), axis=-1)
    least = 0.5 * xp.finfo(T.dtype).eps * size
    apart = (xp.min(xp.abs(sums), axis=(-2, -1)) > least)[..., None, None]
    F, G = (X if op == "N" else _adjoint(X, xp) for X, op in zip((T, S), ops, strict=True))
    return xp.where(apart, F, xp.ones_like(F)), xp.where(apart, G, 0.0), apart


def _basis(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """Orthonormal columns whose first k span the first k eigenvectors, for every k.

    It also returns whether they exist in the dtype of A; a real A may have complex eigenvalues.
    """
    w, V = xp.linalg.eig(A)
    real = _is_real(w, A, xp)
    Q, _ = xp.linalg.qr(V if _is_complex(A, xp) else xp.real(V))
    return Q, xp.all(real, axis=-1)[..., None, None]


def _taken_off(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """T, Z, and whether they exist in the dtype of A: split off one eigenvector, then recurse."""
    one = xp.ones_like(A[..., :1, :1])
    if A.shape[-1] == 1:
        return A, one, A == A
    w, V = xp.linalg.eig(A)
    real = _is_real(w, A, xp)
    first = xp.argmax(xp.astype(real, xp.int32), axis=-1, keepdims=True)
    taken = xp.arange(A.shape[-1], device=device(A)) == first
    v = xp.sum(xp.where(taken[..., None, :], V, 0.0), axis=-1, keepdims=True)
    v = v if _is_complex(A, xp) else xp.real(v)
    # The reflection that maps v to the first axis: u = v + phase |v| e_1.
    top = v[..., :1, :]
    size, length = xp.abs(top), xp.linalg.vector_norm(v, axis=-2, keepdims=True)
    phase = xp.where(size == 0, 1.0, top / xp.where(size == 0, 1.0, size))
    u = xp.concat([top + phase * length, v[..., 1:, :]], axis=-2)
    u = u / xp.linalg.vector_norm(u, axis=-2, keepdims=True)

    B = _adjoint(_reflected(u, _adjoint(_reflected(u, A, xp), xp), xp), xp)
    T, Z, rest = _taken_off(B[..., 1:, 1:], xp)
    row, zeros = B[..., :1, 1:], xp.zeros_like(B[..., 1:, :1])
    T = _blocks(B[..., :1, :1], row @ Z, zeros, T, xp)
    Z = _reflected(u, _blocks(one, zeros.mT, zeros, Z, xp), xp)
    return T, Z, rest & xp.any(real, axis=-1)[..., None, None]


def _reflected(u: Array, X: Array, xp: Namespace) -> Array:
    """(I - 2 u u^H) X."""
    return X - 2.0 * u @ (_adjoint(u, xp) @ X)


def _blocks(P: Array, Q: Array, R: Array, S: Array, xp: Namespace) -> Array:
    """[[P, Q], [R, S]]."""
    return xp.concat([xp.concat([P, Q], axis=-1), xp.concat([R, S], axis=-1)], axis=-2)


def _is_real(w: Array, A: Array, xp: Namespace) -> Array:
    """Which eigenvalues fit in the dtype of A."""
    return w == w if _is_complex(A, xp) else xp.imag(w) == 0


def _is_complex(A: Array, xp: Namespace) -> bool:
    return bool(xp.isdtype(A.dtype, "complex floating"))


def _adjoint(X: Array, xp: Namespace) -> Array:
    return xp.conj(X.mT) if _is_complex(X, xp) else X.mT


def _turned(A: Array, Q: Array, xp: Namespace) -> Array:
    """Q^H A Q."""
    return _adjoint(Q, xp) @ A @ Q
