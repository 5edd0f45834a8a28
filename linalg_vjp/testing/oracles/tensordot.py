"""The oracle of rules/tensordot.md."""

from typing import Any

import numpy as np

from .._exact import Exact
from ._common import Like


def tensordot(A: Exact, B: Exact, *, like: Like, axes: Any = 2) -> list[Exact]:
    """NumPy's tensordot, which also takes arrays of mpmath numbers."""
    return [np.asarray(np.tensordot(A, B, axes), object)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
