"""Losses of rules/cond.md, for the tables of hosts."""

from ..cases import case

case("cond", (4, 4), regular=True)(lambda L, h, A: L.cond(A))
case("cond, p='fro'", (4, 4), regular=True)(lambda L, h, A: L.cond(A, p="fro"))
