"""Projector onto dominant singular vectors: P = U_k U_k^H for A = U S V^H.

For A of shape (..., m, n), P is (..., m, m): the orthogonal projector onto the left singular vectors of the k
largest singular values, or of those above `cut`; by default, onto the range of A. For the projector onto
right singular vectors, pass A^H.

Domain: matrices with a gap between the kept singular values and the others; if m > n, zero counts among the
others. Without a gap the derivative is NaN. First and second derivatives are exact at ties on one side of the
cut.

Gauge: none.

Sources: G. W. Stewart, "Error and perturbation bounds for subspaces associated with certain eigenvalue
problems" (1973), SIAM Rev. 15, 727-764, section 6; G. H. Golub and V. Pereyra, "The differentiation of
pseudo-inverses and nonlinear least squares problems whose variables separate" (1973), SIAM J. Numer. Anal.
10, 413-432, lemma 4.1, for the range.

Spec: rules/projector.md
"""

from collections.abc import Callable
from typing import Any

from .. import _cuts
from .._dilation import dilated, of_dilation
from .._matrix import adjoint, hermitian
from .._namespaces import Array, Namespace, device, namespace
from .._params import count, real_number
from .._registered import again
from .._rule import Rule

__all__ = ["PROJECTOR", "projector_jvp", "projector_vjp"]

OfNumbers = Callable[[Array], _cuts.Pieces]


def projector(A: Array, *, k: int | None = None, cut: float = 0.0, xp: Namespace) -> tuple[Array]:
    """P = U_k U_k^H, in a 1-tuple."""
    return projector_fwd(A, k=k, cut=cut, xp=xp)[0]


def projector_fwd(
    A: Array, *, k: int | None = None, cut: float = 0.0, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array, Array]]:
    """P, and the singular value decomposition of A."""
    xp = namespace(xp, A)
    U, S, Vh = projector_keep(A, xp=xp)
    kept = xp.astype(_kept(S, k, cut, xp), S.dtype)
    return ((U * kept[..., None, :]) @ adjoint(U, xp),), (U, S, Vh)


def projector_keep(A: Array, *, xp: Namespace | None = None, **params: Any) -> tuple[Array, Array, Array]:
    """U, S and V^H of A."""
    U, S, Vh = namespace(xp, A).linalg.svd(A, full_matrices=False)
    return U, S, Vh


def _kept(S: Array, k: int | None, cut: float, xp: Namespace) -> Array:
    """Which of the sorted singular values are kept."""
    if k is None:
        return cut < S
    k = min(k, S.shape[-1])
    return xp.concat([S[..., :k] * 0 + 1, S[..., k:] * 0], axis=-1) > 0


def _level(S: Array, taller: bool, k: int | None, cut: float, xp: Namespace) -> Array:
    """The level of the cut; with more rows than columns, zero is among the dropped values."""
    return _cuts.level_of(S, _kept(S, k, cut, xp), xp, 0.0 if taller else None)


def _differences(S: Array, taller: bool, k: int | None, cut: float, xp: Namespace) -> tuple[Array, Array]:
    """W_ij = 1 / |s_i^2 - s_j^2| across the cut, else 0, and N_i = 1 / s_i for kept values, else 0."""
    level = _level(S, taller, k, cut, xp)
    others = xp.concat([S, S[..., :1] * 0], axis=-1)
    D = _cuts.first(lambda x: _cuts.outside(x, level, xp), S, others, xp)
    sums = S[..., :, None] + S[..., None, :]
    n = S.shape[-1]
    return D[..., :, :n] / xp.where(sums == 0, 1.0, sums), D[..., :, n]


def projector_vjp(
    A: Array,
    U: Array,
    S: Array,
    Vh: Array,
    P_bar: Array | None,
    *,
    k: int | None = None,
    cut: float = 0.0,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of P = U_k U_k^H.

    With G = herm(P_bar), W_ij = 1 / |s_i^2 - s_j^2| across the cut and 0 elsewhere, and N = 1 / S_k:

        A_bar = 2 U (W o (U^H G U)) S V^H + 2 (I - U U^H) G U_k N V_k^H

    The last term occurs only if m > n.

    Parameters
    ----------
    A : array of shape (..., m, n)
    U, S, Vh : array of shape (..., m, p), (..., p) and (..., p, n)
        The singular value decomposition of A, with p = min(m, n).
    P_bar : array of shape (..., m, m) or None
        Only its Hermitian part is used.
    k : int, optional
        The number of singular vectors that are kept. By default, those above the cut.
    cut : float
        Without k, the singular values above this number are kept.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple. NaN where a kept singular value is tied with a dropped one.

    Examples
    --------
    >>> import numpy as np
    >>> A, I = np.diag([2.0, 1.0]), np.eye(2)
    >>> projector_vjp(A, I, np.asarray([2.0, 1.0]), I, np.asarray([[0.0, 3.0], [3.0, 0.0]]), k=1)[0].tolist()
    [[0.0, 2.0], [4.0, 0.0]]
    """
    if P_bar is None:
        return (None,)
    xp, (m, n) = namespace(xp, A), A.shape[-2:]
    if 0 in (m, n):
        return (A * 0,)

    def once(A: Array, U: Array, S: Array, Vh: Array, G: Array) -> Array:
        W, N = _differences(S, m > n, k, cut, xp)
        GU = G @ U
        J = adjoint(U, xp) @ GU
        inside = W * J * S[..., None, :]
        if m > n:
            return 2 * ((U @ (inside - J * N[..., None, :]) + GU * N[..., None, :]) @ Vh)
        return 2 * (U @ inside @ Vh)

    def twice(A: Array, U: Array, S: Array, Vh: Array, G: Array) -> Array:
        return 2 * _along(A, _beside_zeros(G, n, xp), k, cut, xp)[..., :m, m:]

    return (again((A,), once, twice, A, U, S, Vh, hermitian(P_bar, xp), xp=xp),)


def projector_jvp(
    A: Array,
    U: Array,
    S: Array,
    Vh: Array,
    A_dot: Array | None,
    *,
    k: int | None = None,
    cut: float = 0.0,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of P = U_k U_k^H.

    With B = U^H A_dot V, and W and N as in `projector_vjp`:

        P_dot = U (W o (B S + S B^H)) U^H + Z U^H + U Z^H,  Z = (I - U U^H) A_dot V N

    Parameters
    ----------
    A, U, S, Vh : array
        As in `projector_vjp`.
    A_dot : array of shape (..., m, n) or None
    k : int, optional
        As in `projector_vjp`.
    cut : float
        Without k, the singular values above this number are kept.
    xp : namespace, optional

    Returns
    -------
    P_dot : array of shape (..., m, m)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> A, I = np.diag([2.0, 1.0]), np.eye(2)
    >>> projector_jvp(A, I, np.asarray([2.0, 1.0]), I, np.asarray([[0.0, 0.0], [3.0, 0.0]]), k=1)[0].tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    if A_dot is None:
        return (None,)
    xp, (m, n) = namespace(xp, A), A.shape[-2:]
    if 0 in (m, n):
        return (A_dot @ adjoint(A, xp),)

    def once(A: Array, U: Array, S: Array, Vh: Array, E: Array) -> Array:
        W, N = _differences(S, m > n, k, cut, xp)
        EV, Uh = E @ adjoint(Vh, xp), adjoint(U, xp)
        B = Uh @ EV
        inside = W * hermitian(B * S[..., None, :], xp)
        if m > n:
            return 2 * hermitian((U @ (inside - B * N[..., None, :]) + EV * N[..., None, :]) @ Uh, xp)
        return 2 * (U @ inside @ Uh)

    def twice(A: Array, U: Array, S: Array, Vh: Array, E: Array) -> Array:
        return _along(A, dilated(E, xp), k, cut, xp)[..., :m, :m]

    return (again((A,), once, twice, A, U, S, Vh, A_dot, xp=xp),)


def _beside_zeros(G: Array, n: int, xp: Namespace) -> Array:
    """G as the first diagonal block of a matrix with n more rows and columns of zeros."""
    *batch, m, _ = G.shape
    wide = xp.concat([G, xp.zeros((*batch, m, n), dtype=G.dtype, device=device(G))], axis=-1)
    return xp.concat([wide, xp.zeros((*batch, n, m + n), dtype=G.dtype, device=device(G))], axis=-2)


def _along(A: Array, E: Array, k: int | None, cut: float, xp: Namespace) -> Array:
    """The derivative along E of the projectors onto left and right vectors, a function of the dilation."""
    taller = A.shape[-2] > A.shape[-1]

    def of(S: Array, xp: Namespace) -> OfNumbers:
        level = _level(S, taller, k, cut, xp)
        return lambda x: _cuts.outside(x, level, xp)

    return of_dilation(A, E, *_cuts.differences(of), xp)


PROJECTOR = Rule(
    "projector",
    "(m,n)->(m,m)",
    inputs=("A",),
    outputs=("P",),
    saves=("A",),
    keeps=("A", "U", "S", "Vh"),
    op=projector,
    op_fwd=projector_fwd,
    op_keep=projector_keep,
    op_vjp=projector_vjp,
    op_jvp=projector_jvp,
    params={"k": count(None, 1, 2), "cut": real_number(0.0, 0.5)},
    typical={"k": 1},
    family="functions",
    domain="matrices with a gap between the kept singular values and the others",
)
