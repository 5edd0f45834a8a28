"""The oracle of rules/cond.md."""

from typing import Any

import numpy as np

from .._exact import Exact, exact
from ._common import Like, eliminated, factors_svd
from .matrix_norm import matrix_norm

WITHOUT = ("graded", "sparse", "ill-conditioned", "defective")  # the norm may have kinks at these


def cond(A: Exact, *, like: Like, p: float | str | None = None) -> list[Exact]:
    """From the definition."""
    if p in (None, 2, -2):
        S = factors_svd(A)[1]
        return [np.asarray(S[-1] / S[0] if p == -2 else S[0] / S[-1], object)]
    X = eliminated(A, exact(np.eye(len(A))))
    (N,), (M,) = (matrix_norm(x, like=like, ord=p) for x in (A, X))
    return [np.asarray(N * M, object)]


def fitted(sizes: dict[str, int], params: dict[str, Any]) -> dict[str, int]:
    """Square, where p needs it."""
    return sizes if params["p"] in (None, 2, -2) else sizes | {"n": sizes["m"]}


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
