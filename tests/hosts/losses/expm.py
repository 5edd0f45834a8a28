"""Losses of rules/expm.md, for the tables of hosts."""

from ..cases import case

case("expm of a batch", (2, 3, 3), regular=True)(lambda L, h, A: h.weigh(L.expm(A)))
