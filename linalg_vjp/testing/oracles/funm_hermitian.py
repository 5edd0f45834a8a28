"""The oracle of rules/funm_hermitian.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj
from ._common import Like, factors_eigh

UNSCALED = ("funm_hermitian", "trace_funm")
FUNCTIONS = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "rsqrt": lambda x: 1 / mpmath.sqrt(x),
    "xlogx": lambda x: x * mpmath.log(x),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
}


def funm_hermitian(A: Exact, *, like: Like, f: Any, p: float, **others: Any) -> list[Exact]:
    """From mpmath's eigenvalues and eigenvectors."""
    w, V = factors_eigh(A)
    return [(V * _values(w, f, p)) @ conj(V.T)]


def trace_funm(A: Exact, *, like: Like, f: Any, p: float, **others: Any) -> list[Exact]:
    """From mpmath's eigenvalues."""
    return [np.asarray(sum(_values(factors_eigh(A)[0], f, p), mpmath.mpf(0)), object)]


def _values(w: Exact, f: Any, p: float) -> Exact:
    g = (lambda x: x ** mpmath.mpf(p)) if f == "power" else FUNCTIONS.get(f, f)
    return np.asarray([g(v) for v in w], object)


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """Scaled down to a norm of at most 16, so that no exponential overflows."""
    (A,) = inputs
    size = np.max(np.sum(np.abs(A), axis=-1), axis=-1, initial=0)[..., None, None]
    return [np.asarray(A / np.maximum(1, size / 16), A.dtype)]
