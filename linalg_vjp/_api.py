"""Apply one operation at a time: its outputs with its pullback (`vjp`), or with their tangents (`jvp`)."""

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from ._call import Arrays, Frame, forward_keeping, kept_of, prepared, pull, push
from ._namespaces import Array, Namespace, is_numpy_namespace, is_torch_namespace
from ._rule import Linearization, Rule, as_returned
from ._rules import RULES, WITHOUT_DERIVATIVE

__all__ = ["find", "jvp", "vjp"]


def vjp(
    rule: str | Rule, *inputs: Array, xp: Namespace | None = None, **params: Any
) -> tuple[Any, Callable[..., tuple[Array | None, ...]]]:
    """Apply an operation and return its outputs and its pullback.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule (a key of `RULES`), or a `Rule` of your own.
    *inputs : array
        The inputs, with the shapes that the signature of the rule states.
    xp : namespace, optional
        The Array API namespace of the inputs. By default it is looked up from the inputs.
    **params
        The keyword arguments of the operation.

    Returns
    -------
    outputs : array or named tuple of arrays
        The outputs, in the form in which the operation returns them.
    pullback : callable
        ``pullback(*cotangents)`` takes one cotangent per output, where None is zero. It returns a tuple with
        one cotangent per input, None for an input that cannot be differentiated. The pullback keeps arrays
        from the forward pass, such as a factorization, so that nothing is computed twice. Do not modify
        them. With NumPy, the outputs that it keeps are read-only, and changes to inputs are not detected.

    Raises
    ------
    KeyError
        If there is no rule of that name.
    ValueError, TypeError
        If a shape, dtype or keyword does not fit the rule, or the arrays mix namespaces or devices.
    RuntimeError
        By the pullback, if a PyTorch tensor that it keeps was changed in place.

    Examples
    --------
    >>> import numpy as np
    >>> X, pullback = vjp("inv", np.asarray([[2.0, 0.0], [0.0, 4.0]]))
    >>> pullback(np.ones((2, 2)))[0].tolist()
    [[-0.25, -0.125], [-0.125, -0.0625]]
    """
    frame, outputs, extras = forward_keeping(prepared(find(rule), inputs, xp, params), inputs)
    kept = kept_of(frame.rule, inputs, outputs, extras)
    if is_numpy_namespace(frame.xp):
        outputs = [_protected(y) if y.shape and any(y is x for x in kept) else y for y in outputs]
    return as_returned(frame.rule, outputs), Pullback(frame, kept)


def _protected(y: Array) -> Array:
    """Return a read-only view of an array."""
    y = y.view()
    y.flags.writeable = False
    return y


class Pullback(Linearization):
    """The pullback of an operation at a point, as `vjp` returns it: a `Linearization` that you can call."""

    __slots__ = ("versions",)

    def __init__(self, frame: Frame, kept: Arrays) -> None:
        super().__init__(frame, kept)
        self.versions = _versions(kept) if is_torch_namespace(frame.xp) else None

    def __repr__(self) -> str:
        return f"Pullback of {self.rule.name}"

    def __call__(self, *cotangents: Array | None) -> tuple[Array | None, ...]:
        """Return a tuple of one cotangent per input, given one cotangent per output."""
        if self.versions is not None and self.versions != _versions(self.kept):
            changed = [
                name
                for name, then, now in zip(self.rule.keeps, self.versions, _versions(self.kept), strict=True)
                if then != now
            ]
            raise RuntimeError(
                f"{self.rule.name}: {' and '.join(changed)} was changed in place after the forward pass, but "
                f"the pullback reads it; run vjp again, and change only a copy"
            )
        return pull(self.frame, self.kept, cotangents)


def _versions(kept: Arrays) -> list[int]:
    """How often each PyTorch tensor was written to; PyTorch does not count this for inference tensors."""
    return [0 if not hasattr(x, "is_inference") or x.is_inference() else x._version for x in kept]


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
        The name of a built-in rule (a key of `RULES`), or a `Rule` of your own.
    inputs : sequence of array
        The inputs, with the shapes that the signature of the rule states.
    tangents : sequence of array or None
        One tangent per input, in its shape; None is zero.
    xp : namespace, optional
        The Array API namespace of the inputs. By default it is looked up from the inputs.
    **params
        The keyword arguments of the operation.

    Returns
    -------
    outputs, tangents : array or named tuple of arrays
        The outputs and their tangents, both in the form in which the operation returns its outputs. The
        tangent of an output that cannot be differentiated is None.

    Raises
    ------
    KeyError
        If there is no rule of that name.
    ValueError, TypeError
        If a shape, dtype or keyword does not fit the rule, or the arrays mix namespaces or devices.

    Examples
    --------
    >>> import numpy as np
    >>> d, d_dot = jvp("det", (np.eye(2),), (np.asarray([[3.0, 0.0], [0.0, 4.0]]),))
    >>> float(d), float(d_dot)
    (1.0, 7.0)
    """
    frame, outputs, extras = forward_keeping(prepared(find(rule), inputs, xp, params), inputs)
    dots = push(frame, kept_of(frame.rule, inputs, outputs, extras), tangents)
    return as_returned(frame.rule, outputs), as_returned(frame.rule, dots)


def find(rule: str | Rule) -> Rule:
    """Return the built-in rule of this name; a `Rule` is returned as it is."""
    if isinstance(rule, Rule):
        return rule
    if not isinstance(rule, str):
        raise TypeError(
            f'the first argument must be the name of a rule, such as "qr", or a Rule of your own; got an '
            f"object of type {type(rule).__name__}"
        )
    if rule in WITHOUT_DERIVATIVE:
        raise KeyError(
            f"{rule} has no derivative: {WITHOUT_DERIVATIVE[rule]}; use your array library's function"
        )
    if rule not in RULES:
        near = difflib.get_close_matches(rule, RULES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else "."
        raise KeyError(f"no rule {rule!r}{meant} Pass a Rule of your own, or one of {', '.join(RULES)}")
    return RULES[rule]
