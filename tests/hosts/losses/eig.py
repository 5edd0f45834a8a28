"""Losses of rules/eig.md, for the tables of hosts."""

import numpy as np

from ..cases import case

TURN = np.asarray([[0.5, -2.0, 0.0], [2.0, 0.5, 0.3], [1.0, 0.2, -1.0]])


def loss(L, h, A):
    """Of values and vectors in any order."""
    w, V = L.eig(A)
    return h.weigh(h.abs2(V) @ h.abs2(w)[..., None])


case("eig", (3, 3))(loss)
case("eig, a pair of conjugates", TURN)(loss)
case("eigvals", (3, 3))(lambda L, h, A: h.sum(h.abs2(L.eigvals(A))))
