"""Constants inside a derivative that PyTorch differentiates. No derivative flows through them."""

from typing import Any

import torch

from .._backends.generic import no_third
from .._namespaces import Array

__all__ = ["fixed"]

Arrays = tuple[Any, ...]


class Fixed(torch.autograd.Function):  # type: ignore[misc]
    """Values computed from x. Their derivative in x is a `Zero`, which raises when differentiated again."""

    generate_vmap_rule = True

    @staticmethod
    def forward(values: Array, x: Array) -> Array:
        """The values."""
        return values.view_as(values)

    @staticmethod
    def setup_context(ctx: Any, inputs: Arrays, output: Array) -> None:
        """Save x, which the zero depends on, and the values, for their shape."""
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, x_bar: Array) -> Arrays:
        """A zero that cannot be differentiated."""
        return None, Zero.apply(ctx.saved_tensors[1], ctx.saved_tensors[1])

    @staticmethod
    def jvp(ctx: Any, *dots: Array | None) -> Array:
        """A zero that cannot be differentiated."""
        values, x = ctx.saved_tensors
        zero: Array = Zero.apply(x, values)
        return zero


def fixed(f: Any, x: Array) -> Array:
    """f(x) as a constant."""
    constant: Array = Fixed.apply(f(x.detach()), x)
    return constant


class Zero(torch.autograd.Function):  # type: ignore[misc]
    """A zero that stands for a derivative that is not available, and raises when differentiated."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Array, like: Array) -> Array:
        """Zeros."""
        return torch.zeros_like(like)

    @staticmethod
    def setup_context(ctx: Any, inputs: Arrays, output: Array) -> None:
        """Save nothing."""

    @staticmethod
    def backward(ctx: Any, x_bar: Array) -> Array:
        """Raise."""
        no_third()

    @staticmethod
    def jvp(ctx: Any, *dots: Array | None) -> Array:
        """Raise."""
        no_third()
