"""Cholesky decomposition: A = L L^H, or A = U^H U with upper=True.

For A of shape (..., n, n), L is lower triangular with a positive diagonal, and U = L^H.

Domain: A is Hermitian positive definite. Only its lower triangle is read, or its upper one with upper=True.
The cotangent is Hermitian: the orthogonal projection onto the tangent space.

Gauge: none.

Sources: S. P. Smith, "Differentiation of the Cholesky algorithm" (1995); I. Murray, "Differentiation of
the Cholesky decomposition" (2016), arXiv:1602.07527, section 3.

Spec: rules/cholesky.md
"""

from .._matrix import adjoint, hermitian, mirror, right_solve_triangular, solve_triangular, tril, tril_half
from .._matrix import cholesky as factor
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule

__all__ = ["CHOLESKY", "cholesky_jvp", "cholesky_vjp"]


def cholesky(A: Array, *, upper: bool = False, xp: Namespace | None = None) -> tuple[Array]:
    """L, or U with upper=True, in a 1-tuple."""
    xp = namespace(xp, A)
    return (factor(A, xp, upper=upper),)


def cholesky_vjp(
    L: Array, L_bar: Array | None, *, upper: bool = False, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pullback of A = L L^H.

        A_bar = L^-H (S / 2) L^-1

    S is the Hermitian matrix with the lower triangle of L^H L_bar.

    Parameters
    ----------
    L : array of shape (..., n, n)
        The factor; with upper=True it is U = L^H.
    L_bar : array of shape (..., n, n) or None
        The cotangent of the factor; only the factor's triangle is read.
    upper : bool
        Whether the factor is U, with A = U^H U.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> L = np.linalg.cholesky(np.asarray([[4.0, 2.0], [2.0, 5.0]]))
    >>> cholesky_vjp(L, np.eye(2))[0].tolist()
    [[0.3125, -0.125], [-0.125, 0.25]]
    """
    if L_bar is None:
        return (None,)
    xp = namespace(xp, L)
    if upper:
        L, L_bar = adjoint(L, xp), adjoint(L_bar, xp)
    S = mirror(adjoint(L, xp) @ tril(L_bar, xp), xp) * 0.5
    Y = solve_triangular(L, S, xp, upper=False, trans="C")
    return (right_solve_triangular(Y, L, xp, upper=False),)


def cholesky_jvp(
    L: Array, A_dot: Array | None, *, upper: bool = False, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of A = L L^H.

        L_dot = L Phi(L^-1 herm(A_dot) L^-H)

    Phi takes the lower triangle with half of the diagonal.

    Parameters
    ----------
    L : array of shape (..., n, n)
        The factor; with upper=True it is U = L^H.
    A_dot : array of shape (..., n, n) or None
        The tangent; only its Hermitian part is used.
    upper : bool
        Whether the factor is U, with A = U^H U.
    xp : namespace, optional

    Returns
    -------
    L_dot : array of shape (..., n, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> cholesky_jvp(2 * np.eye(2), np.asarray([[4.0, 2.0], [2.0, 8.0]]))[0].tolist()
    [[1.0, 0.0], [1.0, 2.0]]
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, L)
    if upper:
        L = adjoint(L, xp)
    Y = solve_triangular(L, hermitian(A_dot, xp), xp, upper=False)
    L_dot = L @ tril_half(right_solve_triangular(Y, L, xp, upper=False, trans="C"), xp)
    return (adjoint(L_dot, xp) if upper else L_dot,)


CHOLESKY = Rule(
    "cholesky",
    "(n,n)->(n,n)",
    inputs=("A",),
    outputs=("L",),
    saves=("L",),
    op=cholesky,
    op_vjp=cholesky_vjp,
    op_jvp=cholesky_jvp,
    params={"upper": one_of(False, True)},
    space={"A": "positive"},
    family="factorizations",
    domain="Hermitian positive definite matrices",
)
