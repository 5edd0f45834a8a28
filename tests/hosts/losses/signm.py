"""Losses of rules/signm.md, for the tables of hosts."""

import numpy as np

from ..cases import case

case("signm of Jordan blocks", np.asarray([[2.0, 1, 1], [0, 2, 1], [0, 0, -1]]))(
    lambda L, h, A: h.weigh(L.signm(A))
)
