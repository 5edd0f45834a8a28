"""Generalized Hermitian eigendecomposition: A V = B V diag(w), and the eigenvalues w alone.

For A and B of shape (..., n, n), w (..., n) is real and ascending, and V is (..., n, n). `type` is as in
SciPy: 1 for A V = B V diag(w), 2 for A B V = V diag(w), 3 for B A V = V diag(w). V^H B V = I for types 1 and
2, and V^H B^-1 V = I for type 3. `_pencil.py` defines the bases P and Q and the signs s and t of each type.

Domain: A is Hermitian and B Hermitian positive definite; the cotangents are Hermitian too. For V, the
eigenvalues must differ, or the loss must not depend on the choice of basis in a tied eigenspace. At a tie,
the pullback of w_bar alone is a subgradient. The scaling of V by B is no gauge freedom: its derivative is
exact at ties too. All of A is read, and the lower triangle of B.

Gauge: V -> V W with W unitary and diagonal (block diagonal over ties). In these blocks, the tangent of V has
a Hermitian V^-1 V_dot, and the skew-Hermitian part of V^H V_bar is the gauge part.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 3.1, for B = I; general B, and ties, are derived in the spec.

Spec: rules/eigh_generalized.md
"""

from .._cotangent import total
from .._gaps import eigenvalue_gaps, gauge_of
from .._gauge import GAUGE, Gauge, over_gaps
from .._matrix import add_diagonal, adjoint, diagonal, divide, hermitian, inner, matmul, real
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._pencil import SIGNS, bases, dual, eigenpairs, means, reduced, within
from .._rule import Rule

__all__ = [
    "EIGH_GENERALIZED",
    "EIGVALSH_GENERALIZED",
    "eigh_generalized_jvp",
    "eigh_generalized_vjp",
    "eigvalsh_generalized_jvp",
    "eigvalsh_generalized_vjp",
]


def eigh_generalized(
    A: Array, B: Array, *, type: int = 1, xp: Namespace | None = None
) -> tuple[Array, Array]:
    """w and V."""
    return eigenpairs(A, B, type, namespace(xp, A, B), both=False)[:2]


def eigh_generalized_fwd(
    A: Array, B: Array, *, type: int = 1, xp: Namespace | None = None
) -> tuple[tuple[Array, Array], tuple[Array | None]]:
    """w and V, and for types 2 and 3 also U = V^-H."""
    w, V, U = eigenpairs(A, B, type, namespace(xp, A, B), both=True)
    return (w, V), (U,)


def eigh_generalized_keep(
    B: Array, w: Array, V: Array, *, type: int = 1, xp: Namespace | None = None
) -> tuple[Array | None]:
    """U = V^-H for types 2 and 3, else None."""
    return (dual(B, V, type, namespace(xp, B, V)),)


def eigh_generalized_vjp(
    w: Array,
    V: Array,
    U: Array | None,
    w_bar: Array | None,
    V_bar: Array | None,
    *,
    type: int = 1,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of A V = B V diag(w).

        A_bar = P T P^H,  B_bar = Q (s M o T + t herm(X) / 2) Q^H

    with X = V^H V_bar, T = diag(w_bar) + E o skew(X), E_ij = 1 / (w_j - w_i), or 0 at ties, and the means
    M_ij = (w_i + w_j) / 2. P, Q, s and t depend on the type; for type 1 they are V, V, -1 and -1.
    If V_bar is None, E is not formed.

    Parameters
    ----------
    w, V : array of shape (..., n) and (..., n, n)
        The eigenvalues and eigenvectors.
    U : array of shape (..., n, n) or None
        V^-H, or None for type 1.
    w_bar, V_bar : array or None
        The cotangents of w and V.
    type : {1, 2, 3}
        The problem that is solved, as in SciPy.
    gauge : {"project", "check", "keep"} or Gauge
        "project" drops the part of the cotangent along the gauge, "check" raises if there is one, and "keep"
        keeps it and divides by every difference except exact zeros.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., n, n)
        Hermitian.

    Raises
    ------
    GaugeError
        If gauge="check" and a cotangent has a part along the gauge.

    Examples
    --------
    >>> import numpy as np
    >>> w, V = np.asarray([1.0, 3.0]), np.eye(2)
    >>> A_bar, B_bar = eigh_generalized_vjp(w, V, None, None, np.asarray([[2.0, 4.0], [0.0, 0.0]]))
    >>> A_bar.tolist(), B_bar.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [[-1.0, -3.0], [-3.0, 0.0]])
    """
    if V_bar is None or V.shape[-1] == 0:
        return eigvalsh_generalized_vjp(w, V, U, w_bar, type=type, xp=xp)
    xp, gauge = namespace(xp, w, V), gauge_of(gauge)
    X = adjoint(V, xp) @ V_bar
    Xh = adjoint(X, xp)
    T = over_gaps("eigh_generalized", X - Xh, X, w, w_bar, gauge, xp)
    if w_bar is not None:
        T = add_diagonal(T, w_bar, xp)
    (P, Q), (s, t) = bases(V, U, type), SIGNS[type]
    R = s * means(w) * T + 0.25 * t * (X + Xh)
    return P @ T @ adjoint(P, xp), Q @ R @ adjoint(Q, xp)


def eigh_generalized_jvp(
    w: Array,
    V: Array,
    U: Array | None,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    type: int = 1,
    gauge: str | Gauge = "project",
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pushforward of A V = B V diag(w).

        w_dot = diag(S),  V_dot = V (E o S + t N / 2),  S = P^H A_dot P + s M o N,  N = Q^H B_dot Q

    A_dot and B_dot stand for their Hermitian parts; the rest is as in `eigh_generalized_vjp`.

    Parameters
    ----------
    w, V, U : array
        As in `eigh_generalized_vjp`.
    A_dot, B_dot : array of shape (..., n, n) or None
        The tangents; only their Hermitian parts are used.
    type : {1, 2, 3}
        The problem that is solved, as in SciPy.
    gauge : {"project", "check", "keep"} or Gauge
        With "keep", E is 0 only at exact ties.
    xp : namespace, optional

    Returns
    -------
    w_dot, V_dot : array of shape (..., n) and (..., n, n)

    Examples
    --------
    >>> import numpy as np
    >>> w, V, B_dot = np.asarray([1.0, 3.0]), np.eye(2), np.asarray([[2.0, 1.0], [1.0, 2.0]])
    >>> w_dot, V_dot = eigh_generalized_jvp(w, V, None, None, B_dot)
    >>> w_dot.tolist(), V_dot.tolist()
    ([-2.0, -6.0], [[-1.0, -1.5], [0.5, -1.0]])
    """
    if A_dot is None and B_dot is None:
        return None, None
    xp, gauge = namespace(xp, w, V), gauge_of(gauge)
    (P, Q), (s, t) = bases(V, U, type), SIGNS[type]
    S, N = within(P, A_dot, xp), within(Q, B_dot, xp)
    if N is not None:
        S = total(S, s * means(w) * N)
    turned = divide(S, eigenvalue_gaps(w, gauge, xp), xp)
    return real(diagonal(S, xp), xp), V @ (turned if N is None else turned + 0.5 * t * N)


def eigvalsh_generalized(A: Array, B: Array, *, type: int = 1, xp: Namespace | None = None) -> tuple[Array]:
    """w, in a 1-tuple."""
    xp = namespace(xp, A, B)
    return (xp.linalg.eigvalsh(reduced(A, B, type, xp)[1]),)


def eigvalsh_generalized_fwd(
    A: Array, B: Array, *, type: int = 1, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array | None]]:
    """w, the eigenvectors V, and for types 2 and 3 also U."""
    w, V, U = eigenpairs(A, B, type, namespace(xp, A, B), both=True)
    return (w,), (V, U)


def eigvalsh_generalized_vjp(
    w: Array,
    V: Array,
    U: Array | None,
    w_bar: Array | None,
    *,
    type: int = 1,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of the eigenvalues w of A V = B V diag(w).

        A_bar = P diag(w_bar) P^H,  B_bar = s Q diag(w w_bar) Q^H

    Parameters
    ----------
    w, V, U : array
        As in `eigh_generalized_vjp`.
    w_bar : array of shape (..., n) or None
    type : {1, 2, 3}
        The problem that is solved, as in SciPy.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., n, n)
        Hermitian.

    Examples
    --------
    >>> import numpy as np
    >>> A_bar, B_bar = eigvalsh_generalized_vjp(np.asarray([1.0, 3.0]), np.eye(2), None, np.ones(2))
    >>> A_bar.tolist(), B_bar.tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [[-1.0, 0.0], [0.0, -3.0]])
    """
    if w_bar is None:
        return None, None
    xp = namespace(xp, w, V)
    P, Q = bases(V, U, type)
    A_bar = (P * w_bar[..., None, :]) @ adjoint(P, xp)
    return A_bar, (Q * (SIGNS[type][0] * w * w_bar)[..., None, :]) @ adjoint(Q, xp)


def eigvalsh_generalized_jvp(
    w: Array,
    V: Array,
    U: Array | None,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    type: int = 1,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of the eigenvalues w of A V = B V diag(w).

        w_dot = diag(P^H A_dot P) + s w diag(Q^H B_dot Q)

    Parameters
    ----------
    w, V, U : array
        As in `eigh_generalized_vjp`.
    A_dot, B_dot : array of shape (..., n, n) or None
        The tangents; only their Hermitian parts are used.
    type : {1, 2, 3}
        The problem that is solved, as in SciPy.
    xp : namespace, optional

    Returns
    -------
    w_dot : array of shape (..., n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> eigvalsh_generalized_jvp(np.asarray([1.0, 3.0]), np.eye(2), None, None, np.ones((2, 2)))[0].tolist()
    [-1.0, -3.0]
    """
    xp = namespace(xp, w, V)
    P, Q = bases(V, U, type)
    of_A, of_B = _diagonal(P, A_dot, xp), _diagonal(Q, B_dot, xp)
    return (total(of_A, None if of_B is None else SIGNS[type][0] * w * of_B),)


def _diagonal(P: Array, A_dot: Array | None, xp: Namespace) -> Array | None:
    """The diagonal of P^H herm(A_dot) P."""
    return None if A_dot is None else inner(P, matmul(hermitian(A_dot, xp), P, xp), xp, axis=-2)


EIGH_GENERALIZED = Rule(
    "eigh_generalized",
    "(n,n),(n,n)->(n),(n,n)",
    inputs=("A", "B"),
    outputs=("eigenvalues", "eigenvectors"),
    saves=("B", "eigenvalues", "eigenvectors"),
    keeps=("eigenvalues", "eigenvectors", "U"),
    op=eigh_generalized,
    op_fwd=eigh_generalized_fwd,
    op_keep=eigh_generalized_keep,
    op_vjp=eigh_generalized_vjp,
    op_jvp=eigh_generalized_jvp,
    params={"type": one_of(1, 2, 3), "gauge": GAUGE},
    real=("eigenvalues",),
    gauge=("eigenvectors",),
    space={"A": "hermitian", "B": "positive"},
    family="factorizations",
    domain="Hermitian A and Hermitian positive definite B; at ties, as for eigh",
)

EIGVALSH_GENERALIZED = Rule(
    "eigvalsh_generalized",
    "(n,n),(n,n)->(n)",
    inputs=("A", "B"),
    outputs=("eigenvalues",),
    saves=("A", "B", "eigenvalues"),
    keeps=("eigenvalues", "V", "U"),
    op=eigvalsh_generalized,
    op_fwd=eigvalsh_generalized_fwd,
    op_vjp=eigvalsh_generalized_vjp,
    op_jvp=eigvalsh_generalized_jvp,
    params={"type": one_of(1, 2, 3)},
    real=("eigenvalues",),
    space={"A": "hermitian", "B": "positive"},
    page="eigh_generalized",
    family="factorizations",
    domain="Hermitian A and Hermitian positive definite B (a subgradient at tied eigenvalues)",
)
