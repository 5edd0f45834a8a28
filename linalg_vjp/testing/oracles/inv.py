"""The oracle of rules/inv.md."""

from typing import Any

import numpy as np

from .._exact import Exact, exact
from ._common import Like, eliminated


def inv(A: Exact, *, like: Like) -> list[Exact]:
    """Elimination, with the identity."""
    return [eliminated(A, exact(np.eye(len(A))))]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
