"""Iterations in pure Array API: loops that stop, and operations that a host may take as a whole."""

from typing import Any

from .._namespaces import Array, Namespace

__all__ = ["linear_solve", "repeat", "scan", "square_root", "whole"]


def repeat(step: Any, most: int, *arrays: Array, xp: Namespace, look: Any = None) -> tuple[Array, ...]:
    """The loop; it takes all steps if the largest number is unknown, to `look` or as a Python float."""
    for _ in range(most):
        largest = look(arrays[0]) if look else _number(arrays[0], xp)
        if largest is not None and largest <= 0:
            break
        arrays = step(*arrays)
    return arrays


def _number(X: Array, xp: Namespace) -> float | None:
    """The largest number of X, or None if it is unknown; then the loop only takes longer."""
    try:
        return float(xp.max(X)) if X.size else 0.0
    except Exception:  # each library has its own error for a traced array
        return None


def scan(
    step: Any,
    carry: tuple[Array, ...],
    count: int,
    parts: tuple[Array, ...] = (),
    *,
    reverse: bool = False,
    xp: Namespace,
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """A Python loop."""
    made: list[tuple[Array, ...]] = []
    for i in reversed(range(count)) if reverse else range(count):
        carry, part = step(i, carry, tuple(x[i, ...] for x in parts))
        made.append(part)
    columns = zip(*(made[::-1] if reverse else made), strict=True)
    return carry, tuple(xp.stack(column, axis=0) for column in columns)


def whole(f: Any, *arrays: Array, xp: Namespace) -> Array:
    """f(*arrays, xp)."""
    return f(*arrays, xp=xp)


def square_root(A: Array, iteration: Any, xp: Namespace) -> Array:
    """iteration(A, xp)."""
    return iteration(A, xp)


def linear_solve(at: tuple[Array, ...], apply: Any, solve: Any, solve_transposed: Any, B: Array) -> Array:
    """solve(B)."""
    return solve(B)
