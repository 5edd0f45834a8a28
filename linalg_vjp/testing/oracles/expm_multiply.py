"""The oracle of rules/expm_multiply.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like, array

UNSCALED = ("expm_multiply",)


def expm_multiply(A: Exact, B: Exact, *, max_steps: int, like: Like) -> list[Exact]:
    """mpmath's exponential, times B."""
    if B.size == 0:
        return [B]
    return [array(mpmath.expm(mpmath.matrix(A.tolist()))) @ B]


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """Scaled down to a norm of at most 8, so that five steps are enough for every matrix."""
    A, B = inputs
    size = np.max(np.sum(np.abs(A), axis=-1), axis=-1, initial=0)[..., None, None]
    return [np.asarray(A / np.maximum(1, size / 8), A.dtype), B]
