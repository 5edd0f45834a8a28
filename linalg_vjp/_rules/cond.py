"""Condition number: kappa = N(A) N(A^-1), for a matrix norm N and A of shape (..., m, n).

p names the norm. None and 2 give the largest singular value over the smallest, and -2 gives the inverse of
that; these take any shape. "nuc", "fro", 1, -1, inf and -inf are as in `matrix_norm`, for square matrices.
For a singular matrix kappa is inf. With p=-2 it is 0 there, and inf for the zero matrix only.

Domain: matrices of full rank. At a kink of a norm, its subgradient of least norm is used, as in
`matrix_norm`. Where kappa is inf, the derivative is NaN, for that matrix of the batch only.

Gauge: none.

Sources: the derivatives of the norms and of the inverse; see `matrix_norm` and `inv`.

Spec: rules/cond.md
"""

from .._matrix import adjoint, diagonal, eye, inner, lu, plu_solve, real
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule
from .matrix_norm import matrix_norm_fwd, spectral_shares

__all__ = ["COND", "cond_jvp", "cond_vjp"]

INF = float("inf")
Norm = float | str | None


def cond(A: Array, *, p: Norm = None, xp: Namespace | None = None) -> tuple[Array]:
    """kappa, in a 1-tuple."""
    return cond_fwd(A, p=p, xp=xp)[0]


def cond_fwd(A: Array, *, p: Norm = None, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array]]:
    """kappa, and its gradient G."""
    xp = namespace(xp, A)
    m, n = A.shape[-2:]
    if 0 in (m, n):
        raise ValueError(f"cond: A has shape {tuple(A.shape)}; an empty matrix has no condition number")
    if m != n and p not in (None, 2, -2):
        raise ValueError(
            f"cond: A has shape {tuple(A.shape)}; p={p!r} needs a square A; else pass p=None, 2 or -2"
        )
    if p is None or p in (2, -2, "nuc"):
        kappa, G, infinite = _spectral(A, p, xp)
    elif n == 1:  # kappa is exactly 1, without the rounding of a product
        G, infinite = xp.zeros_like(A), A[..., 0, 0] == 0
        kappa = xp.ones_like(real(A[..., 0, 0], xp))
    else:
        kappa, G, infinite = _of_inverse(A, p, xp)
    return (
        (xp.where(infinite, INF, kappa),),
        (xp.where(infinite[..., None, None], float("nan"), G),),
    )


def _spectral(A: Array, p: Norm, xp: Namespace) -> tuple[Array, Array, Array]:
    """kappa, its gradient G = U diag(d kappa / d s) Vh, and a mask of infinite kappa."""
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    infinite = (xp.max if p == -2 else xp.min)(S, axis=-1) == 0
    S = xp.where(infinite[..., None], 1.0, S)
    if p == "nuc":
        N, M = (xp.sum(x, axis=-1, keepdims=True) for x in (S, 1 / S))
        kappa, slope = N * M, M - N / S / S
    else:
        top, low = (spectral_shares(S, largest, xp) for largest in (True, False))
        N, M = xp.max(S, axis=-1, keepdims=True), xp.min(S, axis=-1, keepdims=True)
        if p == -2:  # at a zero singular value the slope is 0, as in the norm
            N, M, top, low = M, N, low * xp.astype(S > 0, S.dtype), top
        kappa = N / M
        slope = (top - kappa * low) / M
    return kappa[..., 0], (U * slope[..., None, :]) @ Vh, infinite


def _of_inverse(A: Array, p: float | str, xp: Namespace) -> tuple[Array, Array, Array]:
    """kappa, G = N(X) G(A) - N(A) X^H G(X) X^H with X = A^-1, and a mask of singular A."""
    n = A.shape[-1]
    order, L, U = lu(A, xp)
    zero = diagonal(U, xp) == 0
    one = eye(n, n, A, xp)
    U = U + one * xp.astype(zero, A.dtype)[..., None, :]
    X = plu_solve(order, L, U, xp.broadcast_to(one, A.shape), xp)
    (N,), (G_A,) = matrix_norm_fwd(A, ord=p, keepdims=True, xp=xp)
    (M,), (G_X,) = matrix_norm_fwd(X, ord=p, keepdims=True, xp=xp)
    Xh = adjoint(X, xp)
    G = M * G_A - Xh @ (N * G_X) @ Xh
    return xp.squeeze(N * M, axis=(-2, -1)), G, xp.any(zero, axis=-1)


def cond_vjp(
    G: Array, kappa_bar: Array | None, *, p: Norm = None, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pullback of kappa = cond(A).

        A_bar = kappa_bar G

        G = U diag(slope) Vh                              p = None, 2, -2, "nuc"
        G = N(X) G(A) - N(A) X^H G(X) X^H,  X = A^-1      p = "fro", 1, -1, inf, -inf

    slope has the derivatives of kappa with respect to the singular values; G(A) and G(X) are gradients of N.

    Parameters
    ----------
    G : array of shape (..., m, n)
        The gradient.
    kappa_bar : array of shape (...) or None
    p : {None, 2, -2, 1, -1, inf, -inf, "fro", "nuc"}
        The norm that kappa is for.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> _, (G,) = cond_fwd(np.diag([4.0, 2.0]))
    >>> cond_vjp(G, np.asarray(1.0))[0].tolist()
    [[0.5, 0.0], [0.0, -1.0]]
    """
    return (None if kappa_bar is None else kappa_bar[..., None, None] * G,)


def cond_jvp(
    G: Array, A_dot: Array | None, *, p: Norm = None, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of kappa = cond(A).

        kappa_dot = Re<G, A_dot>, with G as in `cond_vjp`

    Parameters
    ----------
    G : array of shape (..., m, n)
        The gradient.
    A_dot : array of shape (..., m, n) or None
    p : {None, 2, -2, 1, -1, inf, -inf, "fro", "nuc"}
        The norm that kappa is for.
    xp : namespace, optional

    Returns
    -------
    kappa_dot : array of shape (...)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> _, (G,) = cond_fwd(np.diag([4.0, 2.0]))
    >>> float(cond_jvp(G, np.diag([1.0, 0.0]))[0])
    0.5
    """
    return (None if A_dot is None else inner(G, A_dot, namespace(xp, G)),)


COND = Rule(
    "cond",
    "(m,n)->()",
    inputs=("A",),
    outputs=("kappa",),
    saves=("A",),
    keeps=("G",),
    op=cond,
    op_fwd=cond_fwd,
    op_vjp=cond_vjp,
    op_jvp=cond_jvp,
    params={"p": one_of(None, 2, -2, 1, -1, INF, -INF, "fro", "nuc")},
    real=("kappa",),
    family="norms",
    domain="matrices of full rank (at kinks of the norms, their subgradients of least norm)",
)
