"""Constants within a derivative that PyTorch differentiates: what they were made of gets nothing."""

from typing import Any

import torch

from .._backends.generic import no_third
from .._namespaces import Array

__all__ = ["fixed"]

Arrays = tuple[Any, ...]


class Fixed(torch.autograd.Function):  # type: ignore[misc]
    """Constants that were made of x: no derivative flows to it, and a second one would be wrong."""

    generate_vmap_rule = True

    @staticmethod
    def forward(values: Array, x: Array) -> Array:
        """The values."""
        return values.view_as(values)

    @staticmethod
    def setup_context(ctx: Any, inputs: Arrays, output: Array) -> None:
        """Keep x, on which the zero depends, and the shape."""
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, x_bar: Array) -> Arrays:
        """Zero, which cannot be differentiated."""
        return None, Zero.apply(ctx.saved_tensors[1], ctx.saved_tensors[1])

    @staticmethod
    def jvp(ctx: Any, *dots: Array | None) -> Array:
        """Zero, which cannot be differentiated."""
        values, x = ctx.saved_tensors
        zero: Array = Zero.apply(x, values)
        return zero


def fixed(f: Any, x: Array) -> Array:
    """f(x), a constant."""
    constant: Array = Fixed.apply(f(x.detach()), x)
    return constant


class Zero(torch.autograd.Function):  # type: ignore[misc]
    """A zero that stands for a derivative which nobody has."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Array, like: Array) -> Array:
        """Zeros."""
        return torch.zeros_like(like)

    @staticmethod
    def setup_context(ctx: Any, inputs: Arrays, output: Array) -> None:
        """There is nothing to keep."""

    @staticmethod
    def backward(ctx: Any, x_bar: Array) -> Array:
        """An error."""
        no_third()

    @staticmethod
    def jvp(ctx: Any, *dots: Array | None) -> Array:
        """An error."""
        no_third()
