"""Singular value decomposition: A = U diag(S) Vh, and the singular values S alone.

For A of shape (..., m, n) and k = min(m, n), S (..., k) is real, nonnegative and descending. With
full_matrices=True, the default, U is (..., m, m) and Vh (..., n, n); otherwise (..., m, k) and (..., k, n).

Domain: for U and Vh, the singular values must differ and be nonzero, or the loss must not depend on the
choice of basis in a tied or null space. Values count as tied within 64 eps of the largest one, and as zero
below 16 eps of it; `_gaps.py` has the exception for tiny cotangents. At a tie the pullback of S_bar is a
subgradient, and the gradient of every loss that treats tied values alike. An S_i of exactly zero is a kink,
with slope 0.

Gauge: U -> U W, V -> V W with W unitary and diagonal (block diagonal over ties). Where S_i = 0, U and V
rotate independently, together with the extra columns of full_matrices=True.

Sources: J. Townsend, "Differentiating the singular value decomposition" (2016); Z.-Q. Wan and S.-X. Zhang,
"Automatic differentiation for complex valued SVD" (2019), arXiv:1909.02659. The split into 1/(s_j - s_i) and
1/(s_j + s_i), which squares nothing, is derived in the spec.

Spec: rules/svd.md
"""

from typing import Any

from .._cotangent import difference, total
from .._gaps import gaps, gauge_of, quotients, reciprocals, sums
from .._gauge import GAUGE, Gauge, check_gauge, extra_cotangent, extra_tangent
from .._matrix import add_diagonal, adjoint, diagonal, divide, hermitian, inner, real, skew
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule

__all__ = ["SVD", "SVDVALS", "svd_jvp", "svd_vjp", "svdvals_jvp", "svdvals_vjp"]


def svd(A: Array, *, full_matrices: bool = True, xp: Namespace | None = None) -> tuple[Array, Array, Array]:
    """U, S and Vh with A = U diag(S) Vh."""
    U, S, Vh = namespace(xp, A).linalg.svd(A, full_matrices=full_matrices)
    return U, S, Vh


def svd_vjp(
    U: Array,
    S: Array,
    Vh: Array,
    U_bar: Array | None,
    S_bar: Array | None,
    Vh_bar: Array | None,
    *,
    full_matrices: bool = True,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A = U diag(S) Vh.

    With V = Vh^H, J = U^H U_bar, K = V^H V_bar, all with k = min(m, n) columns, skew(X) = (X - X^H) / 2, the
    entrywise product o, and E_ij = 1 / (s_j - s_i), G_ij = 1 / (s_j + s_i), or 0 where this divides by 0:

        P = diag(S_bar) + E o skew(J + K) + G o skew(J - K)
        A_bar = U P V^H + (I - U U^H) U_bar S^-1 V^H + U S^-1 V_bar^H (I - V V^H)

    The extra columns U0, V0 of full_matrices=True add -U0 U0_bar^H U S^-1 V^H and -U S^-1 V^H V0_bar V0^H.
    If only S_bar is given, neither E nor G is formed.

    Parameters
    ----------
    U, S, Vh : array of shape (..., m, k), (..., k) and (..., k, n)
        The factors; U (..., m, m) and Vh (..., n, n) with full_matrices=True.
    U_bar, S_bar, Vh_bar : array or None
        Their cotangents.
    full_matrices : bool
        Whether U and Vh are square, with the extra columns and rows.
    gauge : {"project", "check", "keep"} or Gauge
        "project" drops the part of the cotangents along the gauge and of S_i = 0, "check" raises if there is
        one, and "keep" keeps it and divides by everything except exact zeros.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Raises
    ------
    GaugeError
        If gauge="check" and a cotangent has a part along the gauge.

    Examples
    --------
    >>> import numpy as np
    >>> U, S, Vh = np.eye(2), np.asarray([2.0, 1.0]), np.eye(2)
    >>> svd_vjp(U, S, Vh, None, np.ones(2), None)[0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    xp, gauge = namespace(xp, U, S, Vh), gauge_of(gauge)
    k = S.shape[-1]
    U1, V1h = U[..., :, :k], Vh[..., :k, :]
    if S_bar is not None and gauge.mode != "keep":
        S_bar = xp.where(S > 0, S_bar, 0.0)
    if k == 0 or (U_bar is None and Vh_bar is None):
        return (None if S_bar is None else (U1 * S_bar[..., None, :]) @ V1h,)
    J = K = U_perp = V_perp = V_bar = None
    if U_bar is not None:
        J, U_perp = _split(U, U_bar, k, xp)
    if Vh_bar is not None:
        V_bar = adjoint(Vh_bar, xp)
        K, V_perp = _split(adjoint(Vh, xp), V_bar, k, xp)
    X, Y = total(J, K), difference(J, K)
    del J, K  # free arrays of the size of a square A
    X, Y = X - adjoint(X, xp), Y - adjoint(Y, xp)
    if gauge.mode == "check":
        _check((U, adjoint(Vh, xp)), (U_bar, S_bar, V_bar), (X, Y), (U_perp, V_perp), S, gauge, xp)
    P, U_over, V_over = quotients((X, Y), (U_perp, V_perp), (U_bar, S_bar, V_bar), S, gauge, xp)
    if S_bar is not None:
        P = add_diagonal(P, S_bar, xp)
    UP = U1 @ P if U_over is None else U1 @ P + U_over
    if V_over is None:
        return (UP @ V1h,)
    return (UP @ V1h + U1 @ adjoint(V_over, xp),)


def svd_jvp(
    U: Array,
    S: Array,
    Vh: Array,
    A_dot: Array | None,
    *,
    full_matrices: bool = True,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None, Array | None]:
    """Pushforward of A = U diag(S) Vh.

    With B = U^H A_dot V, and E, G as in `svd_vjp`:

        S_dot = Re diag(B)
        U_dot = U (E o herm(B) + G o skew(B)) + (A_dot V - U B) S^-1
        V_dot = V (E o herm(B) - G o skew(B)) + (A_dot^H U - V B^H) S^-1

    Parameters
    ----------
    U, S, Vh : array of shape (..., m, k), (..., k) and (..., k, n)
        The factors; U (..., m, m) and Vh (..., n, n) with full_matrices=True.
    A_dot : array of shape (..., m, n) or None
    full_matrices : bool
    gauge : {"project", "check", "keep"} or Gauge
        With "keep", the rule divides by everything except exact zeros, and S has a slope at S_i = 0 too.
    xp : namespace, optional

    Returns
    -------
    U_dot, S_dot, Vh_dot : array
        With the shapes of U, S and Vh.

    Examples
    --------
    >>> import numpy as np
    >>> U, S, Vh = np.eye(2), np.asarray([2.0, 1.0]), np.eye(2)
    >>> svd_jvp(U, S, Vh, np.diag([3.0, 4.0]))[1].tolist()
    [3.0, 4.0]
    """
    if A_dot is None:
        return None, None, None
    xp, gauge = namespace(xp, U, S, Vh), gauge_of(gauge)
    k = S.shape[-1]
    U, U0, V = U[..., :, :k], U[..., :, k:], adjoint(Vh, xp)
    V, V0 = V[..., :, :k], V[..., :, k:]
    Y = A_dot @ V
    B = adjoint(U, xp) @ Y
    turn, apart = (
        divide(hermitian(B, xp), gaps(S, gauge, xp), xp),
        divide(skew(B, xp), sums(S, gauge, xp), xp),
    )
    U_dot, V_dot = U @ (turn + apart), V @ (turn - apart)
    if A_dot.shape[-2] > k:
        U_dot = U_dot + (Y - U @ B) * reciprocals(S, gauge, xp)[..., None, :]
    if A_dot.shape[-1] > k:
        Z = adjoint(A_dot, xp) @ U - V @ adjoint(B, xp)
        V_dot = V_dot + Z * reciprocals(S, gauge, xp)[..., None, :]
    S_dot = real(diagonal(B, xp), xp)
    if gauge.mode != "keep":
        S_dot = S_dot * xp.astype(S > 0, S.dtype)
    return extra_tangent(U, U_dot, U0, xp), S_dot, adjoint(extra_tangent(V, V_dot, V0, xp), xp)


def _split(Q: Array, Q_bar: Array, k: int, xp: Namespace) -> tuple[Array, Array | None]:
    """The part of Q_bar within the span of the first k columns of Q, as Q^H Q_bar, and the part beyond it.

    The second is None if nothing is beyond the span. It includes the contribution of the columns after the
    k-th.
    """
    Q1, Q1_bar = Q[..., :, :k], Q_bar[..., :, :k]
    C = adjoint(Q1, xp) @ Q1_bar
    if Q.shape[-2] == k:
        return C, None
    return C, extra_cotangent(Q1, Q1_bar - Q1 @ C, Q[..., :, k:], Q_bar[..., :, k:], xp)


def _check(factors: Any, bars: Any, turns: Any, beyond: Any, S: Array, gauge: Any, xp: Any) -> None:
    """Raise GaugeError if cotangents rotate tied vectors, null vectors or extra columns among themselves."""
    (U_bar, S_bar, V_bar), k = bars, S.shape[-1]
    differences = gaps(S, gauge, xp), sums(S, gauge, xp)
    null = reciprocals(S, gauge, xp)[..., None, :] == 0
    free = [xp.where(xp.isinf(D), X * 0.5, 0.0) for D, X in zip(differences, turns, strict=True)]
    free += [xp.where(null, perp, 0.0) for perp in beyond if perp is not None]
    for Q, Q_bar in zip(factors, (U_bar, V_bar), strict=True):
        if Q_bar is not None:
            free.append(skew(adjoint(Q[..., :, k:], xp) @ Q_bar[..., :, k:], xp))
    moved = None if S_bar is None else (S_bar * S[..., :1])[..., None]  # in units of cotangents of vectors
    check_gauge("svd", "U and Vh", free, (U_bar, V_bar, moved), xp, gauge)


def svdvals(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """S, in a 1-tuple."""
    return (namespace(xp, A).linalg.svdvals(A),)


def svdvals_fwd(A: Array, *, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array, Array, Array]]:
    """S, and what the derivatives read: U, Vh, and a slope for each S_i: 1, or 0 at the kink S_i = 0."""
    xp = namespace(xp, A)
    U, S, Vh = svd(A, full_matrices=False, xp=xp)
    return (S,), (U, xp.astype(S > 0, S.dtype), Vh)


def svdvals_vjp(
    U: Array, slope: Array, Vh: Array, S_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pullback of S = svdvals(A), with the singular vectors of A.

        A_bar = U diag(slope S_bar) Vh

    Parameters
    ----------
    U, Vh : array of shape (..., m, k) and (..., k, n)
    slope : array of shape (..., k)
        1, or 0 where the singular value is zero.
    S_bar : array of shape (..., k) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> svdvals_vjp(np.eye(2), np.ones(2), np.eye(2), np.asarray([5.0, 7.0]))[0].tolist()
    [[5.0, 0.0], [0.0, 7.0]]
    """
    if S_bar is None:
        return (None,)
    xp = namespace(xp, U)
    S_bar = xp.where(slope > 0, S_bar, 0.0)  # not a product, where infinity times 0 is NaN
    return ((U * S_bar[..., None, :]) @ Vh,)


def svdvals_jvp(
    U: Array, slope: Array, Vh: Array, A_dot: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of S = svdvals(A), with the singular vectors of A.

        S_dot = slope Re diag(U^H A_dot V)

    Parameters
    ----------
    U, slope, Vh : array
        As in `svdvals_vjp`.
    A_dot : array of shape (..., m, n) or None
    xp : namespace, optional

    Returns
    -------
    S_dot : array of shape (..., k)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> svdvals_jvp(np.eye(2), np.ones(2), np.eye(2), np.ones((2, 2)))[0].tolist()
    [1.0, 1.0]
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, U)
    return (inner(U, A_dot @ adjoint(Vh, xp), xp, axis=-2) * slope,)


SVD = Rule(
    "svd",
    "(m,n)->(m,p),(k),(q,n)",
    inputs=("A",),
    outputs=("U", "S", "Vh"),
    saves=("U", "S", "Vh"),
    op=svd,
    op_vjp=svd_vjp,
    op_jvp=svd_jvp,
    params={"full_matrices": one_of(True, False), "gauge": GAUGE},
    real=("S",),
    gauge=("U", "Vh"),
    typical={"full_matrices": False},
    family="factorizations",
    domain="every matrix; at ties and zeros, losses that do not distinguish the tied or null vectors",
)

SVDVALS = Rule(
    "svdvals",
    "(m,n)->(k)",
    inputs=("A",),
    outputs=("S",),
    saves=("A",),
    keeps=("U", "slope", "Vh"),
    op=svdvals,
    op_fwd=svdvals_fwd,
    op_vjp=svdvals_vjp,
    op_jvp=svdvals_jvp,
    real=("S",),
    page="svd",
    family="factorizations",
    domain="every matrix (a subgradient at tied or zero singular values)",
)
