"""The oracle of rules/eigh.md."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from .._exact import Exact, conj, exact
from ..ties import TiedLoss, tied_eigh
from ._common import Like, factors_eigh, unit_phases


def eigh(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, for the Hermitian part; each eigenvector gets the phase of `like`."""
    w, V = factors_eigh(A)
    return [w, V * unit_phases((conj(V) * exact(like[1])).sum(axis=0))]


def eigvalsh(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, for the Hermitian part."""
    return [factors_eigh(A)[0]]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True


TIED = ("eigh",)  # random cases include ties


def tied(draw: st.DrawFn, random: np.random.Generator, dtype: Any, params: dict[str, Any]) -> TiedLoss:
    """A matrix with tied eigenvalues, and a loss that has a gradient there."""
    return tied_eigh(random, draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)), dtype)
