"""Triangular solve: X with op(A) X = B, where op(A) is A, A^T or A^H for trans="N", "T" or "C".

For A of shape (..., m, m) and B of shape (..., m, n), or (m,) for one vector; batch axes broadcast. Only the
upper triangle of A is read (upper=True, the default as in SciPy), or only the lower one. With
unit_diagonal=True, the diagonal is taken to be one and not read. Entries that are not read get a cotangent of
zero.

Domain: A has no zero on its diagonal. Otherwise X contains inf or NaN.

Gauge: none.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2.3.1, restricted to the triangle.

Spec: rules/solve_triangular.md
"""

from .._cotangent import all_none, total
from .._matrix import adjoint, conj, matmul, transpose, tril, triu
from .._matrix import solve_triangular as triangular_solve
from .._namespaces import Array, Namespace, namespace
from .._params import one_of
from .._rule import Rule

__all__ = ["SOLVE_TRIANGULAR", "solve_triangular_jvp", "solve_triangular_vjp"]


def solve_triangular(
    A: Array,
    B: Array,
    *,
    upper: bool = True,
    trans: str = "N",
    unit_diagonal: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array]:
    """X with op(A) X = B, in a 1-tuple; here B is always a matrix."""
    xp = namespace(xp, A, B)
    return (triangular_solve(A, B, xp, upper=upper, trans=trans, unit_diagonal=unit_diagonal),)


def solve_triangular_vjp(
    A: Array,
    X: Array,
    X_bar: Array | None,
    *,
    upper: bool = True,
    trans: str = "N",
    unit_diagonal: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of op(A) X = B.

        B_bar = op(A)^-H X_bar,  op(A)_bar = -B_bar X^H,  A_bar = tri(op(op(A)_bar))

    tri keeps the entries that are read.

    Parameters
    ----------
    A : array of shape (..., m, m)
    X : array of shape (..., m, n)
        The solution.
    X_bar : array of shape (..., m, n) or None
    upper, unit_diagonal : bool
        Which triangle is read, and whether its diagonal is taken to be one.
    trans : {"N", "T", "C"}
        Whether op(A) is A, A^T or A^H.
    xp : namespace, optional

    Returns
    -------
    A_bar, B_bar : array of shape (..., m, m) and (..., m, n)
        With the batch axes of X. The caller sums over the axes that were broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.asarray([[2.0, 1.0], [0.0, 4.0]])
    >>> A_bar, B_bar = solve_triangular_vjp(A, np.ones((2, 1)), np.ones((2, 1)))
    >>> A_bar.tolist(), B_bar.tolist()
    ([[-0.5, -0.5], [0.0, -0.125]], [[0.5], [0.125]])
    """
    if X_bar is None:
        return None, None
    xp = namespace(xp, A, X)
    if trans == "T":  # (A^T)^-H is conj(A)^-1
        Y = triangular_solve(A, conj(X_bar, xp), xp, upper=upper, unit_diagonal=unit_diagonal)
        B_bar = conj(Y, xp)
    else:
        inverse = "C" if trans == "N" else "N"
        B_bar = triangular_solve(A, X_bar, xp, upper=upper, trans=inverse, unit_diagonal=unit_diagonal)
    A_bar = -_op(matmul(B_bar, adjoint(X, xp), xp), trans, xp)
    return _tri(A_bar, upper, unit_diagonal, xp), B_bar


def solve_triangular_jvp(
    A: Array,
    X: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    *,
    upper: bool = True,
    trans: str = "N",
    unit_diagonal: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of op(A) X = B.

        X_dot = op(A)^-1 (B_dot - op(tri(A_dot)) X)

    Parameters
    ----------
    A : array of shape (..., m, m)
    X : array of shape (..., m, n)
        The solution.
    A_dot, B_dot : array of shape (..., m, m) and (..., m, n), or None
    upper, unit_diagonal : bool
        Which triangle is read, and whether its diagonal is taken to be one.
    trans : {"N", "T", "C"}
        Whether op(A) is A, A^T or A^H.
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.asarray([[2.0, 1.0], [0.0, 4.0]])
    >>> solve_triangular_jvp(A, np.ones((2, 1)), None, np.ones((2, 1)))[0].tolist()
    [[0.375], [0.25]]
    """
    if all_none(A_dot, B_dot):
        return (None,)
    xp = namespace(xp, A, X)
    if A_dot is not None:
        A_dot = _op(_tri(A_dot, upper, unit_diagonal, xp), trans, xp)
    Y = total(B_dot, None if A_dot is None else -matmul(A_dot, X, xp))
    return (triangular_solve(A, Y, xp, upper=upper, trans=trans, unit_diagonal=unit_diagonal),)


def _op(A: Array, trans: str, xp: Namespace) -> Array:
    return A if trans == "N" else transpose(A) if trans == "T" else adjoint(A, xp)


def _tri(A: Array, upper: bool, unit_diagonal: bool, xp: Namespace) -> Array:
    return triu(A, xp, int(unit_diagonal)) if upper else tril(A, xp, -int(unit_diagonal))


SOLVE_TRIANGULAR = Rule(
    "solve_triangular",
    "(m,m),(m,n?)->(m,n?)",
    inputs=("A", "B"),
    outputs=("X",),
    saves=("A", "X"),
    op=solve_triangular,
    op_vjp=solve_triangular_vjp,
    op_jvp=solve_triangular_jvp,
    params={
        "upper": one_of(True, False),
        "trans": one_of("N", "T", "C"),
        "unit_diagonal": one_of(False, True),
    },
    space={"A": "triangular"},
    typical={"upper": True},
    family="solvers",
    domain="triangular matrices without a zero on the diagonal",
)
