"""The oracle of rules/svd.md."""

import numpy as np

from .._exact import Exact, conj, exact
from ._common import Like, completed, factors_svd, unit_phases


def svd(A: Exact, *, like: Like, full_matrices: bool = True) -> list[Exact]:
    """mpmath's; each pair of singular vectors is turned by one phase towards `like`."""
    U, S, Vh = factors_svd(A)
    k = len(S)
    V = conj(Vh.T)
    like_U, like_V = exact(like[0][:, :k]), exact(np.conj(like[2][:k].T))
    phase = unit_phases((conj(U) * like_U).sum(axis=0) + (conj(V) * like_V).sum(axis=0))
    U, V = U * phase, V * phase
    if full_matrices:
        U, V = completed(U, like[0]), completed(V, np.conj(like[2].T))
    return [U, S, conj(V.T)]


def svdvals(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's."""
    return [factors_svd(A)[1]]
