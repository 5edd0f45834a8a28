"""Dask: a whole formula on every chunk of the batch, in the library of the chunks.

Dask's own linear algebra handles one matrix at a time. Here each task in the graph is one call of a rule on a
batch in memory. Nothing is computed before the user asks, and a batch may be larger than memory.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dask.array as da
import numpy as np

from .._namespaces import Array, array_namespace

__all__ = ["by_parts"]


def by_parts(
    rule: str,
    formula: Callable[..., tuple[Any, ...]],
    arrays: Sequence[Any],
    ranks: Sequence[int],
    params: Mapping[str, Any],
) -> tuple[Any, ...]:
    """Run the formula chunk by chunk along the batch.

    Parameters
    ----------
    rule : str
        The name of the rule, for errors.
    formula : callable
        ``formula(*arrays, xp=..., **params)`` returns a tuple of results; a result of None stays None.
    arrays : sequence of Dask array or None
        The arguments of the formula.
    ranks : sequence of int
        For each array, the number of last axes that belong to one matrix.
    params : mapping
        The keywords of the formula. An array among them has one entry for each matrix.

    Returns
    -------
    tuple of Dask array or None
        The results of the formula.

    Raises
    ------
    ValueError
        If a matrix is split over chunks, or a chunk has an unknown size.
    """
    per_matrix = [name for name, value in params.items() if isinstance(value, da.Array)]
    fixed = {name: value for name, value in params.items() if name not in per_matrix}
    given = [(x, rank) for x, rank in zip(arrays, ranks, strict=True) if x is not None]
    given += [(params[name], 0) for name in per_matrix]
    for x, rank in given:
        _check_chunks(rule, x, rank)
    xp = array_namespace(given[0][0]._meta)

    def run(*blocks: Array) -> tuple[Any, ...]:
        left = iter(blocks)
        values = [None if x is None else next(left) for x in arrays]
        return formula(*values, xp=xp, **fixed, **dict(zip(per_matrix, left, strict=True)))

    # The results for an empty batch give the shapes and dtypes of all results.
    cores = [x.shape[x.ndim - rank :] for x, rank in given]
    like = run(*(xp.zeros((0, *core), dtype=x.dtype) for (x, _), core in zip(given, cores, strict=True)))
    there = [i for i, y in enumerate(like) if y is not None]

    def run_on_blocks(*blocks: Array) -> Any:
        batches = (x.shape[: x.ndim - len(core)] for x, core in zip(blocks, cores, strict=True))
        batch = np.broadcast_shapes(*batches)
        results = run(*blocks)
        full = [xp.broadcast_to(results[i], (*batch, *like[i].shape[1:])) for i in there]
        return full[0] if len(full) == 1 else tuple(full)

    axes = [[f"i{n}_{j}" for j in range(len(core))] for n, core in enumerate(cores)]
    new = [[f"o{i}_{j}" for j in range(like[i].ndim - 1)] for i in there]
    output_sizes = {
        name: size
        for i, core in zip(there, new, strict=True)
        for name, size in zip(core, like[i].shape[1:], strict=True)
    }
    signature = "->".join(",".join(f"({','.join(names)})" for names in side) for side in (axes, new))
    if not there:
        return tuple(like)
    made = da.apply_gufunc(
        run_on_blocks,
        signature,
        *_aligned(given),
        meta=like[there[0]] if len(there) == 1 else tuple(like[i] for i in there),
        output_sizes=output_sizes,
        vectorize=False,
    )
    made = iter((made,) if len(there) == 1 else made)
    return tuple(None if y is None else next(made) for y in like)


def _aligned(given: Sequence[tuple[Array, int]]) -> list[Array]:
    """The arrays, with the chunks of their batches aligned."""
    full = np.broadcast_shapes(*(x.shape[: x.ndim - rank] for x, rank in given))
    pairs: list[Any] = []
    for n, (x, rank) in enumerate(given):
        if 0 in full:  # Dask does not broadcast an axis of size 1 to size 0
            x = da.broadcast_to(x, (*full, *x.shape[x.ndim - rank :]))
        batch = [f"batch{axis}" for axis in range(x.ndim - rank, 0, -1)]
        pairs += [x, (*batch, *(f"core{n}_{axis}" for axis in range(rank)))]
    return list(da.core.unify_chunks(*pairs)[1])


def _check_chunks(rule: str, x: Array, rank: int) -> None:
    if any(math.isnan(size) for size in x.shape):
        raise ValueError(
            f"{rule}: an array of shape {x.shape} has chunks of unknown size; call compute_chunk_sizes()"
        )
    split = [axis - rank for axis in range(rank) if len(x.chunks[axis - rank]) > 1]
    if split:
        whole = ", ".join(f"{axis}: -1" for axis in split)
        raise ValueError(
            f"{rule}: an array of shape {x.shape} has a matrix or vector split over chunks {x.chunks}; each "
            f"must be in a single chunk; call its rechunk({{{whole}}}) first"
        )
