"""Remove from cotangents their part along the gauge, for rules of your own.

A loss that ignores the gauge has no such part, but rounding leaves one, and a loss that depends on a phase
has one. Divided by a gap that is only rounding, it would dominate the gradient.
"""

from ._gaps import Gauge, eigenvalue_gaps, gaps, gauge_of, reciprocals
from ._gauge import GAUGE
from ._matrix import adjoint, skew
from ._namespaces import Array, Namespace, namespace
from ._params import complete
from ._signature import bind, describe

__all__ = ["eigh_without_gauge", "svd_without_gauge"]


def eigh_without_gauge(
    w: Array, V: Array, V_bar: Array, *, gauge: str | Gauge = "project", xp: Namespace | None = None
) -> Array:
    """Remove from a cotangent of eigenvectors the part that rotates tied eigenvectors among themselves.

    For complex eigenvectors, this includes the part that changes the phase of a single eigenvector.

    Parameters
    ----------
    w : array of shape (..., n)
        The eigenvalues of a Hermitian matrix, in ascending order.
    V : array of shape (..., n, n)
        Its eigenvectors.
    V_bar : array of shape (..., n, n)
        The cotangent of `V`.
    gauge : str or Gauge, optional
        `Gauge.tied` sets which eigenvalues count as equal.
    xp : namespace, optional
        The Array API namespace of the arrays. By default it is looked up from them.

    Returns
    -------
    V_bar : array of shape (..., n, n)
        A cotangent that ``vjp("eigh", A, gauge="check")`` accepts.

    Raises
    ------
    ValueError
        If a shape does not fit, or the gauge is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> w, V, V_bar = np.asarray([1.0, 1.0]), np.eye(2), np.asarray([[1.0, 4.0], [0.0, 2.0]])
    >>> eigh_without_gauge(w, V, V_bar).tolist()
    [[1.0, 2.0], [2.0, 2.0]]
    """
    xp = namespace(xp, w, V)
    given = [("w", w, ("n",)), ("V", V, ("n", "n")), ("V_bar", V_bar, ("n", "n"))]
    gauge = _checked("eigh_without_gauge", given, gauge)
    if V.shape[-1] == 0:
        return V_bar
    tied = xp.isinf(eigenvalue_gaps(w, gauge, xp))
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
    """Remove from cotangents of singular vectors the part that rotates tied pairs of vectors together.

    A pair is a left and a right singular vector of the same value. For complex vectors, the part that changes
    the phase of a single pair is removed, too. The result is the nearest pair of cotangents without that
    part. So if you pass None for one cotangent, the result for it may still be nonzero. For singular values
    that are zero, left and right vectors rotate independently: that part is removed from each cotangent, and
    so is the part outside the span of the columns.

    Parameters
    ----------
    U : array of shape (..., m, k)
        The left singular vectors, from ``full_matrices=False``.
    S : array of shape (..., k)
        The singular values.
    Vh : array of shape (..., k, n)
        The right singular vectors, as rows, conjugated.
    U_bar, Vh_bar : array or None
        The cotangents of `U` and `Vh`, in their shapes; None is zero.
    gauge : str or Gauge, optional
        `Gauge.tied` and `Gauge.zero` set which singular values count as equal, and as zero.
    xp : namespace, optional
        The Array API namespace of the arrays. By default it is looked up from them.

    Returns
    -------
    U_bar, Vh_bar : array
        Cotangents that ``vjp("svd", A, full_matrices=False, gauge="check")`` accepts. Both are None if both
        arguments are.

    Raises
    ------
    ValueError
        If a shape does not fit, or the gauge is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> I, ones = np.eye(2), np.ones(2)
    >>> U_bar, Vh_bar = svd_without_gauge(I, ones, I, np.asarray([[0.0, 4.0], [0.0, 0.0]]), 0 * I)
    >>> U_bar.tolist(), Vh_bar.tolist()
    ([[0.0, 3.0], [1.0, 0.0]], [[0.0, 1.0], [-1.0, 0.0]])
    """
    xp = namespace(xp, U, S, Vh)
    given = [("S", S, ("k",)), ("U", U, ("m", "k")), ("Vh", Vh, ("k", "n"))]
    given += [("U_bar", U_bar, ("m", "k")), ("Vh_bar", Vh_bar, ("k", "n"))]
    gauge = _checked("svd_without_gauge", given, gauge)
    if U_bar is None and Vh_bar is None:
        return None, None
    U_bar, Vh_bar = U * 0 if U_bar is None else U_bar, Vh * 0 if Vh_bar is None else Vh_bar
    if S.shape[-1] == 0:
        return U_bar, Vh_bar
    sides = (U, U_bar), (adjoint(Vh, xp), adjoint(Vh_bar, xp))
    turn_U, turn_V = (skew(adjoint(X, xp) @ X_bar, xp) for X, X_bar in sides)
    null = reciprocals(S, gauge, xp) == 0
    both = null[..., :, None] & null[..., None, :]
    together = xp.where(xp.isinf(gaps(S, gauge, xp)) & ~both, (turn_U + turn_V) * 0.5, 0.0)
    found = []
    for (X, X_bar), turn in zip(sides, (turn_U, turn_V), strict=True):
        X_bar = X_bar - X @ (together + xp.where(both, turn, 0.0))
        beyond = X_bar - X @ (adjoint(X, xp) @ X_bar)
        found.append(X_bar - xp.where(null[..., None, :], beyond, 0.0))
    return found[0], adjoint(found[1], xp)


def _checked(
    function: str, given: list[tuple[str, Array | None, tuple[str, ...]]], gauge: str | Gauge
) -> Gauge:
    """Check the shapes of arrays, of which the first sets the batch axes. Return the gauge, checked too."""
    complete(function, {"gauge": GAUGE}, {"gauge": gauge})
    sizes: dict[str, int] = {}
    batch = None
    for name, x, core in given:
        if x is None:
            continue
        known, leading = dict(sizes), x.shape[: max(0, x.ndim - len(core))]
        batch = leading if batch is None else batch
        if not bind(core, x.shape, sizes) or leading != batch:
            raise ValueError(
                f"{function}: {name} has shape {tuple(x.shape)}, expected {describe(core, known)}, with "
                f"the batch axes {tuple(batch)} of {given[0][0]}"
            )
    return gauge_of(gauge)
