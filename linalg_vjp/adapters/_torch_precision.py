"""Linear algebra under `torch.autocast`, in the precision of its inputs, as PyTorch's own.

Autocast would round the products inside a rule to half precision. Inputs in half precision become single.
"""

from collections.abc import Callable
from typing import Any

import torch

__all__ = ["autocast", "kept_precision"]

Arrays = tuple[Any, ...]
HALVES = (torch.float16, torch.bfloat16)

autocast = torch._C._is_any_autocast_enabled


def kept_precision(call: Callable[[Arrays], Arrays], arrays: Arrays) -> Arrays:
    """``call(arrays)`` with autocast disabled, and half-precision arrays converted to single precision."""
    halves = [isinstance(x, torch.Tensor) and x.dtype in HALVES for x in arrays]
    arrays = tuple(x.float() if half else x for x, half in zip(arrays, halves, strict=True))
    device = next((x.device.type for x in arrays if isinstance(x, torch.Tensor)), "cpu")
    with torch.autocast(device, enabled=False):
        return call(arrays)
