"""Sylvester equations with upper triangular coefficients: X with T X - X S = C.

Column j of X has the coefficient T - S_jj I. Its rows are divided by their diagonal beforehand, so that the
reciprocals of the diagonal, E_ij = 1 / (T_ii - S_jj), are an argument. Where E is 0, the equation of that
entry is left out and X is 0: so an equation for strictly triangular X is solved, too, and one with ties.
"""

from ._matrix import adjoint, solve_triangular
from ._namespaces import Array, Namespace

__all__ = ["triangular_sylvester", "triangular_sylvester_adjoint"]


def triangular_sylvester(T: Array, S: Array, C: Array, E: Array, xp: Namespace) -> Array:
    """X of shape (..., m, n) with T X - X S = C, column by column, and products between the halves.

    Parameters
    ----------
    T, S : array of shape (..., m, m) and (..., n, n)
        Upper triangular; what is below their diagonals is not read.
    C : array of shape (..., m, n)
        In the dtype of the others.
    E : array of shape (..., m, n)
        The reciprocals 1 / (T_ii - S_jj), or 0.
    xp : namespace
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
    """Y with T^H Y - Y S^H = C: C -> Y is the adjoint of what `triangular_sylvester` does with T, S and E."""
    # Its adjoint is S Y^H - Y^H T = -C^H.
    return adjoint(triangular_sylvester(S, T, -adjoint(C, xp), -E.mT, xp), xp)
