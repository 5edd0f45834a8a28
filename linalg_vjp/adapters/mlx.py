"""MLX: functions with mlx.core.linalg's names, differentiated by these rules; most of MLX's have no gradient.

>>> import mlx.core as mx
>>> from linalg_vjp.adapters import mlx as L
>>> mx.grad(lambda A: L.qr(A)[1].sum())(mx.eye(2)).shape  # of mx.linalg.qr it raises
(2, 2)

Our convention of cotangents is MLX's. Its linear algebra runs on the CPU, and is sent there. Where a rule
computes with linear algebra itself, it does so with these functions, so that it can be differentiated again.
"""

import functools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import mlx.core as mx

from .. import RULES, Rule
from .._namespaces import mlx as mlx_namespace
from .._namespaces import Array
from ._functions import as_function

__all__ = [*RULES, "function"]


def _apply(rule: Rule, inputs: tuple[Any, ...], params: dict[str, Any]) -> tuple[Array, ...]:
    def forward(*inputs: Array) -> tuple[Array, ...]:
        # Otherwise mx.jvp looks into the operation, and at what it lacks a JVP for.
        return rule.forward(*(mx.stop_gradient(x) for x in inputs), **params)

    operation: Any = mx.custom_function(forward)

    def pull(inputs: Any, cotangents: Any, outputs: Any) -> tuple[Any, ...]:
        return rule.vjp(_all(inputs), _all(outputs), _all(cotangents), xp=DIFFERENTIABLE, **params)

    def push(inputs: Any, tangents: Any) -> list[Any]:
        outputs = operation(*_all(inputs))
        pushed = rule.jvp(_all(inputs), outputs, _all(tangents), xp=DIFFERENTIABLE, **params)
        return [mx.zeros_like(y) if dot is None else dot for dot, y in zip(pushed, outputs, strict=True)]

    operation.vjp(pull)
    operation.jvp(push)
    outputs: tuple[Array, ...] = operation(*inputs)
    return outputs


def _all(x: Any) -> Any:
    """A tuple also of one array, which MLX hands over by itself."""
    return x if isinstance(x, tuple | list) else (x,)


def function(rule: Rule) -> Any:
    """A rule, one of your own for example, as a function that MLX differentiates.

    Parameters
    ----------
    rule : Rule

    Returns
    -------
    callable
        Of the inputs and the keywords of the rule; it returns an array or a named tuple of arrays.

    Examples
    --------
    >>> import linalg_vjp as lv
    >>> inv = function(lv.RULES["inv"])
    >>> mx.grad(lambda A: inv(A).sum())(mx.eye(2)).tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    return as_function(rule, functools.partial(_apply, rule), "MLX", {})


class _Differentiable:
    """MLX as the standard has it, with this module's linear algebra."""

    __name__ = "mlx"

    def __init__(self) -> None:
        ours = {name: function(rule) for name, rule in RULES.items()}
        self.linalg = SimpleNamespace(**{**vars(mlx_namespace.linalg), **ours})

    def __getattr__(self, name: str) -> Any:
        return getattr(mlx_namespace, name)


DIFFERENTIABLE = _Differentiable()
globals().update({name: getattr(DIFFERENTIABLE.linalg, name) for name in RULES})
if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The function of each rule."""


def solve_triangular(A: Array, B: Array, *, upper: bool = False, **params: Any) -> Array:
    """`solve_triangular`, by default of a lower triangular matrix, as in MLX."""
    return DIFFERENTIABLE.linalg.solve_triangular(A, B, upper=upper, **params)
