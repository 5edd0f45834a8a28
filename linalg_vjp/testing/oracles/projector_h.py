"""The oracle of rules/projector_h.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj
from ._common import Like, factors_eigh

UNSCALED = ("projector_h",)  # the cut does not scale with A


def projector_h(A: Exact, *, like: Like, k: int | None, cut: float) -> list[Exact]:
    """From mpmath's eigenvalues and eigenvectors."""
    w, V = factors_eigh(A)
    kept = V[:, max(len(w) - k, 0) :] if k is not None else V[:, [v > cut for v in w]]
    return [kept @ conj(kept.T) + 0 * A]


def nearest_psd(A: Exact, *, like: Like) -> list[Exact]:
    """From mpmath's eigenvalues and eigenvectors."""
    w, V = factors_eigh(A)
    return [(V * np.asarray([max(v, mpmath.mpf(0)) for v in w], object)) @ conj(V.T)]


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """With eigenvalues at least 1.5 above or below the cut."""
    (A,) = inputs
    if A.size == 0 or "cut" not in params:
        return inputs
    w, V = np.linalg.eigh(A)
    largest = np.max(np.abs(w), axis=-1, keepdims=True)
    n, k = A.shape[-1], params["k"]
    sign = np.where(np.arange(n) >= n - (n // 2 if k is None else k), 1, -1)
    w = params["cut"] + 2.5 * sign + w / np.where(largest == 0, 1, largest)
    return [np.asarray((V * w[..., None, :]) @ np.conj(V.mT), A.dtype)]
