"""The oracle of rules/procrustes.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj
from ._common import Like, determinant, factors_svd

WITHOUT = ("graded", "ill-conditioned", "defective")  # a product of two of these is singular to rounding


def orthogonal_procrustes(A: Exact, B: Exact, *, like: Like, special: bool) -> list[Exact]:
    """From mpmath's singular value decomposition of A^H B."""
    P, S, Qh = factors_svd(conj(A.T) @ B)
    real = not any(isinstance(v, mpmath.mpc) for v in (*A.flat, *B.flat))
    if special and real and len(S) and determinant(P @ Qh) < 0:
        S, P = S.copy(), P.copy()
        S[-1], P[:, -1] = -S[-1], -P[:, -1]
    return [P @ Qh, np.asarray(sum(S, mpmath.mpf(0)), object)]


def fitted(sizes: dict[str, int], params: dict[str, Any]) -> dict[str, int]:
    """No fewer rows than columns: A^H B has full rank."""
    return {**sizes, "m": max(sizes["m"], sizes["n"])}
