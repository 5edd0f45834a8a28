"""The oracle of rules/svd_truncated.md."""

from typing import Any

import numpy as np

from .._exact import Exact, conj, exact
from ._common import Like, factors_svd, unit_phases


def svd_truncated(A: Exact, *, like: Like, k: int) -> list[Exact]:
    """mpmath's; each pair of singular vectors gets the phase nearest to `like`."""
    U, S, Vh = factors_svd(A)
    U, S, V = U[:, :k], S[:k], conj(Vh[:k].T)
    like_U, like_V = exact(like[0]), exact(np.conj(like[2].T))
    phase = unit_phases((conj(U) * like_U).sum(axis=0) + (conj(V) * like_V).sum(axis=0))
    return [U * phase, S, conj((V * phase).T)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
