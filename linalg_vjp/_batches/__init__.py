"""A whole formula over the parts of a batch: NumPy takes chunks that fit the cache, Dask its own blocks."""

import functools
from typing import Any

from .._namespaces import Namespace, is_dask_namespace, is_numpy_namespace

__all__ = ["mapper"]


@functools.cache
def mapper(xp: Namespace, batch: int, keeps: bool) -> Any:
    """The function that maps a formula over the parts of a batch, or None.

    Parameters
    ----------
    xp : namespace
    batch : int
        How many axes the batch has.
    keeps : bool
        Whether the formula makes or reads values that the forward keeps for its derivatives.
    """
    if is_dask_namespace(xp):
        from .dask import by_parts

        return by_parts
    # From kept values a derivative takes a pass or two over memory; to put chunks together is one more.
    if batch and not keeps and is_numpy_namespace(xp):
        from .numpy import by_parts

        return by_parts
    return None
