"""Orthogonal Procrustes problem: the unitary R for which A R is nearest to B in the Frobenius norm.

For A and B of shape (..., m, n), R is (..., n, n). scale, of shape (...), is the sum of the singular values
of M = A^H B; the multiple of A R nearest to B is A R scale / |A|^2. With special=True, a real R is the
nearest rotation, with determinant 1, and the smallest singular value counts with the sign of det M. The
unitary matrices are connected, so a complex R has no such sign, and special changes nothing.

Domain: M has full rank. With special=True, the two smallest singular values must not cancel in
s_(n-1) + sign(det M) s_n. First and second derivatives are exact at equal singular values.

Gauge: none.

Sources: P. H. Schoenemann, "A generalized solution of the orthogonal Procrustes problem" (1966),
Psychometrika 31, 1-10; S. Umeyama, "Least-squares estimation of transformation parameters between two point
patterns" (1991), IEEE PAMI 13, 376-380, for rotations. The derivative is that of the polar factor of M.

Spec: rules/procrustes.md
"""

from .._cotangent import total
from .._matrix import adjoint, eye, hermitian, inner, is_complex, matmul
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule
from .._turns import turn

__all__ = ["ORTHOGONAL_PROCRUSTES", "orthogonal_procrustes_jvp", "orthogonal_procrustes_vjp"]


def orthogonal_procrustes(
    A: Array, B: Array, *, special: bool = False, xp: Namespace | None = None
) -> tuple[Array, Array]:
    """R and the scale."""
    return orthogonal_procrustes_fwd(A, B, special=special, xp=xp)[0]


def orthogonal_procrustes_fwd(
    A: Array, B: Array, *, special: bool = False, xp: Namespace | None = None
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """R and the scale, and the eigenvalues w and eigenvectors Q of H = R^H M."""
    xp = namespace(xp, A, B)
    P, w, Qh = xp.linalg.svd(matmul(adjoint(A, xp), B, xp), full_matrices=False)
    if special and not is_complex(P, xp) and w.shape[-1]:
        sign = 1 - 2 * xp.astype(xp.linalg.det(P @ Qh) < 0, w.dtype)[..., None]
        w = xp.concat([w[..., :-1], w[..., -1:] * sign], axis=-1)
        P = xp.concat([P[..., :, :-1], P[..., :, -1:] * sign[..., None, :]], axis=-1)
    return (P @ Qh, xp.sum(w, axis=-1)), (w, adjoint(Qh, xp))


def orthogonal_procrustes_keep(
    A: Array, B: Array, R: Array, *, special: bool = False, xp: Namespace | None = None
) -> tuple[Array, Array]:
    """The eigenvalues and eigenvectors of H = R^H A^H B."""
    xp = namespace(xp, A, B)
    w, Q = xp.linalg.eigh(_factor(A, B, R, xp))
    return w, Q


def _turned(A: Array, B: Array, R: Array, w: Array, Q: Array, G: Array, xp: Namespace) -> Array:
    """K with H K + K H = G - G^H."""
    return turn(lambda A, B, R: _factor(A, B, R, xp), (A, B, R), w, Q, G - adjoint(G, xp), xp)


def _factor(A: Array, B: Array, R: Array, xp: Namespace) -> Array:
    """H = R^H A^H B."""
    return hermitian(matmul(adjoint(matmul(A, R, xp), xp), B, xp), xp)


def orthogonal_procrustes_vjp(
    A: Array,
    B: Array,
    R: Array,
    w: Array,
    Q: Array,
    R_bar: Array | None,
    scale_bar: Array | None,
    *,
    special: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of the nearest R, with G = R^H R_bar and H = R^H A^H B.

        H C + C H = G - G^H,  M_bar = R (C + scale_bar I)
        A_bar = B M_bar^H,  B_bar = A M_bar

    Parameters
    ----------
    A, B : array of shape (..., m, n)
    R : array of shape (..., n, n)
        The unitary solution.
    w, Q : array of shape (..., n) and (..., n, n)
        The eigenvalues and eigenvectors of H.
    R_bar : array of shape (..., n, n) or None
    scale_bar : array of shape (...) or None
    special : bool
        Whether a real R must be a rotation.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., m, n)

    Examples
    --------
    >>> import numpy as np
    >>> I, w = np.eye(2), np.ones(2)
    >>> orthogonal_procrustes_vjp(I, I, I, w, I, np.asarray([[0.0, 1.0], [0.0, 0.0]]), None)[1].tolist()
    [[0.0, 0.5], [-0.5, 0.0]]
    """
    if R_bar is None and scale_bar is None:
        return None, None
    xp = namespace(xp, A, B)
    C = None
    if R_bar is not None:
        C = _turned(A, B, R, w, Q, adjoint(R, xp) @ R_bar, xp)
    if scale_bar is not None:
        n = R.shape[-1]
        C = total(C, scale_bar[..., None, None] * eye(n, n, R, xp))
    M_bar = R @ C
    return matmul(B, adjoint(M_bar, xp), xp), matmul(A, M_bar, xp)


def orthogonal_procrustes_jvp(
    A: Array,
    B: Array,
    R: Array,
    w: Array,
    Q: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    special: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of the nearest R, with H = R^H A^H B and T = R^H M_dot, M_dot = A_dot^H B + A^H B_dot.

        H K + K H = T - T^H,  R_dot = R K,  scale_dot = Re tr T

    Parameters
    ----------
    A, B, R, w, Q : array
        As in `orthogonal_procrustes_vjp`.
    A_dot, B_dot : array of shape (..., m, n) or None
    special : bool
        Whether a real R must be a rotation.
    xp : namespace, optional

    Returns
    -------
    R_dot, scale_dot : array of shape (..., n, n) and (...)

    Examples
    --------
    >>> import numpy as np
    >>> I, w = np.eye(2), np.ones(2)
    >>> R_dot, _ = orthogonal_procrustes_jvp(I, I, I, w, I, None, np.asarray([[0.0, 1.0], [0.0, 0.0]]))
    >>> R_dot.tolist()
    [[0.0, 0.5], [-0.5, 0.0]]
    """
    xp = namespace(xp, A, B)
    M_dot = total(
        None if A_dot is None else matmul(adjoint(A_dot, xp), B, xp),
        None if B_dot is None else matmul(adjoint(A, xp), B_dot, xp),
    )
    if M_dot is None:
        return None, None
    T = adjoint(R, xp) @ M_dot
    return R @ _turned(A, B, R, w, Q, T, xp), inner(R, M_dot, xp)


ORTHOGONAL_PROCRUSTES = Rule(
    "orthogonal_procrustes",
    "(m,n),(m,n)->(n,n),()",
    inputs=("A", "B"),
    outputs=("R", "scale"),
    saves=("A", "B", "R"),
    keeps=("A", "B", "R", "w", "Q"),
    op=orthogonal_procrustes,
    op_fwd=orthogonal_procrustes_fwd,
    op_keep=orthogonal_procrustes_keep,
    op_vjp=orthogonal_procrustes_vjp,
    op_jvp=orthogonal_procrustes_jvp,
    params={"special": one_of(False, True)},
    real=("scale",),
    page="procrustes",
    family="solvers",
    domain="A and B with A^H B of full rank, tied singular values included",
)
