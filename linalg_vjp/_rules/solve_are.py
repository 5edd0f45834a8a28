"""Algebraic Riccati equations: X with A^H X + X A - X B R^-1 B^H X + Q = 0 (continuous), and with

    A^H X A - X - A^H X B (R + B^H X B)^-1 B^H X A + Q = 0 (discrete).

For A and Q of shape (..., n, n), B (..., n, m) and R (..., m, m), X is the stabilizing Hermitian solution:
the eigenvalues of the closed loop A - B F lie in the left half plane (continuous), or inside the unit circle
(discrete). F is the gain, R^-1 B^H X or (R + B^H X B)^-1 B^H X A. The derivatives solve Lyapunov equations of
the closed loop.

Domain: Q and R are Hermitian, R is invertible, and a stabilizing solution exists. One exists if Q and R are
positive definite and the unstable part of A is controllable. Elsewhere X is NaN.

Gauge: none.

Sources: T.-C. Kao and G. Hennequin, "Automatic differentiation of Sylvester, Lyapunov, and algebraic Riccati
equations" (2020), arXiv:2011.11430, sections 4 and 5; E. K.-W. Chu, H.-Y. Fan and W.-W. Lin, "A
structure-preserving doubling algorithm for continuous-time algebraic Riccati equations" (2005), Linear
Algebra Appl. 396, 55-80, for the solution.

Spec: rules/solve_are.md
"""

from .._matrix import adjoint, hermitian, matmul
from .._namespaces import Array, Namespace, namespace
from .._registered import again, of_host
from .._riccati import continuous_loop, corrected, discrete_loop, moved, pulled, solution, solved
from .._rule import Rule
from .._schur import continuous, discrete, factored, of_discrete

__all__ = [
    "SOLVE_CONTINUOUS_ARE",
    "SOLVE_DISCRETE_ARE",
    "solve_continuous_are_jvp",
    "solve_continuous_are_vjp",
    "solve_discrete_are_jvp",
    "solve_discrete_are_vjp",
]


def solve_continuous_are(
    A: Array, B: Array, Q: Array, R: Array, *, xp: Namespace | None = None
) -> tuple[Array]:
    """X, in a 1-tuple."""
    xp, inputs = namespace(xp, A, B, Q, R), (A, B, Q, R)

    def once(A: Array, B: Array, Q: Array, R: Array) -> Array:
        G = hermitian(matmul(B, solved(R, adjoint(B, xp), xp), xp), xp)
        X = solution("continuous", A, G, Q, xp)
        F, loop = continuous_loop(A, B, R, X, xp)
        XA, XB = matmul(X, A, xp), matmul(X, B, xp)
        rest = XA + adjoint(XA, xp) - matmul(XB, F, xp) + Q
        return corrected(X, continuous(factored(loop, xp), adjoint(loop, xp), -rest, xp, "CN"), xp)

    return (again(inputs, once, of_host("solve_continuous_are", xp), *inputs, xp=xp),)


def solve_continuous_are_fwd(
    A: Array, B: Array, Q: Array, R: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array]]:
    """X, the gain, and the Schur form of the closed loop."""
    (X,) = solve_continuous_are(A, B, Q, R, xp=xp)
    return (X,), solve_continuous_are_keep(A, B, R, X, xp=xp)


def solve_continuous_are_keep(
    A: Array, B: Array, R: Array, X: Array, *, xp: Namespace | None = None
) -> tuple[Array, Array]:
    """The gain, and the Schur form of the closed loop."""
    xp = namespace(xp, X)
    F, loop = continuous_loop(A, B, R, X, xp)
    return F, factored(loop, xp)


def solve_continuous_are_vjp(
    A: Array, B: Array, X: Array, F: Array, K: Array, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None, Array | None, Array | None]:
    """Pullback of A^H X + X A - X B R^-1 B^H X + Q = 0.

        A_c S + S A_c^H = -herm(X_bar)
        A_bar = 2 X S,  B_bar = -2 X S F^H,  Q_bar = S,  R_bar = F S F^H

    with the gain F and the closed loop A_c = A - B F.

    Parameters
    ----------
    A, B, X, F : array of shape (..., n, n), (..., n, m), (..., n, n) and (..., m, n)
        F is the gain.
    K : array of shape (..., 2, n, n)
        The Schur form of A_c and the Schur vectors, in the library's own form.
    X_bar : array of shape (..., n, n) or None
        Only its Hermitian part is used.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar, Q_bar, R_bar : array
        With the shapes of the inputs; the last two are Hermitian.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([-2 * one, one])
    >>> [bar.item() for bar in solve_continuous_are_vjp(0 * one, one, 2 * one, 2 * one, K, 4 * one)]
    [4.0, -8.0, 1.0, 4.0]
    """
    if X_bar is None:
        return None, None, None, None
    xp = namespace(xp, X)
    loop = A - matmul(B, F, xp)
    S = continuous(K, loop, -hermitian(X_bar, xp), xp, "NC")
    return pulled(F, X, hermitian(S, xp), xp)


def solve_continuous_are_jvp(
    A: Array,
    B: Array,
    X: Array,
    F: Array,
    K: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    Q_dot: Array | None,
    R_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A^H X + X A - X B R^-1 B^H X + Q = 0.

        A_c^H X_dot + X_dot A_c = -(Q_dot + F^H R_dot F + 2 herm(X (A_dot - B_dot F)))

    Parameters
    ----------
    A, B, X, F, K : array
        As in `solve_continuous_are_vjp`.
    A_dot, B_dot, Q_dot, R_dot : array or None
        Tangents with the shapes of the inputs; only the Hermitian parts of the last two are used.
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([-2 * one, one])
    >>> (X_dot,) = solve_continuous_are_jvp(0 * one, one, 2 * one, 2 * one, K, None, None, 8 * one, None)
    >>> X_dot.tolist()
    [[2.0]]
    """
    xp = namespace(xp, X)
    loop = A - matmul(B, F, xp)
    right = moved(F, X, A_dot, B_dot, Q_dot, R_dot, xp)
    if right is None:
        return (None,)
    return (hermitian(continuous(K, adjoint(loop, xp), -right, xp, "CN"), xp),)


def solve_discrete_are(
    A: Array, B: Array, Q: Array, R: Array, *, xp: Namespace | None = None
) -> tuple[Array]:
    """X, in a 1-tuple."""
    xp, inputs = namespace(xp, A, B, Q, R), (A, B, Q, R)

    def once(A: Array, B: Array, Q: Array, R: Array) -> Array:
        G = hermitian(matmul(B, solved(R, adjoint(B, xp), xp), xp), xp)
        X = solution("discrete", A, G, Q, xp)
        _, loop = discrete_loop(A, B, R, X, xp)
        rest = matmul(matmul(adjoint(A, xp), X, xp), loop, xp) - X + Q
        return corrected(X, discrete(of_discrete(loop, xp), adjoint(loop, xp), rest, xp, "CN"), xp)

    return (again(inputs, once, of_host("solve_discrete_are", xp), *inputs, xp=xp),)


def solve_discrete_are_fwd(
    A: Array, B: Array, Q: Array, R: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array]]:
    """X, the gain, and the Schur form of (A_c - I)^-1."""
    (X,) = solve_discrete_are(A, B, Q, R, xp=xp)
    return (X,), solve_discrete_are_keep(A, B, R, X, xp=xp)


def solve_discrete_are_keep(
    A: Array, B: Array, R: Array, X: Array, *, xp: Namespace | None = None
) -> tuple[Array, Array]:
    """The gain, and the Schur form of (A_c - I)^-1."""
    xp = namespace(xp, X)
    F, loop = discrete_loop(A, B, R, X, xp)
    return F, of_discrete(loop, xp)


def solve_discrete_are_vjp(
    A: Array, B: Array, X: Array, F: Array, K: Array, X_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None, Array | None, Array | None]:
    """Pullback of A^H X A - X - A^H X B (R + B^H X B)^-1 B^H X A + Q = 0.

        S - A_c S A_c^H = herm(X_bar)
        A_bar = 2 X A_c S,  B_bar = -2 X A_c S F^H,  Q_bar = S,  R_bar = F S F^H

    with the gain F and the closed loop A_c = A - B F.

    Parameters
    ----------
    A, B, X, F : array of shape (..., n, n), (..., n, m), (..., n, n) and (..., m, n)
        F is the gain.
    K : array of shape (..., 2, n, n)
        The Schur form of (A_c - I)^-1 and the Schur vectors, in the library's own form.
    X_bar : array of shape (..., n, n) or None
        Only its Hermitian part is used.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar, Q_bar, R_bar : array
        With the shapes of the inputs; the last two are Hermitian.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([-one, one])
    >>> [bar.item() for bar in solve_discrete_are_vjp(0 * one, one, 2 * one, 0 * one, K, 4 * one)]
    [0.0, -0.0, 4.0, 0.0]
    """
    if X_bar is None:
        return None, None, None, None
    xp = namespace(xp, X)
    loop = A - matmul(B, F, xp)
    S = discrete(K, loop, hermitian(X_bar, xp), xp, "NC")
    return pulled(F, matmul(X, loop, xp), hermitian(S, xp), xp)


def solve_discrete_are_jvp(
    A: Array,
    B: Array,
    X: Array,
    F: Array,
    K: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    Q_dot: Array | None,
    R_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A^H X A - X - A^H X B (R + B^H X B)^-1 B^H X A + Q = 0.

        X_dot - A_c^H X_dot A_c = Q_dot + F^H R_dot F + 2 herm(A_c^H X (A_dot - B_dot F))

    Parameters
    ----------
    A, B, X, F, K : array
        As in `solve_discrete_are_vjp`.
    A_dot, B_dot, Q_dot, R_dot : array or None
        Tangents with the shapes of the inputs; only the Hermitian parts of the last two are used.
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> K = np.stack([-one, one])
    >>> (X_dot,) = solve_discrete_are_jvp(0 * one, one, 2 * one, 0 * one, K, None, None, 8 * one, None)
    >>> X_dot.tolist()
    [[8.0]]
    """
    xp = namespace(xp, X)
    loop = A - matmul(B, F, xp)
    right = moved(F, matmul(X, loop, xp), A_dot, B_dot, Q_dot, R_dot, xp)
    if right is None:
        return (None,)
    return (hermitian(discrete(K, adjoint(loop, xp), right, xp, "CN"), xp),)


SOLVE_CONTINUOUS_ARE = Rule(
    "solve_continuous_are",
    "(n,n),(n,m),(n,n),(m,m)->(n,n)",
    inputs=("A", "B", "Q", "R"),
    outputs=("X",),
    saves=("A", "B", "R", "X"),
    keeps=("A", "B", "X", "F", "K"),
    op=solve_continuous_are,
    op_fwd=solve_continuous_are_fwd,
    op_keep=solve_continuous_are_keep,
    op_vjp=solve_continuous_are_vjp,
    op_jvp=solve_continuous_are_jvp,
    space={"Q": "hermitian", "R": "hermitian"},
    page="solve_are",
    family="equations",
    domain="Hermitian Q, Hermitian invertible R, and a stabilizing solution",
)
SOLVE_DISCRETE_ARE = Rule(
    "solve_discrete_are",
    "(n,n),(n,m),(n,n),(m,m)->(n,n)",
    inputs=("A", "B", "Q", "R"),
    outputs=("X",),
    saves=("A", "B", "R", "X"),
    keeps=("A", "B", "X", "F", "K"),
    op=solve_discrete_are,
    op_fwd=solve_discrete_are_fwd,
    op_keep=solve_discrete_are_keep,
    op_vjp=solve_discrete_are_vjp,
    op_jvp=solve_discrete_are_jvp,
    space={"Q": "hermitian", "R": "hermitian"},
    page="solve_are",
    family="equations",
    domain="Hermitian Q, Hermitian invertible R, and a stabilizing solution",
)
