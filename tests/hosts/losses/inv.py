"""Losses of rules/inv.md, for the tables of hosts."""

from ..cases import case

case("inv of a batch", (2, 3, 3), regular=True)(lambda L, h, A: h.weigh(L.inv(A)))
