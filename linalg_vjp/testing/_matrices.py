"""Random matrices of each space that a rule can name, with structures that tend to expose mistakes."""

from typing import Any

import numpy as np

from ._exact import normal

__all__ = ["STRUCTURES", "Matrices"]

STRUCTURES = ("plain", "graded", "sparse", "ill-conditioned", "defective")


class Matrices:
    """Draws random matrices of one dtype. A matrix of any structure lies in the space that was asked for.

    Condition numbers stay below 1e6 in double and 1e2 in single precision. So the smallest singular value is
    larger than the step to a neighbouring point, with which `_truth.py` measures how a derivative changes.
    """

    def __init__(self, random: np.random.Generator, dtype: Any) -> None:
        self.random, self.dtype = random, np.dtype(dtype)
        self.decades = 6.0 if self.dtype.name in ("float64", "complex128") else 2.0

    def of(self, space: str, structure: str, *shape: int) -> Any:
        """A batch of matrices of a space and a structure. Vectors and numbers are always plain."""
        if space == "pivots":
            at = np.arange(shape[-1])
            return self.random.integers(at, shape[-1], size=shape)
        if structure == "plain" or len(shape) < 2 or 0 in shape:
            return self._plain(space, *shape)
        make = {
            "graded": self._graded,
            "sparse": self._sparse,
            "ill-conditioned": self._ill_conditioned,
            "defective": self._defective,
        }[structure]
        return np.asarray(make(space, *shape), self.dtype)

    def singular(self, A: Any, rank: int) -> Any:
        """A matrix with the shape of A and at most this rank, exactly, because its factors are integers."""
        m, n = A.shape[-2:]
        left, right = (self.random.integers(-2, 3, size=(*A.shape[:-2], *s)) for s in ((m, rank), (rank, n)))
        return np.asarray(left @ right, self.dtype)

    def _general(self, *shape: int) -> Any:
        return np.asarray(normal(self.random, shape, self.dtype), self.dtype)

    def _plain(self, space: str, *shape: int) -> Any:
        A = self._general(*shape)
        if space in ("nonsingular", "triangular"):
            return A + 2 * np.eye(shape[-1], dtype=self.dtype)
        if space == "positive":
            A = A @ np.conj(A.mT) + np.eye(shape[-1], dtype=self.dtype)
        return _hermitian(A) if space in ("hermitian", "positive") else A

    def _graded(self, space: str, *shape: int) -> Any:
        """Scales of rows and of columns that each vary over half of the decades, in random order."""
        *batch, m, n = shape
        rows, columns = ([*batch, m, 1], [*batch, 1, n])
        D, E = (10.0 ** (-self.decades / 2 * self.random.uniform(size=side)) for side in (rows, columns))
        if space in ("hermitian", "positive"):
            E = D.mT
        return D * self._plain(space, *shape) * E

    def _sparse(self, space: str, *shape: int) -> Any:
        """Half of the off-diagonal entries are zero; in a positive matrix, those between two sets of rows."""
        A, (m, n) = self._plain(space, *shape), shape[-2:]
        kept = self.random.uniform(size=(m, n)) < 0.5
        if space in ("hermitian", "positive"):
            side = kept[0]
            kept = side[:, None] == side if space == "positive" else np.triu(kept) | np.triu(kept).T
        return A * (kept | np.eye(m, n, dtype=bool))

    def _ill_conditioned(self, space: str, *shape: int) -> Any:
        """Singular values that vary over all of the decades. Hermitian matrices get random signs too."""
        *batch, m, n = shape
        U, V = self._unitary(*batch, m), self._unitary(*batch, n)
        s = 10.0 ** (-self.decades * np.arange(min(m, n)) / max(1, min(m, n) - 1))
        if space in ("hermitian", "positive"):
            w = s * self.random.choice([-1, 1], size=n) if space == "hermitian" else s
            return _hermitian((U * w) @ np.conj(U.mT))
        A = (U[..., : len(s)] * s) @ np.conj(V[..., : len(s)].mT)
        return A + 2 * np.eye(n) if space == "triangular" else A

    def _defective(self, space: str, *shape: int) -> Any:
        """A single Jordan block. Hermitian matrices, which are never defective, are plain."""
        m, n = shape[-2:]
        if space in ("hermitian", "positive"):
            return self._plain(space, *shape)
        return self._general(*shape[:-2], 1, 1) * (np.eye(m, n) + np.eye(m, n, k=1) / 2)

    def _unitary(self, *shape: int) -> Any:
        return np.linalg.qr(normal(self.random, (*shape, shape[-1]), self.dtype))[0]


def _hermitian(A: Any) -> Any:
    return (A + np.conj(A.mT)) / A.dtype.type(2)
