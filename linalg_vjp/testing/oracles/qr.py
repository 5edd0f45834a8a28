"""The oracle of rules/qr.md."""

from typing import Any

import numpy as np

from .._exact import Exact, conj, exact, norm
from ._common import Like, completed


def qr(A: Exact, *, like: Like, mode: str = "reduced") -> list[Exact]:
    """Gram-Schmidt, applied twice. The diagonal of R has the signs of `like`."""
    m, n = A.shape
    k = min(m, n)
    Q = np.empty((m, 0), object)
    for j in range(k):
        v = A[:, j]
        for _ in range(2):
            v = v - Q @ (conj(Q.T) @ v)
        sign = 1 if like[1][j, j].real >= 0 else -1
        Q = np.concatenate([Q, (v / (sign * norm(v)))[:, None]], axis=1)
    R = conj(Q.T) @ A
    if mode == "complete" and m > n:
        Q = completed(Q, like[0])
        R = np.concatenate([R, exact(np.zeros((m - n, n)))], axis=0)
    return [Q, R]


def qr_pivoted(A: Exact, *, like: Like, mode: str = "reduced") -> list[Exact | None]:
    """`qr` of the columns in the order of `like`, which is constant."""
    return [*qr(A[:, like[2].tolist()], like=like, mode=mode), None]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
