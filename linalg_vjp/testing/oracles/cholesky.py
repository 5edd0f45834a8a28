"""The oracle of rules/cholesky.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj, exact, hermitian
from ._common import Like


def cholesky(A: Exact, *, like: Like, upper: bool = False) -> list[Exact]:
    """Column by column, from the Hermitian part of A."""
    A = hermitian(A)
    n = len(A)
    L = exact(np.zeros((n, n)))
    for j in range(n):
        v = A[j:, j] - L[j:, :j] @ conj(L[j, :j])
        L[j:, j] = v / mpmath.sqrt(v[0].real)
    return [conj(L.T) if upper else L]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
