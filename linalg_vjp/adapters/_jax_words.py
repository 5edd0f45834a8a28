"""Helpers of the functions for JAX: registering a replacement, and converting arguments and results."""

import functools
from collections.abc import Callable
from numbers import Integral
from typing import Any

import jax
import jax.numpy as jnp

from .._namespaces import Array
from ._jax import MODULE

__all__ = ["REPLACED", "check_word", "floating", "mean", "of_triangle", "replaces", "result"]

# The replacements of functions of jax.numpy.linalg, with the same signatures.
REPLACED: dict[str, Callable[..., Any]] = {}


def replaces(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a function as the replacement of the one of the same name in jax.numpy.linalg."""
    function.__module__ = MODULE
    REPLACED[function.__name__] = function
    return function


@functools.cache
def _kind(own: Callable[..., Any]) -> Any:
    """The class of named tuples that JAX's own function returns."""
    return type(jax.eval_shape(own, jax.ShapeDtypeStruct((1, 1), "float32")))


def result(own: Callable[..., Any], arrays: Any) -> Any:
    """The arrays in the named tuple that JAX's own function returns."""
    return _kind(own)(*arrays)


def floating(*arrays: Any) -> Any:
    """Promote arrays to one floating dtype, as JAX does. Returns one array, or a list of several."""
    for x in arrays:
        if not hasattr(x, "dtype"):
            return floating(*map(jnp.asarray, arrays))
    kinds = {x.dtype for x in arrays}
    if len(kinds) > 1 or not jnp.issubdtype(next(iter(kinds)), jnp.inexact):
        dtype = jnp.result_type(*arrays)
        if not jnp.issubdtype(dtype, jnp.inexact):
            dtype = jnp.result_type(dtype, float)
        arrays = tuple(jnp.asarray(x, dtype=dtype) for x in arrays)
    return arrays[0] if len(arrays) == 1 else list(arrays)


def check_word(function: str, word: str, value: Any, *allowed: Any) -> None:
    """Raise if the value of a keyword is not one of the allowed ones."""
    if not isinstance(value, str | Integral | None) or value not in allowed:
        raise ValueError(f"{function}: {word}={value!r} is not one of {', '.join(map(repr, allowed))}")


def of_triangle(a: Array, lower: bool) -> Array:
    """The Hermitian matrix with the lower or upper triangle of a. Its gradient is Hermitian."""
    strict, d = jnp.tril(a, -1) if lower else jnp.triu(a, 1), jnp.diagonal(a, axis1=-2, axis2=-1).real
    read = strict + strict.conj().mT + d[..., None] * jnp.eye(a.shape[-1], dtype=d.dtype)
    return mean(a) + jax.lax.stop_gradient(read - mean(a))


@jax.jit  # type: ignore[untyped-decorator]
def mean(a: Array) -> Array:
    """The Hermitian part, (a + a^H) / 2."""
    square = a.ndim > 1 and a.shape[-1] == a.shape[-2]
    return (a + a.conj().mT) / 2 if square else a  # the rule refuses any other shape
