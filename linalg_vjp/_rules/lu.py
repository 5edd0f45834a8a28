"""LU decomposition with partial pivoting: A = P L U.

For A of shape (..., m, n) and k = min(m, n): P (..., m, m) is a permutation matrix, L (..., m, k) is lower
trapezoidal with a unit diagonal, and U (..., k, n) is upper trapezoidal. With p_indices=True, P is replaced
by an integer vector p of shape (..., m) with A = (L U)[p], as in SciPy.

Domain: U has no zero on its diagonal, except possibly in the last place if m <= n, and no two candidates for
a pivot have the same size. P is constant there, and cannot be differentiated.

Gauge: none.

Sources: F. de Hoog, R. Anderssen and M. Lukas, "Differentiation of matrix functionals using triangular
factorization" (2011), Math. Comp. 80, 1585-1600 (square); the wide, tall and singular cases are derived in
the spec.

Spec: rules/lu.md
"""

from .._cotangent import all_none, difference, total
from .._matrix import (
    adjoint,
    inverse_permutation,
    permute_rows,
    real,
    right_solve_triangular,
    solve_triangular,
    tril,
    triu,
)
from .._matrix import lu as pivoted_lu
from .._namespaces import Array, Namespace, device, namespace
from .._params import one_of
from .._rule import Rule

__all__ = ["LU", "lu_jvp", "lu_vjp"]


def lu(A: Array, *, p_indices: bool = False, xp: Namespace | None = None) -> tuple[Array, Array, Array]:
    """P, L and U with A = P L U; see `lu_vjp` for the shapes."""
    return lu_fwd(A, p_indices=p_indices, xp=xp)[0]


def lu_fwd(
    A: Array, *, p_indices: bool = False, xp: Namespace | None = None
) -> tuple[tuple[Array, Array, Array], tuple[Array]]:
    """P, L and U, and the vector p with P X = X[p]."""
    xp = namespace(xp, A)
    p, L, U = pivoted_lu(A, xp)
    if p_indices:
        return (p, L, U), (p,)
    columns = xp.arange(p.shape[-1], dtype=p.dtype, device=device(A))
    return (xp.astype(p[..., None] == columns, real(U, xp).dtype), L, U), (p,)


def lu_keep(
    P: Array, L: Array, U: Array, *, p_indices: bool = False, xp: Namespace | None = None
) -> tuple[Array]:
    """The vector p."""
    xp = namespace(xp, L, U)
    if p_indices:
        return (P,)
    if P.shape[-1] == 0:  # argmax needs at least one entry
        return (xp.argsort(xp.sum(P, axis=-1), axis=-1),)
    return (xp.argmax(P, axis=-1),)


def lu_vjp(
    p: Array,
    L: Array,
    U: Array,
    P_bar: Array | None,
    L_bar: Array | None,
    U_bar: Array | None,
    *,
    p_indices: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of A = P L U.

    With L1 and U1 the leading k x k blocks, L2 the rows of L below L1 (for m > n), and T the strictly lower
    part of L^H L_bar - U_bar U^H:

        A_bar = P L^-H (U_bar + [T U1^-H, 0])                                       m <= n
        A_bar = P [ L1^-H (U_bar + (T - L2^H L2_bar) U1^-H) ]                       m >  n
                  [ L2_bar U1^-H                            ]

    The last column of T is zero, and so is that of T U1^-H, even if the last pivot is zero.

    Parameters
    ----------
    p : array of shape (..., m)
        The order of the rows: P X = X[p].
    L, U : array of shape (..., m, k) and (..., k, n)
    P_bar : object
        Ignored: P cannot be differentiated.
    L_bar, U_bar : array or None
        Cotangents of L and U; entries where L or U is fixed to zero or one are not read.
    p_indices : bool
        Whether P is given as an integer vector.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> p, L, U = np.arange(2), np.asarray([[1.0, 0.0], [0.5, 1.0]]), np.asarray([[4.0, 2.0], [0.0, 1.0]])
    >>> lu_vjp(p, L, U, None, None, np.eye(2))[0].tolist()
    [[1.25, -0.5], [-0.5, 1.0]]
    """
    if all_none(L_bar, U_bar):
        return (None,)
    xp = namespace(xp, L, U)
    m, k, n = L.shape[-2], L.shape[-1], U.shape[-1]
    T = None if L_bar is None else adjoint(L, xp) @ tril(L_bar, xp, -1)
    if U_bar is not None:
        U_bar = triu(U_bar, xp)
        T = difference(T, U_bar @ adjoint(U, xp))
    T = tril(T, xp, -1)
    if m <= n:
        A_bar = total(U_bar, _solve_strict(T, U, xp, trans="C"))
        A_bar = solve_triangular(L, A_bar, xp, upper=False, trans="C", unit_diagonal=True)
        return (permute_rows(A_bar, p, xp),)
    L1, L2 = L[..., :k, :], L[..., k:, :]
    if L_bar is None:
        L2_bar = xp.zeros_like(L2)
    else:
        L2_bar = L_bar[..., k:, :]
        T = T - adjoint(L2, xp) @ L2_bar
    Y = right_solve_triangular(xp.concat([T, L2_bar], axis=-2), U, xp, upper=True, trans="C")
    top = total(U_bar, Y[..., :k, :])
    top = solve_triangular(L1, top, xp, upper=False, trans="C", unit_diagonal=True)
    A_bar = xp.concat([top, Y[..., k:, :]], axis=-2)
    return (permute_rows(A_bar, p, xp),)


def lu_jvp(
    p: Array,
    L: Array,
    U: Array,
    A_dot: Array | None,
    *,
    p_indices: bool = False,
    xp: Namespace | None = None,
) -> tuple[None, Array | None, Array | None]:
    """Pushforward of A = P L U.

    With [B1; B2] = P^T A_dot, X = L1^-1 B1, and T the strictly lower part of X U1^-1:

        U_dot = X - T U,  L1_dot = L1 T,  L2_dot = (B2 - L2 U_dot) U^-1

    Parameters
    ----------
    p : array of shape (..., m)
        The order of the rows: P X = X[p].
    L, U : array of shape (..., m, k) and (..., k, n)
    A_dot : array of shape (..., m, n) or None
    p_indices : bool
        Whether P is given as an integer vector.
    xp : namespace, optional

    Returns
    -------
    P_dot : None
        P cannot be differentiated.
    L_dot, U_dot : array
        With the shapes of L and U.

    Examples
    --------
    >>> import numpy as np
    >>> p, L, U = np.arange(2), np.asarray([[1.0, 0.0], [0.5, 1.0]]), np.asarray([[4.0, 2.0], [0.0, 1.0]])
    >>> _, L_dot, U_dot = lu_jvp(p, L, U, np.eye(2))
    >>> bool(np.allclose(L_dot @ U + L @ U_dot, np.eye(2)))
    True
    """
    if A_dot is None:
        return None, None, None
    xp = namespace(xp, L, U)
    m, k, n = L.shape[-2], L.shape[-1], U.shape[-1]
    B = permute_rows(A_dot, inverse_permutation(p, xp), xp)
    L1 = L[..., :k, :]
    X = solve_triangular(L1, B[..., :k, :], xp, upper=False, unit_diagonal=True)
    if m <= n:
        T = tril(_solve_strict(X[..., :, :k], U[..., :, :k], xp), xp, -1)
    else:
        T = tril(right_solve_triangular(X, U, xp, upper=True), xp, -1)
    U_dot, L_dot = triu(X - T @ U, xp), L1 @ T
    if m > n:
        rest = B[..., k:, :] - L[..., k:, :] @ U_dot
        L_dot = xp.concat([L_dot, right_solve_triangular(rest, U, xp, upper=True)], axis=-2)
    return None, L_dot, U_dot


def _solve_strict(T: Array, U: Array, xp: Namespace, trans: str = "N") -> Array:
    """T op(U1)^-1, padded with zero columns to the width of U.

    A one replaces the last pivot, so nothing is divided by it. The last column of T op(U1)^-1 is not valid.
    """
    k = T.shape[-1]
    last = xp.arange(k, device=device(U)) == k - 1
    U1 = xp.where(last[:, None] & last, 1.0, U[..., :, :k])
    Y = right_solve_triangular(T, U1, xp, upper=True, trans=trans)
    if U.shape[-1] == k:
        return Y
    return xp.concat([Y, xp.zeros_like(U[..., :, k:])], axis=-1)


LU = Rule(
    "lu",
    "(m,n)->(m,m),(m,k),(k,n)",
    inputs=("A",),
    outputs=("P", "L", "U"),
    saves=("P", "L", "U"),
    keeps=("p", "L", "U"),
    op=lu,
    op_fwd=lu_fwd,
    op_keep=lu_keep,
    op_vjp=lu_vjp,
    op_jvp=lu_jvp,
    params={"p_indices": one_of(False, True)},
    constant=("P",),
    real=("P",),
    family="factorizations",
    domain="matrices with nonzero pivots (the last may be zero if m <= n) and no tied pivot candidates",
)
