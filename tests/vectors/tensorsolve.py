"""Inverses and solves of tensors at 110 digits: those of matrices, reshaped."""

import math

import numpy as np

from .exact import inverse
from .points import Draw, Op, Point


def near(A, *, draw, ind=2):
    size = math.prod(A.shape[:ind])
    return lambda A: [inverse(A.reshape(size, size)).reshape(A.shape[ind:] + A.shape[:ind])]


def near_solution(A, B, *, draw, axes=None):
    last = [i % A.ndim for i in axes or ()]
    order = [*(i for i in range(A.ndim) if i not in last), *last]

    def solution(A, B):
        A = A.transpose(order)
        X = inverse(A.reshape(B.size, B.size)) @ B.reshape(-1)
        return [X.reshape(A.shape[B.ndim :])]

    return solution


TENSORINV = Op("tensorinv", "(*)->(*)", ("A",), ("X",), ("X",), near, {"ind": 2})
TENSORSOLVE = Op("tensorsolve", "(*),(*)->(*)", ("A", "B"), ("X",), ("A", "X"), near_solution, {"axes": None})


def regular(draw, *shape, rows, complex=False):
    """A tensor that is well-conditioned as a matrix with this many rows."""
    A = draw(*shape, complex=complex).reshape(rows, rows)
    return ((A / 2) + 4 * np.eye(rows)).reshape(shape)


def points():
    def point(title, *shape, ind=2, complex=False):
        draw = Draw(f"tensorinv, {title}")
        A = regular(draw, *shape, rows=math.prod(shape[:ind]), complex=complex)
        return Point(TENSORINV, title, (A,), {"ind": ind})

    yield point("two and two", 2, 2, 2, 2)
    yield point("two and one, complex", 2, 2, 4, complex=True)
    yield point("one and two", 4, 2, 2, ind=1)
    yield point("one and one, complex", 3, 3, ind=1, complex=True)
    yield point("ones among the axes", 1, 2, 2, 1, ind=2)
    yield point("nothing", 0, 2, 0, ind=2)
    yield from solutions()


def solutions():
    def point(title, shape, b, axes=None, complex=(False, False)):
        draw = Draw(f"tensorsolve, {title}")
        last = [i % len(shape) for i in axes or ()]
        order = [*(i for i in range(len(shape)) if i not in last), *last]
        A = regular(draw, *(shape[i] for i in order), rows=math.prod(b), complex=complex[0])
        B = draw(*b, complex=complex[1])
        return Point(TENSORSOLVE, title, (A.transpose(np.argsort(order)), B), {"axes": axes})

    both = (True, True)
    yield point("solve, two and two", (2, 2, 2, 2), (2, 2))
    yield point("solve, two and one, complex", (2, 2, 4), (2, 2), complex=both)
    yield point("solve, one and one", (3, 3), (3,))
    yield point("solve, axes at the end", (2, 4, 2), (2, 2), (1,))
    yield point("solve, two axes in another order, complex", (2, 3, 6), (6,), (1, 0), both)
    yield point("solve, A real, B complex", (2, 1, 2), (2,), None, (False, True))
    yield point("solve, A complex, B real", (2, 1, 2), (2,), None, (True, False))
    yield point("solve, nothing", (0, 2, 0), (0, 2))
