"""The oracle of rules/det.md."""

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like, determinant

ANY_RANK = ("det",)  # random cases include singular matrices


def det(A: Exact, *, like: Like) -> list[Exact]:
    """The product of the pivots."""
    return [np.asarray(determinant(A), object)]


def slogdet(A: Exact, *, like: Like) -> list[Exact]:
    """The phase and the logarithm of the size of the determinant."""
    d = determinant(A)
    return [np.asarray(d / abs(d), object), np.asarray(mpmath.log(abs(d)), object)]
