"""Losses of rules/schur.md, for the tables of hosts."""

import numpy as np

from ..cases import case

REAL = np.asarray([[1.0, 2.0, 0.5], [0.3, 4.0, 1.0], [0.2, 0.1, 7.0]])  # eigenvalues that are real


def loss(L, h, A):
    """Of the eigenvalues, and of how far A is from normal: no order and no phase counts."""
    T, _ = L.schur(A, output="complex")
    diagonal, size = h.asarray(np.eye(3)), h.abs2(T)
    return h.sum(diagonal * size**2) + h.sum((1 - diagonal) * size)


case("schur", (3, 3))(loss)


@case("schur, real factors", REAL)
def real(L, h, A):
    T, Z = L.schur(A, output="real")
    return h.weigh(h.abs2(Z) @ h.abs2(T) @ h.adjoint(h.abs2(Z)))
