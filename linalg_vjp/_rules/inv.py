"""Inverse: X = A^-1 for A of shape (..., n, n).

Domain: A is nonsingular. For a singular A, the array library raises an error, or returns inf and NaN.

Sources: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2.2.3.

Spec: rules/inv.md
"""

from .._makers import frechet
from .._matrix import inv as inverse
from .._namespaces import Array, Namespace

__all__ = ["INV", "inv_jvp", "inv_vjp"]


def inv(A: Array, *, xp: Namespace) -> Array:
    """X = A^-1."""
    return inverse(A, xp)


def derivative(X: Array, E: Array, *, xp: Namespace) -> Array:
    """X_dot = -X A_dot X, and A_bar = -X^H X_bar X^H."""
    return -(X @ E @ X)


INV = frechet(
    "inv",
    "(n,n)->(n,n)",
    op=inv,
    derivative=derivative,
    outputs=("X",),
    saves=("X",),
    space={"A": "nonsingular"},
    family="solvers",
    domain="nonsingular matrices",
)
inv_vjp, inv_jvp = INV.op_vjp, INV.op_jvp
