"""Truncated Hermitian eigendecomposition: the k largest eigenvalues of A, and their eigenvectors.

For A of shape (..., n, n), w is (..., k), ascending, and V is (..., n, k). If n < k, all n are returned.

Domain: as for `eigh`, but first and second derivatives are exact at ties among the discarded eigenvalues. A
discarded eigenvalue may have a larger modulus than a kept one. At a tie across the cut there is no
derivative: that part of a cotangent is dropped, or raises with gauge="check".

Gauge: as for `eigh`, for the columns that are kept.

Sources: A. Francuz, N. Schuch and B. Vanhecke, "Stable and efficient differentiation of tensor network
algorithms" (2023), arXiv:2311.11894, for the equation of the discarded part; its solution by the discarded
factors is derived in the spec.

Spec: rules/eigh_truncated.md
"""

from .._discarded import eigenvectors_across, tied_across
from .._gaps import eigenvalue_gaps, gauge_of
from .._gauge import GAUGE, Gauge, check_gauge, over_gaps
from .._matrix import add_diagonal, adjoint, diagonal, divide, hermitian, real
from .._namespaces import Array, Namespace, namespace
from .._params import count
from .._rule import Rule

__all__ = ["EIGH_TRUNCATED", "eigh_truncated_jvp", "eigh_truncated_vjp"]


def eigh_truncated(A: Array, *, k: int = 1, xp: Namespace | None = None) -> tuple[Array, Array]:
    """w and V of the k largest eigenvalues, ascending."""
    return eigh_truncated_fwd(A, k=k, xp=xp)[0]


def eigh_truncated_fwd(
    A: Array, *, k: int = 1, xp: Namespace | None = None
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """The kept factors, and the discarded ones."""
    w, V = namespace(xp, A).linalg.eigh(A)
    cut = max(w.shape[-1] - k, 0)
    # Adding 0 copies: PyTorch's forward mode rejects an output that is a view of an intermediate result.
    return (w[..., cut:] + 0, V[..., :, cut:] + 0), (w[..., :cut] + 0, V[..., :, :cut] + 0)


def eigh_truncated_keep(
    A: Array, w: Array, V: Array, *, k: int = 1, xp: Namespace | None = None
) -> tuple[Array, Array]:
    """The discarded factors."""
    return eigh_truncated_fwd(A, k=k, xp=xp)[1]


def eigh_truncated_vjp(
    A: Array,
    w: Array,
    V: Array,
    w0: Array,
    V0: Array,
    w_bar: Array | None,
    V_bar: Array | None,
    *,
    k: int = 1,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of the kept factors.

    With E as in `eigh_vjp`, and A' = A - V diag(w) V^H:

        A_bar = V (diag(w_bar) + E o skew(V^H V_bar)) V^H + herm(X V^H)
        X diag(w) - A' X = (I - V V^H) V_bar

    Parameters
    ----------
    A : array of shape (..., n, n)
    w, V : array of shape (..., k) and (..., n, k)
        The kept factors.
    w0, V0 : array of shape (..., n - k) and (..., n, n - k)
        The discarded factors.
    w_bar, V_bar : array or None
        With the shapes of w and V.
    k : int
        The number of eigenvalues to keep.
    gauge : {"project", "check", "keep"} or Gauge
        "project" drops the part along the gauge and of a tie across the cut, "check" raises if there is one,
        and "keep" keeps it and divides by every difference except exact zeros.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Raises
    ------
    GaugeError
        If gauge="check" and a cotangent has a part along the gauge.

    Examples
    --------
    >>> import numpy as np
    >>> A, I = np.diag([1.0, 3.0]), np.eye(2)
    >>> kept, rest = (np.asarray([3.0]), I[:, 1:]), (np.asarray([1.0]), I[:, :1])
    >>> eigh_truncated_vjp(A, *kept, *rest, None, np.asarray([[4.0], [0.0]]))[0].tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if w_bar is None and V_bar is None:
        return (None,)
    xp, gauge = namespace(xp, A), gauge_of(gauge)
    Vh = adjoint(V, xp)
    if V_bar is None or V.shape[-1] == 0:
        return (None if w_bar is None else (V * w_bar[..., None, :]) @ Vh,)
    J = Vh @ V_bar
    R = V_bar - V @ J
    if gauge.mode == "check" and w0.shape[-1]:
        free = tied_across(w, w0, adjoint(V0, xp) @ R, gauge, xp)
        check_gauge("eigh_truncated", "V", [free], (V_bar,), xp, gauge)
    P = over_gaps("eigh_truncated", J - adjoint(J, xp), V_bar, w, w_bar, gauge, xp)
    if w_bar is not None:
        P = add_diagonal(P, w_bar, xp)
    X = eigenvectors_across(A, (w, V), (w0, V0), R, gauge, xp)
    return (hermitian((V @ P + X) @ Vh, xp),)


def eigh_truncated_jvp(
    A: Array,
    w: Array,
    V: Array,
    w0: Array,
    V0: Array,
    A_dot: Array | None,
    *,
    k: int = 1,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of the kept factors.

        w_dot = diag(B),  V_dot = V (E o B) + X,  B = V^H herm(A_dot) V
        X diag(w) - A' X = (I - V V^H) herm(A_dot) V

    Parameters
    ----------
    A, w, V, w0, V0 : array
        As in `eigh_truncated_vjp`.
    A_dot : array of shape (..., n, n) or None
        The tangent; only its Hermitian part is used.
    k : int
        The number of eigenvalues to keep.
    gauge : {"project", "check", "keep"} or Gauge
        With "keep", the rule divides by every difference except exact zeros.
    xp : namespace, optional

    Returns
    -------
    w_dot, V_dot : array of shape (..., k) and (..., n, k)

    Examples
    --------
    >>> import numpy as np
    >>> A, I = np.diag([1.0, 3.0]), np.eye(2)
    >>> kept, rest = (np.asarray([3.0]), I[:, 1:]), (np.asarray([1.0]), I[:, :1])
    >>> w_dot, V_dot = eigh_truncated_jvp(A, *kept, *rest, np.asarray([[5.0, 2.0], [2.0, 6.0]]))
    >>> w_dot.tolist(), V_dot.tolist()
    ([6.0], [[1.0], [0.0]])
    """
    if A_dot is None:
        return None, None
    xp, gauge = namespace(xp, A), gauge_of(gauge)
    if V.shape[-1] == 0:
        return w, V
    Y = hermitian(A_dot, xp) @ V
    B = adjoint(V, xp) @ Y
    X = eigenvectors_across(A, (w, V), (w0, V0), Y - V @ B, gauge, xp)
    return real(diagonal(B, xp), xp), V @ divide(B, eigenvalue_gaps(w, gauge, xp), xp) + X


EIGH_TRUNCATED = Rule(
    "eigh_truncated",
    "(n,n)->(p),(n,p)",
    inputs=("A",),
    outputs=("w", "V"),
    saves=("A", "w", "V"),
    keeps=("A", "w", "V", "w0", "V0"),
    op=eigh_truncated,
    op_fwd=eigh_truncated_fwd,
    op_keep=eigh_truncated_keep,
    op_vjp=eigh_truncated_vjp,
    op_jvp=eigh_truncated_jvp,
    params={"k": count(1, 2), "gauge": GAUGE},
    real=("w",),
    gauge=("V",),
    space={"A": "hermitian"},
    typical={"k": 2},
    family="factorizations",
    domain="Hermitian matrices with a gap below the k-th largest eigenvalue; at kept ties, as for eigh",
)
