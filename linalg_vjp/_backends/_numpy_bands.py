"""Band systems on NumPy, with pivoting: one by one with LAPACK, or many short ones at once."""

import math
from typing import Any

import numpy as np

from .._namespaces import Array, Namespace
from . import reduction
from ._numpy_lu import PREFIX, lapack

__all__ = ["solve_bands"]

GTSV, GBSV = (
    {t: getattr(lapack, prefix + name) for t, prefix in PREFIX.items()} for name in ("gtsv", "gbsv")
)


def solve_bands(C: Array, B: Array, xp: Namespace, *, l: int) -> Array:
    """X with A X = B; a singular matrix raises the error of numpy.linalg.solve."""
    (w, n), m = C.shape[-2:], B.shape[-1]
    if B.size == 0 or B.dtype.char not in GBSV:
        return reduction.solve_bands(C, B, xp, l=l)
    # Measured: LAPACK takes 3 to 4 microseconds a matrix, the whole batch at once 100 or more for each row.
    if 0 <= l < w and math.prod(B.shape[:-2]) >= 32 * n:
        with np.errstate(all="ignore"):
            return _all_at_once(C.reshape(-1, w, n), B.reshape(-1, n, m), l).reshape(B.shape)
    solve = _tridiagonal if (w, l) == (3, 1) and n > 1 else _banded
    each = zip(C.reshape(-1, w, n), B.reshape(-1, n, m), strict=True)
    return np.stack([solve(c, b, l) for c, b in each]).reshape(B.shape)


def _tridiagonal(C: Array, B: Array, l: int) -> Array:
    *_, X, info = GTSV[B.dtype.char](C[0, 1:], C[1], C[2, :-1], B)
    return _checked(X, info)


def _banded(C: Array, B: Array, l: int) -> Array:
    w, n = C.shape
    u = w - 1 - l
    ab = np.zeros((w + l, n), dtype=B.dtype)  # with room for the rows that pivoting fills
    for k in range(max(-l, 1 - n), min(u, n - 1) + 1):
        row = C[k + l]
        ab[l + u - k, max(k, 0) : n + min(k, 0)] = row[max(-k, 0) : n - max(k, 0)]
    *_, X, info = GBSV[B.dtype.char](l, u, ab, B)
    return _checked(X, info)


def _all_at_once(C: Array, B: Array, l: int) -> Array:
    """The same for a batch along the first axis; here it comes last, so that each step has contiguous memory.

    The window R has the l + 1 rows that may become the next pivot row, from the column of the pivot on.
    """
    C, B = (np.ascontiguousarray(np.moveaxis(X, 0, -1)) for X in (C, B))
    w, n, count = C.shape
    R = np.zeros((l + 1, w, count), dtype=C.dtype)
    Y = np.zeros((l + 1, *B.shape[1:]), dtype=B.dtype)
    for r in range(min(l + 1, n)):
        R[r, : w - l + r], Y[r] = C[l - r :, r], B[r]
    U, Z = [], []
    for i in range(l + 1, l + 1 + n):  # the row that enters the window
        best = np.argmax(np.abs(R[:, 0]), axis=0)[None, None]
        P, Q = (np.take_along_axis(X, best, axis=0)[0] for X in (R, Y))
        for X in (R, Y):
            np.put_along_axis(X, best, X[:1].copy(), axis=0)
        if not np.all(P[0]):
            raise np.linalg.LinAlgError("Singular matrix")
        factors = R[1:, 0] / P[0]
        R[:-1, :-1] = R[1:, 1:] - factors[:, None] * P[1:]
        R[:-1, -1] = 0.0
        Y[:-1] = Y[1:] - factors[:, None] * Q
        R[-1], Y[-1] = (C[:, i], B[i]) if i < n else (0.0, 0.0)
        U.append(P)
        Z.append(Q)
    for j in reversed(range(n)):
        for c in range(1, min(w, n - j)):
            Z[j] -= U[j][c] * Z[j + c]
        Z[j] /= U[j][0]
    return np.moveaxis(np.stack(Z), -1, 0)


def _checked(X: Array, info: Any) -> Array:
    if info > 0:
        raise np.linalg.LinAlgError("Singular matrix")
    return X
