"""Losses of rules/procrustes.md, for the tables of hosts."""

import numpy as np

from ..cases import AT, case

case("orthogonal_procrustes", (4, 3), (4, 3))(lambda L, h, A, B: h.weigh(*L.orthogonal_procrustes(A, B)))
case("orthogonal_procrustes, the nearest rotation, all tied", np.eye(3), AT["orthogonal"])(
    lambda L, h, A, B: h.weigh(*L.orthogonal_procrustes(A, B, special=True))
)
