"""The oracle of rules/eigh_truncated.md."""

from typing import Any

from .._exact import Exact, conj, exact
from ._common import Like, factors_eigh, unit_phases


def eigh_truncated(A: Exact, *, like: Like, k: int) -> list[Exact]:
    """mpmath's, for the Hermitian part; each eigenvector gets the phase of `like`."""
    w, V = factors_eigh(A)
    w, V = w[max(len(w) - k, 0) :], V[:, max(len(w) - k, 0) :]
    return [w, V * unit_phases((conj(V) * exact(like[1])).sum(axis=0))]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
