"""Moore-Penrose pseudo-inverse: X = A^+.

For A of shape (..., m, n), X is (..., n, m). Singular values of at most rtol times the largest one are cut
off; rtol=None means max(m, n) eps. X is then the pseudo-inverse of the part of A that is kept.

Domain: matrices near A with the same number of kept singular values. So at a rank-deficient A, the
derivative is the one along matrices of the same rank; directions that leave these contribute zero.

Gauge: none.

The derivative is self-adjoint: one linear map D takes A_dot to X_dot^H, and X_bar^H to A_bar.

Sources: G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares
problems whose variables separate" (1973), SIAM J. Numer. Anal. 10, 413-432, equation 4.12. Where nonzero
singular values are cut off, the divided differences of an odd function of them, derived in the spec.

Spec: rules/pinv.md
"""

import math
import numbers
from typing import Any

from .._dilation import between
from .._matrix import adjoint
from .._namespaces import Array, Namespace, namespace
from .._params import Param
from .._rule import Rule

__all__ = ["PINV", "pinv_jvp", "pinv_vjp"]


def pinv(A: Array, *, rtol: float | Array | None = None, xp: Namespace | None = None) -> tuple[Array]:
    """X = A^+, in a 1-tuple."""
    xp = namespace(xp, A)
    return (xp.linalg.pinv(A, rtol=rtol),)


def pinv_fwd(
    A: Array, *, rtol: float | Array | None = None, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array | None, Array | None, Array | None]]:
    """X, and with rtol also the singular value decomposition of A."""
    xp = namespace(xp, A)
    U, S, Vh = pinv_keep(A, A, rtol=rtol, xp=xp)
    if U is None:
        return pinv(A, rtol=rtol, xp=xp), (None, None, None)
    _, f = stays_of(S, rtol, xp)
    return ((adjoint(Vh, xp) * f[..., None, :]) @ adjoint(U, xp),), (U, S, Vh)


def pinv_keep(
    A: Array, X: Array, *, rtol: float | Array | None = None, xp: Namespace | None = None
) -> tuple[Array | None, Array | None, Array | None]:
    """The singular value decomposition of A if rtol is given, else (None, None, None)."""
    xp = namespace(xp, A)
    if rtol is None or 0 in A.shape[-2:]:
        return None, None, None
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    return U, S, Vh


def pinv_vjp(
    A: Array,
    X: Array,
    U: Array | None,
    S: Array | None,
    Vh: Array | None,
    X_bar: Array | None,
    *,
    rtol: float | Array | None = None,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of X = A^+.

        A_bar = D(X_bar^H),  D(Z) = -X^H Z^H X^H + (I - A X) Z X X^H + X^H X Z (I - X A)

    for rtol=None. With rtol, D is that of `cut_derivative`, where nonzero singular values may be cut off.

    Parameters
    ----------
    A : array of shape (..., m, n)
    X : array of shape (..., n, m)
        The pseudo-inverse.
    U, S, Vh : array or None
        The singular value decomposition of A; None for rtol=None.
    X_bar : array of shape (..., n, m) or None
    rtol : float, array of shape (...) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> pinv_vjp(np.diag([2.0, 0.0]), np.diag([0.5, 0.0]), None, None, None, np.eye(2))[0].tolist()
    [[-0.25, 0.0], [0.0, 0.0]]
    """
    if X_bar is None:
        return (None,)
    xp = namespace(xp, A, X)
    return (_derivative(A, X, (U, S, Vh), adjoint(X_bar, xp), rtol, xp),)


def pinv_jvp(
    A: Array,
    X: Array,
    U: Array | None,
    S: Array | None,
    Vh: Array | None,
    A_dot: Array | None,
    *,
    rtol: float | Array | None = None,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of X = A^+.

        X_dot = D(A_dot)^H, with D as in `pinv_vjp`

    Parameters
    ----------
    A : array of shape (..., m, n)
    X : array of shape (..., n, m)
        The pseudo-inverse.
    U, S, Vh : array or None
        The singular value decomposition of A; None for rtol=None.
    A_dot : array of shape (..., m, n) or None
    rtol : float, array of shape (...) or None
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, m)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> pinv_jvp(np.diag([2.0, 0.0]), np.diag([0.5, 0.0]), None, None, None, np.eye(2))[0].tolist()
    [[-0.25, 0.0], [0.0, 0.0]]
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, A, X)
    return (adjoint(_derivative(A, X, (U, S, Vh), A_dot, rtol, xp), xp),)


def _derivative(
    A: Array, X: Array, factors: tuple[Any, Any, Any], Z: Array, rtol: float | Array | None, xp: Namespace
) -> Array:
    """D(Z)."""
    if 0 in A.shape[-2:]:
        return Z
    if rtol is not None:
        return cut_derivative(*factors, Z, rtol, xp)
    if A.shape[-2] >= A.shape[-1]:
        return _tall(A, X, Z, xp)
    return adjoint(_tall(adjoint(A, xp), adjoint(X, xp), adjoint(Z, xp), xp), xp)


def _tall(A: Array, X: Array, Z: Array, xp: Namespace) -> Array:
    """D(Z) with N = X Z through n x n products: X^H (N (I - X A) - N^H) + (Z - A N) X X^H.

    The last two factors are divided by their largest entry, because their product may over- or underflow.
    """
    Xh, N = adjoint(X, xp), X @ Z
    unit = _nonzero(xp.max(xp.abs(X), axis=(-2, -1), keepdims=True), xp)
    Y = X / unit
    outside = (Z - A @ N) @ (Y @ adjoint(Y, xp))
    return Xh @ (N - N @ (X @ A) - adjoint(N, xp)) + outside * unit * unit


def _nonzero(x: Array, xp: Namespace) -> Array:
    """x, with 0 replaced by 1."""
    return xp.where(x == 0, 1.0, x)


def stays_of(S: Array, rtol: Any, xp: Namespace) -> tuple[Array, Array]:
    """Which singular values are kept, and f: their reciprocals, and 0 for the others."""
    per_matrix: Array = rtol[..., None] if hasattr(rtol, "shape") else rtol
    stays = S[..., : min(1, S.shape[-1])] * per_matrix < S
    return stays, xp.where(stays, 1 / xp.where(stays, S, 1.0), 0.0)


def cut_derivative(U: Array, S: Array, Vh: Array, Z: Array, rtol: Any, xp: Namespace) -> Array:
    """D(Z) where nonzero singular values may have been cut off.

    X^H = U diag(f) V^H, with f_i = 1 / s_i for kept values and 0 for the others. With B = U^H Z V,

        D(Z) = U (F o herm(B) + G o skew(B)) V^H + (I - U U^H) Z V f^2 V^H + U f^2 U^H Z (I - V V^H)

    F_ij = (f_i - f_j) / (s_i - s_j) and G_ij = (f_i + f_j) / (s_i + s_j). If both values are kept, these are
    -f_i f_j and f_i f_j; if both are cut, zero. So ties need no exception. S is divided by its largest value.
    """
    unit = _nonzero(S[..., :1], xp)
    stays, f = stays_of(S / unit, rtol, xp)
    S, unit = S / unit, unit[..., None]
    fi, fj, si, sj = f[..., :, None], f[..., None, :], S[..., :, None], S[..., None, :]
    mixed = stays[..., :, None] != stays[..., None, :]
    F = xp.where(mixed, (fi + fj) / xp.where(mixed, xp.abs(si - sj), 1.0), -fi * fj)
    G = xp.where(mixed, (fi + fj) / xp.where(mixed, si + sj, 1.0), fi * fj)
    return between(U, Vh, Z, F, G, f * f, xp) / unit / unit


def _is_tolerance(value: object) -> bool:
    if isinstance(value, numbers.Real):
        return not math.isnan(value)
    return value is None or hasattr(value, "shape")


RTOL = Param(None, _is_tolerance, "a real number other than NaN, an array of them, or None", (None, 0.3))

PINV = Rule(
    "pinv",
    "(m,n)->(n,m)",
    inputs=("A",),
    outputs=("X",),
    saves=("A", "X"),
    keeps=("A", "X", "U", "S", "Vh"),
    op=pinv,
    op_fwd=pinv_fwd,
    op_keep=pinv_keep,
    op_vjp=pinv_vjp,
    op_jvp=pinv_jvp,
    params={"rtol": RTOL},
    family="solvers",
    domain="every matrix, along changes that keep its numerical rank",
)
