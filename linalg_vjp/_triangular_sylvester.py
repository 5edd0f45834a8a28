"""Sylvester equations with upper triangular coefficients: X with T X - X S = C.

Column j of X has the coefficient T - S_jj I. Its rows are first divided by their diagonal. So the reciprocals
of the diagonal, E_ij = 1 / (T_ii - S_jj), are an argument. Where E is 0, the equation for that entry is left
out and X is 0. This also solves equations for a strictly triangular X, and equations with ties.
"""

from ._matrix import adjoint, solve_triangular
from ._namespaces import Array, Namespace

__all__ = ["triangular_sylvester", "triangular_sylvester_adjoint"]


def triangular_sylvester(T: Array, S: Array, C: Array, E: Array, xp: Namespace) -> Array:
    """X of shape (..., m, n) with T X - X S = C, column by column, with products between the halves of S.

    Parameters
    ----------
    T, S : array of shape (..., m, m) and (..., n, n)
        Upper triangular matrices. Entries below their diagonals are not read.
    C : array of shape (..., m, n)
        The right side, in the dtype of the others.
    E : array of shape (..., m, n)
        The reciprocals 1 / (T_ii - S_jj), or 0.
    xp : namespace
        The namespace of the arrays.
    """
    n = S.shape[-1]
    if n <= 1:
        return solve_triangular(E * T, E * C, xp, upper=True, unit_diagonal=True) if n else E * C
    h = n // 2
    X = triangular_sylvester(T, S[..., :h, :h], C[..., :h], E[..., :h], xp)
    C = C[..., h:] + X @ S[..., :h, h:]
    Y = triangular_sylvester(T, S[..., h:, h:], C, E[..., h:], xp)
    return xp.concat([X, Y], axis=-1)


def triangular_sylvester_adjoint(T: Array, S: Array, C: Array, E: Array, xp: Namespace) -> Array:
    """Y with T^H Y - Y S^H = C: the adjoint of C -> X in `triangular_sylvester`, for the same T, S and E."""
    # The adjoint of this equation is S Y^H - Y^H T = -C^H.
    return adjoint(triangular_sylvester(S, T, -adjoint(C, xp), -E.mT, xp), xp)
