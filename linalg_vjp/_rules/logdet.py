"""Logarithm of the determinant of a Hermitian positive definite matrix: y = log det(A).

For A of shape (..., n, n), y has shape (...). One Cholesky factor L gives y, the sum of 2 log L_ii, and the
derivatives, through A^-1 = L^-H L^-1. Only the lower triangle of A is read.

Domain: A is Hermitian positive definite; the cotangent is Hermitian too. For any other A, the array library
raises an error or returns NaN. For general matrices use `slogdet`.

Gauge: none.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2.2.4.

Spec: rules/logdet.md
"""

from .._matrix import adjoint, cholesky, diagonal, eye, inner, real, solve_triangular
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule

__all__ = ["LOGDET", "logdet_jvp", "logdet_vjp"]


def logdet(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """y, in a 1-tuple."""
    return logdet_fwd(A, xp=xp)[0]


def logdet_fwd(A: Array, *, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array]]:
    """y, and the Cholesky factor L."""
    xp = namespace(xp, A)
    (L,) = logdet_keep(A, xp=xp)
    return (2 * xp.sum(xp.log(real(diagonal(L, xp), xp)), axis=-1),), (L,)


def logdet_keep(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """L with A = L L^H."""
    return (cholesky(A, namespace(xp, A), upper=False),)


def logdet_vjp(L: Array, y_bar: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pullback of y = log det(A), with A = L L^H.

        A_bar = y_bar A^-1

    Parameters
    ----------
    L : array of shape (..., n, n)
        The Cholesky factor.
    y_bar : array of shape (...) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> logdet_vjp(np.diag([2.0, 1.0]), np.asarray(4.0))[0].tolist()
    [[1.0, 0.0], [0.0, 4.0]]
    """
    if y_bar is None:
        return (None,)
    xp = namespace(xp, L)
    return (y_bar[..., None, None] * _inverse(L, xp),)


def logdet_jvp(L: Array, A_dot: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pushforward of y = log det(A), with A = L L^H.

        y_dot = Re<A^-1, A_dot>

    Parameters
    ----------
    L : array of shape (..., n, n)
        The Cholesky factor.
    A_dot : array of shape (..., n, n) or None
        The tangent; only its Hermitian part is used.
    xp : namespace, optional

    Returns
    -------
    y_dot : array of shape (...)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> float(logdet_jvp(np.diag([2.0, 1.0]), np.diag([4.0, 1.0]))[0])
    2.0
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, L)
    return (inner(_inverse(L, xp), A_dot, xp),)


def _inverse(L: Array, xp: Namespace) -> Array:
    """A^-1 = L^-H L^-1."""
    one = eye(L.shape[-1], L.shape[-1], L, xp)
    K = solve_triangular(L, one + xp.zeros_like(L), xp, upper=False)
    return adjoint(K, xp) @ K


LOGDET = Rule(
    "logdet",
    "(n,n)->()",
    inputs=("A",),
    outputs=("y",),
    saves=("A",),
    keeps=("L",),
    op=logdet,
    op_fwd=logdet_fwd,
    op_keep=logdet_keep,
    op_vjp=logdet_vjp,
    op_jvp=logdet_jvp,
    real=("y",),
    space={"A": "positive"},
    family="solvers",
    domain="Hermitian positive definite matrices",
)
