"""Functions shared by the oracles: factorizations and elimination for arrays of mpmath numbers."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj, exact, hermitian

__all__ = [
    "Like",
    "apart_from_zero",
    "completed",
    "determinant",
    "eliminated",
    "factors_eigh",
    "factors_svd",
    "inverse",
    "largest",
    "near",
    "remembered",
    "square_root",
    "unit_phases",
]

Like = Sequence[Any]


def completed(Q: Exact, like: Any) -> Exact:
    """Q with the further columns of `like`, projected onto the orthogonal complement of the span of Q."""
    extra = exact(like[:, Q.shape[1] :])
    return np.concatenate([Q, extra - Q @ (conj(Q.T) @ extra)], axis=1)


def unit_phases(z: Exact) -> Exact:
    return np.asarray([v / abs(v) if v != 0 else mpmath.mpf(1) for v in z], object)


def array(x: Any) -> Exact:
    return np.asarray(x.tolist(), object).reshape(x.rows, x.cols)


def factors_svd(A: Exact) -> tuple[Exact, Exact, Exact]:
    """mpmath's singular value decomposition, with descending values; also for an empty matrix."""
    m, n = A.shape
    if min(m, n) == 0:
        return np.empty((m, 0), object), np.empty(0, object), np.empty((0, n), object)
    U, S, Vh = mpmath.svd(mpmath.matrix(A.tolist()))
    return array(U), array(S)[:, 0], array(Vh)


def factors_eigh(A: Exact) -> tuple[Exact, Exact]:
    if len(A) == 0:
        return np.empty(0, object), A
    w, V = mpmath.eigh(mpmath.matrix(hermitian(A).tolist()))
    w, V = np.asarray(list(w), object), array(V)
    order = sorted(range(len(w)), key=lambda i: w[i])
    return w[order], V[:, order]


def eliminated(A: Exact, B: Exact) -> Exact:
    """Gauss-Jordan elimination with partial pivoting.

    Products are written as array times number. For number times array, mpmath first turns the array into
    text, which is slow, before it leaves the product to NumPy.
    """
    A, B = A.copy(), B.copy()
    for j in range(len(A)):
        i = max(range(j, len(A)), key=lambda i: abs(A[i, j]))
        A[[i, j]], B[[i, j]] = A[[j, i]], B[[j, i]]
        for r in range(len(A)):
            if r != j:
                factor = A[r, j] / A[j, j]
                A[r], B[r] = A[r] - A[j] * factor, B[r] - B[j] * factor
    return np.asarray([B[j] / A[j, j] for j in range(len(A))], object).reshape(B.shape)


def inverse(A: Exact) -> Exact:
    return eliminated(A, exact(np.eye(len(A))))


def largest(X: Exact) -> Any:
    return max((abs(v) for v in X.flat), default=mpmath.mpf(0))


def near(X: Exact, Y: Exact) -> bool:
    """Whether X and Y are so close that the square of their difference is below the working precision."""
    return bool(largest(Y - X) <= largest(Y) * mpmath.mpf(10) ** (-0.55 * mpmath.mp.dps))


def remembered(f: Callable[[Exact], Exact]) -> Callable[[Exact], Exact]:
    """f with a cache: the next library that is tested often asks for the same values."""

    @functools.lru_cache(maxsize=2**13)
    def of_entries(digits: int, n: int, entries: tuple[Any, ...]) -> Exact:
        return f(np.asarray(entries, object).reshape(n, n))

    return lambda A: of_entries(mpmath.mp.dps, len(A), tuple(A.flat))


@remembered
def square_root(A: Exact) -> Exact:
    """The principal square root, by the iteration of Denman and Beavers from A over its largest entry."""
    size = largest(A)
    Y, Z = A / size, exact(np.eye(len(A)))
    for _ in range(500):
        last = Y
        Y, Z = (Y + inverse(Z)) / 2, (Z + inverse(Y)) / 2
        if near(last, Y):
            return (Y + inverse(Z)) * (mpmath.sqrt(size) / 2)
    raise ArithmeticError(f"the iteration found no principal square root of the matrix {A.tolist()}")


def determinant(A: Exact) -> Any:
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


def apart_from_zero(A: Any) -> Any:
    """A plus a multiple of I, so that all eigenvalues have positive real parts."""
    size = np.max(np.sum(np.abs(A), axis=-1), axis=-1, initial=0)[..., None, None]
    return np.asarray(A + 1.5 * np.where(size == 0, 1, size) * np.eye(A.shape[-1]), A.dtype)
