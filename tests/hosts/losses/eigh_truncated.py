"""Losses of rules/eigh_truncated.md, for the tables of hosts."""

from ..cases import AT, case, projector


def loss(L, h, A):
    w, V = L.eigh_truncated((A + h.adjoint(A)) / 2, k=1)
    return h.weigh(w, projector(h, V))


case("eigh_truncated, two tied that are discarded", AT["tied"])(loss)
