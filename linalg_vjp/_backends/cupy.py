"""The primitives on CuPy: cuBLAS and cuSOLVER where CuPy calls them for a batch, else the generic ones."""

import functools
from typing import Any

import cupy
import cupyx.scipy.linalg
import numpy as np

from .._namespaces import Array, Namespace
from . import _cupy_lu, generic
from . import schur as forms
from .generic import (
    add_diagonal,
    after,
    again,
    cholesky,
    fixed,
    inv,
    inverse_permutation,
    largest,
    linear_solve,
    mirror,
    permute_rows,
    plain_norm,
    qr_pivoted,
    row_sum,
    scan,
    solve_bands,
    square_root,
    tril,
    tril_half,
    triu,
    whole,
)

__all__ = [
    "add_diagonal",
    "after",
    "again",
    "cholesky",
    "choose",
    "fixed",
    "inv",
    "inv_or_nan",
    "inverse_permutation",
    "largest",
    "linear_solve",
    "lu",
    "lu_diagonal",
    "lu_factor",
    "lu_inverse",
    "lu_packed",
    "lu_solve",
    "mirror",
    "peek",
    "permute_rows",
    "plain_norm",
    "qr_pivoted",
    "repeat",
    "row_sum",
    "scan",
    "schur",
    "schur_factor",
    "schur_solve",
    "shortcut",
    "solve_bands",
    "solve_triangular",
    "square_root",
    "tril",
    "tril_half",
    "triu",
    "whole",
]


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    """X of shape (..., m, n) with op(A) X = B; CuPy accepts no empty batch."""
    if B.size == 0:
        return B
    return cupyx.scipy.linalg.solve_triangular(
        A, B, trans=trans, lower=not upper, unit_diagonal=unit_diagonal, check_finite=False
    )


def choose(condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
    """The quick way if the condition holds; waiting for the answer costs less than a few kernels."""
    return (quick if bool(condition) else exact)(*arrays)


shortcut = choose


def peek(X: Array) -> float | None:
    """The largest number in a real X, 0 if it is empty."""
    return float(X.max()) if X.size else 0.0


repeat = functools.partial(generic.repeat, look=peek)


def inv_or_nan(A: Array, xp: Namespace) -> Array:
    """A^-1 from the factors; cupy.linalg.inv may raise for a singular matrix."""
    return A if A.size == 0 else lu_inverse(*_cupy_lu.factor(A), xp)


def _is_generic(A: Array) -> bool:
    """Whether `_cupy_lu` does not accept A."""
    m, n = A.shape[-2:]
    return bool(A.size == 0 or (m < n if A.ndim == 2 else m != n))


def schur(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """T and Z by the generic method, because CuPy has no Schur form."""
    return forms.schur(A, xp, choose=choose)


def schur_factor(A: Array, xp: Namespace) -> Array:
    """T and Z, stacked."""
    return forms.schur_factor(A, xp, choose=choose)


def schur_solve(T: Array, S: Array, C: Array, xp: Namespace, *, ops: str) -> Array:
    """Y with op(T) Y + Y op(S) = C."""
    return forms.by_columns(T, S, C, xp, ops, solve_triangular)


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    if _is_generic(A):
        return generic.lu(A, xp)
    m, n = A.shape[-2:]
    F, pivots = _cupy_lu.factor(A)
    one = cupy.eye(m, n, dtype=A.dtype)
    return _cupy_lu.moved_rows(pivots, m), cupy.tril(F, -1) + one, cupy.triu(F[..., :n, :])


def lu_packed(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U in one array, and the pivots."""
    if _is_generic(A):
        return generic.lu_packed(A, xp)
    F, pivots = _cupy_lu.factor(A)
    return F, pivots.astype(cupy.int64)


def lu_factor(A: Array, xp: Namespace, *, strict: bool) -> tuple[Array, Array | None]:
    """L and U in one array, and the pivots; CuPy does not raise for a singular matrix."""
    return (A, None) if A.size == 0 else _cupy_lu.factor(A)


def lu_solve(F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
    """A^-1 B or A^-H B; batches broadcast."""
    if B.size == 0:
        return cupy.zeros((*np.broadcast_shapes(F.shape[:-2], B.shape[:-2]), *B.shape[-2:]), dtype=B.dtype)
    return _cupy_lu.solve(F, pivots, B, adjoint=adjoint)


def lu_inverse(F: Array, pivots: Array, xp: Namespace) -> Array:
    """A^-1."""
    return _cupy_lu.solve(F, pivots, cupy.eye(F.shape[-1], dtype=F.dtype), adjoint=False)


def lu_diagonal(F: Array, pivots: Array) -> Array:
    """The diagonal of U, with a minus sign for each row that was swapped."""
    u = cupy.diagonal(F, axis1=-2, axis2=-1)
    return cupy.where(pivots == cupy.arange(pivots.shape[-1]), u, -u)
