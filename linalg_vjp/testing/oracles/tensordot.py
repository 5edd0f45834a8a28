"""The oracle of rules/tensordot.md."""

from typing import Any

import numpy as np

from .._exact import Exact
from ._common import Like


def tensordot(A: Exact, B: Exact, *, like: Like, axes: Any = 2) -> list[Exact]:
    """NumPy's, which sums products of any numbers."""
    return [np.asarray(np.tensordot(A, B, axes), object)]


def in_range(params: dict[str, Any]) -> bool:
    """Inputs of any size keep all results in the range of the floats."""
    return True
