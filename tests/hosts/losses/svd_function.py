"""Losses of rules/svd_function.md, for the tables of hosts."""

import numpy as np

from ..cases import AT, case

case("svd_function, tanh", (3, 2))(lambda L, h, A: h.weigh(L.svd_function(A, f="tanh")))
case("low_rank", (4, 3))(lambda L, h, A: h.weigh(L.low_rank(A, k=2)))
case("low_rank, two tied that are kept", AT["orthogonal"] @ np.diag([2.0, 2.0, 1.0]))(
    lambda L, h, A: h.weigh(L.low_rank(A, k=2))
)
case("svd_threshold, all singular values tied", AT["orthogonal"])(
    lambda L, h, A: h.weigh(L.svd_threshold(A, tau=0.5))
)
