"""Losses of rules/cholesky.md, for the tables of hosts."""

from ..cases import case

case("cholesky", (3, 3), hermitian=True)(lambda L, h, A: h.weigh(L.cholesky(A)))
case("cholesky of a batch", (2, 3, 3), hermitian=True)(lambda L, h, A: h.weigh(L.cholesky(A)))
