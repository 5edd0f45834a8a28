"""The oracle of rules/eigh.md."""

from .._exact import Exact, conj, exact
from ._common import Like, factors_eigh, unit_phases


def eigh(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, of the Hermitian part; each eigenvector is turned towards `like`."""
    w, V = factors_eigh(A)
    return [w, V * unit_phases((conj(V) * exact(like[1])).sum(axis=0))]


def eigvalsh(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, of the Hermitian part."""
    return [factors_eigh(A)[0]]
