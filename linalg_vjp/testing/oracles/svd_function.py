"""The oracle of rules/svd_function.md."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from .._exact import Exact
from ._common import Like, factors_svd

UNSCALED = ("svd_function", "svd_threshold")  # f is not homogeneous
FUNCTIONS = {"tanh": mpmath.tanh, "asinh": mpmath.asinh}


def svd_function(A: Exact, *, like: Like, f: Any, **derivatives: Any) -> list[Exact]:
    """From mpmath's singular value decomposition."""
    return _of_values(A, lambda S: [FUNCTIONS.get(f, f)(s) for s in S])


def low_rank(A: Exact, *, like: Like, k: int) -> list[Exact]:
    """From mpmath's singular value decomposition."""
    return _of_values(A, lambda S: [s if i < k else 0 * s for i, s in enumerate(S)])


def svd_threshold(A: Exact, *, like: Like, tau: float) -> list[Exact]:
    """From mpmath's singular value decomposition."""
    return _of_values(A, lambda S: [max(s - tau, mpmath.mpf(0)) for s in S])


def _of_values(A: Exact, f: Callable[[Exact], list[Any]]) -> list[Exact]:
    U, S, Vh = factors_svd(A)
    return [(U * np.asarray(f(S), object)) @ Vh if len(S) else A]
