"""Products of chains at 110 digits, from left to right."""

import functools
import operator

import numpy as np

from .points import Draw, Op, Point


def near(*factors, draw):
    def product(*factors):
        zero = 0 * sum(np.sum(x) for x in factors)  # the right type for empty sums
        return [np.asarray(functools.reduce(operator.matmul, factors) + zero, object)]

    return product


MULTI_DOT = Op("multi_dot", "(m?,k),(k,n?)...->(m?,n?)", ("A", "B"), ("Y",), ("A", "B"), near)


def points():
    def point(title, *shapes, complex=False):
        draw = Draw(f"multi_dot, {title}")
        each = complex if isinstance(complex, tuple) else (complex,) * len(shapes)
        factors = [draw(*shape, complex=kind) for shape, kind in zip(shapes, each, strict=True)]
        return Point(MULTI_DOT, title, tuple(factors))

    yield point("two", (3, 2), (2, 4))
    yield point("three", (2, 3), (3, 4), (4, 2))
    yield point("three, complex", (2, 3), (3, 2), (2, 2), complex=True)
    yield point("four, from the right", (4, 3), (3, 4), (4, 3), (3, 1))
    yield point("four, the middle first, complex", (3, 2), (2, 3), (3, 1), (1, 3), complex=True)
    yield point("five, square", (2, 2), (2, 2), (2, 2), (2, 2), (2, 2))
    yield point("a row", (3,), (3, 2), (2, 2))
    yield point("a column, complex", (2, 3), (3, 2), (2,), complex=True)
    yield point("a row and a column", (2,), (2, 3), (3,))
    yield point("two vectors, complex", (3,), (3,), complex=True)
    yield point("real and complex", (2, 2), (2, 3), (3, 2), complex=(False, True, False))
    yield point("one by one, complex", (1, 1), (1, 1), (1, 1), complex=True)
    yield point("a batch of three", (3, 2, 3), (3, 3, 2), (3, 2, 2))
    yield point("two batch axes, complex", (2, 2, 2, 2), (2, 2, 2, 1), complex=True)
    yield point("one in the middle for every batch", (2, 2, 3), (3, 2), (2, 2, 2))
    yield point("an empty sum", (2, 0), (0, 3), (3, 2))
    yield point("no matrices", (0, 2, 2), (2, 2), (2, 1))
