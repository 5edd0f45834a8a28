"""The oracle of rules/polar.md."""

from typing import Any

from .._exact import Exact, conj
from ._common import Like, factors_svd


def polar(A: Exact, *, like: Like, side: str) -> list[Exact]:
    """From mpmath's singular value decomposition."""
    P, S, Qh = factors_svd(A)
    X = conj(Qh.T) if side == "right" else P
    return [P @ Qh, (X * S) @ conj(X.T)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
