"""Solve with a Cholesky factor: X with A X = B, where A = L L^H, or U^H U with upper=True.

For L of shape (..., n, n) and B of shape (..., n, k), or (n,) for one vector; the batch axes broadcast. Only
the triangle of the factor is read; the other gets a cotangent of zero. Made of two triangular solves.

Spec: rules/cholesky_solve.md
"""

from typing import Any

from .._composite import composite
from .._params import one_of
from .solve_triangular import SOLVE_TRIANGULAR

__all__ = ["CHOLESKY_SOLVE", "cholesky_solve_jvp", "cholesky_solve_vjp"]


def steps(use: Any, L: Any, B: Any, *, upper: bool = False) -> Any:
    """Y = L^-1 B, then X = L^-H Y."""
    Y = use(SOLVE_TRIANGULAR, L, B, upper=upper, trans="C" if upper else "N")
    return use(SOLVE_TRIANGULAR, L, Y, upper=upper, trans="N" if upper else "C")


CHOLESKY_SOLVE = composite(
    "cholesky_solve",
    "(n,n),(n,k?)->(n,k?)",
    inputs=("L", "B"),
    outputs=("X",),
    steps=steps,
    params={"upper": one_of(False, True)},
    space={"L": "triangular"},
    family="solvers",
    domain="no zero on the diagonal of the factor",
)
cholesky_solve_vjp, cholesky_solve_jvp = CHOLESKY_SOLVE.op_vjp, CHOLESKY_SOLVE.op_jvp
