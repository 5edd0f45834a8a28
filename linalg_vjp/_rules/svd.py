"""Singular value decomposition: A = U diag(S) Vh, and the singular values S alone.

For A of shape (..., m, n) and k = min(m, n), S (..., k) is real, descending and not negative.
full_matrices=True (the standard's default) gives U (..., m, m) and Vh (..., n, n), else U (..., m, k) and
Vh (..., k, n).

Domain: for U and Vh the singular values must differ and not be zero, or the loss must ignore the choice of
a basis in each tied or null space. At a tie the pullback of S_bar is a subgradient, and the gradient of
every loss that treats the tied ones alike; at a zero singular value (a kink) it is the one of least norm.

Gauge: U -> U W, V -> V W with W unitary and diagonal (block diagonal over ties); with S_i = 0 the two turn
apart, together with the extra columns of full_matrices=True.

Sources: J. Townsend, "Differentiating the singular value decomposition" (2016); Z.-Q. Wan and S.-X. Zhang,
"Automatic differentiation for complex valued SVD" (2019), arXiv:1909.02659, equation 2; the split in
1/(s_j - s_i) and 1/(s_j + s_i), which squares nothing, is derived in the spec.

Spec: rules/svd.md
"""

from .._cotangent import total
from .._gauge import check_gauge, reciprocal, rounding
from .._matrix import adjoint, diagonal, from_diagonal, hermitian, inner, real, skew
from .._namespace import Array, Namespace, namespace
from .._rule import Rule, one_of


def svd(A: Array, *, full_matrices: bool = True, xp: Namespace | None = None) -> tuple[Array, Array, Array]:
    """U, S and Vh with A = U diag(S) Vh."""
    xp = namespace(xp, A)
    U, S, Vh = xp.linalg.svd(A, full_matrices=full_matrices)
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
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A = U diag(S) Vh.

    With V = Vh^H, J = skew(U^H U_bar), K = skew(V^H V_bar), all of k columns, and the reciprocals
    E_ij = 1 / (s_j - s_i), G_ij = 1 / (s_j + s_i), taken as 0 where the denominator vanishes:

        P = diag(S_bar) + E o (J + K) + G o (J - K)
        A_bar = U P V^H + (I - U U^H) U_bar S^-1 V^H + U S^-1 V_bar^H (I - V V^H)

    The extra columns U0, V0 of full_matrices=True add -U0 U0_bar^H U S^-1 V^H and -U S^-1 V^H V0_bar V0^H.
    With S_bar alone neither E nor G is formed.

    Parameters
    ----------
    U, S, Vh : array of shape (..., m, k), (..., k) and (..., k, n)
        The factors; U (..., m, m) and Vh (..., n, n) with full_matrices=True.
    U_bar, S_bar, Vh_bar : array or None
        Their cotangents.
    full_matrices : bool
    gauge : {"project", "check"}
        What to do with a cotangent along the gauge: drop it, or raise.
    xp : namespace, optional
        Of the arrays; without it, it is looked up.

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a tuple of one.

    Raises
    ------
    GaugeError
        With gauge="check".

    Examples
    --------
    >>> import numpy as np
    >>> U, S, Vh = np.eye(2), np.asarray([2.0, 1.0]), np.eye(2)
    >>> svd_vjp(U, S, Vh, None, np.ones(2), None)[0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    xp = namespace(xp, U, S, Vh)
    k = S.shape[-1]
    U, U0, Vh, V0h = U[..., :, :k], U[..., :, k:], Vh[..., :k, :], Vh[..., k:, :]
    if S_bar is not None:
        S_bar = xp.where(S == 0, 0.0, S_bar)
    if U_bar is None and Vh_bar is None:
        return (None if S_bar is None else (U * S_bar[..., None, :]) @ Vh,)
    J = K = U_perp = V_perp = None
    if U_bar is not None:
        J, U_perp = _split(U, U0, U_bar, xp)
    if Vh_bar is not None:
        K, V_perp = _split(adjoint(Vh, xp), adjoint(V0h, xp), adjoint(Vh_bar, xp), xp)
    both, apart = total(J, K), total(J, None if K is None else -K)
    E, G = _reciprocals(S, xp)
    D = None if S_bar is None else from_diagonal(S_bar, xp)
    P = total(E * both, G * apart, D)
    if gauge == "check":
        bars = (U_bar, Vh_bar)
        check_gauge("svd", "U and Vh", xp.where(E == 0, both, 0.0), bars, xp)
        check_gauge("svd", "U and Vh", xp.where(G == 0, apart, 0.0), bars, xp)
        _check_beyond("U", U0, U_bar, U_perp, S, xp)
        if Vh_bar is not None:
            _check_beyond("Vh", adjoint(V0h, xp), adjoint(Vh_bar, xp), V_perp, S, xp)
    if U_perp is not None:
        return ((U @ P + U_perp * _inverse(S, xp)[..., None, :]) @ Vh,)
    if V_perp is not None:
        return (U @ (P @ Vh + _inverse(S, xp)[..., :, None] * adjoint(V_perp, xp)),)
    return (U @ P @ Vh,)


def svd_jvp(
    U: Array,
    S: Array,
    Vh: Array,
    A_dot: Array | None,
    *,
    full_matrices: bool = True,
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
    xp : namespace, optional
        Of the arrays; without it, it is looked up.

    Returns
    -------
    U_dot, S_dot, Vh_dot : array
        In the shapes of U, S and Vh.

    Examples
    --------
    >>> import numpy as np
    >>> U, S, Vh = np.eye(2), np.asarray([2.0, 1.0]), np.eye(2)
    >>> svd_jvp(U, S, Vh, np.diag([3.0, 4.0]))[1].tolist()
    [3.0, 4.0]
    """
    if A_dot is None:
        return None, None, None
    xp = namespace(xp, U, S, Vh)
    k = S.shape[-1]
    U, U0, V = U[..., :, :k], U[..., :, k:], adjoint(Vh, xp)
    V, V0 = V[..., :, :k], V[..., :, k:]
    E, G = _reciprocals(S, xp)
    Y = A_dot @ V
    B = adjoint(U, xp) @ Y
    turn, apart = E * hermitian(B, xp), G * skew(B, xp)
    U_dot, V_dot = U @ (turn + apart), V @ (turn - apart)
    if A_dot.shape[-2] > k:
        U_dot = U_dot + (Y - U @ B) * _inverse(S, xp)[..., None, :]
    if A_dot.shape[-1] > k:
        Z = adjoint(A_dot, xp) @ U - V @ adjoint(B, xp)
        V_dot = V_dot + Z * _inverse(S, xp)[..., None, :]
    S_dot = xp.where(S == 0, 0.0, real(diagonal(B, xp), xp))
    return _extend(U, U_dot, U0, xp), S_dot, adjoint(_extend(V, V_dot, V0, xp), xp)


def _reciprocals(S: Array, xp: Namespace) -> tuple[Array, Array]:
    """E and G: 1 / (s_j - s_i) and 1 / (s_j + s_i), zero where the denominator is rounding."""
    tol = rounding(S, xp)[..., None]
    row, col = S[..., :, None], S[..., None, :]
    return reciprocal(col - row, tol, xp), reciprocal(col + row, tol, xp)


def _inverse(S: Array, xp: Namespace) -> Array:
    """1 / s_i, zero where it is rounding."""
    return reciprocal(S, rounding(S, xp), xp)


def _split(Q: Array, Q0: Array, Q_bar: Array, xp: Namespace) -> tuple[Array, Array | None]:
    """The cotangent of Q within its span, as skew(Q^H Q_bar), and beyond it, or None for a square Q.

    A Q_bar with more columns than Q has those of the extra columns Q0, which move against Q.
    """
    k = Q.shape[-1]
    Q_bar, Q0_bar = Q_bar[..., :, :k], Q_bar[..., :, k:]
    C = adjoint(Q, xp) @ Q_bar
    if Q.shape[-2] == k:
        return skew(C, xp), None
    perp = Q_bar - Q @ C
    if Q0_bar.shape[-1] > 0:
        perp = perp - Q0 @ (adjoint(Q0_bar, xp) @ Q)
    return skew(C, xp), perp


def _check_beyond(
    name: str, Q0: Array, Q_bar: Array | None, perp: Array | None, S: Array, xp: Namespace
) -> None:
    """Raise GaugeError for the free turns beyond the span: with null vectors, within the extra columns."""
    if Q_bar is None or perp is None:
        return
    k = S.shape[-1]
    check_gauge("svd", name, xp.where(_inverse(S, xp)[..., None, :] == 0, perp, 0.0), (Q_bar,), xp)
    if Q_bar.shape[-1] > k:
        check_gauge("svd", name, skew(adjoint(Q0, xp) @ Q_bar[..., :, k:], xp), (Q_bar,), xp)


def _extend(Q: Array, Q_dot: Array, Q0: Array, xp: Namespace) -> Array:
    """The tangent of [Q, Q0], with Q0 moving only as far as it must to stay orthogonal to Q."""
    if Q0.shape[-1] == 0:
        return Q_dot
    return xp.concat([Q_dot, -Q @ (adjoint(Q_dot, xp) @ Q0)], axis=-1)


def svdvals(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """S, in a tuple of one."""
    xp = namespace(xp, A)
    return (xp.linalg.svdvals(A),)


def svdvals_vjp(A: Array, S_bar: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pullback of S = svdvals(A), with the singular vectors of A.

        A_bar = U diag(S_bar) Vh

    Parameters
    ----------
    A : array of shape (..., m, n)
    S_bar : array of shape (..., k) or None
    xp : namespace, optional
        Of the arrays; without it, it is looked up.

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> svdvals_vjp(np.diag([3.0, 1.0]), np.asarray([5.0, 7.0]))[0].tolist()
    [[5.0, 0.0], [0.0, 7.0]]
    """
    if S_bar is None:
        return (None,)
    xp = namespace(xp, A)
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    return svd_vjp(U, S, Vh, None, S_bar, None, full_matrices=False, xp=xp)


def svdvals_jvp(A: Array, A_dot: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pushforward of S = svdvals(A), with the singular vectors of A.

        S_dot = Re diag(U^H A_dot V)

    Parameters
    ----------
    A, A_dot : array of shape (..., m, n)
    xp : namespace, optional
        Of the arrays; without it, it is looked up.

    Returns
    -------
    S_dot : array of shape (..., k)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> svdvals_jvp(np.diag([3.0, 1.0]), np.ones((2, 2)))[0].tolist()
    [1.0, 1.0]
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, A)
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    return (xp.where(S == 0, 0.0, inner(U, A_dot @ adjoint(Vh, xp), xp, axis=-2)),)


SVD = Rule(
    "svd",
    "(m,n)->(m,p),(k),(q,n)",
    inputs=("A",),
    outputs=("U", "S", "Vh"),
    saves=("U", "S", "Vh"),
    op=svd,
    op_vjp=svd_vjp,
    op_jvp=svd_jvp,
    params={"full_matrices": one_of(True, False), "gauge": one_of("project", "check")},
    domain="at ties and zeros, losses that treat the tied alike",
)

SVDVALS = Rule(
    "svdvals",
    "(m,n)->(k)",
    inputs=("A",),
    outputs=("S",),
    saves=("A",),
    op=svdvals,
    op_vjp=svdvals_vjp,
    op_jvp=svdvals_jvp,
    domain="every matrix; at ties and zeros, a subgradient",
)
