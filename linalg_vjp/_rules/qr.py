"""QR decomposition: A = Q R, and with column pivoting A[:, p] = Q R.

For A of shape (..., m, n) and k = min(m, n): Q^H Q = I and R is upper triangular (trapezoidal if m < n).
mode="reduced" gives Q (..., m, k) and R (..., k, n); mode="complete" gives Q (..., m, m) and R (..., m, n).
The integers p (..., n) order the columns: each next column is the one farthest from the span of those before.

Domain: the first k columns of A, or of A[:, p], are linearly independent. With pivoting, no two candidates
for the next column have the same distance; p is constant there, and cannot be differentiated.

Gauge: the diagonal of R stays real, as LAPACK makes it, so Q and R are smooth functions of A and every loss
has a gradient. The columns Q2 that mode="complete" adds to a tall A are defined up to a rotation Q2 W. A loss
may depend on their span; the part of Q2_bar along Q2 W is the gauge part.

Sources: S. F. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions with
application in optimum experimental design" (2010), arXiv:1001.1654 (tall);
D. Roberts and L. Roberts, "QR and LQ decomposition matrix backpropagation algorithms for square, wide, and
deep -- real or complex -- matrices and their software implementation" (2020), arXiv:2009.10071.

Spec: rules/qr.md
"""

from .._cotangent import all_none, difference, total
from .._gauge import check_gauge, extra_cotangent, extra_tangent
from .._matrix import (
    adjoint,
    after,
    inverse_permutation,
    mirror,
    right_solve_triangular,
    skew,
    tril_half,
    triu,
)
from .._matrix import qr_pivoted as pivoted
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._permutations import columns
from .._rule import Rule

__all__ = ["QR", "QR_PIVOTED", "qr_jvp", "qr_pivoted_jvp", "qr_pivoted_vjp", "qr_vjp"]


def qr(A: Array, *, mode: str = "reduced", xp: Namespace | None = None) -> tuple[Array, Array]:
    """Q and R with A = Q R; see `qr_vjp` for the shapes."""
    xp = namespace(xp, A)
    Q, R = xp.linalg.qr(A, mode=mode)
    return Q, after(R, Q, xp)


def qr_vjp(
    Q: Array,
    R: Array,
    Q_bar: Array | None,
    R_bar: Array | None,
    *,
    mode: str = "reduced",
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A = Q R.

    With k = min(m, n), N = R_bar R^H - Q^H Q_bar, H the Hermitian matrix with the upper triangle of N, and R1
    the first k columns of R:

        A_bar = Q (R_bar + [(H - N) R1^-H, 0])                          m <= n
        A_bar = Q (R_bar + (H - R_bar R^H) R^-H) + Q_bar R^-H           m >  n

    The part of Q_bar outside the span of Q contributes only if m > n. R^-H is never applied to R_bar itself,
    which would lose digits.

    Parameters
    ----------
    Q, R : array of shape (..., m, k) and (..., k, n)
        The factors; of shape (..., m, m) and (..., m, n) for mode="complete".
    Q_bar, R_bar : array or None
        Their cotangents.
    mode : {"reduced", "complete"}
        Which columns Q has: the first k, or all m.
    gauge : {"project", "check"}
        "project" drops the part of a cotangent along the gauge, "check" raises if there is one.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Raises
    ------
    GaugeError
        If gauge="check", mode="complete" and m > n: if the cotangent of the last m - n columns of Q has a
        part along the gauge.

    Examples
    --------
    >>> import numpy as np
    >>> Q, R = np.linalg.qr(np.asarray([[3.0, 1.0], [4.0, 2.0]]))
    >>> (A_bar,) = qr_vjp(Q, R, None, np.eye(2))
    >>> np.round(A_bar, 4).tolist()
    [[-0.248, -0.8], [-1.064, 0.6]]
    """
    if all_none(Q_bar, R_bar):
        return (None,)
    xp = namespace(xp, Q, R)
    m, n = Q.shape[-2], R.shape[-1]
    k = min(m, n)
    if k < Q.shape[-1]:
        Q, Q2, R = Q[..., :, :k], Q[..., :, k:], R[..., :k, :]
        R_bar = None if R_bar is None else R_bar[..., :k, :]
        if Q_bar is not None:
            Q_bar, Q2_bar = Q_bar[..., :, :k], Q_bar[..., :, k:]
            if gauge == "check":
                check_gauge("qr", "Q", [skew(adjoint(Q2, xp) @ Q2_bar, xp)], (Q_bar, Q2_bar), xp)
            Q_bar = extra_cotangent(Q, Q_bar, Q2, Q2_bar, xp)
    R1 = R[..., :, :k] if m < n else R
    R_bar = None if R_bar is None else triu(R_bar, xp)
    from_R = None if R_bar is None else R_bar @ adjoint(R, xp)
    N = difference(from_R, None if Q_bar is None else adjoint(Q, xp) @ Q_bar)
    outside = m > n and Q_bar is not None
    T = difference(mirror(adjoint(N, xp), xp), from_R if outside else N)
    del N, from_R  # free arrays of the size of a square A
    C = right_solve_triangular(T, R1, xp, upper=True, trans="C")
    if m < n:
        C = xp.concat([C, xp.zeros_like(R[..., :, k:])], axis=-1)
    A_bar = Q @ total(C, R_bar)
    if outside:
        A_bar = A_bar + right_solve_triangular(after(Q_bar, C, xp), R1, xp, upper=True, trans="C")
    return (A_bar,)


def qr_jvp(
    Q: Array,
    R: Array,
    A_dot: Array | None,
    *,
    mode: str = "reduced",
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of A = Q R.

    With B = Q^H A_dot, K = B1 R1^-1 and B1, R1 the first k columns, H the lower half of K (and half of its
    diagonal), and the skew-Hermitian W = H - H^H:

        Q_dot = Q W + (I - Q Q^H) A_dot R1^-1
        R_dot = B - W R

    I - Q Q^H is zero if m <= n. If m > n, K = Q^H (A_dot R^-1), so one solve gives both.

    Parameters
    ----------
    Q, R : array of shape (..., m, k) and (..., k, n)
        The factors; of shape (..., m, m) and (..., m, n) for mode="complete".
    A_dot : array of shape (..., m, n) or None
    mode : {"reduced", "complete"}
        Which columns Q has: the first k, or all m.
    gauge : {"project", "check"}
        Has no effect: the tangent has no part along the gauge.
    xp : namespace, optional

    Returns
    -------
    Q_dot, R_dot : array
        With the shapes of Q and R.

    Examples
    --------
    >>> import numpy as np
    >>> Q, R = np.linalg.qr(np.asarray([[3.0, 1.0], [4.0, 2.0]]))
    >>> Q_dot, R_dot = qr_jvp(Q, R, np.eye(2))
    >>> bool(np.allclose(Q_dot @ R + Q @ R_dot, np.eye(2)))
    True
    """
    if A_dot is None:
        return None, None
    xp = namespace(xp, Q, R)
    m, n = A_dot.shape[-2:]
    k = min(m, n)
    Q2, R2 = Q[..., :, k:], R[..., k:, :]
    Q, R = Q[..., :, :k], R[..., :k, :]
    Qh = adjoint(Q, xp)
    B = Qh @ A_dot
    Y = right_solve_triangular(A_dot if m > n else B[..., :, :k], R[..., :, :k], xp, upper=True)
    K = Qh @ Y if m > n else Y
    H = tril_half(K, xp)
    W = H - adjoint(H, xp)
    Q_dot = Y + Q @ (W - K) if m > n else Q @ W
    R_dot = triu(B - W @ R, xp)
    if mode == "complete" and m > n:
        Q_dot = extra_tangent(Q, Q_dot, Q2, xp)
        R_dot = xp.concat([R_dot, xp.zeros_like(R2)], axis=-2)
    return Q_dot, R_dot


def qr_pivoted(A: Array, *, mode: str = "reduced", xp: Namespace | None = None) -> tuple[Array, Array, Array]:
    """Q, R and p with A[:, p] = Q R; see `qr_vjp` for the shapes."""
    xp = namespace(xp, A)
    Q, R, p = pivoted(A, xp, mode=mode)
    return Q, after(R, Q, xp), p


def qr_pivoted_vjp(
    Q: Array,
    R: Array,
    p: Array,
    Q_bar: Array | None,
    R_bar: Array | None,
    p_bar: Array | None,
    *,
    mode: str = "reduced",
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A[:, p] = Q R: `qr_vjp` gives A_bar[:, p].

    Parameters
    ----------
    Q, R, Q_bar, R_bar, mode, gauge, xp
        As in `qr_vjp`.
    p : array of shape (..., n)
        The order of the columns; p_bar is ignored.

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Raises
    ------
    GaugeError
        As in `qr_vjp`.

    Examples
    --------
    >>> import numpy as np
    >>> Q, R, p = np.eye(2), np.asarray([[2.0, 1.0], [0.0, 1.0]]), np.asarray([1, 0])
    >>> qr_pivoted_vjp(Q, R, p, None, np.diag([1.0, 0.0]), None)[0].tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    if all_none(Q_bar, R_bar):
        return (None,)
    xp = namespace(xp, Q, R)
    (A_bar,) = qr_vjp(Q, R, Q_bar, R_bar, mode=mode, gauge=gauge, xp=xp)
    return (columns(A_bar, inverse_permutation(p, xp), xp),)


def qr_pivoted_jvp(
    Q: Array,
    R: Array,
    p: Array,
    A_dot: Array | None,
    *,
    mode: str = "reduced",
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None, None]:
    """Pushforward of A[:, p] = Q R: `qr_jvp` of A_dot[:, p].

    Parameters
    ----------
    Q, R, mode, gauge, xp
        As in `qr_jvp`.
    p : array of shape (..., n)
        The order of the columns.
    A_dot : array of shape (..., m, n) or None

    Returns
    -------
    Q_dot, R_dot : array
        With the shapes of Q and R.
    p_dot : None
        p cannot be differentiated.

    Examples
    --------
    >>> import numpy as np
    >>> Q, R, p = np.eye(2), np.asarray([[2.0, 1.0], [0.0, 1.0]]), np.asarray([1, 0])
    >>> Q_dot, R_dot, _ = qr_pivoted_jvp(Q, R, p, np.eye(2))
    >>> bool(np.allclose(Q_dot @ R + Q @ R_dot, np.eye(2)[:, p]))
    True
    """
    if A_dot is None:
        return None, None, None
    xp = namespace(xp, Q, R)
    return *qr_jvp(Q, R, columns(A_dot, p, xp), mode=mode, gauge=gauge, xp=xp), None


QR = Rule(
    "qr",
    "(m,n)->(m,k),(k,n)",
    inputs=("A",),
    outputs=("Q", "R"),
    saves=("Q", "R"),
    op=qr,
    op_vjp=qr_vjp,
    op_jvp=qr_jvp,
    params={"mode": one_of("reduced", "complete"), "gauge": one_of("project", "check")},
    gauge=("Q",),
    family="factorizations",
    domain="matrices whose first min(m, n) columns are linearly independent",
)

QR_PIVOTED = Rule(
    "qr_pivoted",
    "(m,n)->(m,k),(k,n),(n)",
    inputs=("A",),
    outputs=("Q", "R", "p"),
    saves=("Q", "R", "p"),
    op=qr_pivoted,
    op_vjp=qr_pivoted_vjp,
    op_jvp=qr_pivoted_jvp,
    params=QR.params,
    constant=("p",),
    gauge=("Q",),
    page="qr",
    family="factorizations",
    domain="matrices of rank min(m, n) without tied candidates for the next column",
)
