"""The linear solve at 110 digits."""

from .exact import inverse
from .points import Draw, Op, Point


def near(A, B, *, draw):
    return lambda A, B: [inverse(A) @ B]


SOLVE = Op("solve", "(m,m),(m,n?)->(m,n?)", ("A", "B"), ("X",), ("A", "X"), near)


def points():
    def point(title, shape_A, shape_B, complex_A=False, complex_B=None, **more):
        draw = Draw(f"solve, {title}")
        A = draw.independent(*shape_A, complex=complex_A)
        B = draw(*shape_B, complex=complex_A if complex_B is None else complex_B)
        return Point(SOLVE, title, (A, B), **more)

    yield point("real", (3, 3), (3, 2))
    yield point("complex", (3, 3), (3, 2), complex_A=True)
    yield point("a vector", (3, 3), (3,))
    yield point("a vector for every matrix, complex", (2, 3, 3), (3,), complex_A=True)
    yield point("A real, B complex", (2, 2), (2, 2), complex_B=True)
    yield point("A complex, B real", (2, 2), (2, 2), complex_A=True, complex_B=False)
    yield point("one by one, complex", (1, 1), (1, 1), complex_A=True)
    yield point("a batch of three, 3 x 3", (3, 3, 3), (3, 3, 3))
    yield point("one A for every B", (2, 2), (3, 2, 2))
    yield point("one B for every A, complex", (2, 2, 2), (2, 1), complex_A=True)
    yield point("broadcast both ways", (2, 1, 2, 2), (3, 2, 1))
    yield point("no rows", (0, 0), (0, 2))
    yield point("no columns", (2, 2), (2, 0))
    yield point("no matrices", (0, 2, 2), (2, 2))
