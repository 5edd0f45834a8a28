"""Sums over pairs of axes of two arrays: Y = tensordot(A, B).

An integer `axes` sums over that many last axes of A and first axes of B. axes=((...), (...)) names axes of A
and axes of B. The axes of Y are the other axes of A, then those of B. There are no batch axes.

Domain: every pair of arrays.

Gauge: none.

Sources: the product rule for two matrices, in which the summed axes are the columns of A and the rows of B.

Spec: rules/tensordot.md
"""

import numbers
from typing import Any

from .._cotangent import total
from .._matrix import conj, matmul
from .._namespaces import Array, Namespace, namespace
from .._params import Param
from .._permutations import as_matrix, as_tensor
from .._rule import Rule

__all__ = ["TENSORDOT", "tensordot_jvp", "tensordot_vjp"]

Axes = int | tuple[tuple[int, ...], tuple[int, ...]]


def tensordot(A: Array, B: Array, *, axes: Axes = 2, xp: Namespace | None = None) -> tuple[Array]:
    """Y, in a 1-tuple."""
    xp = namespace(xp, A, B)
    (rows, of_A), (columns, of_B) = _orders(A, B, axes)
    Y = matmul(as_matrix(A, rows, of_A, xp), as_matrix(B, of_B, columns, xp), xp)
    return (xp.reshape(Y, tuple([A.shape[i] for i in rows] + [B.shape[i] for i in columns])),)


def tensordot_vjp(
    A: Array, B: Array, Y_bar: Array | None, *, axes: Axes = 2, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of Y = tensordot(A, B), computed as a product of two matrices.

        A_bar = Y_bar B^H,  B_bar = A^H Y_bar

    Parameters
    ----------
    A, B : array
    Y_bar : array of the shape of Y, or None
    axes : int or pair of tuples of int
        The axes that are summed over.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of the shapes of A and B

    Examples
    --------
    >>> import numpy as np
    >>> A_bar, B_bar = tensordot_vjp(np.ones(2), np.asarray([3.0, 4.0]), np.asarray(1.0), axes=1)
    >>> A_bar.tolist(), B_bar.tolist()
    ([3.0, 4.0], [1.0, 1.0])
    """
    if Y_bar is None:
        return None, None
    xp = namespace(xp, A, B)
    (rows, of_A), (columns, of_B) = _orders(A, B, axes)
    M, N = as_matrix(A, rows, of_A, xp), as_matrix(B, of_B, columns, xp)
    Y_bar = xp.reshape(Y_bar, (M.shape[0], N.shape[1]))
    A_bar, B_bar = matmul(Y_bar, _adjoint(N, xp), xp), matmul(_adjoint(M, xp), Y_bar, xp)
    return as_tensor(A_bar, A.shape, rows, of_A, xp), as_tensor(B_bar, B.shape, of_B, columns, xp)


def tensordot_jvp(
    A: Array,
    B: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    axes: Axes = 2,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of Y = tensordot(A, B): the product rule.

    Parameters
    ----------
    A, B, axes
        As in `tensordot_vjp`.
    A_dot, B_dot : array of the shapes of A and B, or None
    xp : namespace, optional

    Returns
    -------
    Y_dot : array
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> float(tensordot_jvp(np.ones(2), np.ones(2), np.asarray([1.0, 2.0]), None, axes=1)[0])
    3.0
    """
    first = None if A_dot is None else tensordot(A_dot, B, axes=axes, xp=xp)[0]
    return (total(first, None if B_dot is None else tensordot(A, B_dot, axes=axes, xp=xp)[0]),)


def _orders(A: Array, B: Array, axes: Axes) -> list[tuple[list[int], list[int]]]:
    """For A and for B: the axes that stay, and the axes that are summed over."""
    ranks = len(A.shape), len(B.shape)
    if isinstance(axes, numbers.Integral):
        count = min(int(axes), sum(ranks) + 1)  # too many axes are refused below
        summed: Any = (range(ranks[0] - count, ranks[0]), range(count))
    else:
        summed = axes
    places = [
        [i % rank if -rank <= i < rank else -1 for i in of] for rank, of in zip(ranks, summed, strict=True)
    ]
    sizes = [[x.shape[i] for i in of if i >= 0] for x, of in zip((A, B), places, strict=True)]
    if sizes[0] != sizes[1] or any(min(of, default=0) < 0 or len(set(of)) < len(of) for of in places):
        raise ValueError(
            f"tensordot: A has shape {tuple(A.shape)}, B has {tuple(B.shape)} and axes={axes!r}; pair "
            f"axes of A with axes of B of the same size, each at most once"
        )
    return [([i for i in range(rank) if i not in of], of) for rank, of in zip(ranks, places, strict=True)]


def _adjoint(M: Array, xp: Namespace) -> Array:
    """M^H of one matrix, also in libraries whose arrays have no .mT."""
    return conj(xp.permute_dims(M, (1, 0)), xp)


def _is_pair(value: Any) -> bool:
    """Whether the value is a pair of tuples of axes."""
    pair = isinstance(value, tuple) and len(value) == 2
    return pair and all(isinstance(of, tuple) and all(map(_is_integer, of)) for of in value)


def _is_integer(value: Any) -> bool:
    return isinstance(value, numbers.Integral)


TENSORDOT = Rule(
    "tensordot",
    "(*),(*)->(*)",
    inputs=("A", "B"),
    outputs=("Y",),
    saves=("A", "B"),
    op=tensordot,
    op_vjp=tensordot_vjp,
    op_jvp=tensordot_jvp,
    params={
        "axes": Param(
            2,
            lambda value: (_is_integer(value) and value >= 0) or _is_pair(value),
            "a number of axes, or a pair of tuples of axes",
            (2, 1, 0, ((-1, 0), (0, 1))),
        )
    },
    batched=lambda params: False,
    family="products",
    domain="every pair of arrays",
)
