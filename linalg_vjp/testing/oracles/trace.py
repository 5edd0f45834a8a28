"""The oracle of rules/trace.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like


def trace(A: Exact, *, like: Like, offset: int = 0) -> list[Exact]:
    """The sum of the diagonal entries."""
    m, n = A.shape
    terms = (A[i, i + offset] for i in range(m) if 0 <= i + offset < n)
    return [np.asarray(sum(terms, mpmath.mpf(0)), object)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
