"""A rule as a JAX function: the operation and its derivatives, which JAX can differentiate again.

Each operation is a `jax.custom_jvp` with the rule's JVP, which reads what the rule keeps. JAX transposes the
JVP to get the VJP. So cotangents need no conversion, and forward and reverse mode can be nested. What a rule
keeps is the result of a `jax.custom_jvp` as well. When it is differentiated again, it is traced through these
same functions, so a second derivative applies a rule to a rule.
"""

import functools
from typing import Any

import jax
import numpy as np
from jax.custom_derivatives import SymbolicZero

from .. import RULES, Registered, Rule
from .._api import find
from .._backends.jax import fixed
from .._call import Arrays, Frame, forward, forward_keeping, keep, kept_of, prepare, push, with_outputs
from .._gaps import gauge_of
from .._namespaces import Array
from ._functions import as_function

__all__ = ["OPERATIONS", "function"]

MODULE = f"{__package__}.jax"


class Operation:
    """A rule with fixed keywords, as functions that JAX differentiates.

    `outputs` returns the outputs. `keeping` returns the outputs and the extras of the rule; only derivatives
    call it. An operation that will be used again is compiled, as JAX's own functions are, so outside
    `jax.jit` the operation and its derivatives are one compiled call each.
    """

    def __init__(self, rule: Rule, params: dict[str, Any], *, compiled: bool) -> None:
        self.rule, self.params = rule, params
        self.outputs: Any = jax.custom_jvp(lambda *inputs: tuple(forward(self.frame(inputs), inputs)))
        self.outputs.defjvp(self.push_outputs, symbolic_zeros=True)
        self.pushing: Any = self.push_moved
        if compiled:
            self.outputs = jax.jit(self.outputs)
            self.pushing = jax.jit(self.pushing, static_argnums=0)
        self.keeping = jax.custom_jvp(lambda *inputs: tuple(forward_keeping(self.frame(inputs), inputs)[1:]))
        self.keeping.defjvp(self.push_keeping, symbolic_zeros=True)

    def frame(self, inputs: Arrays) -> Frame:
        return prepare(self.rule, inputs, None, self.params)

    def push_outputs(self, inputs: Arrays, tangents: Arrays) -> tuple[Any, Any]:
        outputs, extras = self.keeping(*inputs)
        dots, _ = self.pushed(inputs, outputs, extras, tangents)
        return tuple(outputs), dots

    def push_keeping(self, inputs: Arrays, tangents: Arrays) -> tuple[Any, Any]:
        outputs, extras = self.keeping(*inputs)
        dots, frame = self.pushed(inputs, outputs, extras, tangents)
        if not extras:
            return (outputs, extras), (dots, ())
        frame = frame._replace(xp=NAMESPACE)
        count = len(inputs)

        def made(*values: Array) -> Arrays:
            return tuple(keep(frame, values[:count], values[count:]))

        moved = tuple(
            _zero(x) if isinstance(dot, SymbolicZero) else dot
            for x, dot in zip(inputs, tangents, strict=True)
        )
        return (outputs, extras), (dots, jax.jvp(made, (*inputs, *outputs), (*moved, *dots))[1])

    def pushed(
        self, inputs: Arrays, outputs: Arrays, extras: Arrays, tangents: Arrays
    ) -> tuple[Arrays, Frame]:
        """The tangents of the outputs, and the frame."""
        moved = tuple(not isinstance(dot, SymbolicZero) for dot in tangents)
        dots = tuple(dot for dot, moves in zip(tangents, moved, strict=True) if moves)
        found = zip(self.pushing(moved, inputs, outputs, extras, dots), outputs, strict=True)
        frame = with_outputs(self.frame(inputs), outputs)
        return tuple(_zero(y) if dot is None else dot for dot, y in found), frame

    def push_moved(
        self, moved: tuple[bool, ...], inputs: Arrays, outputs: Arrays, extras: Arrays, dots: Arrays
    ) -> Arrays:
        """The tangents of the outputs, from the nonzero tangents of the inputs."""
        frame = with_outputs(self.frame(inputs), outputs)._replace(xp=NAMESPACE)
        there = iter(dots)
        given = [next(there) if moves else None for moves in moved]
        return push(frame, kept_of(frame.rule, inputs, outputs, extras), given)


def _zero(y: Array) -> Any:
    """A zero tangent for y; for integers, which have no derivative, in JAX's float0."""
    if jax.numpy.issubdtype(y.dtype, jax.numpy.integer):
        return np.zeros(y.shape, dtype=jax.dtypes.float0)
    return jax.numpy.zeros_like(y)


@functools.lru_cache(maxsize=1024)
def _known(rule: Rule, given: tuple[tuple[str, Any], ...], kinds: tuple[type, ...]) -> Operation:
    """The compiled operation of a rule and a set of keywords, which later calls use again."""
    return Operation(rule, dict(given), compiled=True)


def _apply(rule: Rule, inputs: tuple[Any, ...], given: dict[str, Any]) -> Arrays:
    if "gauge" in given and gauge_of(given["gauge"]).mode == "check":
        raise ValueError(
            f'{rule.name}: gauge="check" looks at cotangents, which JAX does not show to an adapter; outside '
            f'of jit, call linalg_vjp.vjp("{rule.name}", ..., gauge="check")'
        )
    try:
        operation = _known(rule, tuple(given.items()), tuple(map(type, given.values())))
    except TypeError:  # a keyword is an array, which cannot be hashed
        operation = Operation(rule, given, compiled=False)
    # On a tracer, jax.numpy.asarray would record an operation, which JAX then differentiates as well.
    arrays = [x if isinstance(x, jax.Array) else jax.numpy.asarray(x) for x in inputs]
    outputs: Arrays = operation.outputs(*arrays)
    return outputs


def function(rule: str | Rule) -> Any:
    """Turn a rule, for example one of your own, into a function that JAX differentiates.

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
    >>> jax.grad(lambda A: inv(A).sum())(jax.numpy.eye(2)).tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    rule = find(rule)
    return as_function(rule, functools.partial(_apply, rule), "JAX", {}, module=MODULE)


OPERATIONS = {name: function(rule) for name, rule in RULES.items()}
NAMESPACE = Registered(jax.numpy, OPERATIONS, fixed, factorizes=True)
