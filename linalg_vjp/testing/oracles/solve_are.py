"""The oracles of rules/solve_are.md: Newton's method, started at the solution under test."""

from typing import Any

import numpy as np

from .._exact import Exact, conj, exact, hermitian
from ._common import Like, eliminated, near

UNSCALED = ("solve_continuous_are", "solve_discrete_are")
STEPS = 9  # each step doubles the number of correct digits


def solve_continuous_are(A: Exact, B: Exact, Q: Exact, R: Exact, *, like: Like) -> list[Exact]:
    """Newton's method. Each step solves one linear system for all entries of the correction."""
    Q, R, X, one = hermitian(Q), hermitian(R), hermitian(exact(like[0])), exact(np.eye(len(A)))
    for _ in range(STEPS if X.size else 0):
        loop = A - B @ eliminated(R, conj(B.T) @ X)
        rest = conj(A.T) @ X + X @ loop + Q
        last, X = X, X - _solved(np.kron(conj(loop.T), one) + np.kron(one, loop.T), rest)
        if near(last, X):
            break
    return [X]


def solve_discrete_are(A: Exact, B: Exact, Q: Exact, R: Exact, *, like: Like) -> list[Exact]:
    """Newton's method. Each step solves one linear system for all entries of the correction."""
    Q, R, X = hermitian(Q), hermitian(R), hermitian(exact(like[0]))
    for _ in range(STEPS if X.size else 0):
        loop = A - B @ eliminated(R + conj(B.T) @ X @ B, conj(B.T) @ X @ A)
        rest = conj(A.T) @ X @ loop - X + Q
        last, X = X, X + _solved(exact(np.eye(X.size)) - np.kron(conj(loop.T), loop.T), rest)
        if near(last, X):
            break
    return [X]


def _solved(M: Exact, Q: Exact) -> Exact:
    return eliminated(M, Q.reshape(-1, 1)).reshape(Q.shape)


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """Of norm about one, with Q and R positive definite. If m < n, A is stable, so B need not control it."""
    A, B, Q, R = (x / np.where((size := _size(x)) == 0, 1, size) for x in inputs)
    n, m = B.shape[-2:]
    A = A / 4 - np.eye(n) / 2 if m < n else A
    B = B + 2 * np.eye(n, m)
    Q, R = (np.eye(x.shape[-1]) + (x + np.conj(x.mT)) / 4 for x in (Q, R))
    return [np.asarray(x, given.dtype) for x, given in zip((A, B, Q, R), inputs, strict=True)]


def _size(x: Any) -> Any:
    return np.max(np.sum(np.abs(x), axis=-1), axis=-1, initial=0)[..., None, None]
