"""The triangles of NumPy, kept: numpy.tril builds its mask at each call."""

import functools

import numpy as np

from .._namespaces import Array

__all__ = ["lower"]


@functools.lru_cache(maxsize=256)
def lower(m: int, n: int, k: int) -> Array:
    """True up to the k-th diagonal."""
    mask = np.tri(m, n, k, dtype=bool)
    mask.flags.writeable = False
    return mask
