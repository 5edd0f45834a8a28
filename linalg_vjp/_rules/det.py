"""Determinant: d = det(A), and its sign and logarithm, with det(A) = sign exp(logabsdet).

For A of shape (..., n, n), the results have shape (...).

Domain: det is a polynomial, differentiable at every A. Its derivative is the cofactor matrix, which is not
zero at a singular A of rank n - 1. (For n = 3 it overflows if a product of two entries does.) slogdet needs
a nonsingular A: at a singular one, logabsdet is -inf and the cotangent is NaN. For a real A the sign is
constant.

Gauge: none.

Sources: C. G. J. Jacobi's formula, as in M. B. Giles, "Collected matrix derivative results for forward and
reverse mode algorithmic differentiation" (2008), section 2.2.4.

Spec: rules/det.md
"""

from .._cofactor import cofactor, product, times_power
from .._cotangent import all_none, total
from .._matrix import (
    adjoint,
    choose,
    conj,
    eye,
    inv,
    is_complex,
    lu_diagonal,
    lu_factor,
    lu_inverse,
    real,
    safe_range,
)
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule

__all__ = ["DET", "SLOGDET", "det_jvp", "det_vjp", "slogdet_jvp", "slogdet_vjp"]


def det(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """d = det(A), in a 1-tuple."""
    xp = namespace(xp, A)
    return (xp.linalg.det(A),)


def det_fwd(A: Array, *, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array]]:
    """d, and the gradient G = conj(cof(A)). For a nonsingular A, one LU factorization gives both.

    G = conj(d) A^-H is as accurate as the cofactors even if A is singular to rounding, because an error in
    the pivots amounts to an error in A. It fails if a pivot is zero, or if the sizes of the pivots differ
    too much.
    """
    xp = namespace(xp, A)
    n = A.shape[-1]
    F, pivots = lu_factor(A, xp, strict=False)
    if pivots is None:
        return det(A, xp=xp), det_keep(A, xp=xp)
    u = lu_diagonal(F, pivots, xp)
    if n <= 2:
        return (xp.prod(u, axis=-1),), det_keep(A, xp=xp)
    size = xp.abs(u)
    low, high = xp.min(size, axis=-1), xp.max(size, axis=-1)
    least, most = safe_range(A.dtype, xp)
    regular = low > least**0.5 * high
    plain = regular & (low > least ** (1 / n)) & (high < most ** (1 / n))  # no over- or underflow

    def inverse(F: Array, pivots: Array) -> Array:
        return adjoint(lu_inverse(F, pivots, xp), xp)

    def quick(A: Array, F: Array, pivots: Array, u: Array) -> tuple[Array, Array]:
        d = xp.prod(u, axis=-1)
        if n == 3:  # a cofactor takes only two products
            return d, conj(cofactor(A, xp), xp)
        return d, conj(d, xp)[..., None, None] * inverse(F, pivots)

    def exact(A: Array, F: Array, pivots: Array, u: Array) -> tuple[Array, Array]:
        d, e = product(u, xp)

        def from_inverse(A: Array, F: Array, pivots: Array) -> Array:
            G = conj(d, xp)[..., None, None] * inverse(F, pivots)
            return times_power(G, e[..., None, None], xp)

        def from_cofactors(A: Array, F: Array, pivots: Array) -> Array:
            return conj(cofactor(A, xp), xp)

        G = choose(xp.all(regular), from_inverse, from_cofactors, A, F, pivots, xp=xp)
        return times_power(d, e, xp), G

    d, G = choose(xp.all(plain), quick, exact, A, F, pivots, u, xp=xp)
    return (d,), (G,)


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
        In a 1-tuple.

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
        In a 1-tuple.

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


def slogdet(A: Array, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """sign and logabsdet."""
    xp = namespace(xp, A)
    sign, logabsdet = xp.linalg.slogdet(A)
    return sign, logabsdet


def slogdet_fwd(A: Array, *, xp: Namespace | None = None) -> tuple[tuple[Array, Array], tuple[Array]]:
    """sign and logabsdet, and A^-H; from one LU factorization, if the library can reuse it."""
    xp = namespace(xp, A)
    F, pivots = lu_factor(A, xp, strict=False)
    if pivots is None:
        sign, logabsdet = slogdet(A, xp=xp)
        return (sign, logabsdet), slogdet_keep(A, sign, xp=xp)
    u = lu_diagonal(F, pivots, xp)
    size = xp.abs(u)
    least = xp.where(size == 0, 1.0, size)
    logs = xp.where(size == 0, -float("inf"), xp.log(least))
    return (
        (xp.prod(u / least, axis=-1), xp.sum(logs, axis=-1)),
        (adjoint(lu_inverse(F, pivots, xp), xp),),
    )


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
        In a 1-tuple.

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
    return (_but_nan(total(logabsdet_bar, turn), sign, xp)[..., None, None] * Xh,)


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
    t = _but_nan(xp.sum(conj(Xh, xp) * A_dot, axis=(-2, -1)), sign, xp)
    return (sign * xp.imag(t) * 1j if is_complex(Xh, xp) else None), real(t, xp)


def _inverse(A: Array, sign: Array, xp: Namespace) -> Array:
    """A^-1, or I for a singular A: one singular matrix must not raise an error for the whole batch."""
    n = A.shape[-1]
    return inv(xp.where((sign == 0)[..., None, None], eye(n, n, A, xp), A), xp)


def _but_nan(x: Array, sign: Array, xp: Namespace) -> Array:
    """x, or NaN where A is singular."""
    return xp.where(sign == 0, float("nan"), x)


DET = Rule(
    "det",
    "(n,n)->()",
    inputs=("A",),
    outputs=("d",),
    saves=("A",),
    keeps=("G",),
    op=det,
    op_fwd=det_fwd,
    op_keep=det_keep,
    op_vjp=det_vjp,
    op_jvp=det_jvp,
    family="solvers",
    domain="every matrix, including singular ones",
)

SLOGDET = Rule(
    "slogdet",
    "(n,n)->(),()",
    inputs=("A",),
    outputs=("sign", "logabsdet"),
    saves=("A", "sign"),
    keeps=("sign", "Xh"),
    op=slogdet,
    op_fwd=slogdet_fwd,
    op_keep=slogdet_keep,
    op_vjp=slogdet_vjp,
    op_jvp=slogdet_jvp,
    real=("logabsdet",),
    space={"A": "nonsingular"},
    page="det",
    family="solvers",
    domain="nonsingular matrices",
)
