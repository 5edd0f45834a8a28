"""The oracle of rules/expm.md."""

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like, array


def expm(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's: a Taylor series, scaled and squared."""
    return [A if A.size == 0 else np.asarray(array(mpmath.expm(mpmath.matrix(A.tolist()))) + 0 * A, object)]
