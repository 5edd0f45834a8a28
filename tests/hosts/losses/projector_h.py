"""Losses of rules/projector_h.md, for the tables of hosts."""

import numpy as np

from ..cases import AT, case

case("projector_h, two tied on one side", AT["tied"])(
    lambda L, h, A: h.weigh(L.projector_h((A + h.adjoint(A)) / 2, k=1))
)
case("nearest_psd, two tied on one side", -AT["tied"])(
    lambda L, h, A: h.weigh(L.nearest_psd((A + h.adjoint(A)) / 2 + 2 * h.asarray(np.eye(3))))
)
