"""Truncated singular value decomposition: the k largest singular values of A, and their vectors.

For A of shape (..., m, n), U is (..., m, k), S (..., k) and Vh (..., k, n). If min(m, n) < k, all are
returned.

Domain: as for `svd`, but first and second derivatives are exact at ties and zeros among the discarded values.
At a tie across the cut there is no derivative: that part of a cotangent is dropped, or raises with
gauge="check".

Gauge: as for `svd`, for the columns that are kept.

Sources: A. Francuz, N. Schuch and B. Vanhecke, "Stable and efficient differentiation of tensor network
algorithms" (2023), arXiv:2311.11894, for the equations of the discarded part; their solution by the discarded
factors is derived in the spec.

Spec: rules/svd_truncated.md
"""

from .._cotangent import difference, total
from .._discarded import singular_vectors_across, tied_across
from .._gaps import gaps, gauge_of, quotients, sums
from .._gauge import GAUGE, Gauge, check_gauge
from .._matrix import add_diagonal, adjoint, diagonal, divide, hermitian, real, skew
from .._namespaces import Array, Namespace, namespace
from .._params import count
from .._rule import Rule

__all__ = ["SVD_TRUNCATED", "svd_truncated_jvp", "svd_truncated_vjp"]

Three = tuple[Array, Array, Array]


def svd_truncated(A: Array, *, k: int = 1, xp: Namespace | None = None) -> Three:
    """U, S and Vh of the k largest singular values."""
    return svd_truncated_fwd(A, k=k, xp=xp)[0]


def svd_truncated_fwd(A: Array, *, k: int = 1, xp: Namespace | None = None) -> tuple[Three, Three]:
    """The kept factors, and the discarded ones."""
    U, S, Vh = namespace(xp, A).linalg.svd(A, full_matrices=False)
    k = min(k, S.shape[-1])
    # Adding 0 copies: PyTorch's forward mode rejects an output that is a view of an intermediate result.
    kept = U[..., :, :k] + 0, S[..., :k] + 0, Vh[..., :k, :] + 0
    return kept, (U[..., :, k:] + 0, S[..., k:] + 0, Vh[..., k:, :] + 0)


def svd_truncated_keep(
    A: Array, U: Array, S: Array, Vh: Array, *, k: int = 1, xp: Namespace | None = None
) -> Three:
    """The discarded factors."""
    return svd_truncated_fwd(A, k=k, xp=xp)[1]


def svd_truncated_vjp(
    A: Array,
    U: Array,
    S: Array,
    Vh: Array,
    U0: Array,
    S0: Array,
    V0h: Array,
    U_bar: Array | None,
    S_bar: Array | None,
    Vh_bar: Array | None,
    *,
    k: int = 1,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of the kept factors.

    With P as in `svd_vjp`, for the kept columns, and A' = A - U S V^H:

        A_bar = U P V^H + X V^H + U Y^H
        X S - A' Y = (I - U U^H) U_bar,  Y S - A'^H X = (I - V V^H) V_bar

    Parameters
    ----------
    A : array of shape (..., m, n)
    U, S, Vh : array of shape (..., m, k), (..., k) and (..., k, n)
        The kept factors.
    U0, S0, V0h : array
        The discarded factors, with min(m, n) - k columns.
    U_bar, S_bar, Vh_bar : array or None
        With the shapes of U, S and Vh.
    k : int
        The number of singular values to keep.
    gauge : {"project", "check", "keep"} or Gauge
        "project" drops the part along the gauge, of zeros and of a tie across the cut, "check" raises if
        there is one, and "keep" keeps it and divides by everything except exact zeros.
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
    >>> A, I = np.diag([2.0, 1.0]), np.eye(2)
    >>> kept, rest = (I[:, :1], np.asarray([2.0]), I[:1]), (I[:, 1:], np.asarray([1.0]), I[1:])
    >>> svd_truncated_vjp(A, *kept, *rest, np.asarray([[0.0], [3.0]]), None, None)[0].round(6).tolist()
    [[0.0, 1.0], [2.0, 0.0]]
    """
    if U_bar is None and S_bar is None and Vh_bar is None:
        return (None,)
    xp, gauge = namespace(xp, A), gauge_of(gauge)
    if S_bar is not None and gauge.mode != "keep":
        S_bar = xp.where(S > 0, S_bar, 0.0)
    if (U_bar is None and Vh_bar is None) or 0 in U.shape[-2:]:
        return (None if S_bar is None else (U * S_bar[..., None, :]) @ Vh,)
    V, Uh = adjoint(Vh, xp), adjoint(U, xp)
    V_bar = None if Vh_bar is None else adjoint(Vh_bar, xp)
    J = None if U_bar is None else Uh @ U_bar
    K = None if V_bar is None else Vh @ V_bar
    R_U = U * 0 if U_bar is None else U_bar - U @ J
    R_V = V * 0 if V_bar is None else V_bar - V @ K
    turns = tuple(T - adjoint(T, xp) for T in (total(J, K), difference(J, K)))
    if gauge.mode == "check":
        free = [xp.where(xp.isinf(gaps(S, gauge, xp)), turns[0] * 0.5, 0.0)]
        free.append(xp.where(xp.isinf(sums(S, gauge, xp)), turns[1] * 0.5, 0.0))
        if S0.shape[-1]:
            free.append(tied_across(S, S0, adjoint(U0, xp) @ R_U + V0h @ R_V, gauge, xp))
        moved = None if S_bar is None else (S_bar * S[..., :1])[..., None]
        check_gauge("svd_truncated", "U and Vh", free, (U_bar, V_bar, moved), xp, gauge)
    P, _, _ = quotients(turns, (None, None), (U_bar, S_bar, V_bar), S, gauge, xp)
    if S_bar is not None:
        P = add_diagonal(P, S_bar, xp)
    X, Y = singular_vectors_across(A, (U, S, Vh), (U0, S0, V0h), R_U, R_V, gauge, xp)
    return ((U @ P + X) @ Vh + U @ adjoint(Y, xp),)


def svd_truncated_jvp(
    A: Array,
    U: Array,
    S: Array,
    Vh: Array,
    U0: Array,
    S0: Array,
    V0h: Array,
    A_dot: Array | None,
    *,
    k: int = 1,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None, Array | None]:
    """Pushforward of the kept factors.

    With B = U^H A_dot V, and E, G as in `svd_vjp`:

        S_dot = Re diag(B)
        U_dot = U (E o herm(B) + G o skew(B)) + X,  V_dot = V (E o herm(B) - G o skew(B)) + Y
        X S - A' Y = (I - U U^H) A_dot V,  Y S - A'^H X = (I - V V^H) A_dot^H U

    Parameters
    ----------
    A, U, S, Vh, U0, S0, V0h : array
        As in `svd_truncated_vjp`.
    A_dot : array of shape (..., m, n) or None
    k : int
        The number of singular values to keep.
    gauge : {"project", "check", "keep"} or Gauge
        With "keep", the rule divides by every difference except exact zeros.
    xp : namespace, optional

    Returns
    -------
    U_dot, S_dot, Vh_dot : array
        With the shapes of U, S and Vh.

    Examples
    --------
    >>> import numpy as np
    >>> A, I = np.diag([2.0, 1.0]), np.eye(2)
    >>> kept, rest = (I[:, :1], np.asarray([2.0]), I[:1]), (I[:, 1:], np.asarray([1.0]), I[1:])
    >>> U_dot, S_dot, _ = svd_truncated_jvp(A, *kept, *rest, np.asarray([[5.0, 0.0], [3.0, 0.0]]))
    >>> U_dot.tolist(), S_dot.tolist()
    ([[0.0], [2.0]], [5.0])
    """
    if A_dot is None:
        return None, None, None
    xp, gauge = namespace(xp, A), gauge_of(gauge)
    V = adjoint(Vh, xp)
    right, left = A_dot @ V, adjoint(A_dot, xp) @ U
    if 0 in U.shape[-2:]:
        return U * 0, S * 0, Vh * 0
    B = adjoint(U, xp) @ right
    turn = divide(hermitian(B, xp), gaps(S, gauge, xp), xp)
    apart = divide(skew(B, xp), sums(S, gauge, xp), xp)
    R_U, R_V = right - U @ B, left - V @ adjoint(B, xp)
    X, Y = singular_vectors_across(A, (U, S, Vh), (U0, S0, V0h), R_U, R_V, gauge, xp)
    S_dot = real(diagonal(B, xp), xp)
    if gauge.mode != "keep":
        S_dot = S_dot * xp.astype(S > 0, S.dtype)
    return U @ (turn + apart) + X, S_dot, adjoint(V @ (turn - apart) + Y, xp)


SVD_TRUNCATED = Rule(
    "svd_truncated",
    "(m,n)->(m,p),(p),(p,n)",
    inputs=("A",),
    outputs=("U", "S", "Vh"),
    saves=("A", "U", "S", "Vh"),
    keeps=("A", "U", "S", "Vh", "U0", "S0", "V0h"),
    op=svd_truncated,
    op_fwd=svd_truncated_fwd,
    op_keep=svd_truncated_keep,
    op_vjp=svd_truncated_vjp,
    op_jvp=svd_truncated_jvp,
    params={"k": count(1, 2), "gauge": GAUGE},
    real=("S",),
    gauge=("U", "Vh"),
    typical={"k": 2},
    family="factorizations",
    domain="matrices with a gap after the k-th singular value; at kept ties and zeros, as for svd",
)
