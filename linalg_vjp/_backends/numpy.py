"""The primitives on NumPy: LAPACK through SciPy for few or large matrices, whole-batch NumPy for many small.

SciPy is optional. It takes one matrix a call, with microseconds of overhead each, and so wins where
the matrices are few or large. NumPy's own operations, one row of every matrix of the batch at a
time, win where they are many and small.
"""

import functools
import math
from typing import Any

import numpy as np

from .._namespace import Array, Namespace
from . import generic
from .generic import lu_factor

try:
    from scipy.linalg import blas
    from scipy.linalg import lu as scipy_lu
except ImportError:
    blas = None

__all__ = ["largest", "lu", "lu_factor", "permute_rows", "row_sum", "solve_triangular", "tril", "triu"]

TRSM = {} if blas is None else {"f": blas.strsm, "d": blas.dtrsm, "F": blas.ctrsm, "D": blas.ztrsm}
TRANS = {"N": 0, "T": 1, "C": 2}


@functools.lru_cache(maxsize=256)
def _lower(m: int, n: int, k: int) -> Array:
    mask = np.tri(m, n, k, dtype=bool)
    mask.flags.writeable = False
    return mask


def tril(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros above its k-th diagonal; the mask is kept, numpy.tril builds it at each call."""
    return np.where(_lower(*X.shape[-2:], k), X, X.dtype.type(0))


def triu(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros below its k-th diagonal."""
    return np.where(_lower(*X.shape[-2:], k - 1), X.dtype.type(0), X)


def largest(X: Array, axis: Any, xp: Namespace) -> Array:
    """The maximum along axes that stay."""
    return _along(np.maximum, X, axis)


def row_sum(X: Array, axis: Any, xp: Namespace) -> Array:
    """The sum along axes that stay."""
    return _along(np.add, X, axis)


def _along(operation: np.ufunc, X: Array, axis: Any) -> Array:
    # Measured: NumPy takes 10 to 25 ns for each short row; a pass over the batch for each entry is faster.
    if axis in (-1, X.ndim - 1) and 0 < X.shape[-1] <= 16 and X.size > 1000:
        return functools.reduce(operation, (X[..., i : i + 1] for i in range(X.shape[-1])))
    return operation.reduce(X, axis=axis, keepdims=True)


def permute_rows(X: Array, p: Array, xp: Namespace) -> Array:
    """X[p], matrix by matrix; numpy.take_along_axis is slow on a single one."""
    return X[p] if X.ndim == 2 else np.take_along_axis(X, p[..., None], axis=-2)


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    """X of shape (..., m, n) with op(A) X = B; a zero on the diagonal gives inf or NaN, no error."""
    if A.ndim == B.ndim == 2 and A.dtype.char in TRSM and B.size:
        return _trsm(A, B, upper, trans, unit_diagonal)
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    m, n = B.shape[-2:]
    if math.prod(batch) * m * n == 0:
        return np.zeros((*batch, m, n), B.dtype)
    # Measured: the whole-batch loop pays about 5 m operations once, LAPACK 3 us a matrix or more.
    many_small = m <= 12 and math.prod(batch) >= m * m
    if many_small or A.dtype.char not in TRSM:
        return _substitute(A, B, batch, upper, trans, unit_diagonal)
    X = np.empty((*batch, m, n), B.dtype)
    A = np.broadcast_to(A, (*batch, m, m))
    B = np.broadcast_to(B, X.shape)
    for i in np.ndindex(*batch):
        X[i] = _trsm(A[i], B[i], upper, trans, unit_diagonal)
    return X


def _trsm(A: Array, B: Array, upper: bool, trans: str, unit_diagonal: bool) -> Array:
    # Fortran wants columns: a B of contiguous rows is solved as X^T op(A)^T = B^T, without a copy.
    if B.flags.c_contiguous:
        trsm = TRSM[A.dtype.char]
        return trsm(1.0, A.T, B.T, side=1, lower=upper, trans_a=TRANS[trans], diag=unit_diagonal).T
    return TRSM[A.dtype.char](1.0, A, B, lower=not upper, trans_a=TRANS[trans], diag=unit_diagonal)


def _substitute(
    A: Array, B: Array, batch: tuple[int, ...], upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    if trans != "N":
        A, upper = A.mT, not upper
    if trans == "C" and A.dtype.kind == "c":
        A = A.conj()
    m, n = B.shape[-2:]
    X = np.array(np.broadcast_to(B, (*batch, m, n)))
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in reversed(range(m)) if upper else range(m):
            if not unit_diagonal:
                X[..., i, :] /= A[..., i, i, None]
            rest = slice(0, i) if upper else slice(i + 1, m)
            X[..., rest, :] -= A[..., rest, i, None] * X[..., None, i, :]
    return X


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    many_small = max(A.shape[-2:]) <= 4 and math.prod(A.shape[:-2]) >= 128
    if blas is None or A.size == 0 or many_small:
        return generic.lu(A, np)
    p, L, U = scipy_lu(A, p_indices=True, check_finite=False)
    return p.astype(np.int64, copy=False), L, U
