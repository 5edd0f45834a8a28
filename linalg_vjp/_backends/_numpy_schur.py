"""Schur forms on NumPy: LAPACK's through SciPy, one matrix at a time; real matrices have real forms.

A real form has 2 x 2 blocks on its diagonal, which LAPACK's solver accepts.
"""

import functools
import threading
import warnings
from typing import Any

import numpy as np

from .._namespaces import Array, Namespace
from . import generic
from ._numpy_lu import PREFIX, lapack, native

try:
    import scipy
    import scipy.linalg

    # Before 1.17, its sqrtm takes one matrix per call, in Python.
    WHOLE_BATCH = tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 17)
except ImportError:
    WHOLE_BATCH = False

__all__ = ["GEES", "schur_factor", "schur_solve", "square_root", "triangular_form"]

GEBAL, GEES, TRSYL = (
    {dtype: getattr(lapack, prefix + name) for dtype, prefix in PREFIX.items()}
    for name in ("gebal", "gees", "trsyl")
)
ONE_AT_A_TIME = threading.Lock()  # all threads share the warning filters


def schur_factor(A: Array, xp: Namespace) -> Array:
    """T and Z, stacked."""
    if A.dtype.char not in GEES:
        return generic.schur_factor(A, xp)
    A, n = native(A), A.shape[-1]
    K = np.full((*A.shape[:-2], 2, n, n), np.nan, A.dtype)
    if A.size:
        gees, lwork = GEES[A.dtype.char], _workspace(A.dtype.char, n)
        for a, k in zip(A.reshape(-1, n, n), K.reshape(-1, 2, n, n), strict=True):
            if np.all(np.isfinite(a)):  # LAPACK may loop forever
                T, *_, Z, _, info = gees(_unsorted, a, lwork=lwork)
                if info == 0:
                    k[0], k[1] = T, Z
    return K


def triangular_form(A: Array) -> tuple[Array, Array]:
    """T and Z; NaN where LAPACK's form has 2 x 2 blocks."""
    K = schur_factor(A, np)
    T, Z = K[..., 0, :, :], K[..., 1, :, :]
    there = ~np.any(np.tril(T, -1), axis=(-2, -1), keepdims=True)
    return np.where(there, T, np.nan), np.where(there, Z, np.nan)


def _unsorted(*eigenvalue: Any) -> None:
    """Choose an eigenvalue for sorting; LAPACK does not call it, because nothing is sorted."""


@functools.cache
def _workspace(char: str, n: int) -> int:
    """The length of the workspace with which LAPACK is fastest."""
    *_, work, _ = GEES[char](_unsorted, np.eye(n, dtype=char), lwork=-1)
    return int(work[0].real)


def schur_solve(T: Array, S: Array, C: Array, xp: Namespace, *, ops: str) -> Array:
    """Y with op(T) Y + Y op(S) = C."""
    if C.dtype.char not in TRSYL or not C.dtype == T.dtype == S.dtype:
        return generic.schur_solve(T, S, C, xp, ops=ops)
    C = native(C)
    trsyl, Y = TRSYL[C.dtype.char], np.empty(C.shape, C.dtype)
    each = (X.reshape(-1, *X.shape[-2:]) for X in (T, S, C, Y))
    for t, s, c, y in zip(*each, strict=True) if C.size else ():
        x, scale, info = trsyl(t, s, c, *ops)
        y[...] = x / scale if info == 0 else np.nan
    return Y


def square_root(A: Array, iteration: Any, xp: Namespace) -> Array:
    """SciPy's sqrtm for real matrices, in a single call; if it warns of a zero eigenvalue, the iteration.

    The matrices are balanced first, because a Schur form loses digits if rows and columns are badly scaled.
    """
    n = A.shape[-1]
    if not WHOLE_BATCH or A.dtype.char not in "fd" or n == 1 or A.size == 0 or not np.all(np.isfinite(A)):
        return iteration(A, xp)
    A, gebal = native(A), GEBAL[A.dtype.char]
    balanced, d = np.empty(A.shape, A.dtype), np.empty(A.shape[:-1], A.dtype)
    each = (A.reshape(-1, n, n), balanced.reshape(-1, n, n), d.reshape(-1, n))
    for a, b, scale in zip(*each, strict=True):
        b[...], _, _, scale[...], _ = gebal(a, scale=1)
    try:
        with ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("error", scipy.linalg.LinAlgWarning)
            Y = scipy.linalg.sqrtm(balanced)
    except scipy.linalg.LinAlgWarning:
        return iteration(A, xp)
    if Y.dtype.kind == "c":
        negative = np.any(Y.imag != 0, axis=(-2, -1), keepdims=True)  # A has negative eigenvalues
        Y = np.where(negative, np.nan, Y.real)
    return d[..., :, None] * Y / d[..., None, :]
