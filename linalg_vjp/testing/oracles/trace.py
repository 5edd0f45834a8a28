"""The oracle of rules/trace.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like


def trace(A: Exact, *, like: Like, offset: int = 0) -> list[Exact]:
    """The sum, term by term."""
    m, n = A.shape
    terms = (A[i, i + offset] for i in range(m) if 0 <= i + offset < n)
    return [np.asarray(sum(terms, mpmath.mpf(0)), object)]


def in_range(params: dict[str, Any]) -> bool:
    """Inputs of any size keep all results in the range of the floats."""
    return True
