"""Losses of rules/pinv.md, for the tables of hosts."""

from ..cases import case

case("pinv, tall", (4, 3))(lambda L, h, A: h.weigh(L.pinv(A)))
case("pinv of a batch, wide", (2, 3, 4))(lambda L, h, A: h.weigh(L.pinv(A)))
