"""The oracles of rules/solve_lyapunov.md."""

from typing import Any

import numpy as np

from .._exact import Exact, conj, exact
from ._common import Like, eliminated

UNSCALED = ("solve_continuous_lyapunov", "solve_discrete_lyapunov")


def solve_continuous_lyapunov(A: Exact, Q: Exact, *, like: Like) -> list[Exact]:
    """By one linear system for all entries of X."""
    one = exact(np.eye(len(A)))
    return [_solved(np.kron(A, one) + np.kron(one, conj(A)), Q)]


def solve_discrete_lyapunov(A: Exact, Q: Exact, *, like: Like) -> list[Exact]:
    """By one linear system for all entries of X."""
    return [_solved(exact(np.eye(len(A) ** 2)) - np.kron(A, conj(A)), Q)]


def _solved(M: Exact, Q: Exact) -> Exact:
    return Q if Q.size == 0 else eliminated(M, Q.reshape(-1, 1)).reshape(Q.shape)


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """With the eigenvalues of A around -0.5: inside the unit circle, and left of the imaginary axis."""
    A, Q = inputs
    size = np.max(np.sum(np.abs(A), axis=-1), axis=-1, initial=0)[..., None, None]
    middle = -0.5 * np.eye(A.shape[-1])
    return [np.asarray(middle + 0.4 * A / np.where(size == 0, 1, size), A.dtype), Q]
