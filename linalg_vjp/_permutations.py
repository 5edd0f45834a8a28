"""Permutations of rows, of columns, and of the axes of a tensor."""

import math

from ._matrix import broadcast_shapes, permute_rows, transpose
from ._namespaces import Array, Namespace, device

__all__ = ["as_matrix", "as_tensor", "columns", "rows", "rows_of"]


def rows(X: Array, p: Array, xp: Namespace) -> Array:
    """X[p], matrix by matrix; the batches of X and p broadcast."""
    batch = broadcast_shapes(X.shape[:-2], p.shape[:-1])
    X, p = xp.broadcast_to(X, (*batch, *X.shape[-2:])), xp.broadcast_to(p, (*batch, p.shape[-1]))
    return permute_rows(X, p, xp)


def columns(A: Array, p: Array, xp: Namespace) -> Array:
    """A[:, p], matrix by matrix."""
    return transpose(permute_rows(transpose(A), p, xp))


def rows_of(pivots: Array, m: int, xp: Namespace) -> Array:
    """The order of m rows after each was swapped with the row that `pivots` names: A[rows] = L U.

    The swaps, one after the other, are a product of permutations, which is computed in pairs.
    """
    row = xp.arange(m, device=device(pivots))
    if pivots.shape[-1] == 0:
        return xp.broadcast_to(row, (*pivots.shape[:-1], m))
    other = xp.astype(pivots, row.dtype)[..., None]
    own = xp.arange(pivots.shape[-1], device=device(pivots))[:, None]
    p = xp.where(row == own, other, xp.where(row == other, own, row))
    while (count := p.shape[-2]) > 1:
        alone = p[..., count - count % 2 :, :]
        p = permute_rows(p[..., 0 : count - 1 : 2, :, None], p[..., 1::2, :], xp)[..., 0]
        p = xp.concat([p, alone], axis=-2)
    return p[..., 0, :]


def as_matrix(X: Array, rows: list[int], columns: list[int], xp: Namespace) -> Array:
    """X as a matrix, with these axes as its rows and its columns."""
    shape = [math.prod([X.shape[i] for i in side]) for side in (rows, columns)]
    return xp.reshape(xp.permute_dims(X, (*rows, *columns)), tuple(shape))


def as_tensor(M: Array, shape: tuple[int, ...], rows: list[int], columns: list[int], xp: Namespace) -> Array:
    """The tensor of this shape whose matrix, by `as_matrix`, is M."""
    order = [*rows, *columns]
    X = xp.reshape(M, tuple([shape[i] for i in order]))
    return xp.permute_dims(X, tuple([order.index(i) for i in range(len(order))]))
