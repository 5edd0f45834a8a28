"""The oracle of rules/solve_sylvester.md."""

from typing import Any

import numpy as np

from .._exact import Exact, exact
from ._common import Like, apart_from_zero, eliminated


def solve_sylvester(A: Exact, B: Exact, Q: Exact, *, like: Like) -> list[Exact]:
    """By one linear system for all entries of X."""
    m, n = Q.shape
    if Q.size == 0:
        return [Q]
    M = np.kron(A, exact(np.eye(n))) + np.kron(exact(np.eye(m)), B.T)
    return [eliminated(M, Q.reshape(m * n, 1)).reshape(m, n)]


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """With eigenvalues of A and of B that all have positive real parts."""
    A, B, Q = inputs
    return [apart_from_zero(A), apart_from_zero(B), Q]


def in_range(params: dict[str, Any]) -> bool:
    """No: the inputs are tried at moderate scales only."""
    return False
