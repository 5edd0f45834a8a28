"""LU decomposition in one array, and solves with it: lu_factor and lu_solve.

lu_factor, for A of shape (..., m, n) and k = min(m, n): LU (..., m, n) has U on and above its diagonal, and
below it L, whose unit diagonal is not stored. pivots (..., k) are integers: for i = 0, 1, ..., row i was
exchanged with row pivots[i]. They count from zero, as in SciPy and JAX; LAPACK and PyTorch count from one.

lu_solve: X with A X = B from LU and pivots, for a square A and B of shape (..., n, k), or (n,) for one
vector. trans="T" solves A^T X = B, and trans="C" solves A^H X = B. Batch axes broadcast. Nothing is
factorized again.

Domain: as for `lu`: no zero on the diagonal of U, and no tied candidates for a pivot. pivots are constant
there, and cannot be differentiated.

Gauge: none.

Sources: the rule of `lu`; the solves are derived in the spec.

Spec: rules/lu_factor.md
"""

from .._cotangent import all_none, total
from .._matrix import (
    adjoint,
    after,
    conj,
    eye,
    inverse_permutation,
    lu_packed,
    matmul,
    solve_triangular,
    tril,
    triu,
)
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._permutations import rows as in_order
from .._permutations import rows_of
from .._rule import Rule
from .lu import lu_jvp, lu_vjp

__all__ = ["LU_FACTOR", "LU_SOLVE", "lu_factor_jvp", "lu_factor_vjp", "lu_solve_jvp", "lu_solve_vjp"]


def lu_factor(A: Array, *, xp: Namespace | None = None) -> tuple[Array, Array]:
    """LU and pivots."""
    return lu_packed(A, namespace(xp, A))


def lu_factor_keep(LU: Array, pivots: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """The vector p with A = (L U)[p]."""
    xp = namespace(xp, LU)
    return (inverse_permutation(rows_of(pivots, LU.shape[-2], xp), xp),)


def lu_factor_vjp(
    LU: Array, p: Array, LU_bar: Array | None, pivots_bar: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None]:
    """Pullback of A = P L U: `lu_vjp` with the two parts of LU_bar.

    Parameters
    ----------
    LU : array of shape (..., m, n)
        L and U in one array.
    p : array of shape (..., m)
        The order of the rows: P X = X[p].
    LU_bar : array of shape (..., m, n) or None
    pivots_bar : object
        Ignored: pivots cannot be differentiated.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> LU = np.asarray([[4.0, 2.0], [0.5, 1.0]])
    >>> lu_factor_vjp(LU, np.arange(2), np.eye(2), None)[0].tolist()
    [[1.25, -0.5], [-0.5, 1.0]]
    """
    if LU_bar is None:
        return (None,)
    xp, k = namespace(xp, LU), min(LU.shape[-2:])
    L, U = _parts(LU, xp)
    return lu_vjp(p, L, U, None, LU_bar[..., :, :k], LU_bar[..., :k, :], xp=xp)


def lu_factor_jvp(
    LU: Array, p: Array, A_dot: Array | None, *, xp: Namespace | None = None
) -> tuple[Array | None, None]:
    """Pushforward of A = P L U: `lu_jvp`, with both tangents in one array.

    Parameters
    ----------
    LU, p : array
        As in `lu_factor_vjp`.
    A_dot : array of shape (..., m, n) or None
    xp : namespace, optional

    Returns
    -------
    LU_dot : array of shape (..., m, n)
    pivots_dot : None
        Pivots cannot be differentiated.

    Examples
    --------
    >>> import numpy as np
    >>> LU = np.asarray([[4.0, 2.0], [0.5, 1.0]])
    >>> lu_factor_jvp(LU, np.arange(2), np.eye(2))[0].tolist()
    [[1.0, 0.0], [-0.125, 1.25]]
    """
    if A_dot is None:
        return None, None
    xp, (m, n) = namespace(xp, LU), LU.shape[-2:]
    _, L_dot, U_dot = lu_jvp(p, *_parts(LU, xp), A_dot, xp=xp)
    assert L_dot is not None
    assert U_dot is not None
    if m >= n:
        below = xp.zeros_like(L_dot[..., n:, :])
        return L_dot + xp.concat([U_dot, below], axis=-2), None
    beside = xp.zeros_like(U_dot[..., :, m:])
    return xp.concat([L_dot, beside], axis=-1) + U_dot, None


def _parts(LU: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U."""
    m, k = LU.shape[-2], min(LU.shape[-2:])
    return tril(LU[..., :, :k], xp, -1) + eye(m, k, LU, xp), triu(LU[..., :k, :], xp)


def lu_solve(
    LU: Array, pivots: Array, B: Array, *, trans: str = "N", xp: Namespace | None = None
) -> tuple[Array]:
    """X, in a 1-tuple; here B is always a matrix."""
    return lu_solve_fwd(LU, pivots, B, trans=trans, xp=xp)[0]


def lu_solve_fwd(
    LU: Array, pivots: Array, B: Array, *, trans: str = "N", xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array]]:
    """X, the intermediate result Y = L^-1 B[rows] or U^-H B, and the rows with A[rows] = L U."""
    xp = namespace(xp, LU, B)
    rows = rows_of(pivots, LU.shape[-2], xp)
    if trans == "N":
        Y = _with_L(LU, in_order(B, rows, xp), xp)
        return (_with_U(LU, Y, xp),), (Y, rows)
    Y = _with_U(LU, B, xp, trans)
    return (in_order(_with_L(LU, Y, xp, trans), inverse_permutation(rows, xp), xp),), (Y, rows)


def lu_solve_vjp(
    LU: Array,
    X: Array,
    Y: Array,
    rows: Array,
    X_bar: Array | None,
    *,
    trans: str = "N",
    xp: Namespace | None = None,
) -> tuple[Array | None, None, Array | None]:
    """Pullback of A X = B, or A^H X = B, with A = P L U.

        "N"    G = U^-H X_bar,      B_bar = P L^-H G
               LU_bar = -tril(P^T B_bar Y^H, -1) - triu(G X^H)
        "C"    G = L^-1 P^T X_bar,  B_bar = U^-1 G
               LU_bar = -tril(P^T X G^H, -1) - triu(Y B_bar^H)

    For "T", use "C" with the conjugates of X, Y, X_bar and B_bar.

    Parameters
    ----------
    LU : array of shape (..., n, n)
        L and U in one array.
    X, Y : array of shape (..., n, k)
        The solution, and L^-1 P^T B, or U^-H B.
    rows : array of shape (..., n)
        The order of the rows: P^T X = X[rows].
    X_bar : array of shape (..., n, k) or None
    trans : {"N", "T", "C"}
        Whether A, A^T or A^H is solved with.
    xp : namespace, optional

    Returns
    -------
    LU_bar, pivots_bar, B_bar : array of shape (..., n, n), None, and array of shape (..., n, k)
        With the batch axes of X. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> LU, one = np.diag([1.0, 2.0]), np.ones((2, 1))
    >>> (X,), (Y, rows) = lu_solve_fwd(LU, np.arange(2), one)
    >>> LU_bar, _, B_bar = lu_solve_vjp(LU, X, Y, rows, one)
    >>> LU_bar.tolist(), B_bar.tolist()
    ([[-1.0, -0.5], [-0.5, -0.25]], [[1.0], [0.5]])
    """
    if X_bar is None:
        return None, None, None
    xp = namespace(xp, LU, X)
    if trans == "N":
        G = _with_U(LU, X_bar, xp, "C")
        W = _with_L(LU, G, xp, "C")
        LU_bar = -tril(W @ adjoint(Y, xp), xp, -1) - triu(G @ adjoint(X, xp), xp)
        return LU_bar, None, in_order(W, inverse_permutation(rows, xp), xp)
    if trans == "T":
        X, Y, X_bar = (conj(x, xp) for x in (X, Y, X_bar))
    G = _with_L(LU, in_order(X_bar, rows, xp), xp)
    B_bar = _with_U(LU, G, xp)
    LU_bar = -tril(in_order(X, rows, xp) @ adjoint(G, xp), xp, -1) - triu(Y @ adjoint(B_bar, xp), xp)
    return LU_bar, None, B_bar if trans == "C" else conj(B_bar, xp)


def lu_solve_jvp(
    LU: Array,
    X: Array,
    Y: Array,
    rows: Array,
    LU_dot: Array | None,
    pivots_dot: Array | None,
    B_dot: Array | None,
    *,
    trans: str = "N",
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of A X = B, or A^H X = B, with A = P L U.

        "N"    Y_dot = L^-1 (P^T B_dot - L_dot Y),  X_dot = U^-1 (Y_dot - U_dot X)
        "C"    Y_dot = U^-H (B_dot - U_dot^H Y),    X_dot = P L^-H (Y_dot - L_dot^H P^T X)

    For "T", replace adjoints by transposes.

    Parameters
    ----------
    LU, X, Y, rows : array
        As in `lu_solve_vjp`.
    LU_dot, B_dot : array of shape (..., n, n) and (..., n, k), or None
    pivots_dot : object
        Ignored.
    trans : {"N", "T", "C"}
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., n, k)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> LU, one = np.diag([1.0, 2.0]), np.ones((2, 1))
    >>> (X,), (Y, rows) = lu_solve_fwd(LU, np.arange(2), one)
    >>> lu_solve_jvp(LU, X, Y, rows, LU, None, None)[0].tolist()
    [[-1.0], [-0.5]]
    """
    if all_none(LU_dot, B_dot):
        return (None,)
    xp = namespace(xp, LU, X)
    first = second = None
    if trans == "N":
        if LU_dot is not None:
            first = -matmul(tril(LU_dot, xp, -1), Y, xp)
            second = -matmul(triu(LU_dot, xp), X, xp)
        B_dot = None if B_dot is None else in_order(B_dot, rows, xp)
        Y_dot = _with_L(LU, after(total(B_dot, first), X, xp), xp)
        return (_with_U(LU, total(Y_dot, second), xp),)
    if LU_dot is not None:
        turned = adjoint(LU_dot, xp) if trans == "C" else LU_dot.mT
        first = -matmul(tril(turned, xp), Y, xp)
        second = -matmul(triu(turned, xp, 1), in_order(X, rows, xp), xp)
    Y_dot = _with_U(LU, after(total(B_dot, first), X, xp), xp, trans)
    return (in_order(_with_L(LU, total(Y_dot, second), xp, trans), inverse_permutation(rows, xp), xp),)


def _with_L(LU: Array, B: Array, xp: Namespace, trans: str = "N") -> Array:
    """L^-1 B, or its transpose or adjoint."""
    return solve_triangular(LU, B, xp, upper=False, trans=trans, unit_diagonal=True)


def _with_U(LU: Array, B: Array, xp: Namespace, trans: str = "N") -> Array:
    """U^-1 B, or its transpose or adjoint."""
    return solve_triangular(LU, B, xp, upper=True, trans=trans)


LU_FACTOR = Rule(
    "lu_factor",
    "(m,n)->(m,n),(k)",
    inputs=("A",),
    outputs=("LU", "pivots"),
    saves=("LU", "pivots"),
    keeps=("LU", "p"),
    op=lu_factor,
    op_keep=lu_factor_keep,
    op_vjp=lu_factor_vjp,
    op_jvp=lu_factor_jvp,
    constant=("pivots",),
    family="factorizations",
    domain="matrices with nonzero pivots (the last may be zero if m <= n) and no tied pivot candidates",
)

LU_SOLVE = Rule(
    "lu_solve",
    "(n,n),(n),(n,k?)->(n,k?)",
    inputs=("LU", "pivots", "B"),
    outputs=("X",),
    saves=("LU", "pivots", "B", "X"),
    keeps=("LU", "X", "Y", "rows"),
    op=lu_solve,
    op_fwd=lu_solve_fwd,
    op_vjp=lu_solve_vjp,
    op_jvp=lu_solve_jvp,
    params={"trans": one_of("N", "T", "C")},
    constant=("pivots",),
    space={"LU": "triangular", "pivots": "pivots"},
    page="lu_factor",
    family="solvers",
    domain="factors without a zero on the diagonal of U",
)
