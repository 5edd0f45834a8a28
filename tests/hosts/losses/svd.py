"""Losses of rules/svd.md, for the tables of hosts."""

from ..cases import AT, case, projector


@case("svd, tall", (4, 3))
def _(L, h, A):
    U, S, Vh = L.svd(A, full_matrices=False)
    return h.weigh(h.abs2(U), S, h.abs2(Vh), h.scaled(U, S) @ Vh)


@case("svd of a batch, wide", (2, 3, 4))
def _(L, h, A):
    U, S, Vh = L.svd(A, full_matrices=False)
    return h.weigh(h.abs2(U), S, h.abs2(Vh))


@case("svd, full_matrices=True", (4, 2))
def _(L, h, A):
    U, S, Vh = L.svd(A, full_matrices=True)
    return h.weigh(projector(h, U[:, 2:]), S, h.abs2(Vh))


@case("svd, the polar factor where all are tied", AT["orthogonal"])
def _(L, h, A):
    U, _, Vh = L.svd(A, full_matrices=False)
    return h.weigh(U @ Vh)


case("svdvals", (4, 3))(lambda L, h, A: h.weigh(L.svdvals(A)))
case("svdvals, the sum of squares at ties", AT["orthogonal"])(lambda L, h, A: h.sum(L.svdvals(A) ** 2))
