"""The oracle of rules/matrix_power.md."""

import numpy as np

from .._exact import Exact, exact
from ._common import Like, eliminated


def matrix_power(A: Exact, *, like: Like, n: int = 2) -> list[Exact]:
    """Factor by factor."""
    Y = exact(np.eye(len(A)))
    X = eliminated(A, Y) if n < 0 else A
    for _ in range(abs(n)):
        Y = Y @ X
    return [Y + 0 * A]
