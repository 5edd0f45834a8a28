"""Solve with a Cholesky factor, A X = B, and invert with it, X = A^-1, where A = L L^H.

With upper=True, A = U^H U. L is (..., n, n), and B is (..., n, k), or (n,) for one vector; batch axes
broadcast. Only the factor's triangle is read; the other triangle gets a cotangent of zero.

Domain: the factor has no zero on its diagonal.

Gauge: none.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2.3.1, for each of the two solves; the inverse is derived in the spec.

Spec: rules/cholesky_solve.md
"""

from .._cotangent import all_none, total
from .._matrix import adjoint, after, eye, matmul, solve_triangular, tril, triu
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule

__all__ = [
    "CHOLESKY_INVERSE",
    "CHOLESKY_SOLVE",
    "cholesky_inverse_jvp",
    "cholesky_inverse_vjp",
    "cholesky_solve_jvp",
    "cholesky_solve_vjp",
]


def cholesky_solve(L: Array, B: Array, *, upper: bool = False, xp: Namespace | None = None) -> tuple[Array]:
    """X, in a 1-tuple; here B is always a matrix."""
    return cholesky_solve_fwd(L, B, upper=upper, xp=xp)[0]


def cholesky_solve_fwd(
    L: Array, B: Array, *, upper: bool = False, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array]]:
    """X, and the intermediate result Y = L^-1 B, or U^-H B with upper=True."""
    xp = namespace(xp, L, B)
    Y = _first(L, B, upper, xp)
    return (_second(L, Y, upper, xp),), (Y,)


def cholesky_solve_vjp(
    L: Array,
    X: Array,
    Y: Array,
    X_bar: Array | None,
    *,
    upper: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of L L^H X = B.

        Z = L^-1 X_bar,  B_bar = L^-H Z,  L_bar = -tril(B_bar Y^H + X Z^H)

    With upper=True, replace L by U^H; then U_bar = -triu(Y B_bar^H + Z X^H).

    Parameters
    ----------
    L : array of shape (..., n, n)
        The factor; with upper=True it is U.
    X, Y : array of shape (..., n, k)
        The solution, and L^-1 B or U^-H B.
    X_bar : array of shape (..., n, k) or None
    upper : bool
        Whether the factor is U, with A = U^H U.
    xp : namespace, optional

    Returns
    -------
    L_bar, B_bar : array of shape (..., n, n) and (..., n, k)
        With the batch axes of X. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones((2, 1))
    >>> L_bar, B_bar = cholesky_solve_vjp(np.diag([1.0, 2.0]), one, one, one)
    >>> L_bar.tolist(), B_bar.tolist()
    ([[-2.0, -0.0], [-1.25, -0.75]], [[1.0], [0.25]])
    """
    if X_bar is None:
        return None, None
    xp = namespace(xp, L, X)
    Z = _first(L, X_bar, upper, xp)
    B_bar = _second(L, Z, upper, xp)
    if upper:
        return -triu(Y @ adjoint(B_bar, xp) + Z @ adjoint(X, xp), xp), B_bar
    return -tril(B_bar @ adjoint(Y, xp) + X @ adjoint(Z, xp), xp), B_bar


def cholesky_solve_jvp(
    L: Array,
    X: Array,
    Y: Array,
    L_dot: Array | None,
    B_dot: Array | None,
    *,
    upper: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of L L^H X = B.

        Y_dot = L^-1 (B_dot - L_dot Y),  X_dot = L^-H (Y_dot - L_dot^H X)

    With upper=True, replace L by U^H. Only the factor's triangle of L_dot is read.

    Parameters
    ----------
    L, X, Y : array
        As in `cholesky_solve_vjp`.
    L_dot, B_dot : array of shape (..., n, n) and (..., n, k), or None
    upper : bool
        Whether the factor is U, with A = U^H U.
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, k)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones((2, 1))
    >>> cholesky_solve_jvp(np.diag([1.0, 2.0]), one, one, None, one)[0].tolist()
    [[1.0], [0.25]]
    """
    if all_none(L_dot, B_dot):
        return (None,)
    xp = namespace(xp, L, X)
    first = second = None
    if L_dot is not None:
        L_dot = adjoint(triu(L_dot, xp), xp) if upper else tril(L_dot, xp)
        first, second = -matmul(L_dot, Y, xp), -matmul(adjoint(L_dot, xp), X, xp)
    Y_dot = _first(L, after(total(B_dot, first), X, xp), upper, xp)
    return (_second(L, total(Y_dot, second), upper, xp),)


def _first(L: Array, B: Array, upper: bool, xp: Namespace) -> Array:
    """L^-1 B, or U^-H B."""
    return solve_triangular(L, B, xp, upper=upper, trans="C" if upper else "N")


def _second(L: Array, Y: Array, upper: bool, xp: Namespace) -> Array:
    """L^-H Y, or U^-1 Y."""
    return solve_triangular(L, Y, xp, upper=upper, trans="N" if upper else "C")


CHOLESKY_SOLVE = Rule(
    "cholesky_solve",
    "(n,n),(n,k?)->(n,k?)",
    inputs=("L", "B"),
    outputs=("X",),
    saves=("L", "B", "X"),
    keeps=("L", "X", "Y"),
    op=cholesky_solve,
    op_fwd=cholesky_solve_fwd,
    op_vjp=cholesky_solve_vjp,
    op_jvp=cholesky_solve_jvp,
    params={"upper": one_of(False, True)},
    space={"L": "triangular"},
    family="solvers",
    domain="triangular factors without a zero on the diagonal",
)


def cholesky_inverse(L: Array, *, upper: bool = False, xp: Namespace | None = None) -> tuple[Array]:
    """X, in a 1-tuple."""
    return cholesky_inverse_fwd(L, upper=upper, xp=xp)[0]


def cholesky_inverse_fwd(
    L: Array, *, upper: bool = False, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array]]:
    """X, and K = L^-1, or U^-1 with upper=True."""
    xp = namespace(xp, L)
    (K,) = cholesky_inverse_keep(L, upper=upper, xp=xp)
    return (K @ adjoint(K, xp) if upper else adjoint(K, xp) @ K,), (K,)


def cholesky_inverse_keep(
    L: Array, X: Array | None = None, *, upper: bool = False, xp: Namespace | None = None
) -> tuple[Array]:
    """K = L^-1, or U^-1 with upper=True."""
    xp, n = namespace(xp, L), L.shape[-1]
    one = xp.broadcast_to(eye(n, n, L, xp), L.shape)
    return (solve_triangular(L, one, xp, upper=upper),)


def cholesky_inverse_vjp(
    X: Array, K: Array, X_bar: Array | None, *, upper: bool = False, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pullback of L L^H X = I.

    With K = L^-1 and S = X_bar + X_bar^H:

        L_bar = -tril(X S K^H)

    With upper=True, K = U^-1, and U_bar = -triu(K^H S X).

    Parameters
    ----------
    X, K : array of shape (..., n, n)
        The inverse of A, and the inverse of its factor.
    X_bar : array of shape (..., n, n) or None
    upper : bool
        Whether the factor is U, with A = U^H U.
    xp : namespace, optional

    Returns
    -------
    L_bar : array of shape (..., n, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> (X,), (K,) = cholesky_inverse_fwd(np.diag([1.0, 2.0]))
    >>> (-cholesky_inverse_vjp(X, K, np.ones((2, 2)))[0]).tolist()
    [[2.0, 0.0], [0.5, 0.25]]
    """
    if X_bar is None:
        return (None,)
    xp = namespace(xp, X)
    S, Kh = X_bar + adjoint(X_bar, xp), adjoint(K, xp)
    return (-triu(Kh @ S @ X, xp) if upper else -tril(X @ S @ Kh, xp),)


def cholesky_inverse_jvp(
    X: Array, K: Array, L_dot: Array | None, *, upper: bool = False, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of L L^H X = I.

        X_dot = -(N + N^H),  N = X L_dot K

    With upper=True, N = K U_dot X. Only the factor's triangle of L_dot is read.

    Parameters
    ----------
    X, K : array
        As in `cholesky_inverse_vjp`.
    L_dot : array of shape (..., n, n) or None
    upper : bool
        Whether the factor is U, with A = U^H U.
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> (X,), (K,) = cholesky_inverse_fwd(np.diag([1.0, 2.0]))
    >>> cholesky_inverse_jvp(X, K, np.eye(2))[0].tolist()
    [[-2.0, -0.0], [-0.0, -0.25]]
    """
    if L_dot is None:
        return (None,)
    xp = namespace(xp, X)
    N = K @ triu(L_dot, xp) @ X if upper else X @ tril(L_dot, xp) @ K
    return (-(N + adjoint(N, xp)),)


CHOLESKY_INVERSE = Rule(
    "cholesky_inverse",
    "(n,n)->(n,n)",
    inputs=("L",),
    outputs=("X",),
    saves=("L", "X"),
    keeps=("X", "K"),
    op=cholesky_inverse,
    op_fwd=cholesky_inverse_fwd,
    op_keep=cholesky_inverse_keep,
    op_vjp=cholesky_inverse_vjp,
    op_jvp=cholesky_inverse_jvp,
    params={"upper": one_of(False, True)},
    space={"L": "triangular"},
    page="cholesky_solve",
    family="solvers",
    domain="triangular factors without a zero on the diagonal",
)
