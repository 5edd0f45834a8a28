"""The inverse at 110 digits."""

import numpy as np

from .exact import inverse
from .points import Draw, Op, Point


def near(A, *, draw):
    return lambda A: [inverse(A)]


INV = Op("inv", "(n,n)->(n,n)", ("A",), ("X",), ("X",), near)


def points():
    def point(title, *shape, complex=False, **more):
        return Point(INV, title, (Draw(f"inv, {title}").independent(*shape, complex=complex),), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield Point(INV, "Hermitian", (np.asarray([[2.0, 1j], [-1j, 3.0]]),))
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
