"""The oracles of rules/lu_factor.md."""

from typing import Any

import numpy as np

from .._exact import Exact, conj, exact
from ._common import Like, eliminated
from .lu import lu


def lu_factor(A: Exact, *, like: Like) -> list[Exact | None]:
    """Elimination, with the rows in the order given by the pivots of `like`."""
    m, n = A.shape
    k = min(m, n)
    _, L, U = lu(A, like=[np.argsort(_rows(like[1], m))], p_indices=True)
    assert L is not None
    assert U is not None
    LU = exact(np.zeros((m, n)))
    LU[:, :k] = L - exact(np.eye(m, k))
    LU[:k] = LU[:k] + U
    return [LU, None]


def lu_solve(LU: Exact, pivots: Exact, B: Exact, *, like: Like, trans: str = "N") -> list[Exact]:
    """Elimination, with the product of the factors in the original order of rows."""
    n = len(LU)
    upper = np.tri(n, dtype=bool).T
    A = (np.where(upper, 0, LU) + exact(np.eye(n))) @ np.where(upper, LU, 0) if n else LU
    A = A[np.argsort(_rows(pivots, n))]
    return [eliminated({"N": A, "T": A.T, "C": conj(A.T)}[trans], B)]


def _rows(pivots: Any, m: int) -> Any:
    """The order of the rows after the exchanges."""
    rows = np.arange(m)
    for i, other in enumerate(pivots):
        rows[[i, int(other)]] = rows[[int(other), i]]
    return rows


def in_range(params: dict[str, Any]) -> bool:
    """Products with an L of large entries leave the range of the floats."""
    return False
