"""Matrices assembled from given parts: block_diag and toeplitz.

block_diag places matrices of shape (..., m_i, n_i) along the diagonal, with zeros elsewhere. toeplitz takes
c (..., m) and r (..., q): T[i, j] is c[i - j] on and below the diagonal, and r[j - i] above it; r[0] is not
read. Batch axes broadcast. Both operations are linear.

Domain: every input.

Spec: rules/structured.md
"""

from .._cotangent import all_none
from .._matrix import broadcast_shapes, promote
from .._namespaces import Array, Namespace, device, namespace
from .._rule import Rule

__all__ = [
    "BLOCK_DIAG",
    "TOEPLITZ",
    "block_diag_jvp",
    "block_diag_vjp",
    "toeplitz_jvp",
    "toeplitz_vjp",
]


def block_diag(*blocks: Array, xp: Namespace | None = None) -> tuple[Array]:
    """Y, in a 1-tuple."""
    xp = namespace(xp, *blocks)
    batch = broadcast_shapes(*(A.shape[:-2] for A in blocks))
    width, rows, left = sum(A.shape[-1] for A in blocks), [], 0
    for A in blocks:
        m, n = A.shape[-2:]
        A = xp.broadcast_to(A, (*batch, m, n))
        before, behind = _zeros((*batch, m, left), A, xp), _zeros((*batch, m, width - left - n), A, xp)
        rows.append(xp.concat([before, A, behind], axis=-1))
        left += n
    return (xp.concat(rows, axis=-2),)


def block_diag_vjp(*arguments: Array, xp: Namespace | None = None) -> tuple[Array | None, ...]:
    """Pullback of Y = block_diag(A1, A2, ...): each A_bar is the block of Y_bar in the place of A.

    Parameters
    ----------
    *arguments
        The blocks, of which only the shapes are read, and Y_bar of the shape of Y, or None.
    xp : namespace, optional

    Returns
    -------
    tuple of array
        The cotangents of the blocks, with the batch axes of Y. The caller sums over the axes that were
        broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> A, B = np.ones((1, 2)), np.ones((1, 1))
    >>> [bar.tolist() for bar in block_diag_vjp(A, B, np.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))]
    [[[1.0, 2.0]], [[6.0]]]
    """
    *blocks, Y_bar = arguments
    if Y_bar is None:
        return (None,) * len(blocks)
    xp = namespace(xp, Y_bar)
    bars, top, left = [], 0, 0
    for A in blocks:
        m, n = A.shape[-2:]
        block = Y_bar[..., top : top + m, left : left + n]
        bars.append(
            xp.concat([block], axis=-1)
        )  # a copy: PyTorch's forward mode rejects a view of a cotangent
        top, left = top + m, left + n
    return tuple(bars)


def block_diag_jvp(*arguments: Array, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pushforward of Y = block_diag(A1, A2, ...): the same operation on the tangents.

    Parameters
    ----------
    *arguments
        The blocks, of which only the shapes are read, and their tangents, each an array or None.
    xp : namespace, optional

    Returns
    -------
    Y_dot : array
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.ones((1, 1))
    >>> block_diag_jvp(A, A, None, 2 * A)[0].tolist()
    [[0.0, 0.0], [0.0, 2.0]]
    """
    count = len(arguments) // 2
    blocks, dots = arguments[:count], arguments[count:]
    if all_none(*dots):
        return (None,)
    xp = namespace(xp, *dots)
    return block_diag(*_filled(blocks, dots, xp), xp=xp)


def toeplitz(c: Array, r: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """T, in a 1-tuple."""
    xp = namespace(xp, c, r)
    m, q = c.shape[-1], r.shape[-1]
    batch = broadcast_shapes(c.shape[:-1], r.shape[:-1])
    above = xp.broadcast_to(xp.flip(r[..., min(1, q) :], axis=-1), (*batch, max(q - 1, 0)))
    entries = xp.concat([above, xp.broadcast_to(c, (*batch, m))], axis=-1)
    i, j = (xp.arange(size, device=device(c)) for size in (m, q))
    index = xp.reshape(i[:, None] - j + max(q - 1, 0), (-1,))
    return (xp.reshape(xp.take(entries, index, axis=-1), (*batch, m, q)),)


def toeplitz_vjp(
    c: Array, r: Array, T_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of T = toeplitz(c, r): the sums of T_bar along its diagonals.

        c_bar_i = sum of T_bar[i + k, k],  r_bar_j = sum of T_bar[k, j + k],  r_bar_0 = 0

    Parameters
    ----------
    c, r : array of shape (..., m) and (..., q)
        Only their shapes are read.
    T_bar : array of shape (..., m, q) or None
    xp : namespace, optional

    Returns
    -------
    c_bar, r_bar : array of shape (..., m) and (..., q)
        With the batch axes of T. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(2)
    >>> [bar.tolist() for bar in toeplitz_vjp(one, one, np.asarray([[1.0, 2.0], [3.0, 4.0]]))]
    [[5.0, 3.0], [0.0, 2.0]]
    """
    if T_bar is None or 0 in T_bar.shape[-2:]:
        return None, None
    xp = namespace(xp, T_bar)
    *batch, m, q = T_bar.shape
    # Reading rows of m + q entries as rows of m + q - 1 moves row m - 1 - i of T_bar to the right by i:
    # each diagonal becomes a column.
    padded = xp.concat([xp.flip(T_bar, axis=-2), _zeros((*batch, m, m), T_bar, xp)], axis=-1)
    flat = xp.reshape(padded, (*batch, m * (m + q)))[..., : m * (m + q - 1)]
    sums = xp.sum(xp.reshape(flat, (*batch, m, m + q - 1)), axis=-2)
    r_bar = xp.concat([_zeros((*batch, 1), T_bar, xp), sums[..., m:]], axis=-1)
    return xp.flip(sums[..., :m], axis=-1), r_bar


def toeplitz_jvp(
    c: Array, r: Array, c_dot: Array | None, r_dot: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of T = toeplitz(c, r): the same operation on the tangents.

    Parameters
    ----------
    c, r : array of shape (..., m) and (..., q)
        Only their shapes are read.
    c_dot, r_dot : array of shape (..., m) and (..., q), or None
    xp : namespace, optional

    Returns
    -------
    T_dot : array of shape (..., m, q)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(2)
    >>> toeplitz_jvp(one, one, np.asarray([1.0, 2.0]), None)[0].tolist()
    [[1.0, 0.0], [2.0, 1.0]]
    """
    if all_none(c_dot, r_dot):
        return (None,)
    xp = namespace(xp, c_dot, r_dot)
    return toeplitz(*_filled((c, r), (c_dot, r_dot), xp), xp=xp)


def _filled(inputs: tuple[Array, ...], dots: tuple[Array | None, ...], xp: Namespace) -> tuple[Array, ...]:
    """The tangents in one dtype, with zeros in place of None."""
    pairs = zip(inputs, dots, strict=True)
    return promote(*(xp.zeros_like(x) if dot is None else dot for x, dot in pairs), xp=xp)


def _zeros(shape: tuple[int, ...], like: Array, xp: Namespace) -> Array:
    return xp.zeros(shape, dtype=like.dtype, device=device(like))


BLOCK_DIAG = Rule(
    "block_diag",
    "(m,n)...->(p,q)",
    inputs=("A",),
    outputs=("Y",),
    saves=("A",),
    op=block_diag,
    op_vjp=block_diag_vjp,
    op_jvp=block_diag_jvp,
    page="structured",
    family="products",
    domain="every list of matrices",
)

TOEPLITZ = Rule(
    "toeplitz",
    "(m),(q)->(m,q)",
    inputs=("c", "r"),
    outputs=("T",),
    saves=("c", "r"),
    op=toeplitz,
    op_vjp=toeplitz_vjp,
    op_jvp=toeplitz_jvp,
    page="structured",
    family="products",
    domain="every pair of vectors",
)
