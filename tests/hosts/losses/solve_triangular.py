"""Losses of rules/solve_triangular.md, for the tables of hosts."""

from ..cases import case

case("solve_triangular", (3, 3), (3, 2), regular=True)(
    lambda L, h, A, B: h.weigh(L.solve_triangular(A, B, upper=False))
)
case("solve_triangular of a batch", (2, 3, 3), (2, 3, 2), regular=True)(
    lambda L, h, A, B: h.weigh(L.solve_triangular(A, B, upper=True))
)
