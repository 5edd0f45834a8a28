"""A whole formula over the parts of a batch: NumPy takes chunks that fit the cache, Dask its own blocks."""

import functools
from collections.abc import Sequence
from typing import Any

from .._namespaces import Namespace, is_dask_namespace, is_numpy_namespace

__all__ = ["mapper", "maps"]

# Entries of the largest argument of a chunk. Measured: it fits the cache, yet amortizes the calls.
CHUNK = 40000


def maps(xp: Namespace) -> bool:
    """Whether a library may want the parts of a batch one by one."""
    return bool(is_numpy_namespace(xp) or is_dask_namespace(xp))


def mapper(xp: Namespace, batch: int, whole: bool, arrays: Sequence[Any]) -> Any:
    """The function that maps a formula over the parts of a batch, or None.

    Parameters
    ----------
    xp : namespace
    batch : int
        How many axes the batch has.
    whole : bool
        Whether NumPy is to have the batch at once: the formula takes a pass or two over memory, and to put
        chunks together is one more.
    arrays : sequence of array or None
        The arguments of the formula.
    """
    if is_numpy_namespace(xp):
        if whole or not batch or max([getattr(x, "size", 0) for x in arrays]) <= 2 * CHUNK:
            return None
        from .numpy import by_parts

        return functools.partial(by_parts, xp, CHUNK)
    if is_dask_namespace(xp):
        from .dask import by_parts as by_blocks

        return by_blocks
    return None
