"""Inverses of tensors, and solves with them, as linear maps: tensorinv and tensorsolve.

tensorinv: X, the inverse of A as a map from its last axes to its first `ind` axes. tensorsolve: X with
tensordot(A, X, axes=X.ndim) = B, after the axes of A named by `axes` have been moved to its end. There are no
batch axes.

Domain: A is nonsingular as a matrix.

Gauge: none.

Sources: the rules of `inv` and `solve`, applied to reshaped arrays.

Spec: rules/tensorsolve.md
"""

import math
import numbers
from typing import Any

from .._cotangent import all_none
from .._matrix import adjoint, inv
from .._namespaces import Array, Namespace, namespace
from .._params import Param, integer
from .._permutations import as_matrix
from .._rule import Rule
from .solve import solve_fwd, solve_jvp, solve_keep, solve_vjp

__all__ = [
    "TENSORINV",
    "TENSORSOLVE",
    "tensorinv_jvp",
    "tensorinv_vjp",
    "tensorsolve_jvp",
    "tensorsolve_vjp",
]

Shape = tuple[int, ...]


def tensorinv(A: Array, *, ind: int = 2, xp: Namespace | None = None) -> tuple[Array]:
    """X, in a 1-tuple."""
    xp, shape = namespace(xp, A), tuple(A.shape)
    rows, columns = shape[:ind], shape[ind:]
    size = math.prod(rows)
    if not 0 < ind < len(shape) or size != math.prod(columns):
        raise ValueError(
            f"tensorinv: A has shape {shape} and ind={ind}; the first {ind} axes must have as many entries "
            f"in total as the others"
        )
    X = inv(xp.reshape(A, (size, size)), xp)
    # A copy: PyTorch's forward mode rejects an output that is a view of an intermediate result.
    return (xp.reshape(X, (*columns, *rows), copy=True),)


def tensorinv_vjp(
    X: Array, X_bar: Array | None, *, ind: int = 2, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pullback of X = tensorinv(A), computed with matrices.

        A_bar = -X^H X_bar X^H

    Parameters
    ----------
    X, X_bar : array, or None
    ind : int
        The number of leading axes of A that form its rows.
    xp : namespace, optional

    Returns
    -------
    A_bar : array
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> tensorinv_vjp(np.asarray([[0.5]]), np.asarray([[1.0]]), ind=1)[0].tolist()
    [[-0.25]]
    """
    if X_bar is None:
        return (None,)
    xp, shape = namespace(xp, X), tuple(X.shape)
    split = len(shape) - ind
    size = math.prod(shape[:split])
    M = xp.reshape(X, (size, size))
    Mh = adjoint(M, xp)
    A_bar = -(Mh @ xp.reshape(X_bar, M.shape) @ Mh)
    return (xp.reshape(A_bar, (*shape[split:], *shape[:split])),)


def tensorinv_jvp(
    X: Array, A_dot: Array | None, *, ind: int = 2, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of X = tensorinv(A), computed with matrices.

        X_dot = -X A_dot X

    Parameters
    ----------
    X, A_dot : array, or None
    ind : int
        The number of leading axes of A that form its rows.
    xp : namespace, optional

    Returns
    -------
    X_dot : array of the shape of X
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> tensorinv_jvp(np.asarray([[0.5]]), np.asarray([[1.0]]), ind=1)[0].tolist()
    [[-0.25]]
    """
    if A_dot is None:
        return (None,)
    xp, size = namespace(xp, X), math.prod(A_dot.shape[:ind])
    M = xp.reshape(X, (size, size))
    return (xp.reshape(-(M @ xp.reshape(A_dot, (size, size)) @ M), X.shape),)


def tensorsolve(
    A: Array, B: Array, *, axes: tuple[int, ...] | None = None, xp: Namespace | None = None
) -> tuple[Array]:
    """X, in a 1-tuple."""
    return tensorsolve_fwd(A, B, axes=axes, xp=xp)[0]


def tensorsolve_fwd(
    A: Array, B: Array, *, axes: tuple[int, ...] | None = None, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array | None]]:
    """X, and the LU factorization of A as a matrix."""
    xp = namespace(xp, A, B)
    M = _square(A, len(B.shape), axes, xp)
    if M.shape[0] != M.shape[1] or _turned(A.shape, axes)[: len(B.shape)] != tuple(B.shape):
        raise ValueError(
            f"tensorsolve: A has shape {tuple(A.shape)} and B {tuple(B.shape)}, with axes={axes!r}; A must "
            f"begin with the axes of B, and its other axes must have as many entries in total"
        )
    (X,), factors = solve_fwd(M, _column(B, xp), xp=xp)
    return (xp.reshape(X, _turned(A.shape, axes)[len(B.shape) :]),), factors


def tensorsolve_keep(
    A: Array, X: Array, *, axes: tuple[int, ...] | None = None, xp: Namespace | None = None
) -> tuple[Array, Array | None]:
    """The LU factorization of A as a matrix."""
    xp = namespace(xp, A, X)
    return solve_keep(_square(A, len(A.shape) - len(X.shape), axes, xp), X, xp=xp)


def tensorsolve_vjp(
    A: Array,
    X: Array,
    F: Array,
    pivots: Array | None,
    X_bar: Array | None,
    *,
    axes: tuple[int, ...] | None = None,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of tensordot(A, X, axes=X.ndim) = B, computed as a solve with a matrix.

        B_bar = A^-H X_bar,  A_bar = -B_bar X^H

    Parameters
    ----------
    A : array
        Only its shape is read.
    X, X_bar : array, or None
    F, pivots
        The LU factorization of A as a matrix, as `solve` keeps it.
    axes : tuple of int or None
        The axes of A that are moved to its end.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of the shapes of A and B

    Examples
    --------
    >>> import numpy as np
    >>> A, one = np.diag([2.0, 4.0]), np.ones(2)
    >>> (X,), factors = tensorsolve_fwd(A, one)
    >>> tensorsolve_vjp(A, X, *factors, one)[1].tolist()
    [0.5, 0.25]
    """
    if X_bar is None:
        return None, None
    xp, rank = namespace(xp, X, F), len(A.shape)
    M_bar, B_bar = solve_vjp(_column(X, xp), F, pivots, _column(X_bar, xp), xp=xp)
    turned = _turned(A.shape, axes)
    order = _order(rank, axes)
    A_bar = xp.permute_dims(xp.reshape(M_bar, turned), tuple([order.index(i) for i in range(rank)]))
    return A_bar, xp.reshape(B_bar, turned[: rank - len(X.shape)])


def tensorsolve_jvp(
    A: Array,
    X: Array,
    F: Array,
    pivots: Array | None,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    axes: tuple[int, ...] | None = None,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of tensordot(A, X, axes=X.ndim) = B, computed as a solve with a matrix.

        X_dot = A^-1 (B_dot - A_dot X)

    Parameters
    ----------
    A, X, F, pivots, axes
        As in `tensorsolve_vjp`.
    A_dot, B_dot : array of the shapes of A and B, or None

    Returns
    -------
    X_dot : array of the shape of X
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> A, one = np.diag([2.0, 4.0]), np.ones(2)
    >>> (X,), factors = tensorsolve_fwd(A, one)
    >>> tensorsolve_jvp(A, X, *factors, A, None)[0].tolist()
    [-0.5, -0.25]
    """
    if all_none(A_dot, B_dot):
        return (None,)
    xp = namespace(xp, X, F)
    M_dot = None if A_dot is None else _square(A_dot, len(A.shape) - len(X.shape), axes, xp)
    column = None if B_dot is None else _column(B_dot, xp)
    (X_dot,) = solve_jvp(_column(X, xp), F, pivots, M_dot, column, xp=xp)
    return (xp.reshape(X_dot, X.shape),)


def _order(rank: int, axes: tuple[int, ...] | None) -> list[int]:
    """The axes of A, with the named ones at the end."""
    last = [i % rank for i in axes or ()]
    return [*(i for i in range(rank) if i not in last), *last]


def _turned(shape: Shape, axes: tuple[int, ...] | None) -> Shape:
    return tuple([shape[i] for i in _order(len(shape), axes)])


def _square(A: Array, rows: int, axes: tuple[int, ...] | None, xp: Namespace) -> Array:
    """A as a matrix, with the first `rows` axes as its rows."""
    order = _order(len(A.shape), axes)
    return as_matrix(A, order[:rows], order[rows:], xp)


def _column(X: Array, xp: Namespace) -> Array:
    return xp.reshape(X, (math.prod(X.shape), 1))


def _is_integer(value: Any) -> bool:
    return isinstance(value, numbers.Integral)


def never(params: Any) -> bool:
    """No axis is a batch axis."""
    return False


TENSORINV = Rule(
    "tensorinv",
    "(*)->(*)",
    inputs=("A",),
    outputs=("X",),
    saves=("X",),
    op=tensorinv,
    op_vjp=tensorinv_vjp,
    op_jvp=tensorinv_jvp,
    params={"ind": integer(2)},
    batched=never,
    space={"A": "nonsingular"},
    page="tensorsolve",
    family="solvers",
    domain="A that is nonsingular as a linear map",
)

TENSORSOLVE = Rule(
    "tensorsolve",
    "(*),(*)->(*)",
    inputs=("A", "B"),
    outputs=("X",),
    saves=("A", "X"),
    keeps=("A", "X", "F", "pivots"),
    op=tensorsolve,
    op_fwd=tensorsolve_fwd,
    op_keep=tensorsolve_keep,
    op_vjp=tensorsolve_vjp,
    op_jvp=tensorsolve_jvp,
    params={
        "axes": Param(
            None,
            lambda value: value is None or (isinstance(value, tuple) and all(map(_is_integer, value))),
            "None or a tuple of axes",
            (None, (1, 0)),
        )
    },
    batched=never,
    space={"A": "nonsingular"},
    page="tensorsolve",
    family="solvers",
    domain="A that is nonsingular as a linear map",
)
