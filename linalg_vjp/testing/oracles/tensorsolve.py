"""The oracles of rules/tensorsolve.md."""

import math
from typing import Any

import numpy as np

from .._exact import Exact, exact
from ._common import Like, eliminated


def tensorinv(A: Exact, *, like: Like, ind: int = 2) -> list[Exact]:
    """Elimination, with the identity, in reshaped arrays."""
    size = math.prod(A.shape[:ind])
    X = eliminated(A.reshape(size, size), exact(np.eye(size)))
    return [X.reshape(A.shape[ind:] + A.shape[:ind])]


def tensorsolve(A: Exact, B: Exact, *, like: Like, axes: tuple[int, ...] | None = None) -> list[Exact]:
    """Elimination, in reshaped arrays."""
    last = [i % A.ndim for i in axes or ()]
    A = np.transpose(A, [*(i for i in range(A.ndim) if i not in last), *last])
    X = eliminated(A.reshape(B.size, B.size), B.reshape(-1))
    return [X.reshape(A.shape[B.ndim :])]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """Nonsingular, for any pair of axes as the rows. All axes have one size."""
    A = inputs[0]
    n = A.shape[0]
    i, j, k, l = np.indices(A.shape)
    A += A.dtype.type(4) * ((i == k) & (j == l)) + A.dtype.type(8 * n) * ((i == j) & (j == k) & (k == l))
    return inputs
