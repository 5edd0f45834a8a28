"""Matrices whose singular values or eigenvalues are simple, tied, nearly tied, small or zero.

A cut r says that the first r values are separated from the others, so a loss may distinguish the two groups.
"""

from typing import Any, NamedTuple

import numpy as np

from linalg_vjp.testing._exact import normal

__all__ = ["FAMILIES", "Point", "hermitian_point", "point"]


class Point(NamedTuple):
    """A matrix, and the cuts at which its sorted values split into separate groups."""

    A: Any
    cuts: tuple[int, ...]


def simple(k):
    """Values of about one, well separated."""
    return 2 - np.arange(k) / k, range(k + 1)


def graded(k, decades):
    """Values that vary over this many decades."""
    return 10.0 ** -(np.arange(k) * decades / max(k - 1, 1)), range(k + 1)


def clustered(k):
    """Two exact clusters."""
    h = k // 2
    return np.repeat([2.0, 1.0], [h, k - h]), (0, h, k)


def near(k, split):
    """A pair with a small relative split, and simple values."""
    s = 2 - np.arange(k) / k
    s[1] = s[0] * (1 - split)
    return s, (0, 2, k) if split < 1e-14 else range(k + 1)


def deficient(k, zeros):
    """This many zero values, which rounding turns into about eps."""
    s = 2 - np.arange(k) / k
    s[k - zeros :] = 0
    return s, range(k - zeros + 1)


def small_pair(k):
    """Two small values that are close to each other: 3e-9 and 2e-9."""
    s = 2 - np.arange(k) / k
    s[k - 2 :] = 3e-9, 2e-9
    return s, range(k + 1)


FAMILIES = {
    "simple": simple,
    "graded by 14 decades": lambda k: graded(k, 14),
    "graded by 30 decades": lambda k: graded(k, 30),
    "clustered": clustered,
    "nearly tied, 2^-27": lambda k: near(k, 2.0**-27),
    "nearly tied, 2^-40": lambda k: near(k, 2.0**-40),
    "nearly tied, 2^-51": lambda k: near(k, 2.0**-51),
    "small pair": small_pair,
    "rank n - 1": lambda k: deficient(k, 1),
    "rank n - 2": lambda k: deficient(k, 2),
    "rank n / 2": lambda k: deficient(k, k - k // 2),
    "zero": lambda k: deficient(k, k),
    "exact zero": lambda k: deficient(k, 1),
    "exact zeros": lambda k: deficient(k, 2),
    "exact ties": clustered,
}


def point(name, random, m, n, dtype):
    """An m x n matrix with the singular values of a family. An exact family gives a permuted diagonal."""
    s, cuts = FAMILIES[name](min(m, n))
    U, V = _frame(name, random, m, dtype), _frame(name, random, n, dtype)
    return Point(np.asarray((U[:, : len(s)] * s) @ np.conj(V[:, : len(s)].T), dtype), tuple(cuts))


def hermitian_point(name, random, n, dtype):
    """A Hermitian matrix with the eigenvalues of a family. In the family "simple" some are negative."""
    w, cuts = FAMILIES[name](n)
    w = np.sort(w)  # ascending, as in eigh
    if name == "simple":
        w = w - 1.4
    V = _frame(name, random, n, dtype)
    A = (V * w) @ np.conj(V.T)
    return Point(np.asarray((A + np.conj(A.T)) / 2, dtype), tuple(n - r for r in cuts))


def _frame(name, random, n, dtype):
    if name.startswith("exact"):
        return np.eye(n)[random.permutation(n)].astype(dtype)
    return np.linalg.qr(normal(random, (n, n), dtype))[0]
