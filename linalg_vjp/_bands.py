"""Band matrices, stored as their diagonals in an array C of shape (..., w, n).

The width is w = l + u + 1, and C[k + l, i] = A[i, i + k] for -l <= k <= u. Entries of C that lie beyond the
edge of A are zero. No function here makes an array of the size of A.
"""

from typing import Any

from ._backends import primitives
from ._backends.reduction import shifted
from ._matrix import broadcast_shapes, conj, promote
from ._namespaces import Array, Namespace

__all__ = ["adjoint_bands", "entries", "from_columns", "product", "solution", "to_columns"]


def from_columns(ab: Array, u: int, xp: Namespace) -> Array:
    """C from LAPACK's storage, where A[i, j] is in row u + i - j and column j."""
    w = ab.shape[-2]
    return xp.stack([shifted(ab[..., u - k, :], k, xp) for k in range(u - w + 1, u + 1)], axis=-2)


def to_columns(C: Array, l: int, xp: Namespace) -> Array:
    """LAPACK's storage from C."""
    w = C.shape[-2]
    return xp.stack([shifted(C[..., k + l, :], -k, xp) for k in reversed(range(-l, w - l))], axis=-2)


def adjoint_bands(C: Array, l: int, xp: Namespace) -> Array:
    """The diagonals of A^H, u of them below the main one: LAPACK's storage of A, conjugated."""
    return conj(to_columns(C, l, xp), xp)


def product(C: Array, l: int, X: Array, xp: Namespace) -> Array:
    """A X."""
    C, X = promote(C, X, xp=xp)
    Y: Any = 0.0
    for row in range(C.shape[-2]):
        Y = Y + C[..., row, :, None] * shifted(X, row - l, xp, axis=-2)
    return Y


def entries(Y: Array, X: Array, w: int, l: int, xp: Namespace) -> Array:
    """The entries of Y X^H within the bands."""
    Xh = conj(X, xp)
    return xp.stack([xp.sum(Y * shifted(Xh, row - l, xp, axis=-2), axis=-1) for row in range(w)], axis=-2)


def solution(C: Array, l: int, B: Array, xp: Namespace) -> Array:
    """A^-1 B."""
    C, B = promote(C, B, xp=xp)
    batch = broadcast_shapes(C.shape[:-2], B.shape[:-2])
    C, B = (xp.broadcast_to(x, (*batch, *x.shape[-2:])) for x in (C, B))
    return primitives(xp).solve_bands(C, B, xp, l=l)
