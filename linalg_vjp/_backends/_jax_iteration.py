"""Loops and equations on JAX: part of the compiled program for traced values, in Python for others."""

from typing import Any

import jax
import jax.numpy as jnp

from .._namespaces import Array, Namespace
from . import iteration

__all__ = ["linear_solve", "peek", "repeat", "scan"]


def repeat(step: Any, most: int, *arrays: Array, xp: Namespace) -> tuple[Array, ...]:
    """A loop in the program, which has no reverse-mode derivative; outside of a program, a Python loop."""
    if not any(isinstance(x, jax.core.Tracer) for x in arrays):
        return iteration.repeat(step, most, *arrays, xp=xp, look=peek)

    def going(state: Any) -> Any:
        return (state[0] < most) & jnp.any(state[1] > 0)

    _, *last = jax.lax.while_loop(going, lambda state: (state[0] + 1, *step(*state[1:])), (0, *arrays))
    return tuple(last)


def scan(
    step: Any,
    carry: tuple[Array, ...],
    count: int,
    parts: tuple[Array, ...] = (),
    *,
    reverse: bool = False,
    xp: Namespace,
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """A loop in the program. Outside of one, JAX would compile it each time, so it is a Python loop."""
    places = jnp.arange(count)
    if not count or not any(isinstance(x, jax.core.Tracer) for x in (places, *carry, *parts)):
        return iteration.scan(step, carry, count, parts, reverse=reverse, xp=xp)

    def body(carry: tuple[Array, ...], at: tuple[Array, tuple[Array, ...]]) -> Any:
        return step(at[0], carry, at[1])

    made: tuple[tuple[Array, ...], tuple[Array, ...]]
    made = jax.lax.scan(body, carry, (places, parts), reverse=reverse)
    return made


def linear_solve(at: tuple[Array, ...], apply: Any, solve: Any, solve_transposed: Any, B: Array) -> Array:
    """solve(B), with the derivatives of the equation instead of those of the steps of `solve`."""
    if not any(isinstance(x, jax.core.Tracer) for x in (*at, B)):
        return solve(B)  # JAX would compile the equation each time
    return jax.lax.custom_linear_solve(
        apply, B, lambda apply, B: solve(B), lambda apply, B: solve_transposed(B)
    )


def peek(X: Array) -> float | None:
    """The largest number in a real X, 0 if it is empty; None for a traced array."""
    return None if isinstance(X, jax.core.Tracer) else float(X.max()) if X.size else 0.0
