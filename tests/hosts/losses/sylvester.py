"""Losses of rules/sylvester.md, for the tables of hosts."""

from ..cases import case

case("sylvester_h", (3, 3), (2, 2), (3, 2), regular=True)(
    lambda L, h, A, B, C: h.weigh(L.sylvester_h(A @ h.adjoint(A), B @ h.adjoint(B), C))
)
