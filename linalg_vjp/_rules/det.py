"""Determinant, and its sign and logarithm: det(A), and sign, logabsdet with det(A) = sign exp(logabsdet).

For A of shape (..., n, n); the results have shape (...).

Domain: det is a polynomial, differentiable at every A: its derivative is the cofactor matrix, which is not
zero at a singular A of rank n - 1 (for n = 3, as long as products of two entries do not overflow). slogdet
wants a nonsingular A: at a singular one logabsdet is -inf, and the cotangent is NaN. The sign is constant for
a real A.

Gauge: none.

Sources: C. G. J. Jacobi's formula, as in M. B. Giles, "Collected matrix derivative results for forward and
reverse mode algorithmic differentiation" (2008), section 2.2.4; for the cofactors of a singular matrix
G. W. Stewart, "On the adjugate matrix" (1998), Linear Algebra Appl. 283, 151-164.

Spec: rules/det.md
"""

import math

from .._cotangent import all_none, cast, total
from .._matrix import adjoint, conj, is_complex, lu, permute_rows, real, solve_triangular, transpose
from .._namespaces import Array, Namespace, device, namespace
from .._rule import Rule

__all__ = ["DET", "SLOGDET", "det_jvp", "det_vjp", "slogdet_jvp", "slogdet_vjp"]


def det(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """d = det(A), in a tuple of one."""
    xp = namespace(xp, A)
    return (xp.linalg.det(A),)


def det_keep(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """The gradient G = conj(cof(A))."""
    xp = namespace(xp, A)
    return (conj(cofactor(A, xp), xp),)


def det_vjp(G: Array, d_bar: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pullback of d = det(A).

        A_bar = d_bar G,  G = conj(cof(A))

    Parameters
    ----------
    G : array of shape (..., n, n)
    d_bar : array of shape (...) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> (G,) = det_keep(np.asarray([[1.0, 2.0], [2.0, 4.0]]))
    >>> det_vjp(G, np.asarray(1.0))[0].tolist()
    [[4.0, -2.0], [-2.0, 1.0]]
    """
    return (None if d_bar is None else d_bar[..., None, None] * G,)


def det_jvp(G: Array, A_dot: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pushforward of d = det(A).

        d_dot = <G, A_dot>,  G = conj(cof(A))

    Parameters
    ----------
    G, A_dot : array of shape (..., n, n)
    xp : namespace, optional

    Returns
    -------
    d_dot : array of shape (...)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> (G,) = det_keep(np.asarray([[1.0, 2.0], [2.0, 4.0]]))
    >>> float(det_jvp(G, np.eye(2))[0])
    5.0
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, G)
    return (xp.sum(conj(G, xp) * A_dot, axis=(-2, -1)),)


def cofactor(A: Array, xp: Namespace) -> Array:
    """The matrix of the cofactors, d det(A) / d A_ij: exact at every rank, without a division by a pivot.

    From A = P L U follows adj(A) = adj(U) L^-1 adj(P), and cof(A) is its transpose.
    """
    if A.shape[-1] <= 3:
        return _minors(A, xp)
    A, exponent, most = _equilibrate(A, xp)
    p, L, U = lu(A, xp)
    adj, _ = _adjugate(U, xp)
    Y = solve_triangular(L, transpose(adj), xp, upper=False, trans="T", unit_diagonal=True)
    C = cast(_parity(p, xp), A.dtype, xp)[..., None, None] * permute_rows(Y, p, xp)
    half = xp.clip(xp.floor(exponent / 2), -most, most)
    return C * 2.0**half * 2.0 ** xp.clip(exponent - half, -most, most)


def _equilibrate(A: Array, xp: Namespace) -> tuple[Array, Array, float]:
    """A with rows and columns scaled to about one by powers of two, and the exponents its cofactors lack.

    Products of pivots would leave the range of the floats otherwise, where the result is well within. Also
    the largest exponent that is safe to raise two to.
    """
    info = xp.finfo(A.dtype)
    total: Array = 0.0
    for axis in (-1, -2):
        largest = xp.max(xp.abs(A), axis=axis, keepdims=True)
        e = xp.floor(xp.log2(xp.maximum(largest, xp.full_like(largest, info.smallest_normal))))
        A = A * 2.0**-e
        total = total + (xp.sum(e, axis=(-2, -1), keepdims=True) - e)
    return A, total, math.floor(math.log2(info.max)) - 1


def _minors(A: Array, xp: Namespace) -> Array:
    n = A.shape[-1]
    if n == 0:
        return A
    if n == 1:
        return xp.ones_like(A)
    if n == 2:
        a, b, c, d = A[..., :1, :1], A[..., :1, 1:], A[..., 1:, :1], A[..., 1:, 1:]
        return xp.concat([xp.concat([d, -c], axis=-1), xp.concat([-b, a], axis=-1)], axis=-2)
    T = xp.concat([A, A], axis=-2)
    T = xp.concat([T, T], axis=-1)  # indices run on cyclically, so all signs are plus
    one, two = slice(1, 4), slice(2, 5)
    return T[..., one, one] * T[..., two, two] - T[..., one, two] * T[..., two, one]


def _adjugate(U: Array, xp: Namespace) -> tuple[Array, Array]:
    """adj(U) and det(U), of shape (..., 1, 1), for an upper triangular U = [[A, B], [0, D]].

    adj(U) = [[det(D) adj(A), -adj(A) B adj(D)], [0, det(A) adj(D)]]
    """
    n = U.shape[-1]
    if n <= 3:
        cof = _minors(U, xp)
        return transpose(cof), xp.sum(U[..., :1, :] * cof[..., :1, :], axis=-1, keepdims=True)
    h = n // 2
    adj_A, det_A = _adjugate(U[..., :h, :h], xp)
    adj_D, det_D = _adjugate(U[..., h:, h:], xp)
    B = U[..., :h, h:]
    top = xp.concat([det_D * adj_A, -adj_A @ B @ adj_D], axis=-1)
    low = xp.concat([xp.zeros_like(transpose(B)), det_A * adj_D], axis=-1)
    return xp.concat([top, low], axis=-2), det_A * det_D


def _parity(p: Array, xp: Namespace) -> Array:
    """The sign of the permutation p, of shape (..., n): minus one for each pair out of order."""
    i = xp.arange(p.shape[-1], device=device(p))
    crossed = (p[..., :, None] > p[..., None, :]) & (i[:, None] < i)
    return 1 - 2 * (xp.sum(xp.astype(crossed, xp.int32), axis=(-2, -1)) % 2)


def slogdet(A: Array, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """sign and logabsdet."""
    xp = namespace(xp, A)
    sign, logabsdet = xp.linalg.slogdet(A)
    return sign, logabsdet


def slogdet_keep(A: Array, sign: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """A^-H."""
    xp = namespace(xp, A)
    return (adjoint(_inverse(A, sign, xp), xp),)


def slogdet_vjp(
    sign: Array,
    Xh: Array,
    sign_bar: Array | None,
    logabsdet_bar: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of sign, logabsdet = slogdet(A).

        A_bar = (logabsdet_bar + i Im(conj(sign) sign_bar)) A^-H

    Parameters
    ----------
    sign : array of shape (...)
    Xh : array of shape (..., n, n)
        A^-H.
    sign_bar, logabsdet_bar : array of shape (...) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> slogdet_vjp(np.asarray(1.0), np.diag([0.5, 0.25]), None, np.asarray(1.0))[0].tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    xp = namespace(xp, Xh)
    turn = None
    if sign_bar is not None and is_complex(Xh, xp):
        turn = xp.imag(conj(sign, xp) * sign_bar) * 1j
    if all_none(turn, logabsdet_bar):
        return (None,)
    return (total(logabsdet_bar, turn)[..., None, None] * Xh,)


def slogdet_jvp(
    sign: Array, Xh: Array, A_dot: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pushforward of sign, logabsdet = slogdet(A).

        logabsdet_dot = Re t,  sign_dot = i sign Im t,  t = <A^-H, A_dot>

    Parameters
    ----------
    sign : array of shape (...)
    Xh : array of shape (..., n, n)
        A^-H.
    A_dot : array of shape (..., n, n) or None
    xp : namespace, optional

    Returns
    -------
    sign_dot, logabsdet_dot : array of shape (...)

    Examples
    --------
    >>> import numpy as np
    >>> sign_dot, logabsdet_dot = slogdet_jvp(np.asarray(1.0), np.diag([0.5, 0.25]), np.eye(2))
    >>> sign_dot is None, float(logabsdet_dot)
    (True, 0.75)
    """
    if A_dot is None:
        return None, None
    xp = namespace(xp, Xh)
    t = xp.sum(conj(Xh, xp) * A_dot, axis=(-2, -1))
    return (sign * xp.imag(t) * 1j if is_complex(Xh, xp) else None), real(t, xp)


def _inverse(A: Array, sign: Array, xp: Namespace) -> Array:
    """A^-1, and NaN where A is singular: one such matrix must not stop a whole batch with an error."""
    singular = (sign == 0)[..., None, None]
    one = xp.eye(A.shape[-1], dtype=A.dtype, device=device(A))
    return xp.where(singular, float("nan"), xp.linalg.inv(xp.where(singular, one, A)))


DET = Rule(
    "det",
    "(n,n)->()",
    inputs=("A",),
    outputs=("d",),
    saves=("A",),
    keeps=("G",),
    op=det,
    op_keep=det_keep,
    op_vjp=det_vjp,
    op_jvp=det_jvp,
    family="solvers",
    domain="every matrix, singular ones included",
)

SLOGDET = Rule(
    "slogdet",
    "(n,n)->(),()",
    inputs=("A",),
    outputs=("sign", "logabsdet"),
    saves=("A", "sign"),
    keeps=("sign", "Xh"),
    op=slogdet,
    op_keep=slogdet_keep,
    op_vjp=slogdet_vjp,
    op_jvp=slogdet_jvp,
    real=("logabsdet",),
    space={"A": "nonsingular"},
    page="det",
    family="solvers",
    domain="nonsingular",
)
