"""Linear solve: X with A X = B.

For A of shape (..., m, m) and B of shape (..., m, n), or (m,) for one vector; batch axes broadcast.

Domain: A is nonsingular. For a singular A, the array library raises an error, or returns inf and NaN.

Gauge: none.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2.3.1.

Spec: rules/solve.md
"""

from .._cotangent import all_none, total
from .._matrix import adjoint, lu_factor, lu_solve, matmul
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule

__all__ = ["SOLVE", "solve_jvp", "solve_vjp"]


def solve(A: Array, B: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """X = A^-1 B, in a 1-tuple; here B is always a matrix."""
    xp = namespace(xp, A, B)
    return (lu_solve(A, None, B, xp),)


def solve_fwd(
    A: Array, B: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array | None]]:
    """X, and the LU factorization of A."""
    xp = namespace(xp, A, B)
    F, pivots = lu_factor(A, xp)
    return (lu_solve(F, pivots, B, xp),), (F, pivots)


def solve_keep(A: Array, X: Array, *, xp: Namespace | None = None) -> tuple[Array, Array | None]:
    """The LU factorization of A."""
    return lu_factor(A, namespace(xp, A, X))


def solve_vjp(
    X: Array, F: Array, pivots: Array | None, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of A X = B.

        B_bar = A^-H X_bar,  A_bar = -B_bar X^H

    Parameters
    ----------
    X : array of shape (..., m, n)
        The solution.
    F : array of shape (..., m, m)
        The LU factorization of A in the library's own form, or A itself.
    pivots : array or None
        The pivots of the factorization; None if F is A itself.
    X_bar : array of shape (..., m, n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., m, m) and (..., m, n)
        With the batch axes of X. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> A_bar, B_bar = solve_vjp(np.ones((2, 1)), np.diag([2.0, 4.0]), None, np.ones((2, 1)))
    >>> A_bar.tolist(), B_bar.tolist()
    ([[-0.5, -0.5], [-0.25, -0.25]], [[0.5], [0.25]])
    """
    if X_bar is None:
        return None, None
    xp = namespace(xp, X, F)
    B_bar = lu_solve(F, pivots, X_bar, xp, adjoint=True)
    return -(B_bar @ adjoint(X, xp)), B_bar


def solve_jvp(
    X: Array,
    F: Array,
    pivots: Array | None,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A X = B.

        X_dot = A^-1 (B_dot - A_dot X)

    Parameters
    ----------
    X, F, pivots : array
        As in `solve_vjp`.
    A_dot, B_dot : array of shape (..., m, m) and (..., m, n), or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> solve_jvp(np.ones((2, 1)), np.diag([2.0, 4.0]), None, np.eye(2), None)[0].tolist()
    [[-0.5], [-0.25]]
    """
    if all_none(A_dot, B_dot):
        return (None,)
    xp = namespace(xp, X, F)
    Y = total(B_dot, None if A_dot is None else -matmul(A_dot, X, xp))
    return (lu_solve(F, pivots, Y, xp),)


SOLVE = Rule(
    "solve",
    "(m,m),(m,n?)->(m,n?)",
    inputs=("A", "B"),
    outputs=("X",),
    saves=("A", "X"),
    keeps=("X", "F", "pivots"),
    op=solve,
    op_fwd=solve_fwd,
    op_keep=solve_keep,
    op_vjp=solve_vjp,
    op_jvp=solve_jvp,
    space={"A": "nonsingular"},
    family="solvers",
    domain="nonsingular A",
)
