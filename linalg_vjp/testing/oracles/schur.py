"""The oracle of rules/schur.md."""

from typing import Any

import mpmath
import numpy as np

from .._exact import Exact, conj, exact
from ._common import Like, array, unit_phases

WITHOUT = ("defective",)  # defective matrices have no derivative


def schur(A: Exact, *, like: Like, output: str = "real") -> list[Exact]:
    """From mpmath's eigenvectors, in the order of `like`; each column of Z gets the phase of `like`."""
    n = len(A)
    if n == 0:
        return [A, A]
    w, V = mpmath.eig(mpmath.matrix(A.tolist()))
    w, V, order = list(w), array(V), []
    for v in np.diagonal(like[0]):
        rest = [i for i in range(n) if i not in order]
        order.append(min(rest, key=lambda i: abs(w[i] - exact(v).item())))
    Z, _ = mpmath.qr(mpmath.matrix(V[:, order].tolist()))
    Z = array(Z)
    Z = Z * unit_phases((conj(Z) * exact(like[1])).sum(axis=0))
    return [np.triu(conj(Z.T) @ A @ Z), Z]


def arranged(inputs: list[Any], params: dict[str, Any]) -> list[Any]:
    """With real eigenvalues, where A is real and the factors must be real."""
    (A,) = inputs
    if params["output"] == "complex" or A.dtype.kind == "c" or A.size == 0:
        return inputs
    size = np.max(np.abs(A), axis=(-2, -1), keepdims=True)
    T = np.triu(A, 1) + size * np.diag(1 + np.arange(A.shape[-1]))
    Q, _ = np.linalg.qr(A)
    return [np.asarray(Q @ T @ Q.mT, A.dtype)]


def in_range(params: dict[str, Any]) -> bool:
    """At any scale of the inputs, all results stay in the range of the floats."""
    return True
