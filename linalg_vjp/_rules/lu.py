"""LU with partial pivoting: A = P L U.

For A of shape (..., m, n) and k = min(m, n): P (..., m, m) is a permutation matrix, L (..., m, k) is lower
trapezoidal with a unit diagonal, U (..., k, n) is upper trapezoidal. With p_indices=True, P is an integer
vector p of shape (..., m) with A = (L U)[p], as SciPy has it.

Domain: the first k rows of P^T A have independent leading blocks (U has no zero on its diagonal), and no two
candidates for a pivot are of equal size. P is constant there and cannot be differentiated.

Gauge: none.

Sources: L. B. Rall's rule for triangular factors as in F. de Hoog, R. Anderssen and M. Lukas,
"Differentiation of matrix functionals using triangular factorization" (2011), Math. Comp. 80, 1585-1600;
square, wide and tall cases derived in the spec.

Spec: rules/lu.md
"""

from .._cotangent import all_none, total
from .._matrix import (
    adjoint,
    permute_rows,
    real,
    right_solve_triangular,
    solve_triangular,
    tril,
    triu,
)
from .._matrix import lu as pivoted_lu
from .._namespace import Array, Namespace, namespace
from .._rule import Rule, one_of


def lu(A: Array, *, p_indices: bool = False, xp: Namespace | None = None) -> tuple[Array, Array, Array]:
    """P, L and U with A = P L U; see `lu_vjp` for the shapes."""
    xp = namespace(xp, A)
    p, L, U = pivoted_lu(A, xp)
    if p_indices:
        return p, L, U
    columns = xp.arange(p.shape[-1], dtype=p.dtype, device=A.device)
    return xp.astype(p[..., None] == columns, real(U, xp).dtype), L, U


def lu_vjp(
    P: Array,
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

    With L1, U1 the leading k x k blocks, L2 the rows of L below and U2 the columns of U beyond (one of them
    is empty), and F = tril(L1^H L1_bar - U2_bar U2^H, -1) + triu(U1_bar U1^H - L2^H L2_bar):

        A_bar = P [ L1^-H F U1^-H   L1^-H U2_bar ]
                  [ L2_bar U1^-H                 ]

    Parameters
    ----------
    P : array of shape (..., m, m), or (..., m) with p_indices=True
    L, U : array of shape (..., m, k) and (..., k, n)
    P_bar : object
        Ignored: P cannot be differentiated.
    L_bar, U_bar : array or None
        Cotangents of L and U; what L and U do not have of their own is not read.
    p_indices : bool
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a tuple of one.

    Examples
    --------
    >>> import numpy as np
    >>> P, L, U = np.eye(2), np.asarray([[1.0, 0.0], [0.5, 1.0]]), np.asarray([[4.0, 2.0], [0.0, 1.0]])
    >>> lu_vjp(P, L, U, None, None, np.eye(2))[0].tolist()
    [[1.25, -0.5], [-0.5, 1.0]]
    """
    if all_none(L_bar, U_bar):
        return (None,)
    xp = namespace(xp, L, U)
    m, k, n = L.shape[-2], L.shape[-1], U.shape[-1]
    L1, L2, U1, U2 = L[..., :k, :], L[..., k:, :], U[..., :, :k], U[..., :, k:]
    lower, upper, L2_bar, U2_bar = None, None, None, None
    if L_bar is not None:
        lower = adjoint(L1, xp) @ tril(L_bar[..., :k, :], xp, -1)
        L2_bar = L_bar[..., k:, :]
    if U_bar is not None:
        upper = triu(U_bar[..., :, :k], xp) @ adjoint(U1, xp)
        U2_bar = U_bar[..., :, k:]
    if U2_bar is not None and n > k:
        lower = total(lower, -(U2_bar @ adjoint(U2, xp)))
    if L2_bar is not None and m > k:
        upper = total(upper, -(adjoint(L2, xp) @ L2_bar))
    F = total(None if lower is None else tril(lower, xp, -1), None if upper is None else triu(upper, xp))
    if m >= n:
        Y = solve_triangular(L1, F, xp, upper=False, trans="C", unit_diagonal=True)
        if m > n:
            Y = xp.concat([Y, xp.zeros_like(L2) if L2_bar is None else L2_bar], axis=-2)
        Y = right_solve_triangular(Y, U1, xp, upper=True, trans="C")
    else:
        Y = right_solve_triangular(F, U1, xp, upper=True, trans="C")
        Y = xp.concat([Y, xp.zeros_like(U2) if U2_bar is None else U2_bar], axis=-1)
        Y = solve_triangular(L1, Y, xp, upper=False, trans="C", unit_diagonal=True)
    return (permute_rows(Y, _rows(P, p_indices, xp), xp),)


def lu_jvp(
    P: Array,
    L: Array,
    U: Array,
    A_dot: Array | None,
    *,
    p_indices: bool = False,
    xp: Namespace | None = None,
) -> tuple[None, Array | None, Array | None]:
    """Pushforward of A = P L U.

    With B = P^T A_dot, its leading block B11, and F = L1^-1 B11 U1^-1:

        L1_dot = L1 tril(F, -1)        L2_dot = (B21 - L2 triu(F) U1) U1^-1
        U1_dot = triu(F) U1            U2_dot = L1^-1 (B12 - L1 tril(F, -1) U2)

    Parameters
    ----------
    P : array of shape (..., m, m), or (..., m) with p_indices=True
    L, U : array of shape (..., m, k) and (..., k, n)
    A_dot : array of shape (..., m, n) or None
    p_indices : bool
    xp : namespace, optional

    Returns
    -------
    P_dot : None
        P cannot be differentiated.
    L_dot, U_dot : array
        In the shapes of L and U.

    Examples
    --------
    >>> import numpy as np
    >>> P, L, U = np.eye(2), np.asarray([[1.0, 0.0], [0.5, 1.0]]), np.asarray([[4.0, 2.0], [0.0, 1.0]])
    >>> _, L_dot, U_dot = lu_jvp(P, L, U, np.eye(2))
    >>> bool(np.allclose(L_dot @ U + L @ U_dot, np.eye(2)))
    True
    """
    if A_dot is None:
        return None, None, None
    xp = namespace(xp, L, U)
    m, k, n = L.shape[-2], L.shape[-1], U.shape[-1]
    L1, L2, U1, U2 = L[..., :k, :], L[..., k:, :], U[..., :, :k], U[..., :, k:]
    inverse = xp.argsort(_rows(P, p_indices, xp), axis=-1)
    B = permute_rows(A_dot, inverse, xp)
    X = solve_triangular(L1, B[..., :k, :], xp, upper=False, unit_diagonal=True)
    F = right_solve_triangular(X[..., :, :k], U1, xp, upper=True)
    lower, upper = tril(F, xp, -1), triu(F, xp)
    L_dot, U_dot = L1 @ lower, upper @ U1
    if m > n:
        L2_dot = right_solve_triangular(B[..., k:, :], U1, xp, upper=True) - L2 @ upper
        L_dot = xp.concat([L_dot, L2_dot], axis=-2)
    if n > m:
        U_dot = xp.concat([U_dot, X[..., :, k:] - lower @ U2], axis=-1)
    return None, L_dot, U_dot


def _rows(P: Array, p_indices: bool, xp: Namespace) -> Array:
    """The vector p with P X = X[p]."""
    if p_indices:
        return P
    if P.shape[-1] == 0:  # nothing to take the largest of
        return xp.astype(xp.sum(P, axis=-1), xp.int32)
    return xp.argmax(P, axis=-1)


LU = Rule(
    "lu",
    "(m,n)->(m,m),(m,k),(k,n)",
    inputs=("A",),
    outputs=("P", "L", "U"),
    saves=("P", "L", "U"),
    op=lu,
    op_vjp=lu_vjp,
    op_jvp=lu_jvp,
    params={"p_indices": one_of(False, True)},
    constant=("P",),
    domain="the leading k x k block of P^T A is invertible, no two pivot candidates tie",
)
