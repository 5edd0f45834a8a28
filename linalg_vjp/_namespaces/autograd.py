"""HIPS autograd's boxes with the standard's functions, so that a rule can be differentiated again.

It has only functions that the rules use, and that autograd.numpy lacks, names differently or does not fully
differentiate. Boxes can be mixed with plain arrays, which are constants.
"""

from types import SimpleNamespace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import getval

Array = Any

if not hasattr(ArrayBox, "mT"):
    ArrayBox.mT = property(lambda self: anp.swapaxes(self, -1, -2))


def __getattr__(name: str) -> Any:
    return getattr(anp, name)


def _constant(f: Any) -> Any:
    """Make a function whose result has no derivative."""
    return lambda x, *args, **kw: f(getval(x), *args, **kw)


def _made(f: Any) -> Any:
    """Make a function that creates an array and ignores `device`, because there is only one."""
    return lambda *args, device=None, **kw: f(*args, **kw)


argmax, argsort, floor = (_constant(f) for f in (np.argmax, np.argsort, np.floor))
all, any = _constant(np.all), _constant(np.any)
isdtype, finfo, result_type, int32 = np.isdtype, np.finfo, anp.result_type, np.int32
arange, eye, zeros = _made(np.arange), _made(np.eye), _made(np.zeros)
permute_dims = anp.transpose
zeros_like, ones_like, full_like = _constant(np.zeros_like), _constant(np.ones_like), _constant(np.full_like)


def reshape(x: Array, shape: tuple[int, ...], copy: bool | None = None) -> Array:
    """The standard's function; a view does as well as a copy."""
    return anp.reshape(x, shape)


def flip(x: Array, axis: int) -> Array:
    """The standard's function."""
    return x[(..., slice(None, None, -1), *[slice(None)] * (-1 - axis))]


def take(x: Array, indices: Array, axis: int) -> Array:
    """Take from the last axis, the only one that rules take from."""
    return x[..., getval(indices)]


def astype(x: Array, dtype: Any, copy: bool = True) -> Array:
    """Convert; real to complex by a product, whose pullback drops the imaginary part without a warning."""
    if x.dtype == dtype:
        return x
    if isdtype(dtype, "complex floating") and not isdtype(x.dtype, "complex floating"):
        return x * np.ones((), dtype=dtype)
    return x.astype(dtype)


def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    """Broadcast by a sum; the pullback of autograd's function needs as many axes before as after."""
    return x + np.zeros(shape, dtype=x.dtype)


def where(condition: Array, x: Array, y: Array) -> Array:
    """Broadcast first: the pullback of autograd's function does not sum over broadcast axes of x and y."""
    wide = np.zeros(np.broadcast_shapes(np.shape(condition), np.shape(x), np.shape(y)), result_type(x, y))
    return anp.where(getval(condition), x + wide, y + wide)


def take_along_axis(x: Array, indices: Array, axis: int) -> Array:
    """Take by indexing, which autograd differentiates."""
    grid = list(np.ogrid[tuple(slice(n) for n in np.broadcast_shapes(*_but(axis, x.shape, indices.shape)))])
    grid[axis] = getval(indices)
    return x[tuple(grid)]


def _but(axis: int, *shapes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The shapes with size one for this axis."""
    return [tuple(1 if i == axis % len(s) else n for i, n in enumerate(s)) for s in shapes]


def concat(arrays: Any, axis: int = 0) -> Array:
    return anp.concatenate(list(arrays), axis=axis)


def _diagonal(x: Array, offset: int = 0) -> Array:
    i, j = np.nonzero(np.eye(x.shape[-2], x.shape[-1], k=offset))
    return x[..., i, j]


def _trace(x: Array, offset: int = 0) -> Array:
    return anp.sum(_diagonal(x, offset), axis=-1)


def _matrix_norm(A: Array, ord: Any = "fro", keepdims: bool = False) -> Array:
    """The function that autograd differentiates itself, even if our rules are not installed."""
    return anp.linalg.norm(A, ord=ord, axis=(-2, -1), keepdims=keepdims)


linalg = SimpleNamespace(
    **{**vars(anp.linalg), "diagonal": _diagonal, "matrix_norm": _matrix_norm, "trace": _trace}
)
