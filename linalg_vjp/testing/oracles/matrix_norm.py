"""The oracle of rules/matrix_norm.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, norm
from ._common import Like, factors_svd

WITHOUT = ("graded", "sparse", "ill-conditioned", "defective")  # the norm may have kinks at these


def matrix_norm(A: Exact, *, like: Like, ord: float | str = "fro", keepdims: bool = False) -> list[Exact]:
    """From the definition."""
    if ord == "fro":
        N = norm(A)
    elif ord in ("nuc", 2, -2):
        S = factors_svd(A)[1]
        N = sum(S, mpmath.mpf(0)) if ord == "nuc" else S[0] if ord == 2 else S[-1]
    else:
        sums = abs(A).sum(axis=0 if abs(float(ord)) == 1 else 1)
        N = max(sums) if float(ord) > 0 else min(sums)
    return [np.full((1, 1) if keepdims else (), N, object)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
