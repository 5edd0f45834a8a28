"""Losses of rules/lu_factor.md, for the tables of hosts."""

from ..cases import case

case("lu_factor, wide", (3, 5))(lambda L, h, A: h.weigh(L.lu_factor(A)[0]))
case("lu_factor and lu_solve", (4, 4), (4, 2))(lambda L, h, A, B: h.weigh(L.lu_solve(*L.lu_factor(A)[:2], B)))
