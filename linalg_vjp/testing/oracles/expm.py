"""The oracle of rules/expm.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like, array

UNSCALED = ("expm",)


def expm(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's: a Taylor series, scaled and squared."""
    return [A if A.size == 0 else np.asarray(array(mpmath.expm(mpmath.matrix(A.tolist()))) + 0 * A, object)]


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """Of a norm up to 16, so that no exponential leaves the floats."""
    (A,) = inputs
    size = np.max(np.sum(np.abs(A), axis=-1), axis=-1, initial=0)[..., None, None]
    return [np.asarray(A / np.maximum(1, size / 16), A.dtype)]
