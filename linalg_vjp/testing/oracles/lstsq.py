"""The oracle of rules/lstsq.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj
from ._common import Like, factors_svd

ANY_RANK = ("lstsq",)  # random cases include singular matrices


def lstsq(A: Exact, B: Exact, *, like: Like, rtol: float | None = None) -> list[Exact]:
    """From the kept singular values. Zeros that a finite difference step has moved are not kept."""
    U, S, Vh = factors_svd(A)
    least = max(rtol or 0.0, 10 * float(np.finfo(like[0].dtype).eps) ** 0.5)
    r = sum(s > least * S[0] for s in S) if np.any(like[0]) else 0
    X = conj(Vh[:r].T) @ ((conj(U[:, :r].T) @ B) / (S[:r] if B.ndim == 1 else S[:r, None]))
    R = B * 0 if r == len(A) else B - A @ X
    squares = np.asarray([(v * v.conjugate()).real for v in R.flat], object).reshape(R.shape)
    return [X, np.asarray(squares.sum(axis=0) + mpmath.mpf(0), object)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
