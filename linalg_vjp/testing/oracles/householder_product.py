"""The oracle of rules/householder_product.md."""

from typing import Any

import numpy as np

from .._exact import Exact, conj, exact
from ._common import Like


def householder_product(A: Exact, tau: Exact, *, like: Like) -> list[Exact]:
    """One reflector at a time."""
    m, n = A.shape
    Q = exact(np.eye(m, n))
    for i in reversed(range(len(tau))):
        v = A[:, i].copy()
        v[:i], v[i] = 0, 1
        Q = Q - tau[i] * np.outer(v, conj(v) @ Q)
    return [Q]


def in_range(params: dict[str, Any]) -> bool:
    """Products of many large vectors leave the range of the floats."""
    return False
