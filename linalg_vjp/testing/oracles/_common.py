"""What the oracles share: factorizations and elimination in arrays of mpmath numbers."""

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
    """Q with further columns: those of `like`, moved onto the complement of the span of Q."""
    extra = exact(like[:, Q.shape[1] :])
    return np.concatenate([Q, extra - Q @ (conj(Q.T) @ extra)], axis=1)


def unit_phases(z: Exact) -> Exact:
    return np.asarray([v / abs(v) if v != 0 else mpmath.mpf(1) for v in z], object)


def array(x: Any) -> Exact:
    return np.asarray(x.tolist(), object).reshape(x.rows, x.cols)


def factors_svd(A: Exact) -> tuple[Exact, Exact, Exact]:
    """Singular values as they come, descending; those of an empty matrix are none."""
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

    An array times a number: before mpmath leaves a number times an array to NumPy, it prints the array.
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
    """Whether they differ so little that the square of that is below all digits."""
    return bool(largest(Y - X) <= largest(Y) * mpmath.mpf(10) ** (-0.55 * mpmath.mp.dps))


def remembered(f: Callable[[Exact], Exact]) -> Callable[[Exact], Exact]:
    """f, which does not compute twice what it was asked before, for the next library that is tested."""

    @functools.lru_cache(maxsize=2**13)
    def of_entries(digits: int, n: int, entries: tuple[Any, ...]) -> Exact:
        return f(np.asarray(entries, object).reshape(n, n))

    return lambda A: of_entries(mpmath.mp.dps, len(A), tuple(A.flat))


@remembered
def square_root(A: Exact) -> Exact:
    """The principal one, by the iteration of Denman and Beavers, from a matrix of norm one."""
    size = largest(A)
    Y, Z = A / size, exact(np.eye(len(A)))
    for _ in range(500):
        last = Y
        Y, Z = (Y + inverse(Z)) / 2, (Z + inverse(Y)) / 2
        if near(last, Y):
            return (Y + inverse(Z)) * (mpmath.sqrt(size) / 2)
    raise ArithmeticError(f"no principal square root: {A.tolist()}")


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
    """A, shifted so far that all eigenvalues have positive real parts."""
    size = np.max(np.sum(np.abs(A), axis=-1), axis=-1, initial=0)[..., None, None]
    return np.asarray(A + 1.5 * np.where(size == 0, 1, size) * np.eye(A.shape[-1]), A.dtype)
