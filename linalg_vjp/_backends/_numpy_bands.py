"""Band systems on NumPy: LAPACK through SciPy, one matrix after the other, with pivoting."""

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
    """X with A X = B; the error of NumPy's solve for a singular matrix."""
    (w, n), m = C.shape[-2:], B.shape[-1]
    if B.size == 0 or B.dtype.char not in GBSV:
        return reduction.solve_bands(C, B, xp, l=l)
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


def _checked(X: Array, info: Any) -> Array:
    if info > 0:
        raise np.linalg.LinAlgError("Singular matrix")
    return X
