"""Schur decomposition: A = Z T Z^H with a unitary Z and an upper triangular T.

For A of shape (..., n, n), T and Z are (..., n, n). With output="real" they are real for a real A, which
needs real eigenvalues: otherwise no real T is triangular, and the rule raises ValueError. Where values cannot
be inspected, that matrix gives NaN instead. With output="complex" they are complex. The diagonal of T has the
eigenvalues, in the library's order.

Domain: the eigenvalues differ. They count as tied if they differ by at most 64 eps times the largest |T_ii|.
At a tie T and Z have no derivative. A loss has one if tied eigenvalues are next to each other, and the loss
depends only on invariant subspaces that contain all of them.

Gauge: Z -> Z D and T -> D^H T D with D diagonal and unitary. The tangent is the one for which the diagonal of
Z^H Z_dot is zero.

Sources: M. M. Konstantinov, P. Hr. Petkov and N. D. Christov, "Nonlocal perturbation analysis of the Schur
system of a matrix" (1994), SIAM J. Matrix Anal. Appl. 15, 383-392, for the operator; the rest is derived in
the spec.

Spec: rules/schur.md
"""

from .._gaps import reciprocal_gaps
from .._gauge import check_gauge
from .._matrix import adjoint, diagonal, is_complex, largest, matmul, peek, tril, triu
from .._matrix import schur as factors
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule
from .._triangular_sylvester import triangular_sylvester, triangular_sylvester_adjoint

__all__ = ["SCHUR", "schur_jvp", "schur_vjp"]


def schur(A: Array, *, output: str = "real", xp: Namespace | None = None) -> tuple[Array, Array]:
    """T and Z."""
    xp = namespace(xp, A)
    if output == "complex" and not is_complex(A, xp):
        A = xp.astype(A, xp.complex128 if xp.finfo(A.dtype).bits == 64 else xp.complex64)
    T, Z = factors(A, xp)
    if not is_complex(A, xp) and _largest(T != T, T, xp):  # NaN
        finite = xp.all(A - A == 0, axis=(-2, -1), keepdims=True)
        if _largest(finite & (T != T), T, xp):
            raise ValueError(
                "schur: A is real and has complex eigenvalues, so no real T is triangular; pass "
                'output="complex"'
            )
    return T, Z


def _largest(condition: Array, like: Array, xp: Namespace) -> float | None:
    """1 if the condition holds anywhere, else 0; None if values cannot be inspected."""
    return peek(xp.astype(condition, like.dtype), xp)


def _reciprocals(T: Array, xp: Namespace) -> Array:
    """E_ij = 1 / (T_ii - T_jj) below the diagonal, and 0 at ties and elsewhere."""
    return tril(-reciprocal_gaps(diagonal(T, xp), xp), xp, -1)


def schur_vjp(
    T: Array,
    Z: Array,
    T_bar: Array | None,
    Z_bar: Array | None,
    *,
    output: str = "real",
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A = Z T Z^H.

    With low() the part below the diagonal, and Q strictly lower triangular:

        G = Z^H Z_bar - triu(T_bar) T^H + T^H triu(T_bar)
        low(Q T^H - T^H Q) = low(G - G^H)
        A_bar = Z (triu(T_bar) + Q) Z^H

    Where T_ii and T_jj are tied, Q_ij is 0.

    Parameters
    ----------
    T, Z : array of shape (..., n, n)
        The triangular factor and the unitary factor.
    T_bar, Z_bar : array of shape (..., n, n) or None
        Their cotangents.
    output : {"real", "complex"}
        Whether T and Z are real for a real A, or always complex.
    gauge : {"project", "check"}
        "check" raises if a cotangent has a part along the phase of a column of Z, or along the choice of
        basis where eigenvalues are tied; "project" drops it.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        In a 1-tuple. If A is real, the caller takes the real part.

    Raises
    ------
    GaugeError
        If gauge="check" and a cotangent has a part along the gauge.

    Examples
    --------
    >>> import numpy as np
    >>> T, Z_bar = np.asarray([[1.0, 2.0], [0.0, 3.0]]), np.asarray([[0.0, 0.0], [4.0, 0.0]])
    >>> schur_vjp(T, np.eye(2), np.eye(2), Z_bar)[0].tolist()
    [[1.0, 0.0], [-2.0, 1.0]]
    """
    if T_bar is None and Z_bar is None:
        return (None,)
    xp = namespace(xp, T, Z)
    Th, Zh = adjoint(T, xp), adjoint(Z, xp)
    B = None if T_bar is None else triu(T_bar, xp)
    if T.shape[-1] == 0:
        return (T,)
    G = None if Z_bar is None else Zh @ Z_bar
    if B is not None:
        turned = Th @ B - B @ Th
        G = turned if G is None else G + turned
    G = G - adjoint(G, xp)
    E = _reciprocals(T, xp)
    Q = triangular_sylvester_adjoint(T, T, -G, E, xp)
    if gauge == "check":
        free = xp.where(E == 0, tril(G + Th @ Q - Q @ Th, xp), 0.0)
        sizes = None if B is None else B * largest(xp.abs(T), (-2, -1), xp)
        check_gauge("schur", "T and Z", [free / 2], (Z_bar, sizes), xp)
    return (Z @ (Q if B is None else B + Q) @ Zh,)


def schur_jvp(
    T: Array,
    Z: Array,
    A_dot: Array | None,
    *,
    output: str = "real",
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of A = Z T Z^H.

    With low() the part below the diagonal, and L strictly lower triangular:

        M = Z^H A_dot Z,  low(L T - T L) = low(M),  K = L - L^H
        T_dot = triu(M - K T + T K),  Z_dot = Z K

    Where T_ii and T_jj are tied, L_ij is 0.

    Parameters
    ----------
    T, Z : array of shape (..., n, n)
        The triangular factor and the unitary factor.
    A_dot : array of shape (..., n, n) or None
    output : {"real", "complex"}
        Whether T and Z are real for a real A, or always complex.
    gauge : {"project", "check"}
        Has no effect on the tangent.
    xp : namespace, optional

    Returns
    -------
    T_dot, Z_dot : array of shape (..., n, n)

    Examples
    --------
    >>> import numpy as np
    >>> T, A_dot = np.asarray([[1.0, 2.0], [0.0, 3.0]]), np.asarray([[0.0, 0.0], [4.0, 0.0]])
    >>> T_dot, Z_dot = schur_jvp(T, np.eye(2), A_dot)
    >>> T_dot.tolist(), Z_dot.tolist()
    ([[-4.0, -4.0], [0.0, 4.0]], [[0.0, 2.0], [-2.0, 0.0]])
    """
    if A_dot is None:
        return None, None
    xp = namespace(xp, T, Z)
    if T.shape[-1] == 0:
        return T, Z
    M = matmul(adjoint(Z, xp), A_dot, xp) @ Z
    L = triangular_sylvester(T, T, -M, _reciprocals(T, xp), xp)
    K = L - adjoint(L, xp)
    return triu(M - K @ T + T @ K, xp), Z @ K


SCHUR = Rule(
    "schur",
    "(n,n)->(n,n),(n,n)",
    inputs=("A",),
    outputs=("T", "Z"),
    saves=("T", "Z"),
    op=schur,
    op_vjp=schur_vjp,
    op_jvp=schur_jvp,
    params={"output": one_of("real", "complex"), "gauge": one_of("project", "check")},
    gauge=("T", "Z"),
    family="factorizations",
    domain="matrices with distinct eigenvalues; at ties, losses that depend only on invariant subspaces "
    "containing all tied eigenvalues",
)
