"""Losses of rules/banded.md, for the tables of hosts."""

import numpy as np

from ..cases import case

D = np.asarray([[0.0, 1.0, 2.0, -1.0], [7.0, 8.0, -9.0, 8.0], [1.0, -2.0, 1.0, 0.0]])

case("tridiagonal_solve", *D, (4, 2))(lambda L, h, *x: h.weigh(L.tridiagonal_solve(*x)))
case("solve_banded", D, (4, 2))(lambda L, h, ab, B: h.weigh(L.solve_banded(ab, B, u=1)))
