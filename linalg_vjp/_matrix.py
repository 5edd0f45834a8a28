"""The vocabulary of the formulas: adjoints, triangular halves, diagonals, solves. All accept batches.

Matrices have capital letters and lie in the last two axes; `xp` is the namespace of the arrays.
"""

import functools
from typing import Any

from ._backends import primitives
from ._namespaces import Array, Namespace, device

__all__ = [
    "add_diagonal",
    "adjoint",
    "after",
    "broadcast_shapes",
    "cholesky",
    "choose",
    "conj",
    "diagonal",
    "divide",
    "eye",
    "hermitian",
    "inner",
    "inv",
    "inverse_permutation",
    "is_complex",
    "largest",
    "lu",
    "lu_diagonal",
    "lu_factor",
    "lu_inverse",
    "lu_packed",
    "lu_solve",
    "matmul",
    "mirror",
    "peek",
    "permute_rows",
    "plain_norm",
    "plu_solve",
    "promote",
    "qr_pivoted",
    "real",
    "right_solve_triangular",
    "row_sum",
    "safe_range",
    "schur",
    "shortcut",
    "skew",
    "solve_triangular",
    "transpose",
    "tril",
    "tril_half",
    "triu",
]


@functools.cache
def _is_complex(dtype: Any, xp: Namespace) -> bool:
    return bool(xp.isdtype(dtype, "complex floating"))


def is_complex(X: Array, xp: Namespace) -> bool:
    """Whether the dtype of X is complex."""
    return _is_complex(X.dtype, xp)


def conj(X: Array, xp: Namespace) -> Array:
    """The complex conjugate; a real X itself, without a copy."""
    return xp.conj(X) if is_complex(X, xp) else X


def real(X: Array, xp: Namespace) -> Array:
    """The real part; a real X itself, without a copy."""
    return xp.real(X) if is_complex(X, xp) else X


def transpose(X: Array) -> Array:
    """X^T."""
    return X.mT


def adjoint(X: Array, xp: Namespace) -> Array:
    """X^H."""
    return xp.conj(X.mT) if _is_complex(X.dtype, xp) else X.mT


def inner(X: Array, Y: Array, xp: Namespace, axis: Any = (-2, -1), keepdims: bool = False) -> Array:
    """Re<X, Y> over the given axes, by default those of the matrix."""
    return xp.sum(real(conj(X, xp) * Y, xp), axis=axis, keepdims=keepdims)


def hermitian(X: Array, xp: Namespace) -> Array:
    """(X + X^H) / 2."""
    return (X + adjoint(X, xp)) * 0.5


def skew(X: Array, xp: Namespace) -> Array:
    """(X - X^H) / 2."""
    return (X - adjoint(X, xp)) * 0.5


def tril(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros above its k-th diagonal."""
    return primitives(xp).tril(X, xp, k)


def triu(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros below its k-th diagonal."""
    return primitives(xp).triu(X, xp, k)


def diagonal(X: Array, xp: Namespace) -> Array:
    """The diagonal of X, of shape (..., n)."""
    return xp.linalg.diagonal(X)


def eye(m: int, n: int, like: Array, xp: Namespace, k: int = 0) -> Array:
    """The m x n matrix with ones on its k-th diagonal, in the dtype and on the device of `like`."""
    return xp.eye(m, n, k=k, dtype=like.dtype, device=device(like))


def add_diagonal(X: Array, d: Array, xp: Namespace) -> Array:
    """X + diag(d), with d of shape (..., n)."""
    return primitives(xp).add_diagonal(X, d, xp)


def tril_half(X: Array, xp: Namespace) -> Array:
    """The lower half of X with half of its diagonal: H with H + H^H = X for a Hermitian X."""
    return primitives(xp).tril_half(X, xp)


def mirror(X: Array, xp: Namespace) -> Array:
    """The Hermitian matrix with the lower half of X, and with the real part of its diagonal."""
    return primitives(xp).mirror(X, xp)


def promote(*arrays: Array, xp: Namespace) -> tuple[Array, ...]:
    """Convert all arrays to their common dtype; several libraries would drop an imaginary part."""
    for x in arrays:
        if x.dtype != arrays[0].dtype:
            break
    else:
        return arrays
    dtype = xp.result_type(*arrays)
    return tuple(xp.astype(x, dtype, copy=False) for x in arrays)


def matmul(A: Array, B: Array, xp: Namespace) -> Array:
    """A B, also for a real and a complex factor; `@` is enough if both have the same dtype."""
    A, B = promote(A, B, xp=xp)
    return A @ B


def divide(X: Array, D: Array, xp: Namespace) -> Array:
    """X / D for a real D, and 0 where D is inf; several libraries return NaN for complex / inf."""
    return X * (1 / D) if is_complex(X, xp) else X / D


def largest(X: Array, axis: Any, xp: Namespace) -> Array:
    """The maximum along `axis`; the axes stay, with size one."""
    return primitives(xp).largest(X, axis, xp)


def plain_norm(x: Array, p: float, axis: Any, xp: Namespace) -> Array:
    """The library's p-norm along `axis`, without warnings of overflow; the axes stay, with size one."""
    return primitives(xp).plain_norm(x, p, axis, xp)


def row_sum(X: Array, axis: Any, xp: Namespace) -> Array:
    """The sum along `axis`; the axes stay, with size one."""
    return primitives(xp).row_sum(X, axis, xp)


def _alike(A: Array, B: Array, xp: Namespace) -> tuple[Array, Array]:
    """Convert both to their common dtype and batch, because not every library broadcasts in a solve."""
    A, B = promote(A, B, xp=xp)
    if A.shape[:-2] != B.shape[:-2]:
        batch = broadcast_shapes(A.shape[:-2], B.shape[:-2])
        A, B = (xp.broadcast_to(X, (*batch, *X.shape[-2:])) for X in (A, B))
    return A, B


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str = "N", unit_diagonal: bool = False
) -> Array:
    """op(A)^{-1} B for a triangular A; op(A) is A, A^T or A^H for `trans` "N", "T" or "C"."""
    if A.dtype != B.dtype or A.shape[:-2] != B.shape[:-2]:
        A, B = _alike(A, B, xp)
    return primitives(xp).solve_triangular(A, B, xp, upper=upper, trans=trans, unit_diagonal=unit_diagonal)


def right_solve_triangular(B: Array, A: Array, xp: Namespace, *, upper: bool, trans: str = "N") -> Array:
    """B op(A)^{-1} for a triangular A; op(A) is A or A^H for `trans` "N" or "C"."""
    # X A = B is A^T X^T = B^T, and X A^H = B is A X^H = B^H.
    if trans == "C":
        return adjoint(solve_triangular(A, adjoint(B, xp), xp, upper=upper), xp)
    return transpose(solve_triangular(A, transpose(B), xp, upper=upper, trans="T"))


def cholesky(A: Array, xp: Namespace, *, upper: bool) -> Array:
    """L with A = L L^H, from the lower triangle of A alone; or U with A = U^H U, from the upper one."""
    return primitives(xp).cholesky(A, xp, upper=upper)


def inv(A: Array, xp: Namespace) -> Array:
    """A^-1."""
    return primitives(xp).inv(A, xp)


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """p, L, U with A = (L @ U)[p], partial pivoting."""
    return primitives(xp).lu(A, xp)


def lu_packed(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L below and U on and above the diagonal of one array; and the row that each row was swapped with."""
    return primitives(xp).lu_packed(A, xp)


def qr_pivoted(A: Array, xp: Namespace, *, mode: str) -> tuple[Array, Array, Array]:
    """Q, R, p with A[:, p] = Q R, column pivoting."""
    return primitives(xp).qr_pivoted(A, xp, mode=mode)


def schur(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """T and Z with A = Z T Z^H in the dtype of A; NaN where a real A has complex eigenvalues."""
    return primitives(xp).schur(A, xp)


def lu_factor(A: Array, xp: Namespace, *, strict: bool = True) -> tuple[Array, Array | None]:
    """F = L + U - I and the pivots, for `lu_solve`; A and None if the library has no LU that can be reused.

    If `strict`, a library that detects singular matrices raises its error.
    """
    return primitives(xp).lu_factor(A, xp, strict=strict)


def lu_solve(F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool = False) -> Array:
    """A^{-1} B or A^{-H} B from the factorization of A; batches broadcast."""
    if pivots is None:
        F, B = _alike(F, B, xp)
        if 0 in B.shape:  # CuPy fails without columns
            return xp.zeros_like(B)
        return xp.linalg.solve(conj(F.mT, xp) if adjoint else F, B)
    if F.dtype != B.dtype:
        F, B = promote(F, B, xp=xp)
    return primitives(xp).lu_solve(F, pivots, B, xp, adjoint=adjoint)


def lu_inverse(F: Array, pivots: Array, xp: Namespace) -> Array:
    """A^-1 from the factorization of A."""
    return primitives(xp).lu_inverse(F, pivots, xp)


def lu_diagonal(F: Array, pivots: Array, xp: Namespace) -> Array:
    """The diagonal of U from `lu_factor`, with the signs of the permutation: its product is det(A)."""
    return primitives(xp).lu_diagonal(F, pivots)


def plu_solve(p: Array, L: Array, U: Array, B: Array, xp: Namespace, *, adjoint: bool = False) -> Array:
    """A^-1 B or A^-H B from p, L and U with A = (L @ U)[p]."""
    if adjoint:
        Y = solve_triangular(U, B, xp, upper=True, trans="C")
        return permute_rows(solve_triangular(L, Y, xp, upper=False, trans="C", unit_diagonal=True), p, xp)
    Y = permute_rows(B, inverse_permutation(p, xp), xp)
    return solve_triangular(U, solve_triangular(L, Y, xp, upper=False, unit_diagonal=True), xp, upper=True)


def choose(condition: Array, quick: Any, exact: Any, *arrays: Array | None, xp: Namespace) -> Any:
    """quick(*arrays) if the condition holds, else exact(*arrays), which is always right."""
    return primitives(xp).choose(condition, quick, exact, *arrays)


def peek(X: Array, xp: Namespace) -> float | None:
    """The largest number in a real X, 0 if it is empty; None if the library cannot look at values."""
    return primitives(xp).peek(X)


def shortcut(condition: Array, quick: Any, exact: Any, *arrays: Array | None, xp: Namespace) -> Any:
    """`choose` for a quick way that saves little: a library that compiles takes the exact way."""
    return primitives(xp).shortcut(condition, quick, exact, *arrays)


@functools.cache
def safe_range(dtype: Any, xp: Namespace) -> tuple[float, float]:
    """The smallest and the largest size that stay in the range of the floats times eps, or over eps."""
    info = xp.finfo(dtype)
    return float(info.smallest_normal / info.eps), float(info.max * info.eps)


def after(X: Array, Y: Array, xp: Namespace) -> Array:
    """X, but used only after Y has been computed; its value does not change."""
    return primitives(xp).after(X, Y)


def inverse_permutation(p: Array, xp: Namespace) -> Array:
    """The vector q with X[p][q] = X, for p of shape (..., n)."""
    return primitives(xp).inverse_permutation(p, xp)


def permute_rows(X: Array, p: Array, xp: Namespace) -> Array:
    """X[p], matrix by matrix."""
    return primitives(xp).permute_rows(X, p, xp)


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that these shapes broadcast to; raises ValueError if they do not."""
    rank = max([len(shape) for shape in shapes], default=0)
    result = []
    for sizes in zip(*((1,) * (rank - len(s)) + tuple(s) for s in shapes), strict=True):
        wide = 1
        for size in sizes:  # a symbolic size can be compared, but not hashed
            if size != 1 and size != wide:
                if wide != 1:
                    raise ValueError(f"shapes {shapes} do not broadcast")
                wide = size
        result.append(wide)
    return tuple(result)
