"""Vector norm: N = (sum of |x_i|^ord)^(1/ord) over the given axes.

For x of any shape with at least one axis. ord is any real number; inf and -inf give the largest and the
smallest |x_i|, and 0 counts the nonzero entries. axis is an int, a tuple of ints, or None for all axes.

Domain: every x. The kinks are the zero vector, zero entries, and ties for the largest or smallest entry.
There, the result is the subgradient of least norm: exact zeros have slope 0, and tied entries share the
slope. It is finite even where ord < 1 makes the slope at a zero entry infinite. For ord=0, N is piecewise
constant and its gradient is 0. The result is also right where powers of entries
overflow or underflow and the norm does not.

Gauge: none.

Sources: the chain rule; subgradients as in R. T. Rockafellar, "Convex analysis" (1970), section 23.

Spec: rules/vector_norm.md
"""

import math
import numbers
import operator
from collections.abc import Mapping

from .._matrix import inner
from .._namespaces import Array, Namespace, namespace
from .._norm import norm, slope
from .._params import Param, one_of
from .._rule import Rule

__all__ = ["VECTOR_NORM", "vector_norm_jvp", "vector_norm_vjp"]

Axis = int | tuple[int, ...] | None
ORDERS = (1, 2, 3, 0.5, 1.5, -1, -2.5, 0, math.inf, -math.inf)  # values that tests try


def vector_norm(
    x: Array,
    *,
    ord: float = 2,
    axis: Axis = None,
    keepdims: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array]:
    """N, in a 1-tuple."""
    xp = namespace(xp, x)
    return (_formed(norm(x, ord, _axes(x, axis), xp), x, axis, keepdims, xp),)


def vector_norm_fwd(
    x: Array,
    *,
    ord: float = 2,
    axis: Axis = None,
    keepdims: bool = False,
    xp: Namespace | None = None,
) -> tuple[tuple[Array], tuple[Array]]:
    """N and the slope g."""
    xp = namespace(xp, x)
    axes = _axes(x, axis)
    N = norm(x, ord, axes, xp)
    return (_formed(N, x, axis, keepdims, xp),), (slope(x, N, ord, axes, xp),)


def vector_norm_keep(
    x: Array,
    N: Array,
    *,
    ord: float = 2,
    axis: Axis = None,
    keepdims: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array]:
    """The slope g."""
    xp = namespace(xp, x, N)
    return (slope(x, xp.reshape(N, _kept(x, axis)), ord, _axes(x, axis), xp),)


def vector_norm_vjp(
    g: Array,
    N_bar: Array | None,
    *,
    ord: float = 2,
    axis: Axis = None,
    keepdims: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of N = vector_norm(x).

        x_bar = N_bar g,  g_i = (|x_i| / N)^(ord - 1) x_i / |x_i|

    Parameters
    ----------
    g : array of shape (..., n)
        The slope.
    N_bar : array or None
        With the shape of N.
    ord : real number
        Which norm N is.
    axis : int, tuple of int or None
        The axes that the norm runs over.
    keepdims : bool
        Whether N keeps these axes, with size 1.
    xp : namespace, optional

    Returns
    -------
    x_bar : array of shape (..., n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> (g,) = vector_norm_keep(np.asarray([3.0, 4.0]), np.asarray(5.0))
    >>> vector_norm_vjp(g, np.asarray(10.0))[0].tolist()
    [6.0, 8.0]
    """
    if N_bar is None:
        return (None,)
    xp = namespace(xp, g)
    return (xp.reshape(N_bar, _kept(g, axis)) * g,)


def vector_norm_jvp(
    g: Array,
    x_dot: Array | None,
    *,
    ord: float = 2,
    axis: Axis = None,
    keepdims: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of N = vector_norm(x).

        N_dot = Re<g, x_dot>, with g as in `vector_norm_vjp`

    Parameters
    ----------
    g : array of shape (..., n)
        The slope.
    x_dot : array of shape (..., n) or None
    ord : real number
        Which norm N is.
    axis : int, tuple of int or None
        The axes that the norm runs over.
    keepdims : bool
        Whether N keeps these axes, with size 1.
    xp : namespace, optional

    Returns
    -------
    N_dot : array
        With the shape of the norm, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> (g,) = vector_norm_keep(np.asarray([3.0, 4.0]), np.asarray(5.0))
    >>> float(vector_norm_jvp(g, np.asarray([10.0, 0.0]))[0])
    6.0
    """
    if x_dot is None:
        return (None,)
    return (inner(g, x_dot, namespace(xp, g), axis=axis, keepdims=keepdims),)


def _formed(N: Array, x: Array, axis: Axis, keepdims: bool, xp: Namespace) -> Array:
    """N without the axes that the norm runs over, unless keepdims is true."""
    return N if keepdims else xp.squeeze(N, axis=_axes(x, axis))


def _axes(x: Array, axis: Axis) -> tuple[int, ...]:
    """The axes that the norm runs over, counted from the front."""
    rank = len(x.shape)
    axes = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    found = tuple(operator.index(i) % rank for i in axes if -rank <= i < rank)
    if len(set(found)) < len(axes):
        raise ValueError(
            f"vector_norm: axis={axis} does not fit x of shape {tuple(x.shape)}; give axes from {-rank} to "
            f"{rank - 1}, each once"
        )
    return found


def _kept(x: Array, axis: Axis) -> tuple[int, ...]:
    """The shape of the norm with keepdims=True."""
    gone = _axes(x, axis)
    return tuple(1 if i in gone else size for i, size in enumerate(x.shape))


def _is_real(value: object) -> bool:
    return isinstance(value, numbers.Real) and not math.isnan(value)


def _is_axis(value: object) -> bool:
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return all(isinstance(i, numbers.Integral) for i in values)


def _over_last_axis(params: Mapping[str, object]) -> bool:
    return params["axis"] == -1


VECTOR_NORM = Rule(
    "vector_norm",
    "(n?)->()",
    inputs=("x",),
    outputs=("N",),
    saves=("x", "N"),
    keeps=("g",),
    op=vector_norm,
    op_fwd=vector_norm_fwd,
    op_keep=vector_norm_keep,
    op_vjp=vector_norm_vjp,
    op_jvp=vector_norm_jvp,
    params={
        "ord": Param(2, _is_real, "a real number, inf or -inf", ORDERS),
        "axis": Param(None, _is_axis, "an int, a tuple of ints or None", (-1, None, 0, (0, -1))),
        "keepdims": one_of(False, True),
    },
    real=("N",),
    typical={"ord": 3, "axis": -1},
    half=True,
    family="norms",
    domain="every x (the subgradient of least norm at kinks)",
    batched=_over_last_axis,
)
