"""Least squares at 110 digits: V S^-2 V^H A^H B, over the singular values that are kept."""

import numpy as np

from .exact import filled
from .pinv import near as near_inverse
from .points import Draw, Op, Point


def near(A, B, *, draw, rtol=None):
    inverse = near_inverse(A, draw=draw, rtol=rtol)
    tol = 0.3 * _largest(A) if rtol else None
    consistent = len(A) == (np.linalg.matrix_rank(A.astype(complex), tol=tol) if A.size else 0)

    def solution(A, B):
        X = inverse(A)[0] @ B
        R = B * 0 if consistent else B - A @ X
        squares = filled(R.shape, [(v * v.conjugate()).real for v in R.flat])
        return [X, np.asarray(squares.sum(axis=0) + 0 * _number(A, B), object)]

    return solution


def _largest(A):
    return np.linalg.norm(A.astype(complex), 2) if A.size else 0.0


def _number(A, B):
    """An mpmath number, also for an empty sum."""
    return next((v.real for x in (A, B) for v in x.flat), 0.0)


LSTSQ = Op(
    "lstsq",
    "(m,n),(m,k?)->(n,k?),(k?)",
    ("A", "B"),
    ("X", "residuals"),
    ("A", "B", "X"),
    near,
    {"rtol": None},
    real=("residuals",),
)


def points():
    def point(title, a, b, complex=False, rank=None, **more):
        draw = Draw(f"lstsq, {title}")
        A = draw.independent(*a[:-1], rank or a[-1], complex=complex)
        if rank is not None:
            A = A @ draw.independent(rank, a[-1], complex=complex)
        return Point(LSTSQ, title, (A, draw(*b, complex=complex)), **more)

    yield point("tall", (4, 2), (4, 2))
    yield point("tall, complex", (3, 2), (3, 2), complex=True)
    yield point("wide", (2, 3), (2, 2))
    yield point("wide, complex", (2, 3), (2, 1), complex=True)
    yield point("square", (3, 3), (3, 2))
    yield point("a vector", (3, 2), (3,))
    yield point("a vector, complex", (3, 2), (3,), complex=True)
    yield point("tall, of rank 1", (3, 2), (3, 2), rank=1, marks=("singular",))
    yield point("square, of rank 2, complex", (3, 3), (3, 1), complex=True, rank=2, marks=("singular",))
    yield point("wide, of rank 1", (2, 3), (2, 2), rank=1, marks=("singular",))
    side, cut = Draw("lstsq, cut")(3, 2), np.asarray([[4.0, 4.25], [4.0, 3.75], [1.0, 1.0]])
    yield Point(LSTSQ, "tall, with a cut", (cut, side), {"rtol": 0.3})
    yield Point(
        LSTSQ, "nothing is cut", (np.asarray([[4.0, 0.0], [0.0, 2.0], [1.0, 0.25]]), side), {"rtol": 0.3}
    )
    yield point("a batch of three", (3, 3, 2), (3, 3, 1))
    yield point("two batch axes, complex", (2, 1, 2, 2), (2, 1, 2, 1), complex=True)
    yield point("one A for every B", (3, 2), (2, 3, 1))
    yield point("no rows", (0, 2), (0, 1))
    yield point("no columns", (2, 0), (2, 1))
    yield point("no matrices", (0, 2, 2), (0, 2, 1))
