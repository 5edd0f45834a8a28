"""The oracle of rules/solve.md."""

from .._exact import Exact
from ._common import Like, eliminated


def solve(A: Exact, B: Exact, *, like: Like) -> list[Exact]:
    """Elimination with pivoting."""
    return [eliminated(A, B)]
