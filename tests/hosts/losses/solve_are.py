"""Losses of rules/solve_are.md, for the tables of hosts."""

from ..cases import case

for kind in ("continuous", "discrete"):

    @case(f"solve_{kind}_are", (3, 3), (3, 2), (3, 3), (2, 2), regular=True)
    def _(L, h, A, B, Q, R, name=f"solve_{kind}_are"):
        return h.weigh(getattr(L, name)(A, B, Q @ h.adjoint(Q), R @ h.adjoint(R)))
