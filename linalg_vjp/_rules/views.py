"""Views of a matrix: Y = A^T, and d with d_i = A[i, i + offset].

For A of shape (..., m, n), tall or wide. For an offset beyond the edge, d is empty. Both operations are
linear.

Domain: every matrix.

Spec: rules/views.md
"""

from .._makers import linear
from .._matrix import transpose
from .._namespaces import Array, Namespace, device
from .._params import integer

__all__ = [
    "DIAGONAL",
    "MATRIX_TRANSPOSE",
    "diagonal_jvp",
    "diagonal_vjp",
    "matrix_transpose_jvp",
    "matrix_transpose_vjp",
]


def matrix_transpose(A: Array, *, xp: Namespace) -> Array:
    """Y = A^T; nothing is conjugated."""
    return transpose(A)


def transposed(Y_bar: Array, A: Array, *, xp: Namespace) -> Array:
    """A_bar = Y_bar^T."""
    return transpose(Y_bar)


MATRIX_TRANSPOSE = linear(
    "matrix_transpose",
    "(m,n)->(n,m)",
    op=matrix_transpose,
    adjoint=transposed,
    half=True,
    page="views",
    family="products",
    domain="every matrix",
)
matrix_transpose_vjp, matrix_transpose_jvp = MATRIX_TRANSPOSE.op_vjp, MATRIX_TRANSPOSE.op_jvp


def diagonal(A: Array, *, offset: int = 0, xp: Namespace) -> Array:
    """The entries of one diagonal."""
    m, n = A.shape[-2:]
    if not -m < offset < n:  # an empty diagonal, where several libraries raise an error
        A, offset = A[..., :0, :], 0
    return xp.linalg.diagonal(A, offset=offset)


def on_diagonal(d_bar: Array, A: Array, *, offset: int = 0, xp: Namespace) -> Array:
    """A_bar is d_bar on the diagonal, and 0 elsewhere."""
    (m, n), k = A.shape[-2:], d_bar.shape[-1]
    above = min(max(0, -offset), m)  # rows above the first entry of the diagonal
    column = xp.concat([_zeros(above, d_bar, xp), d_bar, _zeros(m - above - k, d_bar, xp)], axis=-1)
    i, j = (xp.arange(size, device=device(d_bar)) for size in (m, n))
    return xp.where(i[:, None] + offset == j, column[..., None], 0.0)


def _zeros(count: int, like: Array, xp: Namespace) -> Array:
    """Zeros with this many entries along the last axis."""
    return xp.zeros((*like.shape[:-1], count), dtype=like.dtype, device=device(like))


DIAGONAL = linear(
    "diagonal",
    "(m,n)->(k)",
    op=diagonal,
    adjoint=on_diagonal,
    outputs=("d",),
    params={"offset": integer(0, 1, -2)},
    half=True,
    page="views",
    family="products",
    domain="every matrix",
)
diagonal_vjp, diagonal_jvp = DIAGONAL.op_vjp, DIAGONAL.op_jvp
