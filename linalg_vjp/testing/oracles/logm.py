"""The oracle of rules/logm.md."""

import mpmath
import numpy as np

from .._exact import Exact, exact
from ._common import Like, inverse, largest, remembered, square_root
from .sqrtm import arranged

__all__ = ["arranged", "logm"]


def logm(A: Exact, *, like: Like) -> list[Exact]:
    """By square roots and a series."""
    return [A if A.size == 0 else logarithm(A)]


@remembered
def logarithm(A: Exact) -> Exact:
    """Square roots X of A over its size, and near I the series of log X = 2 artanh((X - I) (X + I)^-1)."""
    one, digits = exact(np.eye(len(A))), mpmath.mp.dps
    with mpmath.workdps(digits + 20):  # the differences from I lose these digits
        size = largest(A)
        X, roots = A / size, 0
        while largest(W := (X - one) @ inverse(X + one)) * len(A) > 0.6:
            X, roots = square_root(X), roots + 1
        power, square, Y = W, W @ W, W
        for k in range(3, 4 * digits, 2):
            if largest(power) == 0 or largest(power) < largest(Y) * mpmath.mpf(10) ** (-digits - 10):
                break
            power = power @ square
            Y = Y + power / k
        Y = Y * mpmath.mpf(2) ** (roots + 1) + one * mpmath.log(size)
    return Y
