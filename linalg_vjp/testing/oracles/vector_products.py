"""The oracle of rules/vector_products.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj
from ._common import Like


def vecdot(a: Exact, b: Exact, *, like: Like, axis: int = -1) -> list[Exact]:
    """The sum, term by term."""
    return [np.asarray((conj(a) * b).sum(axis=axis) + mpmath.mpf(0), object)]


def outer(a: Exact, b: Exact, *, like: Like) -> list[Exact]:
    """Entry by entry."""
    return [a[:, None] * b]


def cross(a: Exact, b: Exact, *, like: Like, axis: int = -1) -> list[Exact]:
    """From the definition."""
    a, b = (np.moveaxis(x, axis, -1) for x in np.broadcast_arrays(a, b))
    turn = [1, 2, 0]
    c = a * b[..., turn] - a[..., turn] * b
    return [np.moveaxis(c[..., turn], -1, axis)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
