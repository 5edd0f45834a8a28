"""Solve and inverse with a Cholesky factor at 110 digits, from the product of the factors."""

import numpy as np

from .exact import adjoint, inverse
from .points import Draw, Op, Point


def near(L, B, *, draw, upper=False):
    inverted = near_inverse(L, draw=draw, upper=upper)
    return lambda L, B: [inverted(L)[0] @ B]


def near_inverse(L, *, draw, upper=False):
    read = np.tri(len(L), dtype=bool)

    def inverted(L):
        T = np.where(read.T if upper else read, L, L * 0)
        return [inverse(adjoint(T) @ T if upper else T @ adjoint(T))]

    return inverted


CHOLESKY_SOLVE = Op(
    "cholesky_solve", "(n,n),(n,k?)->(n,k?)", ("L", "B"), ("X",), ("L", "B", "X"), near, {"upper": False}
)
CHOLESKY_INVERSE = Op(
    "cholesky_inverse", "(n,n)->(n,n)", ("L",), ("X",), ("L", "X"), near_inverse, {"upper": False}
)


def factor(draw, *shape, upper, complex, change):
    """A well-conditioned factor, with other numbers in the triangle that is not read."""
    while True:
        L = change(draw(*shape, complex=complex))
        if L.size == 0 or np.all(np.linalg.cond((np.triu if upper else np.tril)(L)) < 8):
            return L


def points():
    def point(title, shape_L, shape_B, complex_L=False, complex_B=None, upper=False, change=lambda L: L):
        draw = Draw(f"cholesky_solve, {title}")
        L = factor(draw, *shape_L, upper=upper, complex=complex_L, change=change)
        B = draw(*shape_B, complex=complex_L if complex_B is None else complex_B)
        return Point(CHOLESKY_SOLVE, title, (L, B), {"upper": upper})

    yield point("lower", (3, 3), (3, 2))
    yield point("upper", (3, 3), (3, 2), upper=True)
    yield point("lower, complex", (3, 3), (3, 2), complex_L=True)
    yield point("upper, complex", (3, 3), (3, 2), complex_L=True, upper=True)
    yield point("lower, zeros above", (3, 3), (3, 2), change=np.tril)
    yield point("upper, zeros below", (3, 3), (3, 2), upper=True, change=np.triu)
    yield point("a real diagonal, complex", (2, 2), (2, 2), complex_L=True, change=with_real_diagonal)
    yield point("a vector", (3, 3), (3,))
    yield point("a vector, upper, complex", (3, 3), (3,), complex_L=True, upper=True)
    yield point("a vector for every factor, complex", (2, 3, 3), (3,), complex_L=True)
    yield point("L real, B complex", (3, 3), (3, 2), complex_B=True)
    yield point("L real, B complex, upper", (2, 2), (2, 1), complex_B=True, upper=True)
    yield point("L complex, B real", (2, 2), (2, 2), complex_L=True, complex_B=False)
    yield point("one by one, complex", (1, 1), (1, 1), complex_L=True)
    yield point("a batch of three, 3 x 3", (3, 3, 3), (3, 3, 3))
    yield point("one factor for every B", (2, 2), (3, 2, 2))
    yield point("one B for every factor, complex", (2, 2, 2), (2, 1), complex_L=True)
    yield point("broadcast both ways, upper", (2, 1, 2, 2), (3, 2, 1), upper=True)
    yield point("no rows", (0, 0), (0, 2))
    yield point("no columns", (2, 2), (2, 0))
    yield point("no matrices", (0, 2, 2), (2, 2))
    yield from inverses()


def inverses():
    def point(title, *shape, complex=False, upper=False, change=lambda L: L):
        L = factor(Draw(f"cholesky_inverse, {title}"), *shape, upper=upper, complex=complex, change=change)
        return Point(CHOLESKY_INVERSE, title, (L,), {"upper": upper})

    yield point("inverse, lower", 3, 3)
    yield point("inverse, upper", 3, 3, upper=True)
    yield point("inverse, lower, complex", 3, 3, complex=True)
    yield point("inverse, upper, complex", 3, 3, complex=True, upper=True)
    yield point("inverse, lower, zeros above", 2, 2, change=np.tril)
    yield point("inverse, a diagonal factor", 3, 3, change=lambda L: L * np.eye(3))
    yield point("inverse, one by one, complex", 1, 1, complex=True)
    yield point("inverse, a batch of three, 3 x 3", 3, 3, 3)
    yield point("inverse, two batch axes, upper", 2, 1, 2, 2, upper=True)
    yield point("inverse, no rows", 0, 0)
    yield point("inverse, no matrices", 0, 2, 2)


def with_real_diagonal(L):
    return L - 1j * np.diag(np.diag(L).imag)
