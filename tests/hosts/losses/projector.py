"""Losses of rules/projector.md, for the tables of hosts."""

import numpy as np

from ..cases import AT, case

case("projector, onto the range", (4, 2))(lambda L, h, A: h.weigh(L.projector(A)))
case("projector, two tied that are kept", AT["orthogonal"] @ np.diag([2.0, 2.0, 1.0]))(
    lambda L, h, A: h.weigh(L.projector(A, k=2))
)
