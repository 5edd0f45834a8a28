"""Losses of rules/fractional_matrix_power.md, for the tables of hosts."""

import numpy as np

from ..cases import case

case("fractional_matrix_power", (3, 3), regular=True)(
    lambda L, h, A: h.weigh(L.fractional_matrix_power(A, t=0.3))
)
case("fractional_matrix_power of a Jordan block", np.asarray([[2.0, 1, 0], [0, 2, 1], [0, 0, 2]]))(
    lambda L, h, A: h.weigh(L.fractional_matrix_power(A, t=0.3))
)
