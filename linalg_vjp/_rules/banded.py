"""Solve with a band matrix: A X = B, where A is given by its diagonals.

tridiagonal_solve takes three diagonals of shape (..., n): dl[i] is A[i, i - 1], d is the main diagonal, and
du[i] is A[i, i + 1]; dl[0] and du[n - 1] are not read. solve_banded takes ab of shape (..., w, n) and the
number u of diagonals above the main one: ab[u + i - j, j] is A[i, j], the band storage of LAPACK and SciPy.
B is (..., n, k), or (n,) for one vector; batch axes broadcast. Time and memory grow linearly with n.

Domain: A is nonsingular. NumPy arrays are solved with partial pivoting. Arrays of other libraries are solved
without pivoting, which suits matrices that need none, such as diagonally dominant or positive definite ones.

Gauge: none.

Sources: the rule of `solve`, restricted to the entries of A within the bands.

Spec: rules/banded.md
"""

from .._bands import adjoint_bands, entries, from_columns, product, solution, to_columns
from .._cotangent import all_none, total
from .._matrix import broadcast_shapes, promote
from .._namespaces import Array, Namespace, device, namespace
from .._params import integer
from .._rule import Rule

__all__ = [
    "SOLVE_BANDED",
    "TRIDIAGONAL_SOLVE",
    "solve_banded_jvp",
    "solve_banded_vjp",
    "tridiagonal_solve_jvp",
    "tridiagonal_solve_vjp",
]


def tridiagonal_solve(
    dl: Array, d: Array, du: Array, B: Array, *, xp: Namespace | None = None
) -> tuple[Array]:
    """X, in a 1-tuple; here B is always a matrix."""
    xp = namespace(xp, d, B)
    return (solution(_stacked(dl, d, du, xp), 1, B, xp),)


def tridiagonal_solve_keep(
    dl: Array, d: Array, du: Array, X: Array, *, xp: Namespace | None = None
) -> tuple[Array]:
    """The three diagonals, stacked."""
    return (_stacked(dl, d, du, namespace(xp, d)),)


def tridiagonal_solve_vjp(
    C: Array, X: Array, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None, Array | None, Array | None]:
    """Pullback of A X = B.

        B_bar = A^-H X_bar,  d_bar_i = -<x_i, b_bar_i>

    x_i and b_bar_i are rows. dl_bar, d_bar and du_bar are the three diagonals of -B_bar X^H.

    Parameters
    ----------
    C : array of shape (..., 3, n)
        dl, d and du, stacked.
    X, X_bar : array of shape (..., n, k), or None
    xp : namespace, optional

    Returns
    -------
    dl_bar, d_bar, du_bar, B_bar : array of shape (..., n), and (..., n, k)
        With the batch axes of X. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> C, one = np.asarray([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]]), np.ones((2, 1))
    >>> (X,) = tridiagonal_solve(*C, one)
    >>> [(0.0 + bar).tolist() for bar in tridiagonal_solve_vjp(C, X, one)]
    [[0.0, -0.5], [-1.0, -0.25], [-0.5, 0.0], [[1.0], [0.5]]]
    """
    if X_bar is None:
        return None, None, None, None
    xp = namespace(xp, C, X)
    E, B_bar = _pulled(C, 1, X, X_bar, xp)
    return E[..., 0, :], E[..., 1, :], E[..., 2, :], B_bar


def tridiagonal_solve_jvp(
    C: Array,
    X: Array,
    dl_dot: Array | None,
    d_dot: Array | None,
    du_dot: Array | None,
    B_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A X = B.

        X_dot = A^-1 (B_dot - A_dot X)

    Parameters
    ----------
    C, X : array
        As in `tridiagonal_solve_vjp`.
    dl_dot, d_dot, du_dot : array of shape (..., n) or None
    B_dot : array of shape (..., n, k) or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, k)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> C, one = np.asarray([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]]), np.ones((2, 1))
    >>> (X,) = tridiagonal_solve(*C, one)
    >>> tridiagonal_solve_jvp(C, X, None, C[1], None, None)[0].tolist()
    [[-1.0], [-0.5]]
    """
    dots = (dl_dot, d_dot, du_dot)
    if all_none(*dots, B_dot):
        return (None,)
    xp = namespace(xp, C, X)
    if all_none(*dots):
        return _pushed(C, 1, X, None, B_dot, xp)
    zero = xp.zeros_like(C[..., 1, :])
    dl_dot, d_dot, du_dot = (zero if dot is None else dot for dot in dots)
    return _pushed(C, 1, X, _stacked(dl_dot, d_dot, du_dot, xp), B_dot, xp)


def _stacked(dl: Array, d: Array, du: Array, xp: Namespace) -> Array:
    """The three diagonals, stacked, with zeros for the two entries that are not read."""
    i = xp.arange(d.shape[-1], device=device(d))
    dl, du = xp.where(i == 0, 0.0, dl), xp.where(i == d.shape[-1] - 1, 0.0, du)
    shape = broadcast_shapes(dl.shape, d.shape, du.shape)
    return xp.stack([xp.broadcast_to(x, shape) for x in promote(dl, d, du, xp=xp)], axis=-2)


def solve_banded(ab: Array, B: Array, *, u: int = 1, xp: Namespace | None = None) -> tuple[Array]:
    """X, in a 1-tuple; here B is always a matrix."""
    xp, l = namespace(xp, ab, B), _below(ab, u)
    return (solution(from_columns(ab, u, xp), l, B, xp),)


def solve_banded_keep(ab: Array, X: Array, *, u: int = 1, xp: Namespace | None = None) -> tuple[Array]:
    """The diagonals, aligned by the rows of A."""
    return (from_columns(ab, u, namespace(xp, ab)),)


def solve_banded_vjp(
    C: Array, X: Array, X_bar: Array | None, *, u: int = 1, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of A X = B.

        B_bar = A^-H X_bar,  ab_bar = the entries of -B_bar X^H within the bands

    Parameters
    ----------
    C : array of shape (..., w, n)
        The diagonals aligned by rows, C[k + l, i] = A[i, i + k], with l = w - 1 - u diagonals below.
    X, X_bar : array of shape (..., n, k), or None
    u : int
        The number of diagonals above the main one.
    xp : namespace, optional

    Returns
    -------
    ab_bar, B_bar : array of shape (..., w, n) and (..., n, k)
        With the batch axes of X. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> C, one = np.asarray([[1.0, 2.0]]), np.ones((2, 1))
    >>> (X,) = solve_banded(C, one, u=0)
    >>> [bar.tolist() for bar in solve_banded_vjp(C, X, one, u=0)]
    [[[-1.0, -0.25]], [[1.0], [0.5]]]
    """
    if X_bar is None:
        return None, None
    xp, l = namespace(xp, C, X), _below(C, u)
    E, B_bar = _pulled(C, l, X, X_bar, xp)
    return to_columns(E, l, xp), B_bar


def solve_banded_jvp(
    C: Array,
    X: Array,
    ab_dot: Array | None,
    B_dot: Array | None,
    *,
    u: int = 1,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A X = B.

        X_dot = A^-1 (B_dot - A_dot X)

    Parameters
    ----------
    C, X, u
        As in `solve_banded_vjp`.
    ab_dot, B_dot : array of shape (..., w, n) and (..., n, k), or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, k)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> C, one = np.asarray([[1.0, 2.0]]), np.ones((2, 1))
    >>> (X,) = solve_banded(C, one, u=0)
    >>> solve_banded_jvp(C, X, C, None, u=0)[0].tolist()
    [[-1.0], [-0.5]]
    """
    if all_none(ab_dot, B_dot):
        return (None,)
    xp = namespace(xp, C, X)
    return _pushed(C, _below(C, u), X, None if ab_dot is None else from_columns(ab_dot, u, xp), B_dot, xp)


def _below(ab: Array, u: int) -> int:
    """The number of diagonals below the main one."""
    w: int = ab.shape[-2]
    if not 0 <= u < w:
        raise ValueError(
            f"solve_banded: ab has shape {tuple(ab.shape)} and u={u}; ab needs a row for each of the "
            f"u diagonals above the main one, for the main one, and for each one below it"
        )
    return w - 1 - u


def _pulled(C: Array, l: int, X: Array, X_bar: Array, xp: Namespace) -> tuple[Array, Array]:
    """The cotangents of the diagonals, aligned by rows, and of B."""
    w = C.shape[-2]
    B_bar = solution(adjoint_bands(C, l, xp), w - 1 - l, X_bar, xp)
    return -entries(B_bar, X, w, l, xp), B_bar


def _pushed(
    C: Array, l: int, X: Array, C_dot: Array | None, B_dot: Array | None, xp: Namespace
) -> tuple[Array]:
    moved = None if C_dot is None else -product(C_dot, l, X, xp)
    return (solution(C, l, total(B_dot, moved), xp),)


TRIDIAGONAL_SOLVE = Rule(
    "tridiagonal_solve",
    "(n),(n),(n),(n,k?)->(n,k?)",
    inputs=("dl", "d", "du", "B"),
    outputs=("X",),
    saves=("dl", "d", "du", "X"),
    keeps=("C", "X"),
    op=tridiagonal_solve,
    op_keep=tridiagonal_solve_keep,
    op_vjp=tridiagonal_solve_vjp,
    op_jvp=tridiagonal_solve_jvp,
    page="banded",
    family="solvers",
    domain="nonsingular A; with libraries other than NumPy, A that needs no pivoting",
)

SOLVE_BANDED = Rule(
    "solve_banded",
    "(w,n),(n,k?)->(n,k?)",
    inputs=("ab", "B"),
    outputs=("X",),
    saves=("ab", "X"),
    keeps=("C", "X"),
    op=solve_banded,
    op_keep=solve_banded_keep,
    op_vjp=solve_banded_vjp,
    op_jvp=solve_banded_jvp,
    params={"u": integer(1, 0, 2)},
    page="banded",
    family="solvers",
    domain="nonsingular A; with libraries other than NumPy, A that needs no pivoting",
)
