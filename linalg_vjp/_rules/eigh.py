"""Hermitian eigendecomposition: A V = V diag(w), and the eigenvalues w alone.

For A of shape (..., n, n), w (..., n) is real and V (..., n, n) unitary.

Domain: A is Hermitian; the cotangent is Hermitian too. For V, the eigenvalues must differ, or the loss must
not depend on the choice of basis in a tied eigenspace. At a tie, w is not differentiable: the pullback of
w_bar is a subgradient, and the gradient of every loss that treats tied eigenvalues alike. Eigenvalues count
as tied if they differ by at most 64 eps times the largest |w_i|. `_gaps.py` has the exception for tiny
cotangents.

Gauge: V -> V W with W unitary and diagonal (block diagonal over ties). In these blocks, the tangent of V has
V^H V_dot = 0, and the skew-Hermitian part of V^H V_bar is the gauge part.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 3.1; the Hermitian case is derived in the spec.

Spec: rules/eigh.md
"""

from .._gaps import eigenvalue_gaps, gauge_of
from .._gauge import GAUGE, Gauge, over_gaps
from .._matrix import add_diagonal, adjoint, diagonal, divide, hermitian, inner, real
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule

__all__ = ["EIGH", "EIGVALSH", "eigh_jvp", "eigh_vjp", "eigvalsh_jvp", "eigvalsh_vjp"]


def eigh(A: Array, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """w and V with A V = V diag(w)."""
    xp = namespace(xp, A)
    w, V = xp.linalg.eigh(A)
    return w, V


def eigh_vjp(
    w: Array,
    V: Array,
    w_bar: Array | None,
    V_bar: Array | None,
    *,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A V = V diag(w).

        A_bar = V (diag(w_bar) + E o skew(V^H V_bar)) V^H,  E_ij = 1 / (w_j - w_i), or 0 at ties

    Here skew(X) = (X - X^H) / 2, and o is the entrywise product. If V_bar is None, E is not formed.

    Parameters
    ----------
    w, V : array of shape (..., n) and (..., n, n)
        The eigenvalues and eigenvectors.
    w_bar, V_bar : array or None
        Their cotangents.
    gauge : {"project", "check", "keep"} or Gauge
        "project" drops the part of the cotangent along the gauge, "check" raises if there is one, and "keep"
        keeps it and divides by every difference except exact zeros.
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
    >>> w, V, V_bar = np.asarray([1.0, 3.0]), np.eye(2), np.asarray([[0.0, 4.0], [0.0, 0.0]])
    >>> eigh_vjp(w, V, np.ones(2), V_bar)[0].tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    xp, gauge = namespace(xp, w, V), gauge_of(gauge)
    Vh = adjoint(V, xp)
    if V_bar is None or V.shape[-1] == 0:
        return (None if w_bar is None else (V * w_bar[..., None, :]) @ Vh,)
    X = Vh @ V_bar
    P = over_gaps("eigh", X - adjoint(X, xp), V_bar, w, w_bar, gauge, xp)
    if w_bar is not None:
        P = add_diagonal(P, w_bar, xp)
    return (V @ P @ Vh,)


def eigh_jvp(
    w: Array, V: Array, A_dot: Array | None, *, gauge: str | Gauge = "project", xp: Namespace | None = None
) -> tuple[Array | None, Array | None]:
    """Pushforward of A V = V diag(w).

        w_dot = diag(B),  V_dot = V (E o B),  B = V^H herm(A_dot) V

    Parameters
    ----------
    w, V : array of shape (..., n) and (..., n, n)
        The eigenvalues and eigenvectors.
    A_dot : array of shape (..., n, n) or None
        The tangent; only its Hermitian part is used.
    gauge : {"project", "check", "keep"} or Gauge
        With "keep", E is 0 only at exact ties.
    xp : namespace, optional

    Returns
    -------
    w_dot, V_dot : array of shape (..., n) and (..., n, n)

    Examples
    --------
    >>> import numpy as np
    >>> w_dot, V_dot = eigh_jvp(np.asarray([1.0, 3.0]), np.eye(2), np.asarray([[5.0, 2.0], [2.0, 6.0]]))
    >>> w_dot.tolist(), V_dot.tolist()
    ([5.0, 6.0], [[0.0, 1.0], [-1.0, 0.0]])
    """
    if A_dot is None:
        return None, None
    xp, gauge = namespace(xp, w, V), gauge_of(gauge)
    B = adjoint(V, xp) @ hermitian(A_dot, xp) @ V
    return real(diagonal(B, xp), xp), V @ divide(B, eigenvalue_gaps(w, gauge, xp), xp)


def eigvalsh(A: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """w, in a 1-tuple."""
    xp = namespace(xp, A)
    return (xp.linalg.eigvalsh(A),)


def eigvalsh_fwd(A: Array, *, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array]]:
    """w, and the eigenvectors V."""
    w, V = eigh(A, xp=xp)
    return (w,), (V,)


def eigvalsh_vjp(V: Array, w_bar: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pullback of w = eigvalsh(A), with the eigenvectors V of A.

        A_bar = V diag(w_bar) V^H

    Parameters
    ----------
    V : array of shape (..., n, n)
    w_bar : array of shape (..., n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> eigvalsh_vjp(np.eye(2), np.asarray([5.0, 7.0]))[0].tolist()
    [[5.0, 0.0], [0.0, 7.0]]
    """
    if w_bar is None:
        return (None,)
    xp = namespace(xp, V)
    return ((V * w_bar[..., None, :]) @ adjoint(V, xp),)


def eigvalsh_jvp(V: Array, A_dot: Array | None, *, xp: Namespace | None = None) -> tuple[Array | None]:
    """Pushforward of w = eigvalsh(A), with the eigenvectors V of A.

        w_dot = diag(V^H herm(A_dot) V)

    Parameters
    ----------
    V, A_dot : array of shape (..., n, n)
    xp : namespace, optional

    Returns
    -------
    w_dot : array of shape (..., n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> eigvalsh_jvp(np.eye(2), np.ones((2, 2)))[0].tolist()
    [1.0, 1.0]
    """
    if A_dot is None:
        return (None,)
    xp = namespace(xp, V)
    return (inner(V, hermitian(A_dot, xp) @ V, xp, axis=-2),)


EIGH = Rule(
    "eigh",
    "(n,n)->(n),(n,n)",
    inputs=("A",),
    outputs=("eigenvalues", "eigenvectors"),
    saves=("eigenvalues", "eigenvectors"),
    op=eigh,
    op_vjp=eigh_vjp,
    op_jvp=eigh_jvp,
    params={"gauge": GAUGE},
    real=("eigenvalues",),
    gauge=("eigenvectors",),
    space={"A": "hermitian"},
    family="factorizations",
    domain="Hermitian matrices; at ties, losses that do not distinguish the tied eigenpairs",
)

EIGVALSH = Rule(
    "eigvalsh",
    "(n,n)->(n)",
    inputs=("A",),
    outputs=("eigenvalues",),
    saves=("A",),
    keeps=("V",),
    op=eigvalsh,
    op_fwd=eigvalsh_fwd,
    op_vjp=eigvalsh_vjp,
    op_jvp=eigvalsh_jvp,
    real=("eigenvalues",),
    space={"A": "hermitian"},
    page="eigh",
    family="factorizations",
    domain="Hermitian matrices (a subgradient at tied eigenvalues)",
)
