"""One op at a time, for people: its outputs and its pullback, or its outputs and their tangents."""

from collections.abc import Callable, Sequence
from typing import Any

from ._call import forward_keeping, kept_of, prepared, pull, push
from ._namespaces import Array, Namespace
from ._rule import Rule, as_returned
from ._rules import RULES

__all__ = ["jvp", "vjp"]


def vjp(
    rule: str | Rule, *inputs: Array, xp: Namespace | None = None, **params: Any
) -> tuple[Any, Callable[..., tuple[Array | None, ...]]]:
    """Apply an operation and get its pullback.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule (a key of `RULES`), or a rule of your own.
    *inputs : array
        Of the shapes that the rule's signature says.
    xp : namespace, optional
        The Array API namespace of the inputs; without it, it is looked up.
    **params
        The keywords of the operation.

    Returns
    -------
    outputs : array or named tuple of arrays
        As the operation itself returns them.
    pullback : callable
        ``pullback(*cotangents)`` takes one cotangent per output, or None for zero, and returns a tuple
        of one cotangent per input. It keeps what the rule keeps, such as a factorization, so that nothing
        is computed twice.

    Raises
    ------
    KeyError
        For an unknown name.
    ValueError, TypeError
        For a wrong shape, dtype or keyword, or a mix of namespaces or devices.

    Examples
    --------
    >>> import numpy as np
    >>> X, pullback = vjp("inv", np.asarray([[2.0, 0.0], [0.0, 4.0]]))
    >>> pullback(np.ones((2, 2)))[0].tolist()
    [[-0.25, -0.125], [-0.125, -0.0625]]
    """
    frame, outputs, extras = forward_keeping(prepared(_find(rule), inputs, xp, params), inputs)
    kept = kept_of(frame.rule, inputs, outputs, extras)

    def pullback(*cotangents: Array | None) -> tuple[Array | None, ...]:
        return pull(frame, kept, cotangents)

    return as_returned(frame.rule, outputs), pullback


def jvp(
    rule: str | Rule,
    inputs: Sequence[Array],
    tangents: Sequence[Array | None],
    *,
    xp: Namespace | None = None,
    **params: Any,
) -> tuple[Any, Any]:
    """Apply an operation and push tangents of its inputs forward.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule (a key of `RULES`), or a rule of your own.
    inputs : sequence of array
        Of the shapes that the rule's signature says.
    tangents : sequence of array or None
        One per input, in its shape; None is zero.
    xp : namespace, optional
        The Array API namespace of the inputs; without it, it is looked up.
    **params
        The keywords of the operation.

    Returns
    -------
    outputs, tangents : array or named tuple of arrays
        Both as the operation itself returns its outputs. The tangent of an output that cannot be
        differentiated is None.

    Raises
    ------
    KeyError
        For an unknown name.
    ValueError, TypeError
        For a wrong shape, dtype or keyword, or a mix of namespaces or devices.

    Examples
    --------
    >>> import numpy as np
    >>> d, d_dot = jvp("det", (np.eye(2),), (np.asarray([[3.0, 0.0], [0.0, 4.0]]),))
    >>> float(d), float(d_dot)
    (1.0, 7.0)
    """
    frame, outputs, extras = forward_keeping(prepared(_find(rule), inputs, xp, params), inputs)
    dots = push(frame, kept_of(frame.rule, inputs, outputs, extras), tangents)
    return as_returned(frame.rule, outputs), as_returned(frame.rule, dots)


def _find(rule: str | Rule) -> Rule:
    if isinstance(rule, Rule):
        return rule
    if rule not in RULES:
        raise KeyError(f"no rule {rule!r}; the rules are {', '.join(RULES)}, or pass a Rule of your own")
    return RULES[rule]
