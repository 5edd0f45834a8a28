"""The oracle of rules/solve_triangular.md."""

from typing import Any

import numpy as np

from .._exact import Exact, conj
from ._common import Like, eliminated


def solve_triangular(
    A: Exact, B: Exact, *, like: Like, upper: bool = True, trans: str = "N", unit_diagonal: bool = False
) -> list[Exact]:
    """Elimination, with only the triangle that is read."""
    n = len(A)
    read = np.tri(n, k=-1, dtype=bool)
    A = np.where(read.T if upper else read, A, 0) + np.where(
        np.eye(n, dtype=bool), 1 if unit_diagonal else A, 0
    )
    return [eliminated({"N": A, "T": A.T, "C": conj(A.T)}[trans], B)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in range, unless the diagonal is fixed to one."""
    return not params["unit_diagonal"]
