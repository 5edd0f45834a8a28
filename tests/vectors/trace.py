"""The trace at 110 digits: the sum along a diagonal, term by term."""

import mpmath
import numpy as np

from .points import Draw, Op, Point


def near(A, *, draw, offset=0):
    m, n = A.shape
    places = [(i, i + offset) for i in range(m) if 0 <= i + offset < n]
    return lambda A: [np.asarray(sum((A[place] for place in places), mpmath.mpf(0)), object)]


TRACE = Op("trace", "(m,n)->()", ("A",), ("t",), ("A",), near, {"offset": 0})


def points():
    def point(title, *shape, complex=False, marks=(), **params):
        return Point(TRACE, title, (Draw(f"trace, {title}")(*shape, complex=complex),), params, marks)

    yield point("square", 3, 3)
    yield point("square, complex", 3, 3, complex=True)
    yield point("tall, real", 5, 3)
    yield point("wide, complex", 2, 4, complex=True)
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("above the diagonal", 3, 3, offset=1)
    yield point("below the diagonal, complex", 3, 3, complex=True, offset=-1)
    yield point("above the diagonal, tall", 4, 3, offset=1)
    yield point("below the diagonal, tall", 5, 2, offset=-2)
    yield point("above the diagonal, wide", 2, 4, offset=2)
    yield point("below the diagonal, wide", 3, 4, offset=-1)
    yield point("the upper right corner", 3, 4, offset=3)
    yield point("the lower left corner", 3, 4, offset=-2)
    yield point("beyond the edge, above", 3, 4, offset=4)
    yield point("beyond the edge, below, complex", 3, 2, complex=True, offset=-3)
    yield point("far beyond the edge", 2, 2, offset=9)
    yield Point(TRACE, "of rank 1", (np.outer([1.0, 2.0, -1.0], [0.5, 1.5, 2.0]),), marks=("singular",))
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, wide, complex", 2, 2, 2, 3, complex=True, offset=1)
    yield point("no rows", 0, 3)
    yield point("no columns, complex", 3, 0, complex=True, offset=-1)
    yield point("neither rows nor columns", 0, 0)
    yield point("no matrices", 0, 2, 2)
