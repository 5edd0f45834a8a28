"""A rule as a function of HIPS autograd, and the namespace through which rules call each other there."""

from typing import Any

import numpy as np
from autograd.builtins import container_untake
from autograd.core import defjvp_argnums, defvjp_argnums, sum_outgrads
from autograd.extend import defjvp, defvjp, primitive, vspace
from autograd.tracer import getval, isbox

from .. import RULES, Linearization, Registered, Rule
from .._api import find
from .._backends.generic import no_third
from .._call import forward_keeping, kept_of, prepared, with_outputs
from .._matrix import conj
from .._namespaces import Array
from .._namespaces import autograd as standard
from ._functions import as_function

__all__ = ["NAMESPACE", "conjugate", "floating", "function", "given", "parts", "reached"]

NOTHING = np.empty(0)  # stands for None, which autograd does not accept as a value


def floating(x: Any) -> Array:
    """x as an array of a floating dtype."""
    if not hasattr(x, "dtype"):
        x = np.asarray(x)
    return x * 1.0 if x.dtype.kind in "biu" else x


def conjugate(x: Array) -> Array:
    """Convert a cotangent between autograd's convention and ours, in either direction."""
    return conj(x, standard)


def parts(x: Any) -> list[Any]:
    """The arrays of a result of an autograd function, or of its cotangent, as a list."""
    return [x[i] for i in range(len(x))] if isinstance(getval(x), tuple | list) else [x]


def reached(arrays: Any) -> Any:
    """The namespace of autograd functions if any array is traced, else None: plain arrays name their own."""
    return NAMESPACE if any(isbox(x) for x in arrays) else None


def function(rule: str | Rule) -> Any:
    """Turn a rule, for example one of your own, into a function that autograd differentiates.

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
    >>> import autograd
    >>> inv = function("inv")
    >>> autograd.grad(lambda A: inv(A).sum())(np.eye(2)).tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    rule = find(rule)
    count = len(rule.outputs)

    @primitive  # type: ignore[untyped-decorator]
    def keeping(*inputs: Array, **params: Any) -> tuple[Array, ...]:
        _, outputs, extras = forward_keeping(prepared(rule, inputs, None, params), inputs)
        return *outputs, *(NOTHING if x is None else x for x in extras)

    def linearized(ans: Any, inputs: Any, given: Any, params: dict[str, Any]) -> Linearization:
        values = parts(ans)
        if xp := reached((*inputs, *values, *given)):
            return rule.linearize(inputs, values[:count], xp=xp, **params)
        frame = with_outputs(prepared(rule, inputs, None, params), values[:count])
        extras = [None if x is NOTHING else x for x in values[count:]]
        return Linearization(frame, kept_of(frame.rule, inputs, values[:count], extras))

    def make_vjp(argnums: tuple[int, ...], ans: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        def vjp(g: Any) -> tuple[Array, ...]:
            bars = [given(x) for x in parts(g)[:count]]
            pulled = linearized(ans, args, bars, params).vjp(bars)
            return tuple(conjugate(pulled[i]) for i in argnums)

        return vjp

    def make_jvp(
        argnums: tuple[int, ...], gs: Any, ans: Any, args: tuple[Any, ...], params: dict[str, Any]
    ) -> Any:
        dots: list[Any] = [None] * len(args)
        for i, g in zip(argnums, gs, strict=True):
            dots[i] = floating(g)
        pushed = linearized(ans, args, dots, params).jvp(dots)
        live = ((i, x) for i, x in enumerate(pushed) if x is not None)
        return sum_outgrads([container_untake(x, i, vspace(getval(ans))) for i, x in live])

    defvjp_argnums(keeping, make_vjp)
    defjvp_argnums(keeping, make_jvp)

    def apply(inputs: tuple[Any, ...], params: dict[str, Any]) -> tuple[Array, ...]:
        names = rule.of(len(inputs)).inputs
        # Inputs that cannot be differentiated, such as pivots from another rule, are passed untraced.
        inputs = tuple(
            plain(x) if name in rule.constant else floating(x) for name, x in zip(names, inputs, strict=False)
        )
        if not any(isbox(x) for x in inputs):
            return rule.forward(*inputs, **params)
        results = keeping(*inputs, **params)
        return tuple(results[i] for i in range(count))

    return as_function(rule, apply, "autograd", {})


def plain(x: Any) -> Any:
    """The array inside a box of autograd, or inside nested ones."""
    while isbox(x):
        x = getval(x)
    return x


def given(x: Any) -> Any:
    """A cotangent in our convention; None for an untraced array of zeros: autograd has no symbolic zero."""
    return None if not isbox(x) and not np.any(x) else conjugate(floating(x))


def fixed(f: Any, x: Array) -> Array:
    """f(x) as a constant."""
    return constant(f(plain(x)), x)


@primitive  # type: ignore[untyped-decorator]
def constant(values: Array, x: Array) -> Array:
    """Values computed from x. Their derivative in x is a `zero`, which raises when differentiated again."""
    return values


@primitive  # type: ignore[untyped-decorator]
def zero(x: Array, like: Array) -> Array:
    """A zero that stands for a derivative that is not available, and raises when differentiated."""
    return np.zeros_like(like)


defvjp(constant, lambda ans, values, x: lambda g: zero(x, plain(x)), argnums=(1,))
defjvp(constant, lambda g, ans, values, x: zero(x, plain(values)), argnums=(1,))
defvjp(zero, lambda ans, x, like: lambda g: no_third(), argnums=(0,))
defjvp(zero, lambda g, ans, x, like: no_third(), argnums=(0,))

NAMESPACE = Registered(standard, {name: function(rule) for name, rule in RULES.items()}, fixed)
