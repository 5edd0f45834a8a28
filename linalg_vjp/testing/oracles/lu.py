"""The oracle of rules/lu.md."""

from typing import Any

import numpy as np

from .._exact import Exact, exact
from ._common import Like


def lu(A: Exact, *, like: Like, p_indices: bool = False) -> list[Exact | None]:
    """Elimination without pivoting, after the rows are permuted as in `like`."""
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


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
