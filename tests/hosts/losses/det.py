"""Losses of rules/det.md, for the tables of hosts."""

from ..cases import AT, case

case("det of a batch", (2, 4, 4))(lambda L, h, A: h.weigh(L.det(A)))
case("det, rank 2 of 3", AT["rank 2 of 3"])(lambda L, h, A: h.weigh(L.det(A)))
case("det, rank 2 of 4", AT["rank 2 of 4"])(lambda L, h, A: h.weigh(L.det(A)))
case("det, rank 1 of 4", AT["rank 1 of 4"])(lambda L, h, A: h.weigh(L.det(A)))
case("slogdet of a batch", (2, 3, 3))(lambda L, h, A: h.weigh(*L.slogdet(A)))
