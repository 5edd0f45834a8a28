"""Inverse: X = A^-1.

For A of shape (..., n, n).

Domain: A is nonsingular; elsewhere the forward of the backend decides, an error or inf and NaN.

Gauge: none.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2.2.3.

Spec: rules/inv.md
"""

from .._matrix import adjoint
from .._namespace import Array, Namespace, namespace
from .._rule import Rule


def inv(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """X = A^-1, in a tuple of one."""
    xp = namespace(xp, A)
    return (xp.linalg.inv(A),)


def inv_vjp(X: Array, X_bar: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pullback of X = A^-1.

        A_bar = -X^H X_bar X^H

    Parameters
    ----------
    X : array of shape (..., n, n)
        The inverse.
    X_bar : array of shape (..., n, n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> inv_vjp(np.asarray([[0.5, 0.0], [0.0, 0.25]]), np.ones((2, 2)))[0].tolist()
    [[-0.25, -0.125], [-0.125, -0.0625]]
    """
    if X_bar is None:
        return (None,)
    xp = namespace(xp, X)
    Xh = adjoint(X, xp)
    return (-(Xh @ X_bar @ Xh),)


def inv_jvp(X: Array, A_dot: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pushforward of X = A^-1.

        X_dot = -X A_dot X

    Parameters
    ----------
    X : array of shape (..., n, n)
        The inverse.
    A_dot : array of shape (..., n, n) or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> inv_jvp(np.asarray([[0.5, 0.0], [0.0, 0.25]]), np.eye(2))[0].tolist()
    [[-0.25, -0.0], [-0.0, -0.0625]]
    """
    return (None if A_dot is None else -(X @ A_dot @ X),)


INV = Rule(
    "inv",
    "(n,n)->(n,n)",
    inputs=("A",),
    outputs=("X",),
    saves=("X",),
    op=inv,
    op_vjp=inv_vjp,
    op_jvp=inv_jvp,
    domain="nonsingular",
)
