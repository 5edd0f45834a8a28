"""Losses of rules/matrix_norm.md, for the tables of hosts."""

import numpy as np

from ..cases import case

for p in ("fro", "nuc", 1, 2, -2, float("inf")):
    case(f"matrix_norm, ord={p!r}", (4, 3))(lambda L, h, A, p=p: L.matrix_norm(A, ord=p))
case("matrix_norm of a batch, ord=2", (2, 3, 4))(lambda L, h, A: h.weigh(L.matrix_norm(A, ord=2)))
case("matrix_norm at zero", np.zeros((3, 2)), twice=False)(lambda L, h, A: L.matrix_norm(A))
