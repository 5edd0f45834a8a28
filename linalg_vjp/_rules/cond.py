"""Condition number: kappa = N(A) N(A^-1) for a matrix norm N, of A of shape (..., m, n).

p names the norm. None and 2, for any shape, give the quotient of the largest and the smallest singular value,
and -2 the inverse of that. For square matrices there are "nuc", "fro", 1, -1, inf, -inf, as in `matrix_norm`.
Of a singular matrix kappa is inf; with p=-2 it is 0, and inf for the zero matrix alone.

Domain: full rank. At kinks of the two norms each is given its subgradient of least norm, as in `matrix_norm`.
Where kappa is inf the derivative is NaN, for that matrix of the batch alone.

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
    """kappa, in a tuple of one."""
    return cond_fwd(A, p=p, xp=xp)[0]


def cond_fwd(A: Array, *, p: Norm = None, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array]]:
    """kappa, and its gradient G."""
    xp = namespace(xp, A)
    m, n = A.shape[-2:]
    if 0 in (m, n):
        raise ValueError(f"cond: A has shape {tuple(A.shape)}; an empty matrix has no condition number")
    if m != n and p not in (None, 2, -2):
        raise ValueError(
            f"cond: A has shape {tuple(A.shape)}; p={p!r} wants square matrices, others have p=None, 2 or -2"
        )
    if p is None or p in (2, -2, "nuc"):
        kappa, G, infinite = _spectral(A, p, xp)
    elif n == 1:  # it is one, and not the rounding of a product
        G, infinite = xp.zeros_like(A), A[..., 0, 0] == 0
        kappa = xp.ones_like(real(A[..., 0, 0], xp))
    else:
        kappa, G, infinite = _of_inverse(A, p, xp)
    return (
        (xp.where(infinite, INF, kappa),),
        (xp.where(infinite[..., None, None], float("nan"), G),),
    )


def _spectral(A: Array, p: Norm, xp: Namespace) -> tuple[Array, Array, Array]:
    """kappa, G = U diag(d kappa / d s) Vh, and where kappa is infinite."""
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    infinite = (xp.max if p == -2 else xp.min)(S, axis=-1) == 0
    S = xp.where(infinite[..., None], 1.0, S)
    if p == "nuc":
        N, M = (xp.sum(x, axis=-1, keepdims=True) for x in (S, 1 / S))
        kappa, slope = N * M, M - N / S / S
    else:
        top, low = (spectral_shares(S, largest, xp) for largest in (True, False))
        N, M = xp.max(S, axis=-1, keepdims=True), xp.min(S, axis=-1, keepdims=True)
        if p == -2:  # at a value of zero the slope is zero, as that of the norm
            N, M, top, low = M, N, low * xp.astype(S > 0, S.dtype), top
        kappa = N / M
        slope = (top - kappa * low) / M
    return kappa[..., 0], (U * slope[..., None, :]) @ Vh, infinite


def _of_inverse(A: Array, p: float | str, xp: Namespace) -> tuple[Array, Array, Array]:
    """kappa, G = N(X) G(A) - N(A) X^H G(X) X^H with X = A^-1, and where A is singular."""
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

        G = U diag(slope) Vh                              None, 2, -2, "nuc"
        G = N(X) G(A) - N(A) X^H G(X) X^H,  X = A^-1      "fro", 1, -1, inf, -inf

    G(A) and G(X) are the gradients of the norm at A and X, and slope the derivatives by singular values.

    Parameters
    ----------
    G : array of shape (..., m, n)
        The gradient.
    kappa_bar : array of shape (...) or None
    p : {None, 2, -2, 1, -1, inf, -inf, "fro", "nuc"}
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a tuple of one.

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
    xp : namespace, optional

    Returns
    -------
    kappa_dot : array of shape (...)
        In a tuple of one.

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
    domain="full rank; at kinks of the norms, their subgradients of least norm",
)
