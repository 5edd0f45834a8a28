"""The oracle of rules/logdet.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, hermitian
from ._common import Like, determinant


def logdet(A: Exact, *, like: Like) -> list[Exact]:
    """From the determinant of the Hermitian part."""
    return [np.asarray(mpmath.log(mpmath.mpmathify(determinant(hermitian(A))).real), object)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
