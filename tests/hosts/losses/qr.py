"""Losses of rules/qr.md, for the tables of hosts."""

from ..cases import case, projector

case("qr, tall", (4, 3))(lambda L, h, A: h.weigh(*L.qr(A)))
case("qr, wide", (3, 5))(lambda L, h, A: h.weigh(*L.qr(A)))
case("qr of a batch", (2, 4, 3))(lambda L, h, A: h.weigh(*L.qr(A)))


@case("qr, mode='complete', tall", (4, 2))
def _(L, h, A):
    Q, R = L.qr(A, mode="complete")
    return h.weigh(Q[:, :2], projector(h, Q[:, 2:]), R)


case("qr_pivoted, wide", (3, 5))(lambda L, h, A: h.weigh(*L.qr_pivoted(A)[:2]))
case("qr_pivoted, tall", (5, 3))(lambda L, h, A: h.weigh(*L.qr_pivoted(A)[:2]))
