"""NumPy: a formula on chunks of a large batch, one by one, so that its intermediate results fit the cache."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .._namespaces import Namespace

__all__ = ["by_parts"]


def by_parts(
    xp: Namespace,
    chunk: int,
    rule: str,
    formula: Callable[..., tuple[Any, ...]],
    arrays: Sequence[Any],
    ranks: Sequence[int],
    params: Mapping[str, Any],
) -> tuple[Any, ...]:
    """Run the formula on chunks with `chunk` entries; the arguments after it are those of `dask.by_parts`."""
    batches = [x.shape[: x.ndim - rank] for x, rank in zip(arrays, ranks, strict=True) if x is not None]
    count = math.prod(batches[0])
    size = max(x.size for x in arrays if x is not None)
    per_matrix = any(hasattr(value, "shape") for value in params.values())
    if count == 1 or per_matrix or any(batch != batches[0] for batch in batches):
        return formula(*arrays, xp=xp, **params)
    flat = [
        x if x is None else x.reshape(count, *x.shape[x.ndim - rank :])
        for x, rank in zip(arrays, ranks, strict=True)
    ]
    step = max(1, chunk * count // size)
    full: list[Any] = []
    for start in range(0, count, step):
        here = slice(start, start + step)
        results = formula(*(x if x is None else x[here] for x in flat), xp=xp, **params)
        full = full or [y if y is None else _empty(count, y) for y in results]
        for whole, y in zip(full, results, strict=True):
            if y is not None:
                whole[here] = y
    return tuple(y if y is None else y.reshape(*batches[0], *y.shape[1:]) for y in full)


def _empty(count: int, y: Any) -> Any:
    """An empty array for `count` matrices like those in y; in column-major order if y is, as LAPACK needs."""
    if y.ndim > 2 and y.mT.flags.c_contiguous and not y.flags.c_contiguous:
        return np.empty((count, *y.mT.shape[1:]), y.dtype).mT
    return np.empty((count, *y.shape[1:]), y.dtype)
