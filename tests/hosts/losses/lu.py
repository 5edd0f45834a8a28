"""Losses of rules/lu.md, for the tables of hosts."""

from ..cases import case

case("lu", (4, 4))(lambda L, h, A: h.weigh(*L.lu(A)[1:]))
case("lu, tall", (5, 3))(lambda L, h, A: h.weigh(*L.lu(A)[1:]))
case("lu, wide", (3, 5))(lambda L, h, A: h.weigh(*L.lu(A)[1:]))
case("lu of a batch", (2, 3, 3))(lambda L, h, A: h.weigh(*L.lu(A)[1:]))
