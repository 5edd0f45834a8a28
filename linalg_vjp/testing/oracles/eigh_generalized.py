"""The oracle of rules/eigh_generalized.md."""

from typing import Any

import mpmath
import numpy as np
from hypothesis import strategies as st

from .._exact import Exact, conj, exact
from ..ties import TiedLoss, tied_pencil
from ._common import Like, factors_eigh, unit_phases


def eigh_generalized(A: Exact, B: Exact, *, like: Like, type: int = 1) -> list[Exact]:
    """With the square root of B; each eigenvector gets the phase of `like`."""
    w, V, U = _factors(A, B, type)
    return [w, V * unit_phases((conj(U) * exact(like[1])).sum(axis=0))]


def eigvalsh_generalized(A: Exact, B: Exact, *, like: Like, type: int = 1) -> list[Exact]:
    """With the square root of B."""
    return [_factors(A, B, type)[0]]


def _factors(A: Exact, B: Exact, type: int) -> tuple[Exact, Exact, Exact]:
    """Eigenvalues, eigenvectors V and V^-H, of the Hermitian parts."""
    b, Q = factors_eigh(B)
    d = np.asarray([mpmath.sqrt(v) for v in b], object)
    root, inverse = (Q * d) @ conj(Q.T), (Q / d) @ conj(Q.T)
    left = inverse if type == 1 else root
    w, Y = factors_eigh(left @ A @ left)
    return (w, root @ Y, inverse @ Y) if type == 3 else (w, inverse @ Y, root @ Y)


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True


TIED = ("eigh_generalized",)  # random cases include ties


def tied(draw: st.DrawFn, random: np.random.Generator, dtype: Any, params: dict[str, Any]) -> TiedLoss:
    """Matrices with tied eigenvalues, and a loss that has a gradient there."""
    clusters = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    return tied_pencil(random, clusters, dtype, params["type"])
