"""Losses of rules/cholesky_solve.md, for the tables of hosts."""

from ..cases import case

case("cholesky_inverse", (3, 3), hermitian=True)(lambda L, h, A: h.weigh(L.cholesky_inverse(L.cholesky(A))))
