"""Losses of rules/eigh_generalized.md, for the tables of hosts, which compose it of other functions."""

import numpy as np

from ..cases import case, projector

B = np.asarray([[2.0, 1, 0], [1, 3, 1], [0, 1, 2]])
TIED = B + 2 * np.outer([1, 0, 1], [1, 0, 1])  # eigenvalues 1, 1, and another


for type, title in ((1, ""), (2, ", type=2"), (3, ", type=3")):

    @case(f"eigh_generalized{title}", (3, 3), (3, 3), hermitian=True)
    def _(L, h, A, B, type=type):
        w, V = L.eigh_generalized(A, B, type=type)
        return h.weigh(w, h.abs2(V))


@case("eigh_generalized, the space of a tied eigenvalue", TIED, B)
def _(L, h, A, B):
    w, V = L.eigh_generalized((A + h.adjoint(A)) / 2, (B + h.adjoint(B)) / 2)
    return h.weigh(projector(h, V[:, :2])) + h.sum(w**2)


case("eigvalsh_generalized", (3, 3), (3, 3), hermitian=True)(
    lambda L, h, A, B: h.weigh(L.eigvalsh_generalized(A, B))
)
case("eigvalsh_generalized, the sum of squares at a tie", TIED, B)(
    lambda L, h, A, B: h.sum(L.eigvalsh_generalized((A + h.adjoint(A)) / 2, (B + h.adjoint(B)) / 2) ** 2)
)
