"""Arithmetic at 50 digits: NumPy arrays of mpmath numbers, and derivatives by differences at that precision.

An object array of mpmath numbers adds, multiplies and broadcasts like any other array, so an oracle reads
like plain NumPy.
"""

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np

from .._namespaces import Array

__all__ = [
    "DIGITS",
    "Exact",
    "conj",
    "derivative",
    "exact",
    "hermitian",
    "inner",
    "norm",
    "normal",
    "rounded",
    "to_numpy",
]

Exact = Any  # an object array of mpmath numbers
Function = Callable[[Sequence[Exact]], Sequence[Exact | None]]

DIGITS = 50
STEP = mpmath.mpf(10) ** -17  # of central differences: truncation and rounding errors stay below 1e-30


def to_numpy(x: Array) -> Any:
    """An array of any library as a NumPy array."""
    if isinstance(x, np.ndarray | np.generic):
        return np.asarray(x)
    for fetch in ("get", "cpu"):  # copies from a GPU, in CuPy and in PyTorch
        x = getattr(x, fetch, lambda x=x: x)()
    try:
        return np.from_dlpack(x)
    except (AttributeError, TypeError, BufferError, RuntimeError):
        return np.asarray(x)


def exact(x: Any) -> Exact:
    """The same numbers, without rounding, as an array of mpmath numbers."""
    x = np.asarray(x)
    one = mpmath.mpc if x.dtype.kind == "c" else mpmath.mpf
    result = np.empty(x.shape, object)
    for i in np.ndindex(x.shape):
        result[i] = one(x[i].item())
    return result


def rounded(x: Exact) -> Any:
    """An array of mpmath numbers rounded to complex128 or float64."""
    complex_ = any(isinstance(v, mpmath.mpc) for v in x.flat)
    return np.asarray([complex(v) if complex_ else float(v) for v in x.flat]).reshape(x.shape)


def normal(random: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Any:
    """Standard normal numbers in double precision, complex if the dtype is complex."""
    x = random.standard_normal(shape)
    return x + 1j * random.standard_normal(shape) if np.dtype(dtype).kind == "c" else x


def conj(x: Exact) -> Exact:
    """The complex conjugate."""
    return np.conj(x)


def hermitian(A: Exact) -> Exact:
    """(A + A^H) / 2."""
    return (A + conj(A.T)) / 2


def norm(x: Exact) -> Any:
    """The Frobenius norm."""
    return mpmath.sqrt(sum((abs(v) ** 2 for v in np.asarray(x).flat), mpmath.mpf(0)))


def inner(x: Any, y: Any) -> Any:
    """Re<x, y>, exactly."""
    x, y = (v if v.dtype == object else exact(v) for v in (x, y))
    return sum(((a.conjugate() * b).real for a, b in zip(x.flat, y.flat, strict=True)), mpmath.mpf(0))


def derivative(f: Function, at: Sequence[Exact], along: Sequence[Exact]) -> list[Exact | None]:
    """The derivative of f at a point in a direction, by central differences at 50 digits."""
    ahead, behind = (
        f([np.asarray(x + e * step, object) for x, e in zip(at, along, strict=True)])
        for step in (STEP, -STEP)
    )
    return [None if a is None else _quotient(a, b) for a, b in zip(ahead, behind, strict=True)]


def _quotient(ahead: Exact, behind: Exact) -> Exact:
    # A difference in the last five of the 50 digits is rounding, and counts as zero.
    noise = norm(ahead) * mpmath.mpf(10) ** (5 - DIGITS)
    result = np.empty(ahead.shape, object)
    for i in np.ndindex(ahead.shape):
        change = ahead[i] - behind[i]
        result[i] = change / (2 * STEP) if abs(change) > noise else change * 0
    return result
