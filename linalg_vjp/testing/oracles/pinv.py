"""The oracle of rules/pinv.md."""

import numpy as np

from .._exact import Exact, conj
from ._common import Like, factors_svd


def pinv(A: Exact, *, like: Like, rtol: float | None = None) -> list[Exact]:
    """From as many of the largest singular values as `like` has rank, so that the rank stays what it is."""
    U, S, Vh = factors_svd(A)
    r = np.linalg.matrix_rank(like[0])
    return [conj(Vh[:r].T) @ (conj(U[:, :r].T) / S[:r, None])]
