"""Losses of rules/funm_hermitian.md, for the tables of hosts."""

from ..cases import AT, case

case("funm_hermitian, the square root", (3, 3), hermitian=False)(
    lambda L, h, A: h.weigh(L.funm_hermitian(A @ h.adjoint(A), f="sqrt"))
)
case("funm_hermitian, the exponential at a tie", AT["tied"])(
    lambda L, h, A: h.weigh(L.funm_hermitian((A + h.adjoint(A)) / 2, f="exp"))
)
case("trace_funm, the softplus at a tie", AT["tied"])(
    lambda L, h, A: L.trace_funm((A + h.adjoint(A)) / 2, f="softplus")
)
