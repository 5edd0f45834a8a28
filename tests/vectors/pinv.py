"""The pseudoinverse at 110 digits: V S^-2 V^H A^H, over the singular values that are kept."""

import mpmath
import numpy as np

from .eigh import H
from .exact import adjoint, eigh, filled
from .points import Draw, Op, Point
from .svd import ZERO, of_values


def near(A, *, draw, rtol=None):
    squares = _right(A)[0]
    largest = max(squares, default=0)
    least = (mpmath.mpf(rtol) if rtol else ZERO) ** 2 * largest
    rank = sum(square > least for square in squares)

    def inverse(A):
        squares, V = _right(A)
        return [(V[:, :rank] / squares[:rank]) @ adjoint(V[:, :rank]) @ adjoint(A)]

    return inverse


def _right(A):
    """The squares of the singular values in descending order, and the right singular vectors."""
    w, V = eigh(adjoint(A) @ A)
    return filled(w.shape, [abs(v) for v in w[::-1]]), V[:, ::-1]


PINV = Op("pinv", "(m,n)->(n,m)", ("A",), ("X",), ("A", "X"), near, {"rtol": None})


def flat(title):
    """Two wide matrices at different scales, each with one singular value below a cut at 0.3."""
    draw = Draw(title)
    while True:
        A = draw(2, 2, 3, complex=True) * np.asarray([1.0, 8.0])[:, None, None]
        S = np.linalg.svdvals(A)
        if np.all((S[:, 1] < 0.25 * S[:, 0]) & (S[:, 1] > 0.05 * S[:, 0])):
            return A


def points():
    def point(title, *shape, complex=False):
        return Point(PINV, title, (Draw(f"pinv, {title}").independent(*shape, complex=complex),))

    def of_rank(r, m, n, title, complex=False):
        draw = Draw(f"pinv, {title}")
        A = draw.independent(m, r, complex=complex) @ draw.independent(n, r, complex=complex).T
        return Point(PINV, title, (A,), marks=("singular",))

    yield point("square", 3, 3)
    yield point("tall", 3, 2)
    yield point("wide", 2, 3)
    yield point("square, complex", 2, 2, complex=True)
    yield point("tall, complex", 3, 2, complex=True)
    yield point("wide, complex", 2, 3, complex=True)
    yield of_rank(1, 3, 3, "square, of rank 1")
    yield of_rank(2, 4, 3, "tall, of rank 2, complex", complex=True)
    yield of_rank(1, 2, 4, "wide, of rank 1")
    yield Point(PINV, "the zero matrix", (np.zeros((2, 3)),), marks=("singular",))
    cut = of_values([4, 2, 1, 0.5], V=H[:, [2, 0, 3, 1]])
    yield Point(PINV, "two singular values cut off", (cut,), {"rtol": 0.3}, ("cut",))
    yield Point(
        PINV, "one cut off, tall", (np.vstack([np.diag([3.0, 0.5]), [[0.0, 0.0]]]),), {"rtol": 0.3}, ("cut",)
    )
    title = "a batch, one cut off of each, wide, complex"
    yield Point(PINV, title, (flat(f"pinv, {title}"),), {"rtol": 0.3}, ("cut",))
    # Ties are exact if the matrix needs no factorization.
    tied = np.eye(4)[[2, 0, 3, 1]] * [4.0, -4.0, 1.0, 1.0]
    yield Point(PINV, "ties on both sides of the cut", (tied,), {"rtol": 0.3}, ("cut", "tied"))
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, tall, complex", 2, 2, 2, 1, complex=True)
    yield point("no columns", 2, 0)
    yield point("no matrices", 0, 2, 2)
