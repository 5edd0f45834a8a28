"""The operations themselves at 50 digits, written from their definitions: the oracles of the built-in rules.

An oracle maps the inputs of one matrix (no batch axes) to the outputs, all of them arrays of mpmath numbers.
`like` are the outputs of the library under test, in float: where the definition leaves a sign, a phase or a
basis open, the oracle takes the one that is nearest to them, so that it can be differentiated. An output
that cannot be differentiated is None.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import mpmath
import numpy as np

from ._exact import Exact, conj, exact, hermitian, norm

__all__ = ["ORACLES", "Oracle"]

Oracle = Callable[..., Sequence[Exact | None]]
Like = Sequence[Any]


def qr(A: Exact, *, like: Like, mode: str = "reduced") -> list[Exact]:
    """Gram-Schmidt, twice; the signs of the diagonal of R are those of `like`."""
    m, n = A.shape
    k = min(m, n)
    Q = np.empty((m, 0), object)
    for j in range(k):
        v = A[:, j]
        for _ in range(2):
            v = v - Q @ (conj(Q.T) @ v)
        sign = 1 if like[1][j, j].real >= 0 else -1
        Q = np.concatenate([Q, (v / (sign * norm(v)))[:, None]], axis=1)
    R = conj(Q.T) @ A
    if mode == "complete" and m > n:
        Q = _completed(Q, like[0])
        R = np.concatenate([R, exact(np.zeros((m - n, n)))], axis=0)
    return [Q, R]


def cholesky(A: Exact, *, like: Like, upper: bool = False) -> list[Exact]:
    """Column by column, of the Hermitian part."""
    A = hermitian(A)
    n = len(A)
    L = exact(np.zeros((n, n)))
    for j in range(n):
        v = A[j:, j] - L[j:, :j] @ conj(L[j, :j])
        L[j:, j] = v / mpmath.sqrt(v[0].real)
    return [conj(L.T) if upper else L]


def lu(A: Exact, *, like: Like, p_indices: bool = False) -> list[Exact | None]:
    """Elimination without pivoting, once the rows are permuted as in `like`."""
    P = like[0]
    rows = np.argsort(P) if p_indices else np.argmax(P, axis=-2) if len(P) else np.arange(0)
    U = A[rows]
    m, n = A.shape
    k = min(m, n)
    L = exact(np.eye(m, k))
    for j in range(k):
        L[j + 1 :, j] = U[j + 1 :, j] / U[j, j]
        U = U - L[:, j, None] * (np.arange(m) > j)[:, None] * U[j]
    return [None, L, U[:k]]


def svd(A: Exact, *, like: Like, full_matrices: bool = True) -> list[Exact]:
    """mpmath's; each pair of singular vectors is turned by one phase towards `like`."""
    U, S, Vh = _svd(A)
    k = len(S)
    V = conj(Vh.T)
    like_U, like_V = exact(like[0][:, :k]), exact(np.conj(like[2][:k].T))
    phase = _phase((conj(U) * like_U).sum(axis=0) + (conj(V) * like_V).sum(axis=0))
    U, V = U * phase, V * phase
    if full_matrices:
        U, V = _completed(U, like[0]), _completed(V, np.conj(like[2].T))
    return [U, S, conj(V.T)]


def svdvals(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's."""
    return [_svd(A)[1]]


def eigh(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, of the Hermitian part; each eigenvector is turned towards `like`."""
    w, V = _eigh(A)
    return [w, V * _phase((conj(V) * exact(like[1])).sum(axis=0))]


def eigvalsh(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, of the Hermitian part."""
    return [_eigh(A)[0]]


def solve_triangular(
    A: Exact, B: Exact, *, like: Like, upper: bool = True, trans: str = "N", unit_diagonal: bool = False
) -> list[Exact]:
    """The general solve with the triangle alone."""
    n = len(A)
    read = np.tri(n, k=-1, dtype=bool)
    A = np.where(read.T if upper else read, A, 0) + np.where(
        np.eye(n, dtype=bool), 1 if unit_diagonal else A, 0
    )
    return [_solve({"N": A, "T": A.T, "C": conj(A.T)}[trans], B)]


def inv(A: Exact, *, like: Like) -> list[Exact]:
    """The general solve with the identity."""
    return [_solve(A, exact(np.eye(len(A))))]


def solve(A: Exact, B: Exact, *, like: Like) -> list[Exact]:
    """Elimination with pivoting."""
    return [_solve(A, B)]


def det(A: Exact, *, like: Like) -> list[Exact]:
    """The product of the pivots."""
    return [np.asarray(_det(A), object)]


def slogdet(A: Exact, *, like: Like) -> list[Exact]:
    """From the determinant."""
    d = _det(A)
    return [np.asarray(d / abs(d), object), np.asarray(mpmath.log(abs(d)), object)]


def pinv(A: Exact, *, like: Like, rtol: float | None = None) -> list[Exact]:
    """From as many of the largest singular values as `like` has rank, so that the rank stays what it is."""
    U, S, Vh = _svd(A)
    r = np.linalg.matrix_rank(like[0])
    return [conj(Vh[:r].T) @ (conj(U[:, :r].T) / S[:r, None])]


def vector_norm(
    x: Exact, *, like: Like, ord: float = 2, axis: Any = None, keepdims: bool = False
) -> list[Exact]:
    """From the definition."""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    a = abs(x)
    if ord == 0:
        N = (a != 0).astype(object).sum(axis=axes, keepdims=keepdims) * mpmath.mpf(1)
    elif abs(ord) == np.inf:
        N = (np.max if ord > 0 else np.min)(a, axis=axes, keepdims=keepdims)
    else:
        p = mpmath.mpf(ord)
        N = (a**p).sum(axis=axes, keepdims=keepdims) ** (1 / p)
    return [np.asarray(N, object)]


def matrix_norm(A: Exact, *, like: Like, ord: float | str = "fro", keepdims: bool = False) -> list[Exact]:
    """From the definition."""
    if ord == "fro":
        N = norm(A)
    elif ord in ("nuc", 2, -2):
        S = _svd(A)[1]
        N = sum(S, mpmath.mpf(0)) if ord == "nuc" else S[0] if ord == 2 else S[-1]
    else:
        sums = abs(A).sum(axis=0 if abs(float(ord)) == 1 else 1)
        N = max(sums) if float(ord) > 0 else min(sums)
    return [np.full((1, 1) if keepdims else (), N, object)]


def _completed(Q: Exact, like: Any) -> Exact:
    """Q with further columns: those of `like`, moved onto the complement of the span of Q."""
    extra = exact(like[:, Q.shape[1] :])
    return np.concatenate([Q, extra - Q @ (conj(Q.T) @ extra)], axis=1)


def _phase(z: Exact) -> Exact:
    return np.asarray([v / abs(v) if v != 0 else mpmath.mpf(1) for v in z], object)


def _array(x: Any) -> Exact:
    return np.asarray(x.tolist(), object).reshape(x.rows, x.cols)


def _svd(A: Exact) -> tuple[Exact, Exact, Exact]:
    """Singular values as they come, descending; those of an empty matrix are none."""
    m, n = A.shape
    if min(m, n) == 0:
        return np.empty((m, 0), object), np.empty(0, object), np.empty((0, n), object)
    U, S, Vh = mpmath.svd(mpmath.matrix(A.tolist()))
    return _array(U), _array(S)[:, 0], _array(Vh)


def _eigh(A: Exact) -> tuple[Exact, Exact]:
    if len(A) == 0:
        return np.empty(0, object), A
    w, V = mpmath.eigh(mpmath.matrix(hermitian(A).tolist()))
    w, V = np.asarray(list(w), object), _array(V)
    order = sorted(range(len(w)), key=lambda i: w[i])
    return w[order], V[:, order]


def _solve(A: Exact, B: Exact) -> Exact:
    """Gauss-Jordan elimination with partial pivoting."""
    A, B = A.copy(), B.copy()
    for j in range(len(A)):
        i = max(range(j, len(A)), key=lambda i: abs(A[i, j]))
        A[[i, j]], B[[i, j]] = A[[j, i]], B[[j, i]]
        for r in range(len(A)):
            if r != j:
                factor = A[r, j] / A[j, j]
                A[r], B[r] = A[r] - factor * A[j], B[r] - factor * B[j]
    return np.asarray([B[j] / A[j, j] for j in range(len(A))], object).reshape(B.shape)


def _det(A: Exact) -> Any:
    A, d = A.copy(), mpmath.mpf(1)
    for j in range(len(A)):
        i = max(range(j, len(A)), key=lambda i: abs(A[i, j]))
        if A[i, j] == 0:
            return mpmath.mpf(0)
        if i != j:
            A[[i, j]], d = A[[j, i]], -d
        d = d * A[j, j]
        A[j + 1 :] = A[j + 1 :] - (A[j + 1 :, j] / A[j, j])[:, None] * A[j]
    return d


ORACLES: Mapping[str, Oracle] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            qr,
            cholesky,
            lu,
            svd,
            svdvals,
            eigh,
            eigvalsh,
            solve_triangular,
            inv,
            solve,
            det,
            slogdet,
            pinv,
            vector_norm,
            matrix_norm,
        )
    }
)
