"""The oracle of rules/fractional_matrix_power.md."""

import mpmath

from .._exact import Exact
from ._common import Like
from .expm import expm
from .logm import arranged, logm
from .matrix_power import matrix_power

__all__ = ["arranged", "fractional_matrix_power"]


def fractional_matrix_power(A: Exact, *, like: Like, t: float) -> list[Exact]:
    """exp(t log A); for an integer t, a product of factors."""
    if t == int(t):
        return matrix_power(A, like=like, n=int(t))
    (W,) = logm(A, like=like)
    return expm(W * mpmath.mpf(t), like=like)
