"""Sylvester equation: X with A X + X B = Q.

For A of shape (..., m, m), B (..., n, n) and Q (..., m, n). The Schur forms of A and B solve the equation,
and also its derivatives, which are equations of the same kind.

Domain: no eigenvalue of A is the negative of one of B. Elsewhere X is NaN.

Gauge: none.

Sources: T.-C. Kao and G. Hennequin, "Automatic differentiation of Sylvester, Lyapunov, and algebraic Riccati
equations" (2020), arXiv:2011.11430, equations 10 and 11; R. H. Bartels and G. W. Stewart, "Solution of the
matrix equation AX + XB = C" (1972), Commun. ACM 15, 820-826, for the solver.

Spec: rules/solve_sylvester.md
"""

from .._cotangent import total
from .._matrix import adjoint, after, matmul, real
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule
from .._schur import equation, factored, one_for, solved

__all__ = ["SOLVE_SYLVESTER", "solve_sylvester_jvp", "solve_sylvester_vjp"]


def solve_sylvester(A: Array, B: Array, Q: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """X with A X + X B = Q, in a 1-tuple."""
    return solve_sylvester_fwd(A, B, Q, xp=xp)[0]


def solve_sylvester_fwd(
    A: Array, B: Array, Q: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array]]:
    """X, and the Schur forms of A and of B."""
    xp = namespace(xp, A, B, Q)
    K, M = solve_sylvester_keep(A, B, Q, xp=xp)
    return (_solution(K, M, A, B, Q, xp, "NN"),), (K, M)


def solve_sylvester_keep(A: Array, B: Array, X: Array, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """The Schur forms of A and of B."""
    xp = namespace(xp, A, B)
    K = factored(A, xp)
    return K, factored(after(B, one_for(B, real(K[..., 0, :, :], xp), xp), xp), xp)


def _solution(K: Array, M: Array, A: Array, B: Array, Q: Array, xp: Namespace, ops: str) -> Array:
    """X with A X + X B = Q. K and M are the Schur forms of A and B ("N") or of their adjoints ("C")."""

    def left(A: Array, B: Array, X: Array) -> Array:
        return A @ X + X @ B

    def solve(C: Array, ops: str) -> Array:
        return solved(K, M, C, xp, ops)

    return equation("solve_sylvester", left, solve, ops, (A, B), Q, xp)


def solve_sylvester_vjp(
    A: Array,
    B: Array,
    X: Array,
    K: Array,
    M: Array,
    X_bar: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None, Array | None]:
    """Pullback of A X + X B = Q.

        A^H Q_bar + Q_bar B^H = X_bar,  A_bar = -Q_bar X^H,  B_bar = -X^H Q_bar

    Parameters
    ----------
    A, B : array of shape (..., m, m) and (..., n, n)
    X : array of shape (..., m, n)
        The solution.
    K, M : array of shape (..., 2, m, m) and (..., 2, n, n)
        The Schur forms of A and of B, each with its Schur vectors, in the library's own form.
    X_bar : array of shape (..., m, n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar, Q_bar : array of shape (..., m, m), (..., n, n) and (..., m, n)

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K, M = np.stack([3 * one, one]), np.stack([one, one])
    >>> [bar.item() for bar in solve_sylvester_vjp(3 * one, one, 2 * one, K, M, 8 * one)]
    [-4.0, -4.0, 2.0]
    """
    if X_bar is None:
        return None, None, None
    xp = namespace(xp, X)
    Q_bar = _solution(K, M, adjoint(A, xp), adjoint(B, xp), X_bar, xp, "CC")
    Xh = adjoint(X, xp)
    return -matmul(Q_bar, Xh, xp), -matmul(Xh, Q_bar, xp), Q_bar


def solve_sylvester_jvp(
    A: Array,
    B: Array,
    X: Array,
    K: Array,
    M: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    Q_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A X + X B = Q.

        A X_dot + X_dot B = Q_dot - A_dot X - X B_dot

    Parameters
    ----------
    A, B, X, K, M : array
        As in `solve_sylvester_vjp`.
    A_dot, B_dot, Q_dot : array of shape (..., m, m), (..., n, n) and (..., m, n), or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K, M = np.stack([3 * one, one]), np.stack([one, one])
    >>> solve_sylvester_jvp(3 * one, one, 2 * one, K, M, one, None, None)[0].tolist()
    [[-0.5]]
    """
    xp = namespace(xp, X)
    right = total(
        Q_dot,
        None if A_dot is None else -matmul(A_dot, X, xp),
        None if B_dot is None else -matmul(X, B_dot, xp),
    )
    if right is None:
        return (None,)
    return (_solution(K, M, A, B, right, xp, "NN"),)


SOLVE_SYLVESTER = Rule(
    "solve_sylvester",
    "(m,m),(n,n),(m,n)->(m,n)",
    inputs=("A", "B", "Q"),
    outputs=("X",),
    saves=("A", "B", "X"),
    keeps=("A", "B", "X", "K", "M"),
    op=solve_sylvester,
    op_fwd=solve_sylvester_fwd,
    op_keep=solve_sylvester_keep,
    op_vjp=solve_sylvester_vjp,
    op_jvp=solve_sylvester_jvp,
    family="equations",
    domain="A and B such that no eigenvalue of A is the negative of one of B",
)
