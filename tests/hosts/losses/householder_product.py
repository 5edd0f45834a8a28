"""Losses of rules/householder_product.md, for the tables of hosts."""

from ..cases import case

case("householder_product", (4, 3), (3,))(lambda L, h, A, tau: h.weigh(L.householder_product(A, tau)))
case("householder_product, two reflectors", (3, 3), (2,))(
    lambda L, h, A, tau: h.weigh(L.householder_product(A, tau))
)
