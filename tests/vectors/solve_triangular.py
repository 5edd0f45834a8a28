"""The triangular solve at 110 digits: a general solve with the triangle."""

import itertools

import numpy as np

from .exact import adjoint, inverse
from .points import Draw, Op, Point


def near(A, B, *, draw, upper=True, trans="N", unit_diagonal=False):
    read = np.tri(len(A), k=-1, dtype=bool)
    diagonal = np.eye(len(A), dtype=bool)

    def solution(A, B):
        T = np.where(read.T if upper else read, A, A * 0) + np.where(
            diagonal, A**0 if unit_diagonal else A, A * 0
        )
        return [inverse({"N": T, "T": T.T, "C": adjoint(T)}[trans]) @ B]

    return solution


SOLVE_TRIANGULAR = Op(
    "solve_triangular",
    "(m,m),(m,n?)->(m,n?)",
    ("A", "B"),
    ("X",),
    ("A", "X"),
    near,
    {"upper": True, "trans": "N", "unit_diagonal": False},
)


def points():
    def point(title, shape_A, shape_B, complex_A=False, complex_B=None, **params):
        draw = Draw(f"solve_triangular, {title}")
        while True:  # the triangle that is not read holds other numbers
            A = draw(*shape_A, complex=complex_A)
            if np.all(np.abs(np.diagonal(A, axis1=-2, axis2=-1)) > 0.4):
                break
        B = draw(*shape_B, complex=complex_A if complex_B is None else complex_B)
        return Point(SOLVE_TRIANGULAR, title, (A, B), params)

    for upper, trans in itertools.product((True, False), "NTC"):
        name = f"{'upper' if upper else 'lower'}, {trans}"
        yield point(f"{name}, complex", (3, 3), (3, 2), complex_A=True, upper=upper, trans=trans)
    yield point("upper, N, real", (3, 3), (3, 2))
    yield point("unit diagonal, upper", (3, 3), (3, 2), unit_diagonal=True)
    yield point("unit diagonal, lower, T", (3, 3), (3, 1), upper=False, trans="T", unit_diagonal=True)
    yield point("unit diagonal, lower", (3, 3), (3, 2), upper=False, unit_diagonal=True)
    yield point("unit diagonal, upper, T", (3, 3), (3, 2), trans="T", unit_diagonal=True)
    yield point("unit diagonal, upper, C, complex", (2, 2), (2, 2), True, trans="C", unit_diagonal=True)
    yield point("a vector, lower", (3, 3), (3,), upper=False)
    yield point("a vector for every matrix, complex", (2, 3, 3), (3,), complex_A=True)
    yield point("A real, B complex", (2, 2), (2, 2), complex_B=True)
    yield point("A real, B complex, C", (2, 2), (2, 2), complex_B=True, trans="C")
    yield point("A complex, B real, T", (2, 2), (2, 2), complex_A=True, complex_B=False, trans="T")
    yield point("one by one, complex", (1, 1), (1, 1), complex_A=True)
    yield point("a batch of three, 3 x 3", (3, 3, 3), (3, 3, 3))
    yield point("one A for every B", (2, 2), (3, 2, 2))
    yield point("one B for every A, complex", (2, 2, 2), (2, 1), complex_A=True)
    yield point("broadcast both ways", (2, 1, 2, 2), (3, 2, 1), upper=False)
    yield point("no rows", (0, 0), (0, 2))
    yield point("no columns", (2, 2), (2, 0))
    yield point("no matrices", (0, 2, 2), (2, 2))
