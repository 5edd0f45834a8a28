"""LU on CuPy: cuBLAS for a batch of square matrices, cuSOLVER for one matrix; pivots are counted from zero.

CuPy calls the batched factorization in its own det and solve, but does not export it. The tests have a
stand-in for cuBLAS, and compile the kernel for a CPU. Only a GPU can show how CuPy launches them.
"""

import math
import warnings

import cupy
import cupyx.scipy.linalg
import numpy as np
from cupy.cuda import cublas, device

from .._namespaces import Array

__all__ = ["factor", "moved_rows", "solve"]

PREFIX = {"f": "s", "d": "d", "F": "c", "D": "z"}


def factor(A: Array) -> tuple[Array, Array]:
    """L and U in one array, and the row that each row was swapped with; A is square, or one tall matrix."""
    if A.ndim == 2:
        with warnings.catch_warnings():  # it warns for a singular matrix
            warnings.simplefilter("ignore", RuntimeWarning)
            F, pivots = cupyx.scipy.linalg.lu_factor(A, check_finite=False)
            return F, pivots
    *batch, n, _ = A.shape
    F = cupy.array(A.mT, order="C")
    pivots, info = cupy.empty((*batch, n), np.int32), cupy.empty(batch, np.int32)
    each, count = _pointers(F), math.prod(batch)
    getrf = getattr(cublas, f"{PREFIX[A.dtype.char]}getrfBatched")
    getrf(device.get_cublas_handle(), n, each.data.ptr, n, pivots.data.ptr, info.data.ptr, count)
    return F.mT, pivots - 1


def solve(F: Array, pivots: Array, B: Array, *, adjoint: bool) -> Array:
    """A^-1 B or A^-H B from the factorization of square matrices; batches broadcast."""
    if F.ndim == B.ndim == 2:
        return cupyx.scipy.linalg.lu_solve((F, pivots), B, trans=2 if adjoint else 0, check_finite=False)
    n, k = B.shape[-2:]
    batch = np.broadcast_shapes(F.shape[:-2], B.shape[:-2])
    F = cupy.ascontiguousarray(cupy.broadcast_to(F, (*batch, n, n)).mT)
    X = cupy.array(cupy.broadcast_to(B, (*batch, n, k)).mT, order="C")
    pivots = cupy.ascontiguousarray(cupy.broadcast_to(pivots + 1, (*batch, n)))
    op = cublas.CUBLAS_OP_C if adjoint else cublas.CUBLAS_OP_N
    each_F, each_X, info = _pointers(F), _pointers(X), np.empty(1, np.int32)
    getrs = getattr(cublas, f"{PREFIX[F.dtype.char]}getrsBatched")
    getrs(
        device.get_cublas_handle(), op, n, k, each_F.data.ptr, n, pivots.data.ptr, each_X.data.ptr, n,
        info.ctypes.data, math.prod(batch),
    )  # fmt: skip
    return X.mT


def _pointers(X: Array) -> Array:
    """The addresses of the matrices; keep the result until the call is made, or its memory is reused."""
    step = math.prod(X.shape[-2:]) * X.itemsize
    return cupy.arange(X.data.ptr, X.data.ptr + X.nbytes, step, dtype=cupy.uintp)


_moved_rows = cupy.ElementwiseKernel(
    "raw int32 pivots, int64 m, int64 k",
    "raw int64 p",
    """
    for (long long j = 0; j < m; ++j) p[i * m + j] = j;
    for (long long j = k - 1; j >= 0; --j) {
        long long other = pivots[i * k + j], row = p[i * m + j];
        p[i * m + j] = p[i * m + other];
        p[i * m + other] = row;
    }
    """,
    "linalg_vjp_moved_rows",
)


def moved_rows(pivots: Array, m: int) -> Array:
    """The vector p with A = (L U)[p] for m rows."""
    *batch, k = pivots.shape
    p = cupy.empty((*batch, m), np.int64)
    return _moved_rows(cupy.ascontiguousarray(pivots), m, k, p, size=math.prod(batch))
