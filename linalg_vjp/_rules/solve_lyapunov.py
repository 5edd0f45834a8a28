"""Lyapunov equations: X with A X + X A^H = Q (continuous), and with A X A^H - X + Q = 0 (discrete).

For A and Q of shape (..., n, n). One Schur form solves an equation and also its derivatives, which are
equations of the same kind. The discrete equation is solved as a continuous one for W = (A - I)^-1 (A + I).

Domain: for all eigenvalues w_i and w_j of A, i = j included, w_i + conj(w_j) is not 0 (continuous), or
w_i conj(w_j) is not 1 (discrete). Every stable A satisfies this. Elsewhere X is NaN. The discrete equation
needs the inverse of A - I.

Gauge: none.

Sources: T.-C. Kao and G. Hennequin, "Automatic differentiation of Sylvester, Lyapunov, and algebraic Riccati
equations" (2020), arXiv:2011.11430, equation 31 for the continuous one; the product rule for the other.

Spec: rules/solve_lyapunov.md
"""

from .._cotangent import total
from .._matrix import adjoint, matmul
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule
from .._schur import continuous, discrete, factored, of_discrete

__all__ = [
    "SOLVE_CONTINUOUS_LYAPUNOV",
    "SOLVE_DISCRETE_LYAPUNOV",
    "solve_continuous_lyapunov_jvp",
    "solve_continuous_lyapunov_vjp",
    "solve_discrete_lyapunov_jvp",
    "solve_discrete_lyapunov_vjp",
]


def solve_continuous_lyapunov(A: Array, Q: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """X with A X + X A^H = Q, in a 1-tuple."""
    return solve_continuous_lyapunov_fwd(A, Q, xp=xp)[0]


def solve_continuous_lyapunov_fwd(
    A: Array, Q: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array]]:
    """X, and the Schur form of A."""
    xp = namespace(xp, A, Q)
    (K,) = solve_continuous_lyapunov_keep(A, Q, xp=xp)
    return (continuous(K, A, Q, xp, "NC"),), (K,)


def solve_continuous_lyapunov_keep(A: Array, X: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """The Schur form of A."""
    return (factored(A, namespace(xp, A)),)


def solve_continuous_lyapunov_vjp(
    A: Array, X: Array, K: Array, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of A X + X A^H = Q.

        A^H Q_bar + Q_bar A = X_bar,  A_bar = -Q_bar X^H - Q_bar^H X

    Parameters
    ----------
    A, X : array of shape (..., n, n)
    K : array of shape (..., 2, n, n)
        The Schur form of A and the Schur vectors, in the library's own form.
    X_bar : array of shape (..., n, n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar, Q_bar : array of shape (..., n, n)

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([3 * one, one])
    >>> [bar.item() for bar in solve_continuous_lyapunov_vjp(3 * one, 2 * one, K, 6 * one)]
    [-4.0, 1.0]
    """
    if X_bar is None:
        return None, None
    xp = namespace(xp, X)
    Q_bar = continuous(K, adjoint(A, xp), X_bar, xp, "CN")
    return -matmul(Q_bar, adjoint(X, xp), xp) - matmul(adjoint(Q_bar, xp), X, xp), Q_bar


def solve_continuous_lyapunov_jvp(
    A: Array,
    X: Array,
    K: Array,
    A_dot: Array | None,
    Q_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A X + X A^H = Q.

        A X_dot + X_dot A^H = Q_dot - A_dot X - X A_dot^H

    Parameters
    ----------
    A, X, K : array
        As in `solve_continuous_lyapunov_vjp`.
    A_dot, Q_dot : array of shape (..., n, n), or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([3 * one, one])
    >>> solve_continuous_lyapunov_jvp(3 * one, 3 * one, K, one, None)[0].tolist()
    [[-1.0]]
    """
    xp = namespace(xp, X)
    moved = None
    if A_dot is not None:
        moved = -matmul(A_dot, X, xp) - matmul(X, adjoint(A_dot, xp), xp)
    right = total(Q_dot, moved)
    if right is None:
        return (None,)
    return (continuous(K, A, right, xp, "NC"),)


def solve_discrete_lyapunov(A: Array, Q: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """X with A X A^H - X + Q = 0, in a 1-tuple."""
    return solve_discrete_lyapunov_fwd(A, Q, xp=xp)[0]


def solve_discrete_lyapunov_fwd(
    A: Array, Q: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array]]:
    """X, and the Schur form of (A - I)^-1."""
    xp = namespace(xp, A, Q)
    (K,) = solve_discrete_lyapunov_keep(A, Q, xp=xp)
    return (discrete(K, A, Q, xp, "NC"),), (K,)


def solve_discrete_lyapunov_keep(A: Array, X: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """The Schur form of (A - I)^-1."""
    return (of_discrete(A, namespace(xp, A)),)


def solve_discrete_lyapunov_vjp(
    A: Array, X: Array, K: Array, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pullback of A X A^H - X + Q = 0.

        Q_bar - A^H Q_bar A = X_bar,  A_bar = Q_bar A X^H + Q_bar^H A X

    Parameters
    ----------
    A, X : array of shape (..., n, n)
    K : array of shape (..., 2, n, n)
        The Schur form of (A - I)^-1 and the Schur vectors, in the library's own form.
    X_bar : array of shape (..., n, n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar, Q_bar : array of shape (..., n, n)

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([-2 * one, one])
    >>> [bar.item() for bar in solve_discrete_lyapunov_vjp(0.5 * one, 4 * one, K, 3 * one)]
    [16.0, 4.0]
    """
    if X_bar is None:
        return None, None
    xp = namespace(xp, X)
    Q_bar = discrete(K, adjoint(A, xp), X_bar, xp, "CN")
    left = matmul(matmul(Q_bar, A, xp), adjoint(X, xp), xp)
    return left + matmul(matmul(adjoint(Q_bar, xp), A, xp), X, xp), Q_bar


def solve_discrete_lyapunov_jvp(
    A: Array,
    X: Array,
    K: Array,
    A_dot: Array | None,
    Q_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A X A^H - X + Q = 0.

        X_dot - A X_dot A^H = Q_dot + A_dot X A^H + A X A_dot^H

    Parameters
    ----------
    A, X, K : array
        As in `solve_discrete_lyapunov_vjp`.
    A_dot, Q_dot : array of shape (..., n, n), or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([-2 * one, one])
    >>> solve_discrete_lyapunov_jvp(0.5 * one, 3 * one, K, one, None)[0].tolist()
    [[4.0]]
    """
    xp = namespace(xp, X)
    moved = None
    if A_dot is not None:
        left = matmul(matmul(A_dot, X, xp), adjoint(A, xp), xp)
        moved = left + matmul(matmul(A, X, xp), adjoint(A_dot, xp), xp)
    right = total(Q_dot, moved)
    if right is None:
        return (None,)
    return (discrete(K, A, right, xp, "NC"),)


SOLVE_CONTINUOUS_LYAPUNOV = Rule(
    "solve_continuous_lyapunov",
    "(n,n),(n,n)->(n,n)",
    inputs=("A", "Q"),
    outputs=("X",),
    saves=("A", "X"),
    keeps=("A", "X", "K"),
    op=solve_continuous_lyapunov,
    op_fwd=solve_continuous_lyapunov_fwd,
    op_keep=solve_continuous_lyapunov_keep,
    op_vjp=solve_continuous_lyapunov_vjp,
    op_jvp=solve_continuous_lyapunov_jvp,
    page="solve_lyapunov",
    family="equations",
    domain="A with w_i + conj(w_j) different from 0 for all eigenvalues w_i and w_j",
)
SOLVE_DISCRETE_LYAPUNOV = Rule(
    "solve_discrete_lyapunov",
    "(n,n),(n,n)->(n,n)",
    inputs=("A", "Q"),
    outputs=("X",),
    saves=("A", "X"),
    keeps=("A", "X", "K"),
    op=solve_discrete_lyapunov,
    op_fwd=solve_discrete_lyapunov_fwd,
    op_keep=solve_discrete_lyapunov_keep,
    op_vjp=solve_discrete_lyapunov_vjp,
    op_jvp=solve_discrete_lyapunov_jvp,
    page="solve_lyapunov",
    family="equations",
    domain="A with w_i conj(w_j) different from 1 for all eigenvalues w_i and w_j",
)
