"""Losses of rules/eigh.md, for the tables of hosts."""

from ..cases import AT, case, projector


@case("eigh", (4, 4), hermitian=True)
def _(L, h, A):
    w, V = L.eigh(A)
    return h.weigh(w, h.abs2(V))


@case("eigh, the space of a tied eigenvalue", AT["tied"])
def _(L, h, A):
    w, V = L.eigh((A + h.adjoint(A)) / 2)
    return h.weigh(projector(h, V[:, :2])) + h.sum(w**2)


case("eigvalsh", (4, 4), hermitian=True)(lambda L, h, A: h.weigh(L.eigvalsh(A)))
case("eigvalsh, the sum of squares at a tie", AT["tied"])(
    lambda L, h, A: h.sum(L.eigvalsh((A + h.adjoint(A)) / 2) ** 2)
)
