"""Linear algebra within `torch.autocast`: in the precision of its inputs, as PyTorch's own runs there.

Its products must not be rounded to half precision, and what comes in half precision becomes single.
"""

from collections.abc import Callable
from typing import Any

import torch

__all__ = ["autocast", "kept_precision"]

Arrays = tuple[Any, ...]
HALVES = (torch.float16, torch.bfloat16)

autocast = torch._C._is_any_autocast_enabled


def kept_precision(call: Callable[[Arrays], Arrays], arrays: Arrays) -> Arrays:
    """``call(arrays)`` without autocast."""
    halves = [isinstance(x, torch.Tensor) and x.dtype in HALVES for x in arrays]
    arrays = tuple(x.float() if half else x for x, half in zip(arrays, halves, strict=True))
    device = next((x.device.type for x in arrays if isinstance(x, torch.Tensor)), "cpu")
    with torch.autocast(device, enabled=False):
        return call(arrays)
