"""The oracle of rules/sqrtm.md."""

from typing import Any

import numpy as np

from .._exact import Exact
from ._common import Like, square_root


def sqrtm(A: Exact, *, like: Like) -> list[Exact]:
    """The iteration of Denman and Beavers."""
    return [A if A.size == 0 else square_root(A)]


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """With eigenvalues away from zero and from the negative real axis."""
    (A,) = inputs
    if A.size == 0:
        return [A]
    w = np.linalg.eigvals(A)
    size = np.max(np.abs(w), axis=-1, keepdims=True)
    away = np.all((np.abs(w) > 0.05 * size) & (np.abs(np.angle(w)) < 2.8), axis=-1, keepdims=True)
    shift = np.where(away, 0, np.where(size == 0, 1, 1.25 * size))[..., None]
    return [np.asarray(A + shift * np.eye(A.shape[-1]), A.dtype)]
