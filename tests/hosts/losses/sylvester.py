"""Losses of rules/sylvester.md, for the tables of hosts."""

from ..cases import case

case("sylvester_h", (3, 3), (2, 3), hermitian=False)(
    lambda L, h, A, C: h.weigh(L.sylvester_h(A @ h.adjoint(A), A @ h.adjoint(A), h.adjoint(C)))
)
