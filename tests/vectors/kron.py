"""The Kronecker product at 110 digits, entry by entry."""

import numpy as np

from .exact import filled
from .points import Draw, Op, Point


def product(A, B):
    (m, n), (p, q) = A.shape, B.shape
    places = np.ndindex(m * p, n * q)
    return filled((m * p, n * q), (A[r // p, s // q] * B[r % p, s % q] for r, s in places))


def near(A, B, *, draw):
    return lambda A, B: [product(A, B)]


KRON = Op("kron", "(m,n),(p,q)->(r,s)", ("A", "B"), ("Y",), ("A", "B"), near)


def points():
    def point(title, shape_A, shape_B, complex_A=False, complex_B=None):
        draw = Draw(f"kron, {title}")
        A = draw(*shape_A, complex=complex_A)
        B = draw(*shape_B, complex=complex_A if complex_B is None else complex_B)
        return Point(KRON, title, (A, B))

    yield point("two squares", (2, 2), (2, 2))
    yield point("two squares, complex", (2, 2), (2, 2), complex_A=True)
    yield point("tall and wide", (3, 2), (2, 3))
    yield point("wide and tall, complex", (1, 3), (3, 2), complex_A=True)
    yield Point(
        KRON,
        "a symmetric B",
        (np.asarray([[1.0, 2.0], [-0.5, 0.75]]), np.asarray([[1.5, -1.0], [-1.0, 0.5]])),
    )
    yield point("columns", (3, 1), (2, 1))
    yield point("a column and a square", (3, 1), (2, 2))
    yield point("a number and a matrix", (1, 1), (2, 3))
    yield point("a matrix and a number, complex", (2, 3), (1, 1), complex_A=True)
    yield Point(
        KRON,
        "of rank 1",
        (np.outer([1.0, -1.5], [0.5, 2.0]), np.outer([3.0, 0.5], [1.0, -2.0, 0.25])),
        marks=("singular",),
    )
    yield point("A real, B complex", (2, 2), (1, 2), complex_B=True)
    yield point("A complex, B real", (2, 1), (2, 2), complex_A=True, complex_B=False)
    yield point("a batch of three", (3, 2, 2), (3, 1, 2))
    yield point("two batch axes, complex", (2, 2, 2, 1), (2, 2, 1, 2), complex_A=True)
    yield point("one A for every B", (2, 2), (3, 2, 1))
    yield point("one B for every A, complex", (2, 2, 2), (1, 2), complex_A=True)
    yield point("broadcast both ways", (2, 1, 2, 2), (3, 1, 2))
    yield point("A without rows", (0, 2), (2, 2))
    yield point("B without columns, complex", (2, 2), (2, 0), complex_A=True)
    yield point("no matrices", (0, 2, 2), (2, 2))
