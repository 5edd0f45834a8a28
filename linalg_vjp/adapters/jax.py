"""JAX: functions with jax.numpy.linalg's names, differentiated by these rules.

>>> import jax
>>> from linalg_vjp.adapters import jax as L
>>> A = jax.numpy.eye(3, 2)
>>> jax.grad(lambda A: L.qr(A, mode="complete")[1].sum())(A).shape  # jax.numpy.linalg.qr raises
(3, 2)

Each is a `jax.custom_jvp` with the rule's JVP. JAX makes its VJP by transposing that, which is why it needs
no conversion of cotangents, and why forward mode, reverse mode and both upon each other work.
"""

import functools
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax.custom_derivatives import SymbolicZero

from .. import RULES, Rule
from .._namespaces import Array
from ._functions import as_function

__all__ = [*RULES, "function"]


def _apply(rule: Rule, inputs: tuple[Any, ...], params: dict[str, Any]) -> tuple[Array, ...]:
    if params.get("gauge") == "check":
        raise ValueError(
            f'{rule.name}: gauge="check" looks at cotangents, of which JAX shows us none; ask rule.vjp'
        )

    def forward(*inputs: Array) -> tuple[Array, ...]:
        return rule.forward(*inputs, **params)

    operation: Any = jax.custom_jvp(forward)

    def push(inputs: tuple[Array, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
        outputs = operation(*inputs)
        dots = [None if isinstance(dot, SymbolicZero) else dot for dot in tangents]
        pushed = zip(rule.jvp(inputs, outputs, dots, **params), outputs, strict=True)
        return outputs, tuple(_zero(y) if dot is None else dot for dot, y in pushed)

    operation.defjvp(push, symbolic_zeros=True)
    outputs: tuple[Array, ...] = operation(*map(jax.numpy.asarray, inputs))
    return outputs


def _zero(y: Array) -> Any:
    """The tangent of what cannot be differentiated."""
    if jax.numpy.issubdtype(y.dtype, jax.numpy.integer):
        return np.zeros(y.shape, dtype=jax.dtypes.float0)
    return jax.numpy.zeros_like(y)


def function(rule: Rule) -> Any:
    """A rule, one of your own for example, as a function that JAX differentiates.

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
    >>> jax.grad(lambda A: inv(A).sum())(jax.numpy.eye(2)).tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    return as_function(rule, functools.partial(_apply, rule), "JAX", {})


globals().update({name: function(rule) for name, rule in RULES.items()})
if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The function of each rule."""
