"""A formula over parts of a batch: chunks that fit the cache for NumPy, its own blocks for Dask."""

import functools
from collections.abc import Sequence
from typing import Any

from .._namespaces import Namespace, is_dask_namespace, is_numpy_namespace

__all__ = ["mapper", "maps"]

# Entries of the largest argument in a chunk. Measured: it fits the cache, and the cost of the calls is small.
CHUNK = 40000


def maps(xp: Namespace) -> bool:
    """Whether this library may process the parts of a batch one by one."""
    return bool(is_numpy_namespace(xp) or is_dask_namespace(xp))


def mapper(xp: Namespace, batch: int, whole: bool, arrays: Sequence[Any]) -> Any:
    """Return the function that maps a formula over the parts of a batch, or None.

    Parameters
    ----------
    xp : namespace
        The namespace of the arrays.
    batch : int
        The number of batch axes.
    whole : bool
        Whether NumPy processes the batch at once. This is faster for a formula that passes over memory once
        or twice, because joining chunks is another pass.
    arrays : sequence of array or None
        The arguments of the formula.

    Returns
    -------
    callable or None
        ``by_parts`` of `numpy` or `dask`; None if the formula is to run on the whole batch.
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
