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
    return is_numpy_namespace(xp) or is_dask_namespace(xp)


def mapper(xp: Namespace, batch: int, keeps: bool, arrays: Sequence[Any]) -> Any:
    """The function that maps a formula over the parts of a batch, or None.

    Parameters
    ----------
    xp : namespace
    batch : int
        How many axes the batch has.
    keeps : bool
        Whether the formula makes or reads values that the forward keeps for its derivatives.
    arrays : sequence of array or None
        The arguments of the formula.
    """
    if is_numpy_namespace(xp):
        # From kept values a derivative takes a pass or two over memory; to put chunks together is one more.
        if keeps or not batch or max([getattr(x, "size", 0) for x in arrays]) <= 2 * CHUNK:
            return None
        from .numpy import by_parts

        return functools.partial(by_parts, xp, CHUNK)
    if is_dask_namespace(xp):
        from .dask import by_parts as by_blocks

        return by_blocks
    return None
