"""Losses of rules/solve.md, for the tables of hosts."""

from ..cases import case

for title, *shapes in (
    ("solve", (3, 3), (3, 2)),
    ("solve, one matrix and a batch of sides", (3, 3), (2, 3, 2)),
    ("solve, a batch and one side", (2, 3, 3), (3, 2)),
    ("solve, a vector", (3, 3), (3,)),
):
    case(title, *shapes, regular=True)(lambda L, h, A, B: h.weigh(L.solve(A, B)))
