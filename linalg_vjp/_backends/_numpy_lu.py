"""LU on NumPy: a factorization that can be reused, which numpy.linalg does not have.

Many tiny matrices are factorized all at once, with the same step on each matrix. All others go to LAPACK
through SciPy, one by one. Without SciPy, a matrix takes the place of its factorization.
"""

import math
from typing import Any

import numpy as np

from .._namespaces import Array, Namespace
from . import generic

try:
    from scipy.linalg import lapack
except ImportError:
    lapack = None

__all__ = [
    "PREFIX",
    "factor",
    "inv",
    "lapack",
    "lu_diagonal",
    "lu_factor",
    "lu_inverse",
    "lu_solve",
    "native",
]

# Measured: equally fast for 2000 matrices of 8 x 8; the loop takes ten times as long for 20000 of 3 x 3.
TINY, MANY = 8, 64
PREFIX = {} if lapack is None else {"f": "s", "d": "d", "F": "c", "D": "z"}
GETRF, GETRS, GETRI = (
    {dtype: getattr(lapack, prefix + name) for dtype, prefix in PREFIX.items()}
    for name in ("getrf", "getrs", "getri")
)


def lu_factor(A: Array, xp: Namespace, *, strict: bool) -> tuple[Array, Array | None]:
    """L and U in one array, and the row that each row was swapped with; or A itself, and None."""
    n = A.shape[-1]
    F, pivots = factor(A.reshape(math.prod(A.shape[:-2]), n, n))
    if pivots is None:
        return A, None
    if strict and not np.all(np.linalg.diagonal(F)):
        raise np.linalg.LinAlgError("Singular matrix")
    return F.reshape(A.shape), pivots.reshape(A.shape[:-1])


def factor(A: Array) -> tuple[Array, Array | None]:
    """The same for A of shape (count, m, n).

    Whether it returns pivots depends only on m, n and the dtype, because Dask tries it on an empty batch.
    """
    if _all_at_once(max(A.shape[-2:]), len(A), A.dtype):
        return _tiny_factor(A)
    getrf = GETRF.get(A.dtype.char)
    if getrf is None:
        return A, None
    F, pivots = _columns(A), np.empty((len(A), min(A.shape[-2:])), dtype=np.int32)
    if F.size:
        for f, row in zip(F, pivots, strict=True):
            row[:] = getrf(f, True)[1]
    return F, pivots


def native(X: Array) -> Array:
    """A copy in C order and in the byte order of the machine, as LAPACK needs it."""
    return np.array(X, dtype=X.dtype.newbyteorder("="), order="C")


def _all_at_once(size: int, count: int, dtype: Any) -> bool:
    return size <= TINY and (count >= MANY or dtype.char not in GETRF)


def lu_diagonal(F: Array, pivots: Array) -> Array:
    """The diagonal of U, with a minus sign for each row that was swapped."""
    u = np.linalg.diagonal(F)
    return np.where(pivots == np.arange(pivots.shape[-1]), u, -u)


def lu_solve(F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
    """A^-1 B or A^-H B; batches broadcast."""
    if pivots is None:
        return generic.lu_solve(F, pivots, B, xp, adjoint=adjoint)
    batch = F.shape[:-2]
    if B.shape[:-2] != batch:
        batch = np.broadcast_shapes(batch, B.shape[:-2])
        F, B = (np.broadcast_to(X, (*batch, *X.shape[-2:])) for X in (F, B))
        pivots = np.broadcast_to(pivots, F.shape[:-1])
    n, k = B.shape[-2:]
    count = math.prod(batch)
    solve = _tiny_solve if _all_at_once(n, count, F.dtype) else _lapack_solve
    X = solve(F.reshape(count, n, n), pivots.reshape(count, n), B.reshape(count, n, k), adjoint)
    return X.reshape(*batch, n, k)


def lu_inverse(F: Array, pivots: Array, xp: Namespace) -> Array:
    """A^-1."""
    n, count = F.shape[-1], math.prod(F.shape[:-2])
    if n <= TINY or F.dtype.char not in GETRI:
        return lu_solve(F, pivots, np.eye(n, dtype=F.dtype), xp, adjoint=False)
    X, getri = _columns(F.reshape(count, n, n)), GETRI[F.dtype.char]
    for x, row in zip(X, pivots.reshape(count, n), strict=True):
        getri(x, row, 64 * n, True)
    return X.reshape(F.shape)


def inv(A: Array, xp: Namespace) -> Array:
    """A^-1."""
    few_small = A.shape[-1] <= 24 and math.prod(A.shape[:-2]) < MANY
    F, pivots = (A, None) if few_small or A.size == 0 else lu_factor(A, xp, strict=True)
    return np.linalg.inv(A) if pivots is None else lu_inverse(F, pivots, xp)


# Many tiny matrices: the batch is last in memory, so that every step runs over contiguous numbers.


def _batch_last(X: Array) -> Array:
    return np.array(np.moveaxis(X, 0, -1), order="C")


def _batch_first(T: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(T, -1, 0))


def _tiny_factor(A: Array) -> tuple[Array, Array]:
    m, n = A.shape[-2:]
    k = min(m, n)
    T = _batch_last(A)
    pivots = np.empty((k, T.shape[-1]), dtype=np.int32)
    with np.errstate(all="ignore"):
        for j in range(k):
            column = T[j:, j]
            size = np.abs(column.real) + np.abs(column.imag) if T.dtype.kind == "c" else np.abs(column)
            pivots[j] = j + np.argmax(size, axis=0)
            _swap(T, pivots, j)
            # Below a zero pivot are only zeros. Dividing by one leaves them, as LAPACK does.
            factors = T[j + 1 :, j] / np.where(T[j, j] == 0, 1.0, T[j, j])
            T[j + 1 :, j] = factors
            T[j + 1 :, j + 1 :] -= factors[:, None] * T[j, j + 1 :]
    return np.moveaxis(T, -1, 0), pivots.T  # no copy: `_tiny_solve` puts the batch last again


def _tiny_solve(F: Array, pivots: Array, B: Array, adjoint: bool) -> Array:
    n = F.shape[-1]
    T, swaps, X = np.ascontiguousarray(np.moveaxis(F, 0, -1)), pivots.T, _batch_last(B)
    steps = range(n)
    with np.errstate(all="ignore"):
        if adjoint:
            T = T.conj() if T.dtype.kind == "c" else T
            for i in steps:
                X[i] /= T[i, i]
                X[i + 1 :] -= T[i, i + 1 :, None] * X[i]
            for i in reversed(steps):
                X[:i] -= T[i, :i, None] * X[i]
            for i in reversed(steps):
                _swap(X, swaps, i)
        else:
            for i in steps:
                _swap(X, swaps, i)
            for i in steps:
                X[i + 1 :] -= T[i + 1 :, i, None] * X[i]
            for i in reversed(steps):
                X[i] /= T[i, i]
                X[:i] -= T[:i, i, None] * X[i]
    return _batch_first(X)


def _swap(T: Array, pivots: Array, j: int) -> None:
    """Swap row j of each matrix with its pivot row."""
    for i in range(j + 1, T.shape[0]):
        moved = pivots[j] == i
        T[j], T[i] = np.where(moved, T[i], T[j]), np.where(moved, T[j], T[i])


# One matrix after the other in LAPACK, which takes and returns them in column-major order.


def _columns(A: Array) -> Array:
    return native(A.mT).mT


def _lapack_solve(F: Array, pivots: Array, B: Array, adjoint: bool) -> Array:
    X, getrs = _columns(B), GETRS[F.dtype.char]
    if X.size:
        for f, row, x in zip(F, pivots, X, strict=True):
            getrs(f, row, x, 2 if adjoint else 0, True)
    return X
