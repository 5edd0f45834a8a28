"""Second derivatives of one operation on libraries without autodiff: the pullback, pushed forward."""

from collections.abc import Sequence
from typing import Any

from ._api import find
from ._call import fit, forward_keeping, kept_of, prepared, push
from ._dual import Dual
from ._dual_namespace import dual_namespace
from ._namespaces import Array, Namespace
from ._rule import Rule

__all__ = ["hvp"]


def hvp(
    rule: str | Rule,
    inputs: Sequence[Array],
    cotangents: Sequence[Array | None],
    tangents: Sequence[Array | None],
    *,
    cotangent_tangents: Sequence[Array | None] | None = None,
    xp: Namespace | None = None,
    **params: Any,
) -> tuple[Array | None, ...]:
    """Push the pullback of an operation forward, for a Hessian-vector product.

    For the loss sum Re<cotangent, output>, the result is its Hessian times `tangents`. For a loss f of the
    outputs, pass its gradient as `cotangents`. Pass the tangent of that gradient, which is the Hessian of f
    times the tangents of the outputs, as `cotangent_tangents`.

    The cost is one forward pass, one pushforward, and one pullback of dual numbers, in total about three
    pullbacks. PyTorch, JAX and other frameworks can differentiate the functions of their adapter twice on
    their own.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule (a key of `RULES`), or a `Rule` of your own.
    inputs : sequence of array
        The inputs, with the shapes that the signature of the rule states.
    cotangents : sequence of array or None
        One cotangent per output, in its shape; None is zero.
    tangents : sequence of array or None
        One tangent per input, in its shape; None is zero.
    cotangent_tangents : sequence of array or None, optional
        The tangent of each cotangent, in its shape; None is zero. By default all are zero.
    xp : namespace, optional
        The Array API namespace of the inputs. By default it is looked up from the inputs.
    **params
        The keyword arguments of the operation.

    Returns
    -------
    tuple of array or None
        One per input, in its shape: the tangent of the cotangent of that input. None for an input that cannot
        be differentiated.

    Raises
    ------
    KeyError
        If there is no rule of that name.
    ValueError, TypeError
        If a shape, dtype or keyword does not fit the rule, or the arrays mix namespaces or devices.
    NotImplementedError
        If the rule has no second derivative, such as `funm_hermitian` with a function f and no d2f.

    Examples
    --------
    >>> import numpy as np
    >>> A, E = np.diag([2.0, 4.0]), np.eye(2)
    >>> hvp("logdet", (A,), (np.asarray(1.0),), (E,))[0].round(12).tolist()
    [[-0.25, 0.0], [0.0, -0.0625]]
    """
    known: Rule = find(rule).of(len(inputs))
    moves = [None] * len(known.outputs) if cotangent_tangents is None else cotangent_tangents
    frame, outputs, extras = forward_keeping(prepared(known, inputs, xp, params), inputs)
    bars = fit(frame, "cotangent", known.outputs, cotangents, frame.outputs, inputs[0])
    moves = fit(frame, "cotangent tangent", known.outputs, moves, frame.outputs, inputs[0])
    dots = push(frame, kept_of(known, inputs, outputs, extras), tangents)
    dual = dual_namespace(frame.xp)
    pulled = known.vjp(
        [Dual(x, dot, dual) for x, dot in zip(inputs, tangents, strict=True)],
        [Dual(y, dot, dual) for y, dot in zip(outputs, dots, strict=True)],
        [_moving(*three, dual) for three in zip(outputs, bars, moves, strict=True)],
        xp=dual,
        **params,
    )
    return tuple(
        None if x is None else frame.xp.zeros_like(x.value) if x.dot is None else x.dot for x in pulled
    )


def _moving(y: Array, bar: Array | None, dot: Array | None, dual: Any) -> Dual | None:
    """A cotangent with its tangent, as a dual number; None if both are zero."""
    if bar is None and dot is None:
        return None
    return Dual(y * 0 if bar is None else bar, dot, dual)
