"""One op at a time, for people: its outputs and its pullback, or its outputs and their tangents."""

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
        is computed twice. What it keeps must stay as it is: outputs of NumPy's that it keeps cannot be
        written to, and a change of PyTorch's tensors is noticed; inputs are the caller's to leave alone.

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
    frame, outputs, extras = forward_keeping(prepared(find(rule), inputs, xp, params), inputs)
    kept = kept_of(frame.rule, inputs, outputs, extras)
    if is_numpy_namespace(frame.xp):
        outputs = [_protected(y) if y.shape and any(y is x for x in kept) else y for y in outputs]
    return as_returned(frame.rule, outputs), Pullback(frame, kept)


def _protected(y: Array) -> Array:
    """A view of an array that cannot be written to."""
    y = y.view()
    y.flags.writeable = False
    return y


class Pullback(Linearization):
    """The pullback of an operation at a point, as `vjp` returns it: a linearization to be called."""

    __slots__ = ("versions",)

    def __init__(self, frame: Frame, kept: Arrays) -> None:
        super().__init__(frame, kept)
        self.versions = _versions(kept) if is_torch_namespace(frame.xp) else None

    def __repr__(self) -> str:
        return f"Pullback of {self.rule.name}"

    def __call__(self, *cotangents: Array | None) -> tuple[Array | None, ...]:
        """A tuple of one cotangent per input, of one cotangent per output."""
        if self.versions is not None and self.versions != _versions(self.kept):
            changed = [
                name
                for name, then, now in zip(self.rule.keeps, self.versions, _versions(self.kept), strict=True)
                if then != now
            ]
            raise RuntimeError(
                f"{self.rule.name}: {' and '.join(changed)} was changed in place after the forward, and the "
                f"pullback reads it; change a copy"
            )
        return pull(self.frame, self.kept, cotangents)


def _versions(kept: Arrays) -> list[int]:
    """How often PyTorch's tensors were written to; inference tensors are not counted."""
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
    frame, outputs, extras = forward_keeping(prepared(find(rule), inputs, xp, params), inputs)
    dots = push(frame, kept_of(frame.rule, inputs, outputs, extras), tangents)
    return as_returned(frame.rule, outputs), as_returned(frame.rule, dots)


def find(rule: str | Rule) -> Rule:
    """The rule of a name, or the rule itself."""
    if isinstance(rule, Rule):
        return rule
    if not isinstance(rule, str):
        raise TypeError(
            f'the first argument is the name of a rule, such as "qr", or a Rule of your own; it is of type '
            f"{type(rule).__name__}"
        )
    if rule in WITHOUT_DERIVATIVE:
        raise KeyError(
            f"{rule} has no derivative: {WITHOUT_DERIVATIVE[rule]}; call the function of your array library"
        )
    if rule not in RULES:
        near = difflib.get_close_matches(rule, RULES, n=1)
        meant = f"; is {near[0]!r} meant?" if near else "."
        raise KeyError(
            f"no rule {rule!r}{meant} The rules are {', '.join(RULES)}; or pass a Rule of your own"
        )
    return RULES[rule]
