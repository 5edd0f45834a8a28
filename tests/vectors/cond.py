"""Condition numbers at 110 digits: the norm of A times that of its inverse."""

import math

import numpy as np

from .exact import filled, inverse
from .matrix_norm import dense
from .matrix_norm import near as near_norm
from .points import Draw, Op, Point


def near(A, *, draw, p=None):
    if p in (None, 2, -2):
        top, low = (near_norm(A, draw=draw, ord=ord) for ord in ((-2, 2) if p == -2 else (2, -2)))
        return lambda A: [filled((), [top(A)[0][()] / low(A)[0][()]])]
    of_A, of_X = (near_norm(x, draw=draw, ord=p) for x in (A, inverse(A)))
    return lambda A: [filled((), [of_A(A)[0][()] * of_X(inverse(A))[0][()]])]


COND = Op("cond", "(m,n)->()", ("A",), ("kappa",), ("A",), near, {"p": None}, real=("kappa",))
INF = math.inf


def points():
    def point(title, *shape, complex=False, of=None, marks=(), **params):
        A = Draw(f"cond, {title}").independent(*shape, complex=complex) if of is None else np.asarray(of)
        A = np.where(A == 0, 0.75, A) if of is None else A
        return Point(COND, title, (A,), params, marks)

    for p in (None, "fro", "nuc", 1, -1, INF, -INF):
        yield point(f"p {p}, square", 3, 3, p=p)
        yield point(f"p {p}, square, complex", 2, 2, complex=True, p=p)
    yield point("p -2, square, complex", 3, 3, complex=True, p=-2)
    yield point("tall, complex", 3, 2, complex=True, p=2)
    yield point("wide", 2, 3)
    turned = np.eye(4)[[2, 0, 3, 1]]
    yield point("a tie above", of=turned * [3.0, -3.0, 2.0, 1.0], marks=("kink", "tied"))
    yield point("ties above and below, complex", of=turned * [3, 3j, -1, 1], p=2, marks=("kink", "tied"))
    yield point("a tie and no zeros", of=dense([3.0, 3.0, 2.0, 1.0]), marks=("kink", "tied"))
    yield point("a unitary matrix", of=[[0.6, 0.8j], [0.8j, 0.6]], p="fro")
    yield point("p 1, a tie", of=[[1.0, -3.0], [4.0, 2.0]], p=1, marks=("kink", "tied"))
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, p 1, complex", 2, 2, 2, 2, complex=True, p=1)
    yield point("no matrices", of=np.zeros((0, 2, 2)))
    for p in (None, 1):
        yield Point(
            COND,
            f"a batch with a singular matrix, p {p}",
            (np.asarray([[[2.0, 0.0], [0.0, 0.0]], [[2.0, 1.0], [1.0, 3.0]]]),),
            {"p": p},
            ("singular",),
            note="inf for the first matrix; the second must not suffer",
            undefined={(0,): (np.asarray(INF),)},
        )
