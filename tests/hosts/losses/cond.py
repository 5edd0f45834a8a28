"""Losses of rules/cond.md, for the tables of hosts."""

from ..cases import case

case("cond", (4, 4), regular=True)(lambda L, h, A: L.cond(A))
# NumPy 2.1 returns this norm as a complex number.
case("cond, p='fro'", (4, 4), regular=True)(lambda L, h, A: h.xp.real(L.cond(A, p="fro")))
