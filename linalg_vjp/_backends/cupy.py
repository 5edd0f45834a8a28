"""The primitives on CuPy: cuBLAS and cuSOLVER where CuPy reaches them for a batch, else the generic ones.

A single matrix is factorized by cuSOLVER; for a batch CuPy has no LU of its own.
"""

import cupy
import cupyx.scipy.linalg

from .._namespaces import Array, Namespace
from . import generic
from .generic import (
    add_diagonal,
    after,
    cholesky,
    choose,
    inv,
    inverse_permutation,
    largest,
    lu_diagonal,
    lu_factor,
    lu_inverse,
    lu_solve,
    mirror,
    permute_rows,
    plain_norm,
    qr_pivoted,
    row_sum,
    shortcut,
    solve_bands,
    tril,
    tril_half,
    triu,
)

__all__ = [
    "add_diagonal",
    "after",
    "cholesky",
    "choose",
    "inv",
    "inverse_permutation",
    "largest",
    "lu",
    "lu_diagonal",
    "lu_factor",
    "lu_inverse",
    "lu_packed",
    "lu_solve",
    "mirror",
    "permute_rows",
    "plain_norm",
    "qr_pivoted",
    "row_sum",
    "shortcut",
    "solve_bands",
    "solve_triangular",
    "tril",
    "tril_half",
    "triu",
]


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    """X of shape (..., m, n) with op(A) X = B; CuPy takes no empty batch."""
    if B.size == 0:
        return B
    return cupyx.scipy.linalg.solve_triangular(
        A, B, trans=trans, lower=not upper, unit_diagonal=unit_diagonal, check_finite=False
    )


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    if A.ndim > 2 or A.size == 0:
        return generic.lu(A, xp)
    P, L, U = cupyx.scipy.linalg.lu(A, check_finite=False)
    return cupy.argmax(P, axis=-1), L, U


def lu_packed(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U in one array, and the pivots; CuPy takes no wide matrix here."""
    m, n = A.shape[-2:]
    if A.ndim > 2 or A.size == 0 or m < n:
        return generic.lu_packed(A, xp)
    F, pivots = cupyx.scipy.linalg.lu_factor(A, check_finite=False)
    return F, pivots.astype(cupy.int64)
