"""Cotangents of `torch.autograd.grad(..., is_grads_batched=True)`: a batch hidden in one tensor.

PyTorch lacks batching rules for many operations on a tensor of this kind. So we unwrap the batch, and map the
pullback over it with `torch.func.vmap`, which has these rules.
"""

from collections.abc import Callable
from typing import Any

import torch

__all__ = ["hidden_batch", "mapped"]

Arrays = tuple[Any, ...]

hides = torch._C._functorch.is_legacy_batchedtensor


def hidden_batch(bars: Arrays) -> bool:
    """Whether a cotangent hides a batch."""
    for bar in bars:  # noqa: SIM110 - any() takes twice as long
        if bar is not None and hides(bar):
            return True
    return False


def mapped(pull: Callable[[Arrays], Arrays], bars: Arrays) -> Arrays:
    """Apply `pull` to each cotangent of the hidden batch; the results hide the batch in the same way."""
    level = torch._C._vmapmode_increment_nesting() - 1
    torch._C._vmapmode_decrement_nesting()
    dims = tuple(0 if bar is not None and hides(bar) else None for bar in bars)
    plain = (
        bar if dim is None else torch._remove_batch_dim(bar, level, 0, 0).contiguous()
        for bar, dim in zip(bars, dims, strict=True)
    )
    there: list[bool] = []

    def of_one(*bars: Any) -> Arrays:
        results = pull(bars)
        there[:] = [x is not None for x in results]
        return tuple(x for x in results if x is not None)

    found = iter(torch.func.vmap(of_one, in_dims=dims)(*plain))
    return tuple(torch._add_batch_dim(next(found), 0, level) if x else None for x in there)
