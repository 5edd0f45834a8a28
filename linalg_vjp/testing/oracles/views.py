"""The oracle of rules/views.md."""

from typing import Any

import numpy as np

from .._exact import Exact
from ._common import Like


def matrix_transpose(A: Exact, *, like: Like) -> list[Exact]:
    """The transpose."""
    return [A.T]


def diagonal(A: Exact, *, like: Like, offset: int = 0) -> list[Exact]:
    """Entry by entry."""
    m, n = A.shape
    entries = [A[i, i + offset] for i in range(m) if 0 <= i + offset < n]
    return [np.asarray(entries, object)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
