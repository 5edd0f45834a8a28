"""The oracle of rules/vector_norm.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like

WITHOUT = ("graded", "sparse", "ill-conditioned", "defective")  # the norm may have kinks at these


def vector_norm(
    x: Exact, *, like: Like, ord: float = 2, axis: Any = None, keepdims: bool = False
) -> list[Exact]:
    """From the definition."""
    if x.ndim == 0:  # a vector of one entry, whose axis is dropped
        x, axis, keepdims = x.reshape(1), None, False
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    a = abs(x)
    if ord == 0:
        N = (a != 0).astype(object).sum(axis=axes, keepdims=keepdims) * mpmath.mpf(1)
    elif abs(ord) == np.inf:
        N = (np.max if ord > 0 else np.min)(a, axis=axes, keepdims=keepdims)
    else:
        p = mpmath.mpf(ord)
        N = (a**p).sum(axis=axes, keepdims=keepdims) ** (1 / p)
    return [np.asarray(N, object)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in range for these ord."""
    return params["ord"] in (1, 2, np.inf, -np.inf)
