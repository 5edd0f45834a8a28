"""The oracle of rules/svd.md."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from .._exact import Exact, conj, exact
from ..ties import TiedLoss, tied_svd
from ._common import Like, completed, factors_svd, unit_phases


def svd(A: Exact, *, like: Like, full_matrices: bool = True) -> list[Exact]:
    """mpmath's; each pair of singular vectors gets the phase nearest to `like`."""
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
    """mpmath's singular values."""
    return [factors_svd(A)[1]]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True


TIED = ("svd",)  # random cases include ties and zeros


def tied(draw: st.DrawFn, random: np.random.Generator, dtype: Any, params: dict[str, Any]) -> TiedLoss:
    """A matrix with tied and zero singular values, and a loss that has a gradient there."""
    clusters = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    zeros, extra = draw(st.integers(0, 2)), draw(st.sampled_from(((0, 0), (2, 0), (0, 2))))
    k = sum(clusters) + zeros
    return tied_svd(random, k + extra[0], k + extra[1], clusters, zeros, dtype)
