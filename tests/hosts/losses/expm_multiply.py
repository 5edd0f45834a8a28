"""Losses of rules/expm_multiply.md, for the tables of hosts."""

from ..cases import case

case("expm_multiply of a batch", (2, 3, 3), (3, 2), regular=True)(
    lambda L, h, A, B: h.weigh(L.expm_multiply(A, B))
)
