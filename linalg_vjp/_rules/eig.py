"""Eigendecomposition of a general matrix: A V = V diag(w), and the eigenvalues w alone.

For A of shape (..., n, n), real or complex, w (..., n) and V (..., n, n) are complex. Each column of V has
length one, and its largest entry is real. LAPACK normalizes V this way, and the rule relies on it.

Domain: A has n independent eigenvectors. For V, the eigenvalues must differ, or the loss must depend only on
the eigenspaces. Eigenvalues count as tied if they differ by at most 64 eps times the largest |w_i|. If a
pivot in the LU factors of V is at most 32 eps, A is defective to rounding, and the derivative of that matrix
is NaN.

Gauge: V -> V D with D diagonal and unitary. The tangent is the tangent of the normalized vectors. So a loss
that depends on the phase has the gradient that finite differences of the forward pass give.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 3.1; C. Boeddeker et al., "On the computation of complex-valued gradients
with application to statistically optimum beamforming" (2017), arXiv:1701.00392; the normalization is derived
in the spec.

Spec: rules/eig.md
"""

import math

from .._gaps import eps_of, reciprocal_gaps
from .._gauge import check_gauge, entry_of, largest_real
from .._matrix import (
    add_diagonal,
    adjoint,
    conj,
    diagonal,
    eye,
    inverse_permutation,
    lu,
    matmul,
    plu_solve,
    transpose,
)
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule

__all__ = ["EIG", "EIGVALS", "eig_jvp", "eig_vjp", "eigvals_jvp", "eigvals_vjp"]

DEFECTIVE = 32  # a pivot of V of at most this many eps counts as zero


def eig(A: Array, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """w and V with A V = V diag(w)."""
    w, V = namespace(xp, A).linalg.eig(A)
    return w, V


def eig_keep(w: Array, V: Array, *, xp: Namespace | None = None) -> tuple[Array, Array, Array]:
    """p, L and U with V = (L U)[p]; U is NaN where A is defective."""
    xp = namespace(xp, V)
    p, L, U = lu(V, xp)
    if V.shape[-1] == 0:
        return p, L, U
    least = xp.min(xp.abs(diagonal(U, xp)), axis=-1)
    lost = xp.where(least > DEFECTIVE * eps_of(least.dtype, xp), least * 0.0, math.nan)
    return p, L, U + lost[..., None, None]


def eig_vjp(
    w: Array,
    V: Array,
    p: Array,
    L: Array,
    U: Array,
    w_bar: Array | None,
    V_bar: Array | None,
    *,
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A V = V diag(w).

    With k the row of the largest real entry of column j, and E_ij = 1 / (w_j - w_i), taken as 0 at ties:

        g_j = v_j^H v_bar_j,  z_bar_j = v_bar_j - Re(g_j) v_j - i Im(g_j) / conj(V_kj) e_k
        A_bar = V^-H (diag(w_bar) + conj(E) o (V^H Z_bar)) V^H

    If V_bar is None, E is not formed.

    Parameters
    ----------
    w, V : array of shape (..., n) and (..., n, n)
        The eigenvalues and eigenvectors.
    p, L, U : array of shape (..., n), (..., n, n) and (..., n, n)
        V = (L U)[p].
    w_bar, V_bar : array or None
        Their cotangents.
    gauge : {"project", "check"}
        "project" drops the part along the choice of basis in a tied eigenspace. "check" raises for such a
        part, and for a part along the phase of an eigenvector.
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
    >>> w, V = np.asarray([1.0, 3.0]), np.eye(2)
    >>> eig_vjp(w, V, *eig_keep(w, V), np.ones(2), np.asarray([[0.0, 4.0], [0.0, 0.0]]))[0].tolist()
    [[1.0, 2.0], [0.0, 1.0]]
    """
    if w_bar is None and V_bar is None:
        return (None,)
    xp = namespace(xp, w, V)
    Vh = adjoint(V, xp)
    if V_bar is None or V.shape[-1] == 0:
        return (plu_solve(p, L, U, Vh if w_bar is None else w_bar[..., None] * Vh, xp, adjoint=True),)
    top = largest_real(V, xp)
    g = xp.sum(conj(V, xp) * V_bar, axis=-2, keepdims=True)
    turn = g - conj(g, xp)  # 2 i Im(g)
    S = Vh @ (V_bar - V * ((g + conj(g, xp)) / 2) - top * (turn / 2 / conj(entry_of(V, top, xp), xp)))
    E = reciprocal_gaps(w, xp)
    if gauge == "check":
        beside = eye(V.shape[-1], V.shape[-1], V, xp) == 0
        check_gauge("eig", "eigenvectors", [turn / 2, xp.where(beside & (E == 0), S, 0.0)], (V_bar,), xp)
    P = conj(E, xp) * S
    if w_bar is not None:
        P = add_diagonal(P, w_bar, xp)
    return (plu_solve(p, L, U, P @ Vh, xp, adjoint=True),)


def eig_jvp(
    w: Array,
    V: Array,
    p: Array,
    L: Array,
    U: Array,
    A_dot: Array | None,
    *,
    gauge: str = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of A V = V diag(w).

    With E and k as in `eig_vjp`:

        P = V^-1 A_dot V,  w_dot = diag(P),  Z = V (E o P)
        v_dot_j = z_j - (Re(v_j^H z_j) + i Im(Z_kj / V_kj)) v_j

    Parameters
    ----------
    w, V, p, L, U : array
        As in `eig_vjp`.
    A_dot : array of shape (..., n, n) or None
    gauge : {"project", "check"}
        Has no effect on the tangent.
    xp : namespace, optional

    Returns
    -------
    w_dot, V_dot : array of shape (..., n) and (..., n, n)

    Examples
    --------
    >>> import numpy as np
    >>> w, V = np.asarray([1.0, 3.0]), np.eye(2)
    >>> w_dot, V_dot = eig_jvp(w, V, *eig_keep(w, V), np.asarray([[5.0, 2.0], [0.0, 6.0]]))
    >>> w_dot.tolist(), V_dot.tolist()
    ([5.0, 6.0], [[0.0, 1.0], [0.0, 0.0]])
    """
    if A_dot is None:
        return None, None
    xp = namespace(xp, w, V)
    P = plu_solve(p, L, U, matmul(A_dot, V, xp), xp)
    if V.shape[-1] == 0:
        return diagonal(P, xp), P
    Z, top = V @ (reciprocal_gaps(w, xp) * P), largest_real(V, xp)
    along = xp.sum(conj(V, xp) * Z, axis=-2, keepdims=True)
    turn = entry_of(Z, top, xp) / entry_of(V, top, xp)
    return diagonal(P, xp), Z - ((along + conj(along, xp)) / 2 + (turn - conj(turn, xp)) / 2) * V


def eigvals(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """w, in a 1-tuple."""
    return (namespace(xp, A).linalg.eigvals(A),)


def eigvals_fwd(
    A: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array, Array, Array]]:
    """w, and the eigenvectors V with their LU factorization."""
    w, V = eig(A, xp=xp)
    return (w,), (V, *eig_keep(w, V, xp=xp))


def eigvals_keep(A: Array, w: Array, *, xp: Namespace | None = None) -> tuple[Array, Array, Array, Array]:
    """V in the order of w, and its LU factorization."""
    xp = namespace(xp, A, w)
    found, V = eig(A, xp=xp)
    here = inverse_permutation(_order(w, xp), xp)
    there = xp.take_along_axis(_order(found, xp), here, axis=-1)
    V = xp.take_along_axis(V, there[..., None, :], axis=-1)
    return V, *eig_keep(found, V, xp=xp)


def _order(w: Array, xp: Namespace) -> Array:
    """The order of the eigenvalues along a direction that is unlikely to make two different ones equal."""
    return xp.argsort(xp.real(w) + 0.7548776662466927 * xp.imag(w), axis=-1)


def eigvals_vjp(
    V: Array, p: Array, L: Array, U: Array, w_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pullback of w = eigvals(A), with the eigenvectors V = (L U)[p] of A.

        A_bar = V^-H diag(w_bar) V^H

    Parameters
    ----------
    V, p, L, U : array of shape (..., n, n), (..., n), (..., n, n) and (..., n, n)
    w_bar : array of shape (..., n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        In a 1-tuple. If A is real, the caller takes the real part.

    Examples
    --------
    >>> import numpy as np
    >>> w, V = np.asarray([1.0, 3.0]), np.eye(2)
    >>> eigvals_vjp(V, *eig_keep(w, V), np.asarray([5.0, 7.0]))[0].tolist()
    [[5.0, 0.0], [0.0, 7.0]]
    """
    if w_bar is None:
        return (None,)
    xp = namespace(xp, V)
    return (plu_solve(p, L, U, w_bar[..., None] * adjoint(V, xp), xp, adjoint=True),)


def eigvals_jvp(
    V: Array, p: Array, L: Array, U: Array, A_dot: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pushforward of w = eigvals(A), with the eigenvectors V = (L U)[p] of A.

        w_dot = diag(V^-1 A_dot V), of which only the diagonal is computed

    Parameters
    ----------
    V, p, L, U : array
        As in `eigvals_vjp`.
    A_dot : array of shape (..., n, n) or None
    xp : namespace, optional

    Returns
    -------
    w_dot : array of shape (..., n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> w, V = np.asarray([1.0, 3.0]), np.eye(2)
    >>> eigvals_jvp(V, *eig_keep(w, V), np.ones((2, 2)))[0].tolist()
    [1.0, 1.0]
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, V)
    return (xp.sum(plu_solve(p, L, U, A_dot, xp) * transpose(V), axis=-1),)


EIG = Rule(
    "eig",
    "(n,n)->(n),(n,n)",
    inputs=("A",),
    outputs=("eigenvalues", "eigenvectors"),
    saves=("eigenvalues", "eigenvectors"),
    keeps=("eigenvalues", "eigenvectors", "p", "L", "U"),
    op=eig,
    op_keep=eig_keep,
    op_vjp=eig_vjp,
    op_jvp=eig_jvp,
    params={"gauge": one_of("project", "check")},
    gauge=("eigenvectors",),
    family="factorizations",
    domain="diagonalizable matrices; at ties, losses that depend only on the eigenspaces",
)

EIGVALS = Rule(
    "eigvals",
    "(n,n)->(n)",
    inputs=("A",),
    outputs=("eigenvalues",),
    saves=("A", "eigenvalues"),
    keeps=("V", "p", "L", "U"),
    op=eigvals,
    op_fwd=eigvals_fwd,
    op_keep=eigvals_keep,
    op_vjp=eigvals_vjp,
    op_jvp=eigvals_jvp,
    page="eig",
    family="factorizations",
    domain="diagonalizable matrices; at ties, losses that do not distinguish the tied eigenvalues",
)
