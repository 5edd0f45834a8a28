"""The oracle of rules/eig.md."""

import mpmath
import numpy as np

from .._exact import Exact, exact, norm
from ._common import Like, array

WITHOUT = ("defective",)  # defective matrices have no derivative


def eig(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, in the order of `like`. Each vector has length one, and the same real entry as in `like`."""
    n = len(A)
    if n == 0:
        return [np.empty(0, object), A]
    w, V = mpmath.eig(mpmath.matrix(A.tolist()))
    w, V = np.asarray(list(w), object), array(V)
    order: list[int] = []
    for v in like[0]:
        rest = [i for i in range(n) if i not in order]
        order.append(min(rest, key=lambda i: abs(w[i] - exact(v).item())))
    w, V = w[order], V[:, order] + mpmath.mpc(0)
    V = V / [norm(v) for v in V.T]
    for j in range(n) if len(like) > 1 else ():
        v = like[1][:, j]
        k = int(np.argmax(np.where(v.imag == 0, abs(v), -1)))
        phase = V[k, j] / abs(V[k, j])
        V[:, j] = V[:, j] / (phase if v[k].real >= 0 else -phase)
    return [w + mpmath.mpc(0), V]


def eigvals(A: Exact, *, like: Like) -> list[Exact]:
    """mpmath's, in the order of `like`."""
    return eig(A, like=like)[:1]


def in_range(params: dict[str, object]) -> bool:
    """No: JAX does not rescale the eigenvalues of tiny or huge matrices (see its profile)."""
    return False
