"""Losses of rules/svd_truncated.md, for the tables of hosts."""

import numpy as np

from ..cases import AT, case

case("svd_truncated, two tied that are discarded", AT["orthogonal"] @ np.diag([2.0, 1.0, 1.0]))(
    lambda L, h, A: of_pair(h, *L.svd_truncated(A, k=1))
)


def of_pair(h, U, S, Vh):
    """Of u v^H, which has no phase."""
    return h.weigh(U @ Vh, S)
