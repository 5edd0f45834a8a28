"""Sylvester equations of general matrices at 110 digits: one linear system for all entries of X."""

import numpy as np

from .exact import eye, inverse
from .points import Draw, Op, Point

JORDAN = np.asarray([[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, 0.0, 2.0]])
NEARLY = np.asarray([[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [2.0**-30, 0.0, 2.0]])
CORNER = np.asarray([[1.0, 1e6], [0.0, 3.0]])
TURN = np.asarray([[1.0, 2.0], [-2.0, 1.0]])  # eigenvalues 1 + 2i and 1 - 2i
GRCAR = np.eye(4) - np.eye(4, k=-1) + np.eye(4, k=1) + np.eye(4, k=2) + np.eye(4, k=3)
NILPOTENT = np.asarray([[0.0, 1.0], [0.0, 0.0]])


def entries(M, Q):
    """The matrix M of the linear system M x = q for the entries of X, row by row."""
    return Q if Q.size == 0 else (inverse(M) @ Q.reshape(-1, 1)).reshape(Q.shape)


def near(A, B, Q, *, draw):
    m, n = Q.shape
    return lambda A, B, Q: [entries(np.kron(A, eye(n)) + np.kron(eye(m), B.T), Q)]


SOLVE_SYLVESTER = Op(
    "solve_sylvester",
    "(m,m),(n,n),(m,n)->(m,n)",
    ("A", "B", "Q"),
    ("X",),
    ("A", "B", "X"),
    near,
)


def points():
    def point(title, A, B, Q, complex=False, **more):
        draw = Draw(f"solve_sylvester, {title}")
        inputs = [shifted(draw, *x, complex=complex) if isinstance(x, tuple) else x for x in (A, B)]
        return Point(SOLVE_SYLVESTER, title, (*inputs, draw(*Q, complex=complex)), **more)

    def shifted(draw, *shape, complex):
        return draw(*shape, complex=complex) + 3 * np.eye(shape[-1])

    one = np.ones((1, 1))
    yield point("real", (3, 3), (2, 2), (3, 2))
    yield point("square", (3, 3), (3, 3), (3, 3))
    yield point("complex", (2, 2), (3, 3), (2, 3), complex=True)
    yield point("one by one, real", one, 3 * one, (1, 1))
    yield point("one by one, complex", (1, 1), (1, 1), (1, 1), complex=True)
    yield point("diagonal", np.diag([1.0, 2.0]), np.diag([3.0, 5.0]), (2, 2))
    yield point("turns", TURN, 2 * TURN, (2, 2))
    yield point("indefinite", np.diag([1.0, -2.0]), CORNER + 3 * np.eye(2), (2, 2), marks=("scale",))
    yield point("Jordan blocks", JORDAN, JORDAN[:2, :2] - np.eye(2), (3, 2), smooth=True, marks=("tied",))
    yield point("nearly defective", NEARLY, NEARLY, (3, 3), smooth=True, marks=("close",))
    yield point("Grcar", GRCAR, GRCAR, (4, 4))
    yield point("a large corner", CORNER, CORNER, (2, 2), smooth=True, marks=("scale",))
    yield point("badly scaled", np.diag([2.0**-20, 1.0, 2.0**20]), TURN, (3, 2), marks=("scale",))
    yield point("nilpotent", NILPOTENT, TURN, (2, 2))
    yield point("tied", 2 * np.eye(2), np.eye(3), (2, 3), smooth=True, marks=("tied",))
    yield point("a batch of three", (3, 3, 3), (3, 2, 2), (3, 3, 2))
    yield point("one A for every Q", (2, 2), (3, 2, 2), (3, 2, 2))
    yield point("broadcast both ways, complex", (2, 1, 2, 2), (2, 2), (3, 2, 2), complex=True)
    yield point("no rows", (0, 0), (2, 2), (0, 2))
    yield point("no matrices", (0, 2, 2), (2, 2), (0, 2, 2))
