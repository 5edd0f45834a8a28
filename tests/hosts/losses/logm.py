"""Losses of rules/logm.md, for the tables of hosts."""

import numpy as np

from ..cases import case

case("logm", (3, 3), regular=True)(lambda L, h, A: h.weigh(L.logm(A)))
case("logm of a Jordan block", np.asarray([[2.0, 1, 0], [0, 2, 1], [0, 0, 2]]))(
    lambda L, h, A: h.weigh(L.logm(A))
)
