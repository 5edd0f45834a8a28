"""tensordot at 110 digits: NumPy's own, which works for numbers of any type."""

import numpy as np

from .points import Draw, Op, Point


def near(A, B, *, draw, axes=2):
    def product(A, B):
        zero = 0 * (np.sum(A) + np.sum(B))  # the right type for empty sums
        return [np.asarray(np.tensordot(A, B, axes) + zero, object)]

    return product


TENSORDOT = Op("tensordot", "(*),(*)->(*)", ("A", "B"), ("Y",), ("A", "B"), near, {"axes": 2})


def points():
    def point(title, a, b, axes=2, complex=(False, False)):
        draw = Draw(f"tensordot, {title}")
        A, B = draw(*a, complex=complex[0]), draw(*b, complex=complex[1])
        return Point(TENSORDOT, title, (A, B), {"axes": axes})

    both = (True, True)
    yield point("two axes", (2, 3, 2), (3, 2, 4))
    yield point("two axes, complex", (2, 3, 2), (3, 2, 2), complex=both)
    yield point("one axis, complex", (2, 3), (3, 2), 1, both)
    yield point("no axis", (2, 2), (3,), 0)
    yield point("no axis, complex", (2,), (2, 2), 0, both)
    yield point("all axes, complex", (2, 3), (2, 3), 2, both)
    yield point("pairs in another order", (2, 3, 4), (4, 5, 3), ((1, 2), (2, 0)))
    yield point("pairs in another order, complex", (2, 3, 2), (2, 3, 2), ((0, 2), (2, 0)), both)
    yield point("axes from the end", (3, 2), (2, 3), ((-2,), (-1,)))
    yield point("A real, B complex", (2, 3), (3, 2), 1, (False, True))
    yield point("A complex, B real", (2, 3), (3, 2), 1, (True, False))
    yield point("numbers", (), (), 0, both)
    yield point("an empty sum", (2, 0), (0, 3), 1)
    yield point("nothing", (0, 2), (2, 3), 1, both)
