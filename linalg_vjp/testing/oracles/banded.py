"""The oracles of rules/banded.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like, eliminated


def tridiagonal_solve(dl: Exact, d: Exact, du: Exact, B: Exact, *, like: Like) -> list[Exact]:
    """Elimination, with the full matrix."""
    n = len(d)
    A = np.full((n, n), mpmath.mpf(0), object)
    for i, j in np.ndindex(n, n):
        if abs(i - j) <= 1:
            A[i, j] = (du if j > i else dl if j < i else d)[i]
    return [eliminated(A, B)]


def solve_banded(ab: Exact, B: Exact, *, like: Like, u: int = 1) -> list[Exact]:
    """Elimination, with the full matrix."""
    w, n = ab.shape
    A = np.full((n, n), mpmath.mpf(0), object)
    for i, j in np.ndindex(n, n):
        if 0 <= u + i - j < w:
            A[i, j] = ab[u + i - j, j]
    return [eliminated(A, B)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True


def fitted(sizes: dict[str, int], params: dict[str, Any]) -> dict[str, int]:
    """At least u + 1 rows: one for each diagonal above the main one, and one for the main one."""
    return sizes | {"w": max(sizes["w"], params["u"] + 1)} if "w" in sizes else sizes


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """Diagonally dominant, so that no library has to pivot, with at most one diagonal below the main one."""
    if params:
        inputs[0] = inputs[0][..., : params["u"] + 2, :]
    main = inputs[0][..., params["u"], :] if params else inputs[1]
    main += main.dtype.type(8)
    return inputs
