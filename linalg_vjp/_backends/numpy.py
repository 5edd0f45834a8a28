"""The primitives on NumPy: LAPACK through SciPy for few or large matrices, batched NumPy for many small ones.

SciPy is optional. It takes one matrix per call, with an overhead of microseconds, so it is faster for few or
large matrices. NumPy's own operations act on an entry or a block of all matrices at once, so they are faster
for many small ones.
"""

import functools
import math
from typing import Any

import numpy as np

from .._namespaces import Array, Namespace
from . import generic
from . import schur as forms
from ._numpy_bands import solve_bands
from ._numpy_lu import factor, inv, lu_diagonal, lu_factor, lu_inverse, lu_solve, native
from ._numpy_schur import GEES, schur_factor, schur_solve, square_root, triangular_form
from .generic import after, again, fixed, inverse_permutation, linear_solve, scan, whole

try:
    import scipy.linalg
    from scipy.linalg import blas
except ImportError:
    blas = None

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

TRSM = {} if blas is None else {"f": blas.strsm, "d": blas.dtrsm, "F": blas.ctrsm, "D": blas.ztrsm}
TRANS = {"N": 0, "T": 1, "C": 2}


@functools.lru_cache(maxsize=256)
def _lower(m: int, n: int, k: int) -> Array:
    mask = np.tri(m, n, k, dtype=bool)
    mask.flags.writeable = False
    return mask


def tril(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros above its k-th diagonal; the mask is cached, while numpy.tril builds it in each call."""
    return np.where(_lower(*X.shape[-2:], k), X, X.dtype.type(0))


def triu(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros below its k-th diagonal."""
    return np.where(_lower(*X.shape[-2:], k - 1), X.dtype.type(0), X)


def add_diagonal(X: Array, d: Array, xp: Namespace) -> Array:
    """X + diag(d)."""
    n = X.shape[-1]
    if X.shape[:-1] != d.shape:
        X = np.broadcast_to(X, (*np.broadcast_shapes(X.shape[:-2], d.shape[:-1]), n, n))
    Y = np.array(X, order="C")
    Y.reshape(*Y.shape[:-2], n * n)[..., :: n + 1] += d
    return Y


def tril_half(X: Array, xp: Namespace) -> Array:
    """The lower half of X with half of its diagonal."""
    Y = tril(X, xp)
    _diagonal(Y)[...] *= 0.5
    return Y


def mirror(X: Array, xp: Namespace) -> Array:
    """The Hermitian matrix with the lower half of X, and with the real part of its diagonal."""
    Y = np.where(_lower(*X.shape[-2:], 0), X, X.mT.conj() if X.dtype.kind == "c" else X.mT)
    if X.dtype.kind == "c":
        _diagonal(Y).imag[...] = 0.0
    return Y


def _diagonal(Y: Array) -> Array:
    """A view of the diagonal, to write to."""
    return np.einsum("...ii->...i", Y)


def cholesky(A: Array, xp: Namespace, *, upper: bool) -> Array:
    """The factor from one triangle; NumPy reads the lower one, even with upper=True."""
    return np.linalg.cholesky(A.conj().mT).conj().mT if upper else np.linalg.cholesky(A)


def qr_pivoted(A: Array, xp: Namespace, *, mode: str) -> tuple[Array, Array, Array]:
    """LAPACK's pivoted QR through SciPy, one matrix at a time."""
    if blas is None or A.size == 0:
        return generic.qr_pivoted(A, xp, mode=mode)
    *batch, m, n = A.shape
    form = "economic" if mode == "reduced" else "full"
    if not A.dtype.isnative:  # SciPy 1.18 misreads the other byte order
        A = native(A)
    each = [scipy.linalg.qr(one, mode=form, pivoting=True) for one in A.reshape(-1, m, n)]
    Q, R, p = (np.stack(factors) for factors in zip(*each, strict=True))
    return Q.reshape(*batch, *Q.shape[1:]), R.reshape(*batch, *R.shape[1:]), p.reshape(*batch, n)


def schur(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """LAPACK's Schur form through SciPy, else the generic method."""
    return triangular_form(A) if A.dtype.char in GEES else forms.schur(A, xp, choose=choose)


def largest(X: Array, axis: Any, xp: Namespace) -> Array:
    """The maximum along `axis`; the axes stay."""
    return _along(np.maximum, X, axis)


def plain_norm(x: Array, p: float, axis: Any, xp: Namespace) -> Array:
    """The p-norm along `axis`; the axes stay."""
    with np.errstate(all="ignore"):
        if p == 2 and x.dtype.kind == "f":
            return np.sqrt(_along(np.add, x * x, axis))
        if p == 3:  # measured: numpy.linalg.vector_norm takes powers, and ten times as long
            a = np.abs(x)
            return np.cbrt(_along(np.add, a * a * a, axis))
        return np.linalg.vector_norm(x, ord=p, axis=axis, keepdims=True)


def row_sum(X: Array, axis: Any, xp: Namespace) -> Array:
    """The sum along `axis`; the axes stay."""
    return _along(np.add, X, axis)


def _along(operation: np.ufunc, X: Array, axis: Any) -> Array:
    # Measured: NumPy takes 10 to 25 ns per short row; one pass over the batch per entry is faster.
    if axis in (-1, X.ndim - 1, (X.ndim - 1,)) and 0 < X.shape[-1] <= 16 and X.size > 1000:
        return functools.reduce(operation, (X[..., i : i + 1] for i in range(X.shape[-1])))
    return operation.reduce(X, axis=axis, keepdims=True)


def permute_rows(X: Array, p: Array, xp: Namespace) -> Array:
    """X[p], matrix by matrix; numpy.take_along_axis takes several times as long."""
    if X.ndim == 2:
        return X[p]
    *batch, m, n = X.shape
    count = math.prod(batch)
    if p.size and (p.min() < 0 or p.max() >= m):  # it would be a row of another matrix
        raise IndexError(
            f"rows {p.min()} to {p.max()} of a matrix with {m} rows; pivots and permutations count from zero"
        )
    rows = np.broadcast_to(p, (*batch, m)).reshape(count, m) + m * np.arange(count)[:, None]
    return X.reshape(count * m, n)[rows.ravel()].reshape(X.shape)


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    """X of shape (..., m, n) with op(A) X = B; a zero on the diagonal gives inf or NaN, and no error."""
    m, n = B.shape[-2:]
    # Measured: LAPACK takes a microsecond per matrix, the whole batch at once some microseconds per row.
    tiny = m <= 8 and n <= 32 and math.prod(B.shape[:-2]) >= m * m
    if tiny or B.size == 0 or A.dtype.char not in TRSM:
        return _substitute(A, B, upper, trans, unit_diagonal)
    X, trsm = native(B), TRSM[A.dtype.char]
    # Fortran arrays have contiguous columns, so X^T op(A)^T = B^T is solved. Keywords cost as much as LAPACK.
    for a, x in zip(A.reshape(-1, m, m).mT, X.reshape(-1, m, n).mT, strict=True):
        trsm(1.0, a, x, 1, upper, TRANS[trans], unit_diagonal, True)
    return X


def _substitute(A: Array, B: Array, upper: bool, trans: str, unit_diagonal: bool) -> Array:
    if trans != "N":
        A, upper = A.mT, not upper
    if trans == "C" and A.dtype.kind == "c":
        A = A.conj()
    X = B.copy()
    if X.size:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            _halve(A, X, upper, unit_diagonal)
    return X


def _halve(A: Array, X: Array, upper: bool, unit_diagonal: bool) -> None:
    """Replace X by A^-1 X: four rows at a time by substitution, with matrix products between them."""
    m = A.shape[-1]
    if m <= 4:
        _substitute_rows(A, X, upper, unit_diagonal)
        return
    top, low = slice(0, m // 2), slice(m // 2, m)
    first, last = (low, top) if upper else (top, low)
    _halve(A[..., first, first], X[..., first, :], upper, unit_diagonal)
    X[..., last, :] -= A[..., last, first] @ X[..., first, :]
    _halve(A[..., last, last], X[..., last, :], upper, unit_diagonal)


def _substitute_rows(A: Array, X: Array, upper: bool, unit_diagonal: bool) -> None:
    # With the batch last, every step runs over contiguous memory.
    m = A.shape[-1]
    T, Y = (np.ascontiguousarray(np.moveaxis(Z, (-2, -1), (0, 1))) for Z in (A, X))
    for i in reversed(range(m)) if upper else range(m):
        if not unit_diagonal:
            Y[i] /= T[i, i]
        for j in range(i) if upper else range(i + 1, m):
            Y[j] -= T[j, i] * Y[i]
    X[...] = np.moveaxis(Y, (0, 1), (-2, -1))


def choose(condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
    """The quick way if the condition holds, else the exact one."""
    return (quick if condition else exact)(*arrays)


shortcut = choose


def peek(X: Array) -> float | None:
    """The largest number in a real X, 0 if it is empty."""
    return float(X.max()) if X.size else 0.0


repeat = functools.partial(generic.repeat, look=peek)
inv_or_nan = functools.partial(generic.inv_or_nan, inverse=inv)


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    *batch, m, n = A.shape
    k, count = min(m, n), math.prod(batch)
    F, swaps = factor(A.reshape(count, m, n))
    if swaps is None:
        return generic.lu(A, xp)
    p, every = np.tile(np.arange(m), (count, 1)), np.arange(count)
    for j in reversed(range(k)):
        p[every, j], p[every, swaps[:, j]] = p[every, swaps[:, j]], p[every, j]
    F = F.reshape(A.shape)
    L = tril(F[..., :, :k], xp, -1) + np.eye(m, k, dtype=F.dtype)
    return p.reshape(*batch, m), L, triu(F[..., :k, :], xp)


def lu_packed(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U in one array, and the pivots."""
    *batch, m, n = A.shape
    F, pivots = factor(A.reshape(math.prod(batch), m, n))
    if pivots is None:
        return generic.lu_packed(A, xp)
    return np.ascontiguousarray(F).reshape(A.shape), pivots.reshape(*batch, min(m, n)).astype(np.int64)
