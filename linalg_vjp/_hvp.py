"""Second derivatives of one operation on libraries without autodiff: the pullback, pushed forward."""

from collections.abc import Sequence
from typing import Any

from ._api import find
from ._call import forward_keeping, kept_of, prepared, push
from ._checks import check_count
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
    """Push the pullback of an operation forward: a Hessian times a vector.

    For a loss sum Re<cotangent, output>, this is its Hessian times `tangents`. For a loss f of the outputs,
    give its gradient as `cotangents`, and the tangent of that gradient as `cotangent_tangents`: the Hessian
    of f along the tangents of the outputs.

    It takes one forward, one pushforward, and one pullback of dual numbers, about three pullbacks. PyTorch,
    JAX and other frameworks differentiate the functions of their adapter twice by themselves.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule (a key of `RULES`), or a rule of your own.
    inputs : sequence of array
        Of the shapes that the rule's signature says.
    cotangents : sequence of array or None
        One per output, in its shape; None is zero.
    tangents : sequence of array or None
        One per input, in its shape; None is zero.
    cotangent_tangents : sequence of array or None, optional
        One per output: how the cotangents move. Without it they stay.
    xp : namespace, optional
        The Array API namespace of the inputs; without it, it is looked up.
    **params
        The keywords of the operation.

    Returns
    -------
    tuple of array or None
        One per input, in its shape: the tangent of its cotangent. None for an input that cannot be
        differentiated.

    Raises
    ------
    KeyError
        For an unknown name.
    ValueError, TypeError
        For a wrong shape, dtype or keyword, or a mix of namespaces or devices.
    NotImplementedError
        For a rule without a second derivative, such as `funm_hermitian` with an f of your own without d2f.

    Examples
    --------
    >>> import numpy as np
    >>> A, E = np.diag([2.0, 4.0]), np.eye(2)
    >>> hvp("logdet", (A,), (np.asarray(1.0),), (E,))[0].round(12).tolist()
    [[-0.25, 0.0], [0.0, -0.0625]]
    """
    known: Rule = find(rule).of(len(inputs))
    moves = [None] * len(known.outputs) if cotangent_tangents is None else cotangent_tangents
    check_count(known, "cotangent", known.outputs, cotangents)
    check_count(known, "cotangent tangent", known.outputs, moves)
    frame, outputs, extras = forward_keeping(prepared(known, inputs, xp, params), inputs)
    dots = push(frame, kept_of(known, inputs, outputs, extras), tangents)
    dual = dual_namespace(frame.xp)
    pulled = known.vjp(
        [Dual(x, dot, dual) for x, dot in zip(inputs, tangents, strict=True)],
        [Dual(y, dot, dual) for y, dot in zip(outputs, dots, strict=True)],
        [_moving(known, *three, dual) for three in zip(outputs, cotangents, moves, strict=True)],
        xp=dual,
        **params,
    )
    return tuple(
        None if x is None else frame.xp.zeros_like(x.value) if x.dot is None else x.dot for x in pulled
    )


def _moving(rule: Rule, y: Array, bar: Array | None, dot: Array | None, dual: Any) -> Dual | None:
    """A cotangent and its tangent, of which either may be zero."""
    if bar is None and dot is None:
        return None
    if dot is not None and tuple(dot.shape) != tuple(y.shape):
        raise ValueError(
            f"{rule.name}: the tangent of a cotangent has shape {tuple(dot.shape)}, and its output "
            f"{tuple(y.shape)}"
        )
    return Dual(y * 0 if bar is None else bar, dot, dual)
