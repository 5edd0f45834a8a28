"""Cotangents without what they have along the gauge, for those who write rules of their own.

A loss that ignores the gauge has no such part. Rounding, or a loss that sees a phase, leaves one: divided by
a gap that is rounding it would be all that is seen.
"""

from ._gaps import Gauge, eigenvalue_gaps, gaps, gauge_of, reciprocals
from ._matrix import adjoint, skew
from ._namespaces import Array, Namespace, namespace

__all__ = ["eigh_without_gauge", "svd_without_gauge"]


def eigh_without_gauge(
    w: Array, V: Array, V_bar: Array, *, gauge: str | Gauge = "project", xp: Namespace | None = None
) -> Array:
    """The cotangent of eigenvectors, less what turns those of a tie among themselves.

    Parameters
    ----------
    w, V : array of shape (..., n) and (..., n, n)
        Eigenvalues, ascending, and eigenvectors of a Hermitian matrix.
    V_bar : array of shape (..., n, n)
    gauge : Gauge, optional
        Its `tied` says which values count as equal.
    xp : namespace, optional

    Returns
    -------
    V_bar : array of shape (..., n, n)
        ``vjp("eigh", A, gauge="check")`` takes it without an error.

    Examples
    --------
    >>> import numpy as np
    >>> w, V, V_bar = np.asarray([1.0, 1.0]), np.eye(2), np.asarray([[1.0, 4.0], [0.0, 2.0]])
    >>> eigh_without_gauge(w, V, V_bar).tolist()
    [[1.0, 2.0], [2.0, 2.0]]
    """
    xp = namespace(xp, w, V)
    if V.shape[-1] == 0:
        return V_bar
    tied = xp.isinf(eigenvalue_gaps(w, gauge_of(gauge), xp))
    return V_bar - V @ xp.where(tied, skew(adjoint(V, xp) @ V_bar, xp), 0.0)


def svd_without_gauge(
    U: Array,
    S: Array,
    Vh: Array,
    U_bar: Array | None,
    Vh_bar: Array | None,
    *,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """The cotangents of singular vectors, less what turns a pair, or those of a tie, together.

    It is the nearest pair of cotangents without that part, so that of one alone the other gets a share.
    Vectors of a singular value that is zero turn apart: of each cotangent that part is taken, and what leaves
    the columns.

    Parameters
    ----------
    U, S, Vh : array of shape (..., m, k), (..., k) and (..., k, n)
        The factors of full_matrices=False.
    U_bar, Vh_bar : array or None
        In the shapes of U and Vh.
    gauge : Gauge, optional
        Its `tied` and `zero` say which values count as equal, and as zero.
    xp : namespace, optional

    Returns
    -------
    U_bar, Vh_bar : array, or None for both
        ``vjp("svd", A, full_matrices=False, gauge="check")`` takes them without an error.

    Examples
    --------
    >>> import numpy as np
    >>> I, ones = np.eye(2), np.ones(2)
    >>> U_bar, Vh_bar = svd_without_gauge(I, ones, I, np.asarray([[0.0, 4.0], [0.0, 0.0]]), 0 * I)
    >>> U_bar.tolist(), Vh_bar.tolist()
    ([[0.0, 3.0], [1.0, 0.0]], [[0.0, 1.0], [-1.0, 0.0]])
    """
    xp = namespace(xp, U, S, Vh)
    if U_bar is None and Vh_bar is None:
        return None, None
    U_bar, Vh_bar = U * 0 if U_bar is None else U_bar, Vh * 0 if Vh_bar is None else Vh_bar
    if S.shape[-1] == 0:
        return U_bar, Vh_bar
    sides = (U, U_bar), (adjoint(Vh, xp), adjoint(Vh_bar, xp))
    turn_U, turn_V = (skew(adjoint(X, xp) @ X_bar, xp) for X, X_bar in sides)
    gauge = gauge_of(gauge)
    null = reciprocals(S, gauge, xp) == 0
    both = null[..., :, None] & null[..., None, :]
    together = xp.where(xp.isinf(gaps(S, gauge, xp)) & ~both, (turn_U + turn_V) * 0.5, 0.0)
    found = []
    for (X, X_bar), turn in zip(sides, (turn_U, turn_V), strict=True):
        X_bar = X_bar - X @ (together + xp.where(both, turn, 0.0))
        beyond = X_bar - X @ (adjoint(X, xp) @ X_bar)
        found.append(X_bar - xp.where(null[..., None, :], beyond, 0.0))
    return found[0], adjoint(found[1], xp)
