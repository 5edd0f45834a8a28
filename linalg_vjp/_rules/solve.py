"""Linear solve: X with A X = B.

For A of shape (..., m, m) and B of shape (..., m, n), or (m,) for one vector; the batch axes broadcast.

Domain: A is nonsingular; elsewhere the forward of the backend decides, an error or inf and NaN.

Gauge: none.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2.3.1.

Spec: rules/solve.md
"""

from .._cotangent import all_none, total
from .._matrix import adjoint, lu_factor, lu_solve, matmul
from .._matrix import solve as linear_solve
from .._namespace import Array, Namespace, namespace
from .._rule import Rule


def solve(A: Array, B: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """X = A^-1 B, in a tuple of one; B is a matrix here."""
    xp = namespace(xp, A, B)
    return (linear_solve(A, B, xp),)


def solve_fwd(A: Array, B: Array, *, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array, ...]]:
    """X, and as residuals X and an LU factorization of A, where the library has one that serves twice."""
    xp = namespace(xp, A, B)
    factors = lu_factor(A, xp)
    if factors is None:
        return solve(A, B, xp=xp), ()
    X = lu_solve(*factors, B, xp)
    return (X,), (X, *factors)


def solve_bwd(
    X: Array, F: Array, pivots: Array, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """The pullback from the residuals: as `solve_vjp`, with F = L + U - I in place of A."""
    if X_bar is None:
        return None, None
    xp = namespace(xp, X)
    B_bar = lu_solve(F, pivots, X_bar, xp, adjoint=True)
    return -(B_bar @ adjoint(X, xp)), B_bar


def solve_vjp(
    A: Array, X: Array, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of A X = B.

        B_bar = A^-H X_bar,  A_bar = -B_bar X^H

    Parameters
    ----------
    A : array of shape (..., m, m)
    X : array of shape (..., m, n)
        The solution.
    X_bar : array of shape (..., m, n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., m, m) and (..., m, n)
        With the batch axes of X: the sum over what was broadcast is left to the caller.

    Examples
    --------
    >>> import numpy as np
    >>> A_bar, B_bar = solve_vjp(np.diag([2.0, 4.0]), np.ones((2, 1)), np.ones((2, 1)))
    >>> A_bar.tolist(), B_bar.tolist()
    ([[-0.5, -0.5], [-0.25, -0.25]], [[0.5], [0.25]])
    """
    if X_bar is None:
        return None, None
    xp = namespace(xp, A, X)
    B_bar = linear_solve(adjoint(A, xp), X_bar, xp)
    return -(B_bar @ adjoint(X, xp)), B_bar


def solve_jvp(
    A: Array, X: Array, A_dot: Array | None, B_dot: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of A X = B.

        X_dot = A^-1 (B_dot - A_dot X)

    Parameters
    ----------
    A : array of shape (..., m, m)
    X : array of shape (..., m, n)
        The solution.
    A_dot, B_dot : array of shape (..., m, m) and (..., m, n), or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., m, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> solve_jvp(np.diag([2.0, 4.0]), np.ones((2, 1)), np.eye(2), None)[0].tolist()
    [[-0.5], [-0.25]]
    """
    if all_none(A_dot, B_dot):
        return (None,)
    xp = namespace(xp, A, X)
    Y = total(B_dot, None if A_dot is None else -matmul(A_dot, X, xp))
    return (linear_solve(A, Y, xp),)


SOLVE = Rule(
    "solve",
    "(m,m),(m,n?)->(m,n?)",
    inputs=("A", "B"),
    outputs=("X",),
    saves=("A", "X"),
    op=solve,
    op_vjp=solve_vjp,
    op_jvp=solve_jvp,
    op_fwd=solve_fwd,
    op_bwd=solve_bwd,
    domain="A nonsingular",
)
