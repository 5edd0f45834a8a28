"""Moore-Penrose pseudo-inverse: X = A^+.

For A of shape (..., m, n), X of shape (..., n, m). Singular values below rtol times the largest count as zero.

Domain: a neighbourhood where the rank stays what it is. At a rank-deficient A the derivative is that along
the matrices of the same rank, and directions that leave them get zero.

Gauge: none.

Sources: G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares
problems whose variables separate" (1973), SIAM J. Numer. Anal. 10, 413-432, equation 4.12.

Spec: rules/pinv.md
"""

from .._matrix import adjoint
from .._namespace import Array, Namespace, namespace
from .._rule import Param, Rule


def pinv(A: Array, *, rtol: float | Array | None = None, xp: Namespace | None = None) -> tuple[Array]:
    """X = A^+, in a tuple of one."""
    xp = namespace(xp, A)
    return (xp.linalg.pinv(A, rtol=rtol),)


def pinv_vjp(
    A: Array,
    X: Array,
    X_bar: Array | None,
    *,
    rtol: float | Array | None = None,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of X = A^+.

        A_bar = -X^H X_bar X^H + (I - A X) X_bar^H X X^H + X^H X X_bar^H (I - X A)

    Evaluated through products of the smaller side, as X^H (N^H (I - X A) - N) + (X_bar^H - A N^H) X X^H with
    N = X_bar X^H for m >= n; a wide A is the adjoint of a tall one.

    Parameters
    ----------
    A : array of shape (..., m, n)
    X : array of shape (..., n, m)
        The pseudo-inverse.
    X_bar : array of shape (..., n, m) or None
    rtol : float, array or None
        Only the forward reads it.

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> pinv_vjp(np.diag([2.0, 0.0]), np.diag([0.5, 0.0]), np.eye(2))[0].tolist()
    [[-0.25, 0.0], [0.0, 0.0]]
    """
    if X_bar is None:
        return (None,)
    xp = namespace(xp, A, X)
    Ah, Xh, Xh_bar = adjoint(A, xp), adjoint(X, xp), adjoint(X_bar, xp)
    if A.shape[-2] < A.shape[-1]:
        return (adjoint(_tall_vjp(Ah, Xh, X, Xh_bar, X_bar, xp), xp),)
    return (_tall_vjp(A, X, Xh, X_bar, Xh_bar, xp),)


def _tall_vjp(A: Array, X: Array, Xh: Array, X_bar: Array, Xh_bar: Array, xp: Namespace) -> Array:
    N = X_bar @ Xh
    Nh = adjoint(N, xp)
    return Xh @ (Nh - Nh @ (X @ A) - N) + (Xh_bar - A @ Nh) @ (X @ Xh)


def pinv_jvp(
    A: Array,
    X: Array,
    A_dot: Array | None,
    *,
    rtol: float | Array | None = None,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of X = A^+.

        X_dot = -X A_dot X + X X^H A_dot^H (I - A X) + (I - X A) A_dot^H X^H X

    Parameters
    ----------
    A : array of shape (..., m, n)
    X : array of shape (..., n, m)
        The pseudo-inverse.
    A_dot : array of shape (..., m, n) or None
    rtol : float, array or None
        Only the forward reads it.

    Returns
    -------
    X_dot : array of shape (..., n, m)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> pinv_jvp(np.diag([2.0, 0.0]), np.diag([0.5, 0.0]), np.eye(2))[0].tolist()
    [[-0.25, 0.0], [0.0, 0.0]]
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, A, X)
    Xh, Ah_dot = adjoint(X, xp), adjoint(A_dot, xp)
    left = X @ (Xh @ Ah_dot)
    right = (Ah_dot @ Xh) @ X
    return (-(X @ A_dot @ X) + left - (left @ A) @ X + right - X @ (A @ right),)


def _any(value: object) -> bool:
    return True


PINV = Rule(
    "pinv",
    "(m,n)->(n,m)",
    inputs=("A",),
    outputs=("X",),
    saves=("A", "X"),
    op=pinv,
    op_vjp=pinv_vjp,
    op_jvp=pinv_jvp,
    params={"rtol": Param(None, _any, "a real number, an array of them, or None")},
    domain="the matrices of the rank of A",
)
