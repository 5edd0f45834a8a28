"""Sylvester equations at 110 digits: one linear system for all entries of the solution."""

import numpy as np

from .exact import adjoint, eye, inverse
from .points import Draw, Op, Point


def near(H, K, C, *, draw):
    m, n = C.shape

    def solution(H, K, C):
        if C.size == 0:
            return [C]
        H, K = ((A + adjoint(A)) / 2 for A in (H, K))
        M = np.kron(H, eye(n)) + np.kron(eye(m), K.T)
        return [(inverse(M) @ C.reshape(m * n, 1)).reshape(m, n)]

    return solution


SYLVESTER_H = Op(
    "sylvester_h",
    "(m,m),(n,n),(m,n)->(m,n)",
    ("H", "K", "C"),
    ("X",),
    ("H", "K", "X"),
    near,
    hermitian=("H", "K"),
)


def points():
    def point(title, H, K, C, complex=False, **more):
        draw = Draw(f"sylvester_h, {title}")
        inputs = [
            positive(draw, *x, complex=complex) if isinstance(x, tuple) else np.asarray(x) for x in (H, K)
        ]
        return Point(SYLVESTER_H, title, (*inputs, draw(*C, complex=complex)), **more)

    def positive(draw, *shape, complex):
        A = draw(*shape, complex=complex)
        return (A + np.conj(A.mT)) / 2 + 4 * np.eye(shape[-1])

    yield point("real", (3, 3), (2, 2), (3, 2))
    yield point("complex", (2, 2), (3, 3), (2, 3), complex=True)
    one = np.ones((1, 1))
    yield point("one by one, real", one, 3 * one, (1, 1))
    yield point("diagonal", np.diag([1.0, 2.0]), np.diag([3.0, 5.0]), (2, 2))
    yield point(
        "a tie in both",
        2 * np.eye(2),
        [[3.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 4.0]],
        (2, 3),
        marks=("tied",),
    )
    yield point("an indefinite coefficient", [[1.0, 2.0], [2.0, -1.0]], [[4.0, 0.0], [0.0, 5.0]], (2, 2))
    yield point(
        "a tangent that is not Hermitian, complex",
        (2, 2),
        (2, 2),
        (2, 2),
        complex=True,
        marks=("junk",),
        junk=True,
    )
    yield point("one by one, complex", (1, 1), (1, 1), (1, 1), complex=True)
    yield point("a batch of three", (3, 3, 3), (3, 2, 2), (3, 3, 2))
    yield point("one H for every C", (2, 2), (3, 2, 2), (3, 2, 2))
    yield point("broadcast both ways, complex", (2, 1, 2, 2), (2, 2), (3, 2, 2), complex=True)
    yield point("no rows", (0, 0), (2, 2), (0, 2))
    yield point("no matrices", (0, 2, 2), (2, 2), (0, 2, 2))
