"""Losses of rules/vector_norm.md, for the tables of hosts."""

import numpy as np

from ..cases import case

for p in (1, 3, float("inf")):
    case(f"vector_norm, ord={p}", (4,))(lambda L, h, x, p=p: L.vector_norm(x, ord=p))
case("vector_norm at zero", np.zeros(3), twice=False)(lambda L, h, x: L.vector_norm(x))
