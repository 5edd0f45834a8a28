"""Losses of rules/solve_sylvester.md, for the tables of hosts."""

from ..cases import case

case("solve_sylvester", (3, 3), (2, 2), (3, 2), regular=True)(
    lambda L, h, A, B, Q: h.weigh(L.solve_sylvester(A, B, Q))
)
