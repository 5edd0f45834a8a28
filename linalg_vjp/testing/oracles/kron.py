"""The oracle of rules/kron.md."""

from typing import Any

import numpy as np

from .._exact import Exact
from ._common import Like


def kron(A: Exact, B: Exact, *, like: Like) -> list[Exact]:
    """Entry by entry."""
    (m, n), (p, q) = A.shape, B.shape
    Y = np.empty((m * p, n * q), object)
    for r, s in np.ndindex(*Y.shape):
        Y[r, s] = A[r // p, s // q] * B[r % p, s % q]
    return [Y]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
