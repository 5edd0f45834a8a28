"""Cotangents: None as the symbolic zero, sums over broadcast axes, real and complex projection."""

from typing import Any

from ._matrix import is_complex
from ._namespaces import Array, Namespace

__all__ = ["all_none", "cast", "difference", "total", "unbroadcast"]


def all_none(*cotangents: Array | None) -> bool:
    """Whether every cotangent is the symbolic zero."""
    for bar in cotangents:  # noqa: SIM110 - in every call, and a generator is slow
        if bar is not None:
            return False
    return True


def total(*terms: Array | None) -> Array:
    """The sum of the terms that are not None; None, the symbolic zero, if all are None."""
    result: Array = None
    for term in terms:
        if term is not None:
            result = term if result is None else result + term
    return result


def difference(X: Array | None, Y: Array | None) -> Array:
    """X - Y, where None is the symbolic zero; None if both are None."""
    if Y is None:
        return X
    return -Y if X is None else X - Y


def unbroadcast(bar: Array, shape: tuple[int, ...], xp: Namespace) -> Array:
    """Sum over the axes along which an array of this shape was broadcast: the adjoint of broadcasting."""
    if bar.shape == shape:
        return bar
    lead = len(bar.shape) - len(shape)
    if lead < 0 or any(size not in (1, wide) for size, wide in zip(shape, bar.shape[lead:], strict=True)):
        raise ValueError(f"a result of shape {tuple(bar.shape)} does not fit an array of shape {shape}")
    stretched = [lead + i for i, size in enumerate(shape) if size == 1 and bar.shape[lead + i] != 1]
    bar = xp.sum(bar, axis=(*range(lead), *stretched), keepdims=True)
    return xp.reshape(bar, shape)


def cast(bar: Array, dtype: Any, xp: Namespace) -> Array:
    """Convert `bar` to the dtype of the array it belongs to; take the real part if that is real."""
    if bar.dtype == dtype:
        return bar
    if is_complex(bar, xp) and not xp.isdtype(dtype, "complex floating"):
        bar = xp.real(bar)
    return xp.astype(bar, dtype, copy=False)
