"""Losses of rules/solve_lyapunov.md, for the tables of hosts."""

from ..cases import case

for kind in ("continuous", "discrete"):
    case(f"solve_{kind}_lyapunov", (3, 3), (3, 3), regular=True)(
        lambda L, h, A, Q, name=f"solve_{kind}_lyapunov": h.weigh(getattr(L, name)(A, Q))
    )
