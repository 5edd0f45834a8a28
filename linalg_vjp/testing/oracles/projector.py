"""The oracle of rules/projector.md."""

from .._exact import Exact, conj, exact
from ._common import Like, factors_svd

UNSCALED = ("projector",)  # the cut does not scale with A


def projector(A: Exact, *, like: Like, k: int | None, cut: float) -> list[Exact]:
    """From mpmath's singular value decomposition."""
    U, S, _ = factors_svd(A)
    kept = U[:, :k] if k is not None else U[:, [s > cut for s in S]]
    return [kept @ conj(kept.T) + 0 * exact(like[0])]
