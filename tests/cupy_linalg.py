"""The linear algebra of the stand-in for CuPy: functions of NumPy arrays, and of their addresses.

Each function names the place in the source of CuPy 14 that it mirrors.
"""

import ctypes
import math
import warnings

import numpy as np

from linalg_vjp._backends import _numpy_lu


def quiet(f):
    """A function that does not raise if a factorization fails: its result is undefined, cupyx/_seterr.py."""

    def call(*args, **kw):
        try:
            with np.errstate(all="ignore"):
                return f(*args, **kw)
        except np.linalg.LinAlgError as error:
            if "ingular" not in str(error) and "positive definite" not in str(error):
                raise
            return np.full(args[-1].shape, np.nan, args[0].dtype)

    return call


def solve(a, b):
    """cupy/linalg/_solve.py, solve: b is one vector, or a batch like that of a; nothing broadcasts."""
    if b.ndim == 1:
        b = np.broadcast_to(b, a.shape[:-1])
        return quiet(np.linalg.solve)(a, b[..., None])[..., 0]
    if a.shape[:-1] != b.shape[:-1]:
        raise ValueError("a must have (..., M, M) shape and b must have (..., M, K) for multidimensional b")
    if a.ndim > 2 and a.size and not b.size:
        raise ZeroDivisionError("division by zero")  # cupy/cublas.py, batched_gesv; seen on a GPU
    return quiet(np.linalg.solve)(a, b)


def pinv(a, rcond=1e-15):
    """cupy/linalg/_solve.py, pinv."""
    return np.linalg.pinv(a, rcond=rcond)


def eig(a):
    """cupy/linalg/_eigenvalue.py: complex, even if all values are real."""
    w, v = np.linalg.eig(a)
    kind = np.result_type(a.dtype, np.complex64)
    return w.astype(kind), v.astype(kind)


def eigvals(a):
    """cupy/linalg/_eigenvalue.py: complex."""
    return eig(a)[0]


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=False):
    """cupyx/scipy/linalg/_solve_triangular.py: equal batches, none empty; a result in the dtype of a."""
    if a.ndim > 2 and a.shape[:-2] != b.shape[: a.ndim - 2]:
        raise ValueError("incompatible batch count")
    if a.ndim > 2 and math.prod(a.shape[:-2]) == 0:
        raise ValueError("too many values to unpack (expected 2)")
    if b.size == 0:
        raise ValueError("an empty matrix")
    read = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        read = np.where(np.eye(a.shape[-1], dtype=bool), 1, read)
    op = {"N": read, "T": read.mT, "C": np.conj(read.mT)}[trans]
    forward = lower == (trans == "N")
    return _substituted(op.astype(a.dtype), b.astype(a.dtype), range(a.shape[-1])[:: 1 if forward else -1])


def _substituted(T, x, order):
    """Substitution as in BLAS: a zero on the diagonal gives inf in that matrix only."""
    with np.errstate(all="ignore"):
        for i in order:
            others = list(order)[list(order).index(i) + 1 :]
            x[..., i, :] /= T[..., i, i, None]
            x[..., others, :] -= T[..., others, i, None] * x[..., i, None, :]
    return x


def lu_factor(a, overwrite_a=False, check_finite=True):
    """cupyx/scipy/linalg/_decomp_lu.py: one matrix; pivots count from zero; warns if singular."""
    F, pivots = _numpy_lu.factor(a[None])
    if not np.all(np.diagonal(F[0])):
        warnings.warn("Diagonal number 1 is exactly zero. Singular matrix.", RuntimeWarning, stacklevel=2)
    return F[0], pivots[0]


def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    """The same file: one square matrix; the result has the dtype of the factors."""
    F, pivots = lu_and_piv
    if F.ndim != 2 or len(F) != len(b):
        raise ValueError("incompatible dimensions.")
    return _numpy_lu.lu_solve(F, pivots, b.astype(F.dtype), np, adjoint={0: False, 2: True}[trans])


# cuBLAS takes addresses instead of arrays, and stores matrices by columns, so the rows of the arrays here are
# columns of the matrices: cupy_backends/cuda/libs/cublas.pyx.
CUBLAS_OP_N, CUBLAS_OP_C = 0, 2


def at(address, shape, dtype):
    """The array at an address."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    return np.frombuffer((ctypes.c_char * size).from_address(address), dtype).reshape(shape)


def getrf_batched(dtype):
    def call(handle, n, Aarray, lda, PivotArray, infoArray, batchSize):
        pivots = at(PivotArray, (batchSize, n), np.int32)
        for address, row in zip(at(Aarray, (batchSize,), np.uintp).tolist(), pivots, strict=True):
            columns = at(address, (n, lda), dtype)
            F, found = _numpy_lu.factor(columns.T[None])
            columns[...], row[...] = F[0].T, found[0] + 1

    return call


def getrs_batched(dtype):
    def call(handle, trans, n, nrhs, Aarray, lda, devIpiv, Barray, ldb, info, batchSize):
        adjoint = {CUBLAS_OP_N: False, CUBLAS_OP_C: True}[trans]
        factors, sides = (at(array, (batchSize,), np.uintp).tolist() for array in (Aarray, Barray))
        for A, pivots, B in zip(factors, at(devIpiv, (batchSize, n), np.int32), sides, strict=True):
            F, columns = at(A, (n, lda), dtype).T, at(B, (nrhs, ldb), dtype)
            columns[...] = _numpy_lu.lu_solve(F, pivots - 1, columns.T, np, adjoint=adjoint).T
        at(info, (1,), np.int32)[0] = 0

    return call


CUBLAS = {
    f"{prefix}{name}Batched": batched(np.dtype(char))
    for char, prefix in {"f": "s", "d": "d", "F": "c", "D": "z"}.items()
    for name, batched in {"getrf": getrf_batched, "getrs": getrs_batched}.items()
}


def moved_rows(pivots, m, k, p):
    """Does what the C kernel of linalg_vjp/_backends/_cupy_lu.py does, which does not run here."""
    if pivots.dtype != np.int32 or p.dtype != np.int64:
        raise TypeError("Type is mismatched.")  # cupy/_core/_kernel.pyx, _decide_params_type_core
    p[...] = np.arange(m)
    for rows, changes in zip(p.reshape(-1, m), pivots.reshape(-1, k), strict=True):
        for j, other in reversed(list(enumerate(changes))):
            rows[[j, other]] = rows[[other, j]]
