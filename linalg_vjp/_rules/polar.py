"""Polar decomposition: A = U H (side="right") or A = H U (side="left"), with a positive semidefinite H.

For A of shape (..., m, n), U is (..., m, n) with orthonormal columns, or with orthonormal rows if m < n. H is
Hermitian, (..., n, n) for side="right" and (..., m, m) for side="left".

Domain: matrices of full rank, where U and H are smooth. First and second derivatives are exact at equal
singular values. Where singular values are zero, the derivative is the one along matrices of the same rank;
the action of U on null vectors, which is not unique, is ignored.

Gauge: none.

Sources: N. J. Higham, "Functions of matrices" (2008), chapter 8; the equation for the rotation of U is in
R. Mathias, "Perturbation bounds for the polar decomposition" (1993), SIAM J. Matrix Anal. Appl. 14, 588-597;
the cotangent is derived in the spec.

Spec: rules/polar.md
"""

from .._cotangent import total
from .._matrix import adjoint, hermitian
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule
from .._turns import over, turn

__all__ = ["POLAR", "polar_jvp", "polar_vjp"]


def polar(A: Array, *, side: str = "right", xp: Namespace | None = None) -> tuple[Array, Array]:
    """U and H."""
    return polar_fwd(A, side=side, xp=xp)[0]


def polar_fwd(
    A: Array, *, side: str = "right", xp: Namespace | None = None
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """U and H, and the eigenvalues and eigenvectors of the smaller of the two possible H."""
    xp = namespace(xp, A)
    P, S, Qh = xp.linalg.svd(A, full_matrices=False)
    Q = adjoint(Qh, xp)
    X = Q if side == "right" else P
    H = (X * S[..., None, :]) @ adjoint(X, xp)
    return (P @ Qh, H), (S, Q if A.shape[-2] >= A.shape[-1] else P)


def polar_keep(
    U: Array, H: Array, *, side: str = "right", xp: Namespace | None = None
) -> tuple[Array, Array]:
    """The eigenvalues and eigenvectors of the smaller of the two possible H."""
    xp = namespace(xp, U)
    w, Q = xp.linalg.eigh(_tall(U, H, side, xp)[1])
    return w, Q


def _tall(U: Array, H: Array, side: str, xp: Namespace) -> tuple[Array, Array, bool]:
    """U or U^H, whichever is tall, its right factor H, and whether the given H is its left factor."""
    if U.shape[-2] < U.shape[-1]:
        U, side = adjoint(U, xp), "left" if side == "right" else "right"
    of_rows = side == "left"
    return U, hermitian(adjoint(U, xp) @ H @ U, xp) if of_rows else H, of_rows


def polar_vjp(
    U: Array,
    H: Array,
    w: Array,
    Q: Array,
    U_bar: Array | None,
    H_bar: Array | None,
    *,
    side: str = "right",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A = U H.

    With S = herm(H_bar) and M = U^H U_bar - S H, for side="right" and m >= n:

        H C + C H = M - M^H
        A_bar = U (C + S) + (U_bar - U U^H U_bar) H^-1

    For side="left", the output is U H U^H, with H from side="right". A wide A is the adjoint of a tall one.

    Parameters
    ----------
    U : array of shape (..., m, n)
    H : array of shape (..., n, n), or (..., m, m) with side="left"
    w, Q : array of shape (..., k) and (..., k, k)
        The eigenvalues and eigenvectors of the smaller of the two H, with k = min(m, n).
    U_bar, H_bar : array or None
        With the shapes of U and H.
    side : {"right", "left"}
        The side of U on which H stands.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> I, w = np.eye(2), np.asarray([1.0, 3.0])
    >>> polar_vjp(I, np.diag(w), w, I, np.asarray([[0.0, 1.0], [0.0, 0.0]]), None)[0].tolist()
    [[0.0, 0.25], [-0.25, 0.0]]
    """
    if U_bar is None and H_bar is None:
        return (None,)
    xp = namespace(xp, U)
    wide = U.shape[-2] < U.shape[-1]
    U, H, of_rows = _tall(U, H, side, xp)
    if wide and U_bar is not None:
        U_bar = adjoint(U_bar, xp)
    S = None if H_bar is None else hermitian(H_bar, xp)
    if of_rows and S is not None:
        SU = S @ U
        S, turned = adjoint(U, xp) @ SU, 2 * SU @ H
        U_bar = turned if U_bar is None else U_bar + turned
    A_bar = _cotangent(U, H, w, Q, U_bar, S, xp)
    return (adjoint(A_bar, xp) if wide else A_bar,)


def _same(H: Array) -> Array:
    return H


def _cotangent(
    U: Array, H: Array, w: Array, Q: Array, U_bar: Array | None, S: Array | None, xp: Namespace
) -> Array:
    """U (C + S) + (U_bar - U U^H U_bar) H^-1."""
    J = None if U_bar is None else adjoint(U, xp) @ U_bar
    M = total(J, None if S is None else -S @ H)
    A_bar = U @ total(turn(_same, (H,), w, Q, M - adjoint(M, xp), xp), S)
    if J is None or U.shape[-2] == U.shape[-1]:
        return A_bar
    return A_bar + over(H, w, Q, U_bar - U @ J, xp)


def polar_jvp(
    U: Array,
    H: Array,
    w: Array,
    Q: Array,
    A_dot: Array | None,
    *,
    side: str = "right",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of A = U H.

    With T = U^H A_dot, for side="right" and m >= n:

        H K + K H = T - T^H
        U_dot = U K + (A_dot - U T) H^-1,  H_dot = herm(T - K H)

    Parameters
    ----------
    U, H, w, Q : array
        As in `polar_vjp`.
    A_dot : array of shape (..., m, n) or None
    side : {"right", "left"}
        The side of U on which H stands.
    xp : namespace, optional

    Returns
    -------
    U_dot, H_dot : array
        With the shapes of U and H.

    Examples
    --------
    >>> import numpy as np
    >>> I, w = np.eye(2), np.asarray([1.0, 3.0])
    >>> U_dot, H_dot = polar_jvp(I, np.diag(w), w, I, np.asarray([[0.0, 2.0], [0.0, 1.0]]))
    >>> U_dot.tolist(), H_dot.tolist()
    ([[0.0, 0.5], [-0.5, 0.0]], [[0.0, 0.5], [0.5, 1.0]])
    """
    if A_dot is None:
        return None, None
    xp = namespace(xp, U)
    wide = U.shape[-2] < U.shape[-1]
    U, H, of_rows = _tall(U, H, side, xp)
    if wide:
        A_dot = adjoint(A_dot, xp)
    T = adjoint(U, xp) @ A_dot
    K = turn(_same, (H,), w, Q, T - adjoint(T, xp), xp)
    U_dot, H_dot = U @ K, hermitian(T - K @ H, xp)
    if U.shape[-2] > U.shape[-1]:
        U_dot = U_dot + over(H, w, Q, A_dot - U @ T, xp)
    if of_rows:
        UH = U @ H
        H_dot = U @ H_dot @ adjoint(U, xp) + 2 * hermitian(U_dot @ adjoint(UH, xp), xp)
    return adjoint(U_dot, xp) if wide else U_dot, H_dot


POLAR = Rule(
    "polar",
    "(m,n)->(m,n),(p,p)",
    inputs=("A",),
    outputs=("U", "H"),
    saves=("U", "H"),
    keeps=("U", "H", "w", "Q"),
    op=polar,
    op_fwd=polar_fwd,
    op_keep=polar_keep,
    op_vjp=polar_vjp,
    op_jvp=polar_jvp,
    params={"side": one_of("right", "left")},
    family="factorizations",
    domain="matrices of full rank; at lower rank, along changes that keep the rank",
)
