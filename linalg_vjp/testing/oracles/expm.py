"""The oracle of rules/expm.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like, array

UNSCALED = ("expm",)


def expm(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's exponential, by scaling and squaring a Taylor series."""
    return [A if A.size == 0 else np.asarray(array(mpmath.expm(mpmath.matrix(A.tolist()))) + 0 * A, object)]


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """Scaled down to a norm of at most 16, so that no exponential overflows."""
    (A,) = inputs
    size = np.max(np.sum(np.abs(A), axis=-1), axis=-1, initial=0)[..., None, None]
    return [np.asarray(A / np.maximum(1, size / 16), A.dtype)]
