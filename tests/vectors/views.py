"""Views of a matrix at 110 digits: its transpose and its diagonals, entry by entry."""

import numpy as np

from .points import Draw, Op, Point


def near_transpose(A, *, draw):
    return lambda A: [A.T]


def near_diagonal(A, *, draw, offset=0):
    m, n = A.shape
    places = [(i, i + offset) for i in range(m) if 0 <= i + offset < n]
    return lambda A: [np.asarray([A[place] for place in places], object)]


TRANSPOSE = Op("matrix_transpose", "(m,n)->(n,m)", ("A",), ("Y",), ("A",), near_transpose)
DIAGONAL = Op("diagonal", "(m,n)->(k)", ("A",), ("d",), ("A",), near_diagonal, {"offset": 0})


def points():
    def point(op, title, *shape, complex=False, **params):
        return Point(op, title, (Draw(f"{op.name}, {title}")(*shape, complex=complex),), params)

    for op in (TRANSPOSE, DIAGONAL):
        yield point(op, "square", 3, 3)
        yield point(op, "square, complex", 3, 3, complex=True)
        yield point(op, "tall", 5, 3)
        yield point(op, "wide, complex", 2, 4, complex=True)
        of_rank_1 = np.outer([1.0, 2.0, -1.0], [0.5, 1.5, 2.0])
        yield Point(op, "of rank 1", (of_rank_1,), marks=("singular",))
        yield point(op, "one by one, complex", 1, 1, complex=True)
        yield point(op, "a batch of three, 3 x 3", 3, 3, 3)
        yield point(op, "two batch axes, wide, complex", 2, 2, 2, 3, complex=True)
        yield point(op, "no rows", 0, 3)
        yield point(op, "no columns", 3, 0)
        yield point(op, "no matrices", 0, 2, 2)
    yield Point(TRANSPOSE, "symmetric", (np.asarray([[1.0, 2.0], [2.0, 3.0]]),))
    yield point(DIAGONAL, "above the diagonal", 3, 3, offset=1)
    yield point(DIAGONAL, "below the diagonal, complex", 3, 3, complex=True, offset=-1)
    yield point(DIAGONAL, "above the diagonal, tall", 4, 3, offset=1)
    yield point(DIAGONAL, "below the diagonal, tall", 5, 2, offset=-2)
    yield point(DIAGONAL, "above the diagonal, wide", 2, 4, offset=1)
    yield point(DIAGONAL, "below the diagonal, wide", 3, 4, offset=-1)
    yield point(DIAGONAL, "a corner", 3, 4, offset=3)
    yield point(DIAGONAL, "beyond the edge, above", 3, 4, offset=5)
    yield point(DIAGONAL, "beyond the edge, below", 3, 2, offset=-3)
    yield point(DIAGONAL, "a batch, below the diagonal", 2, 3, 3, offset=-2)
