"""Least squares: X = A^+ B, the smallest of all X that minimize |A X - B|, and the residuals.

For A of shape (..., m, n) and B of shape (..., m, k), or (m,) for one vector; batch axes broadcast. X is
(..., n, k). The residuals (..., k) are the squares |b_j - A x_j|^2, for every shape and rank. Singular values
of at most rtol times the largest one are cut off; rtol=None means max(m, n) eps.

Domain: matrices near A with the same number of kept singular values. So at a rank-deficient A, the
derivative is the one along matrices of the same rank.

Gauge: none.

Sources: G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares
problems whose variables separate" (1973), SIAM J. Numer. Anal. 10, 413-432, equation 4.12; the three terms of
the cotangent are derived in the spec.

Spec: rules/lstsq.md
"""

from .._cotangent import all_none, total
from .._gaps import eps_of
from .._matrix import adjoint, inner, matmul, promote
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule
from .pinv import RTOL, cut_derivative, stays_of

__all__ = ["LSTSQ", "lstsq_jvp", "lstsq_vjp"]

Tolerance = float | Array | None


def lstsq(A: Array, B: Array, *, rtol: Tolerance = None, xp: Namespace | None = None) -> tuple[Array, Array]:
    """X and the residuals; here B is always a matrix."""
    return lstsq_fwd(A, B, rtol=rtol, xp=xp)[0]


def lstsq_fwd(
    A: Array, B: Array, *, rtol: Tolerance = None, xp: Namespace | None = None
) -> tuple[tuple[Array, Array], tuple[Array, Array, Array, Array]]:
    """X and the residuals, and R = B - A X with the singular value decomposition of A."""
    xp = namespace(xp, A, B)
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    stays, f = _inverted(U, S, Vh, rtol, xp)
    X = adjoint(Vh, xp) @ (f[..., None] * matmul(adjoint(U, xp), B, xp))
    R = _left_over(A, B, X, stays, xp)
    return (X, inner(R, R, xp, axis=-2)), (R, U, S, Vh)


def lstsq_keep(
    A: Array, B: Array, X: Array, *, rtol: Tolerance = None, xp: Namespace | None = None
) -> tuple[Array, Array, Array, Array]:
    """R = B - A X and the singular value decomposition of A."""
    xp = namespace(xp, A, B)
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    return _left_over(A, B, X, _inverted(U, S, Vh, rtol, xp)[0], xp), U, S, Vh


def _cuts(S: Array, rtol: Tolerance) -> bool:
    """Whether rtol may cut off nonzero singular values."""
    return rtol is not None and S.shape[-1] > 0


def _left_over(A: Array, B: Array, X: Array, stays: Array, xp: Namespace) -> Array:
    """R = B - A X. Where the columns of A span the whole space, R is exactly zero, without rounding."""
    R = B - matmul(A, X, xp)
    if A.shape[-2] > A.shape[-1]:
        return R
    return xp.where(xp.all(stays == 1, axis=-1)[..., None, None], 0.0, R)


def _inverted(U: Array, S: Array, Vh: Array, rtol: Tolerance, xp: Namespace) -> tuple[Array, Array]:
    """1 for the singular values that are kept and 0 for the others, and f, their reciprocals or 0."""
    if rtol is None:
        rtol = max(U.shape[-2], Vh.shape[-1]) * eps_of(S.dtype, xp)
    stays, f = stays_of(S, rtol, xp)
    return xp.astype(stays, S.dtype), f


def lstsq_vjp(
    X: Array,
    R: Array,
    U: Array,
    S: Array,
    Vh: Array,
    X_bar: Array | None,
    residuals_bar: Array | None,
    *,
    rtol: Tolerance = None,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of X = A^+ B and residuals = |b_j - A x_j|^2.

    With P = A^+ = V f U^H, and R_bar = 2 R diag(residuals_bar):

        Y = P^H X_bar,  Z = P Y,  W = P^H X
        B_bar = Y + R_bar
        A_bar = -Y X^H + R Z^H + W (X_bar - A^H Y)^H - R_bar X^H

    With rtol, the first three terms of A_bar become D(B X_bar^H), with D of `pinv`, and A^H R_bar is
    subtracted from X_bar, because R is not orthogonal to the part of A that was cut off.

    Parameters
    ----------
    X : array of shape (..., n, k)
        The solution.
    R : array of shape (..., m, k)
        B - A X.
    U, S, Vh : array of shape (..., m, p), (..., p) and (..., p, n)
        The singular value decomposition of A, with p = min(m, n).
    X_bar, residuals_bar : array of shape (..., n, k) and (..., k), or None
    rtol : float, array of shape (...) or None
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., m, n) and (..., m, k)
        With the batch axes of X. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> A, B = np.asarray([[2.0], [0.0]]), np.asarray([[4.0], [3.0]])
    >>> (X, residuals), kept = lstsq_fwd(A, B)
    >>> A_bar, B_bar = lstsq_vjp(X, *kept, np.ones((1, 1)), None)
    >>> A_bar.tolist(), B_bar.tolist()
    ([[-1.0], [0.75]], [[0.5], [0.0]])
    """
    if all_none(X_bar, residuals_bar):
        return None, None
    xp, cut = namespace(xp, X, R), _cuts(S, rtol)
    Xh, V = adjoint(X, xp), adjoint(Vh, xp)
    A_bar = B_bar = None
    if residuals_bar is not None:
        B_bar = 2 * R * residuals_bar[..., None, :]
        A_bar = -(B_bar @ Xh)
        if cut:
            X_bar = total(X_bar, -(V @ (S[..., None] * (adjoint(U, xp) @ B_bar))))
    if X_bar is None:
        return A_bar, B_bar
    stays, f = _inverted(U, S, Vh, rtol, xp)
    G = Vh @ X_bar
    Y = U @ (f[..., None] * G)
    B_bar = total(B_bar, Y)
    if cut:
        B = R + U @ (S[..., None] * (Vh @ X))
        return total(A_bar, cut_derivative(U, S, Vh, B @ adjoint(X_bar, xp), rtol, xp)), B_bar
    Z, W = V @ ((f * f)[..., None] * G), U @ (f[..., None] * (Vh @ X))
    outside = X_bar - V @ (stays[..., None] * G)
    return total(A_bar, R @ adjoint(Z, xp) - Y @ Xh + W @ adjoint(outside, xp)), B_bar


def lstsq_jvp(
    X: Array,
    R: Array,
    U: Array,
    S: Array,
    Vh: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    rtol: Tolerance = None,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of X = A^+ B and residuals = |b_j - A x_j|^2.

    With P and W as in `lstsq_vjp`, and N = B_dot - A_dot X:

        X_dot = P N + P P^H A_dot^H R + (I - P A) A_dot^H W
        residuals_dot_j = 2 Re<r_j, n_j>

    With rtol, X_dot = D(A_dot)^H B + P B_dot, and A X_dot is subtracted from N.

    Parameters
    ----------
    X, R, U, S, Vh : array
        As in `lstsq_vjp`.
    A_dot, B_dot : array of shape (..., m, n) and (..., m, k), or None
    rtol : float, array of shape (...) or None
    xp : namespace, optional

    Returns
    -------
    X_dot, residuals_dot : array of shape (..., n, k) and (..., k)

    Examples
    --------
    >>> import numpy as np
    >>> A, B = np.asarray([[2.0], [0.0]]), np.asarray([[4.0], [3.0]])
    >>> (X, residuals), kept = lstsq_fwd(A, B)
    >>> [dot.tolist() for dot in lstsq_jvp(X, *kept, A, None)]
    [[[-2.0]], [0.0]]
    """
    if all_none(A_dot, B_dot):
        return None, None
    xp, cut = namespace(xp, X, R), _cuts(S, rtol)
    V, Uh = adjoint(Vh, xp), adjoint(U, xp)
    A_dot = None if A_dot is None else promote(A_dot, U, xp=xp)[0]
    stays, f = _inverted(U, S, Vh, rtol, xp)
    N = total(B_dot, None if A_dot is None else -matmul(A_dot, X, xp))
    if cut:
        X_dot = None if B_dot is None else V @ (f[..., None] * matmul(Uh, B_dot, xp))
        if A_dot is not None:
            B = R + U @ (S[..., None] * (Vh @ X))
            X_dot = total(X_dot, adjoint(cut_derivative(U, S, Vh, A_dot, rtol, xp), xp) @ B)
        return X_dot, 2 * inner(R, N - U @ (S[..., None] * (Vh @ X_dot)), xp, axis=-2)
    X_dot = V @ (f[..., None] * matmul(Uh, N, xp))
    if A_dot is not None:
        W, A_dot = U @ (f[..., None] * (Vh @ X)), adjoint(A_dot, xp)
        K = matmul(A_dot, W, xp)
        within = (f * f)[..., None] * (Vh @ matmul(A_dot, R, xp)) - stays[..., None] * (Vh @ K)
        X_dot = X_dot + K + V @ within
    return X_dot, 2 * inner(R, N, xp, axis=-2)


LSTSQ = Rule(
    "lstsq",
    "(m,n),(m,k?)->(n,k?),(k?)",
    inputs=("A", "B"),
    outputs=("X", "residuals"),
    saves=("A", "B", "X"),
    keeps=("X", "R", "U", "S", "Vh"),
    op=lstsq,
    op_fwd=lstsq_fwd,
    op_keep=lstsq_keep,
    op_vjp=lstsq_vjp,
    op_jvp=lstsq_jvp,
    params={"rtol": RTOL},
    real=("residuals",),
    family="solvers",
    domain="every A and B, along changes that keep the numerical rank of A",
)
