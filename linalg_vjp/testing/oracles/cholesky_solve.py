"""The oracle of rules/cholesky_solve.md."""

from typing import Any

import numpy as np

from .._exact import Exact, conj, exact
from ._common import Like, eliminated

CUBES = ("cholesky_inverse",)  # its derivatives grow like L^-3, and leave the range of the floats


def cholesky_solve(L: Exact, B: Exact, *, like: Like, upper: bool = False) -> list[Exact]:
    """Elimination, with the product of the factors."""
    return [eliminated(_product(L, upper), B)]


def cholesky_inverse(L: Exact, *, like: Like, upper: bool = False) -> list[Exact]:
    """Elimination, with the product of the factors and the identity."""
    return [eliminated(_product(L, upper), exact(np.eye(len(L))))]


def _product(L: Exact, upper: bool) -> Exact:
    read = np.tri(len(L), dtype=bool)
    L = np.where(read.T if upper else read, L, 0)
    return conj(L.T) @ L if upper else L @ conj(L.T)


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
