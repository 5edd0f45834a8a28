"""MLX: the rules as functions of its arrays. Most functions of mlx.core.linalg itself have no gradient.

>>> import mlx.core as mx
>>> from linalg_vjp.adapters import mlx as L
>>> mx.grad(lambda A: L.qr(A)[1].sum())(mx.eye(2)).shape  # mx.linalg.qr raises
(2, 2)

Cotangents need no conversion: MLX's convention is ours. MLX's linear algebra runs on the CPU, so these calls
use a CPU stream. A derivative reads what the rule keeps, and is a custom function itself. When it is
differentiated again, it is traced through these same functions, so a second derivative applies a rule to a
rule.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mlx.core as mx

from .. import RULES, Registered, Rule
from .._api import find
from .._call import Arrays, Frame, forward_keeping, keep, kept_of, prepare, pull, push, with_outputs
from .._namespaces import Array
from .._namespaces import mlx as standard
from ._functions import as_function

__all__ = [*RULES, "function"]


def _apply(rule: Rule, inputs: tuple[Any, ...], params: dict[str, Any]) -> Arrays:
    rule = rule.of(len(inputs))
    for name, x in zip(rule.inputs, inputs, strict=False):
        if not isinstance(x, mx.array):
            raise TypeError(
                f"{rule.name}: {name} must be an MLX array, got {type(x).__name__}; convert it with "
                f"mlx.core.array"
            )
    count = len(rule.outputs)
    missing: list[int] = []  # indices of extras that are None

    def forward(*inputs: Array) -> Arrays:
        # Without stop_gradient, mx.jvp would also differentiate these operations, some of which have no JVP.
        inputs = tuple(mx.stop_gradient(x) for x in inputs)
        _, outputs, extras = forward_keeping(prepare(rule, inputs, None, params), inputs)
        missing[:] = [i for i, x in enumerate(extras) if x is None]
        return *outputs, *(x for x in extras if x is not None)

    operation: Any = mx.custom_function(forward)

    def linearized(inputs: Arrays, results: Arrays) -> tuple[Frame, Arrays, Arrays]:
        """The frame, the outputs and the extras."""
        outputs, rest = results[:count], iter(results[count:])
        extras = tuple(None if i in missing else next(rest) for i in range(len(rule.extras)))
        return with_outputs(prepare(rule, inputs, None, params), outputs), outputs, extras

    def pulled(inputs: Any, cotangents: Any, results: Any) -> Arrays:
        inputs = _all(inputs)
        frame, outputs, extras = linearized(inputs, _all(results))
        return _derivative(pull, frame, inputs, outputs, extras, _all(cotangents)[:count])

    def pushed(inputs: Any, tangents: Any) -> list[Any]:
        inputs = _all(inputs)
        results = operation(*inputs)
        frame, outputs, extras = linearized(inputs, results)
        dots = _derivative(push, frame, inputs, outputs, extras, _filled(tangents, inputs))
        return [*dots, *map(mx.zeros_like, results[count:])]

    operation.vjp(pulled)
    operation.jvp(pushed)
    outputs: Arrays = operation(*inputs)[:count]
    return outputs


def _derivative(
    differentiate: Callable[..., Arrays],
    frame: Frame,
    inputs: Arrays,
    outputs: Arrays,
    extras: Arrays,
    given: Arrays,
) -> Arrays:
    """A pullback or pushforward, as a custom function of all these arrays, which MLX differentiates again."""
    owners = frame.inputs if differentiate is pull else frame.outputs
    there = [x for x in extras if x is not None]
    sizes = (len(inputs), len(outputs), len(there))
    ends = (sizes[0], sizes[0] + sizes[1], sum(sizes))

    def results(frame: Frame, arrays: Arrays, extras: Arrays) -> Arrays:
        inputs, outputs, given = arrays[: ends[0]], arrays[ends[0] : ends[1]], arrays[ends[2] :]
        found = differentiate(frame, kept_of(frame.rule, inputs, outputs, extras), given)
        return tuple(
            mx.zeros(like.shape, like.dtype) if x is None else x
            for x, like in zip(found, owners, strict=True)
        )

    def kept(*arrays: Array) -> Arrays:
        arrays = tuple(mx.stop_gradient(x) for x in arrays)
        rest = iter(arrays[ends[1] : ends[2]])
        return results(frame, arrays, [None if x is None else next(rest) for x in extras])

    def traced(*arrays: Array) -> Arrays:
        again = frame._replace(xp=NAMESPACE)
        made = keep(again, arrays[: ends[0]], arrays[ends[0] : ends[1]]) if frame.rule.extras else ()
        return results(again, arrays, made)

    operation: Any = mx.custom_function(kept)
    operation.vjp(lambda arrays, bars, _: tuple(mx.vjp(traced, list(_all(arrays)), list(_all(bars)))[1]))
    operation.jvp(lambda arrays, dots: list(mx.jvp(traced, list(_all(arrays)), _filled(dots, arrays))[1]))
    found: Arrays = operation(*inputs, *outputs, *there, *given)
    return found


def _filled(tangents: Any, owners: Any) -> list[Array]:
    """The tangents, with zeros in place of the None that MLX passes for a constant input."""
    pairs = zip(_all(tangents), _all(owners), strict=True)
    return [mx.zeros_like(x) if dot is None else dot for dot, x in pairs]


def _all(x: Any) -> Any:
    """x as a tuple. MLX passes a single array without one."""
    return tuple(x) if isinstance(x, tuple | list) else (x,)


def function(rule: str | Rule) -> Any:
    """Turn a rule, for example one of your own, into a function that MLX differentiates.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule, or a rule of your own.

    Returns
    -------
    callable
        Takes the inputs and keywords of the rule, and returns an array or a named tuple of arrays.

    Examples
    --------
    >>> inv = function("inv")
    >>> mx.grad(lambda A: inv(A).sum())(mx.eye(2)).tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    rule = find(rule)
    return as_function(rule, functools.partial(_apply, rule), "MLX", {}, module=__name__)


OPERATIONS = {name: function(rule) for name, rule in RULES.items()}
NAMESPACE = Registered(standard, OPERATIONS, lambda f, X: f(mx.stop_gradient(X)))
globals().update(OPERATIONS)
if TYPE_CHECKING:
    from ._mlx_functions import *  # noqa: F403


def solve_triangular(A: Array, B: Array, *, upper: bool = False, **params: Any) -> Array:
    """Solve A X = B for X with a triangular A, lower triangular by default, as in MLX."""
    return OPERATIONS["solve_triangular"](A, B, upper=upper, **params)
