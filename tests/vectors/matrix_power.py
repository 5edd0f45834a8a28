"""Integer powers at 110 digits, factor by factor."""

import numpy as np

from .exact import eye, inverse
from .points import Draw, Op, Point


def near(A, *, draw, n=2):
    def power(A):
        X, Y = inverse(A) if n < 0 else A, eye(len(A))
        for _ in range(abs(n)):
            Y = Y @ X
        return [Y if n else Y + A * 0]

    return power


POWER = Op("matrix_power", "(m,m)->(m,m)", ("A",), ("Y",), ("A",), near, {"n": 2})
SINGULAR = np.asarray([[1.0, 2.0, 0.0], [2.0, 4.0, 0.5], [-1.0, -2.0, 1.0]])


def points():
    def point(title, *shape, complex=False, **params):
        return Point(
            POWER, title, (Draw(f"matrix_power, {title}").independent(*shape, complex=complex),), params
        )

    yield point("square of a real matrix", 3, 3, n=2)
    yield point("square, complex", 3, 3, complex=True, n=2)
    yield point("third power, complex", 2, 2, complex=True, n=3)
    yield point("fifth power", 3, 3, n=5)
    yield point("seventh power, complex", 2, 2, complex=True, n=7)
    yield point("eighth power", 2, 2, n=8)
    yield point("first power", 2, 2, n=1)
    yield point("zeroth power, complex", 2, 2, complex=True, n=0)
    yield point("inverse", 3, 3, n=-1)
    yield point("minus third power, complex", 2, 2, complex=True, n=-3)
    yield Point(POWER, "singular, third power", (SINGULAR,), {"n": 3}, marks=("singular",))
    yield Point(
        POWER, "nilpotent, second power", (np.asarray([[0.0, 1.0], [0.0, 0.0]]),), {"n": 2}, ("singular",)
    )
    yield Point(POWER, "zero, zeroth power", (np.zeros((2, 2)),), {"n": 0}, marks=("singular",))
    yield Point(POWER, "Hermitian, third power", (np.asarray([[2.0, 1j], [-1j, 3.0]]),), {"n": 3})
    yield point("one by one, complex", 1, 1, complex=True, n=4)
    yield point("a batch of three, 3 x 3", 3, 3, 3, n=3)
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True, n=-2)
    yield point("no rows", 0, 0, n=3)
    yield point("no matrices", 0, 2, 2, n=2)
