"""Losses of rules/polar.md, for the tables of hosts."""

from ..cases import AT, case

case("polar", (4, 3))(lambda L, h, A: h.weigh(*L.polar(A)))
case("polar, all singular values tied", AT["orthogonal"])(lambda L, h, A: h.weigh(*L.polar(A)))
