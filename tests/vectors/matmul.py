"""The matrix product at 110 digits: sums of products."""

import mpmath
import numpy as np

from .exact import filled
from .points import Draw, Op, Point


def product(A, B):
    rows = [A] if A.ndim == 1 else list(A)
    columns = [B] if B.ndim == 1 else list(B.T)
    entries = (sum((a * b for a, b in zip(r, c, strict=True)), mpmath.mpf(0)) for r in rows for c in columns)
    return filled(A.shape[:-1] + B.shape[1:], entries)


def near(A, B, *, draw):
    return lambda A, B: [product(A, B)]


MATMUL = Op("matmul", "(m?,k),(k,n?)->(m?,n?)", ("A", "B"), ("Y",), ("A", "B"), near)


def points():
    def point(title, shape_A, shape_B, complex_A=False, complex_B=None):
        draw = Draw(f"matmul, {title}")
        A = draw(*shape_A, complex=complex_A)
        B = draw(*shape_B, complex=complex_A if complex_B is None else complex_B)
        return Point(MATMUL, title, (A, B))

    yield point("square", (3, 3), (3, 3))
    yield point("square, complex", (3, 3), (3, 3), complex_A=True)
    yield point("tall", (4, 2), (2, 3))
    yield point("wide, complex", (2, 4), (4, 1), complex_A=True)
    yield point("one by one, complex", (1, 1), (1, 1), complex_A=True)
    yield Point(
        MATMUL,
        "of rank 1",
        (np.outer([1.0, 2.0, -1.0], [0.5, 1.5, 2.0]), np.outer([3.0, 0.5, -1.0], [1.0, -2.0])),
        marks=("singular",),
    )
    yield point("a matrix and a vector", (3, 3), (3,))
    yield point("a matrix and a vector, complex", (2, 3), (3,), complex_A=True)
    yield point("a vector and a matrix", (3,), (3, 3))
    yield point("a vector and a matrix, complex", (3,), (3, 2), complex_A=True)
    yield point("two vectors", (3,), (3,))
    yield point("two vectors, complex", (3,), (3,), complex_A=True)
    yield point("a vector for every matrix, complex", (2, 3, 3), (3,), complex_A=True)
    yield point("every matrix for a vector", (3,), (2, 2, 3, 2))
    yield point("A real, B complex", (2, 3), (3, 2), complex_B=True)
    yield point("A complex, B real", (2, 3), (3, 2), complex_A=True, complex_B=False)
    yield point("two vectors, the first real", (3,), (3,), complex_B=True)
    yield point("a batch of three, 3 x 3", (3, 3, 3), (3, 3, 3))
    yield point("two batch axes, tall, complex", (2, 2, 3, 2), (2, 2, 2, 2), complex_A=True)
    yield point("one A for every B", (2, 2), (3, 2, 2))
    yield point("one B for every A, complex", (2, 2, 2), (2, 1), complex_A=True)
    yield point("broadcast both ways", (2, 1, 1, 2), (3, 2, 2))
    yield point("an empty inner axis", (2, 0), (0, 3))
    yield point("two empty vectors, complex", (0,), (0,), complex_A=True)
    yield point("no rows", (0, 2), (2, 3))
    yield point("no columns", (2, 2), (2, 0))
    yield point("no matrices", (0, 2, 2), (2, 2))
