"""Lyapunov equations at 110 digits: one linear system for all entries of the solution."""

import numpy as np

from .exact import adjoint, eye
from .points import Draw, Op, Point
from .solve_sylvester import entries


def continuous(A, Q, *, draw):
    one = eye(len(A))
    return lambda A, Q: [entries(np.kron(A, one) + np.kron(one, adjoint(A).T), Q)]


def discrete(A, Q, *, draw):
    return lambda A, Q: [entries(eye(len(A) ** 2) - np.kron(A, adjoint(A).T), Q)]


OPS = [
    Op(f"solve_{kind.__name__}_lyapunov", "(n,n),(n,n)->(n,n)", ("A", "Q"), ("X",), ("A", "X"), kind)
    for kind in (continuous, discrete)
]
_, DISCRETE = OPS
JORDAN = np.asarray([[-0.5, 1.0, 0.0], [0.0, -0.5, 1.0], [0.0, 0.0, -0.5]])
NEARLY = JORDAN + np.eye(3, k=-2) * 2.0**-30
TURN = np.asarray([[-0.25, 0.5], [-0.5, -0.25]])
CORNER = np.asarray([[-0.5, 1e6], [0.0, -0.25]])
MIXED = np.asarray([[2.0, 1.0], [0.0, -0.25]])  # not stable, in either sense


def points():
    for op in OPS:
        yield from of(op)


def of(op):
    def point(title, *shape, Q=None, complex=False, **more):
        draw = Draw(f"{op.name}, {title}")
        A = draw(*shape, complex=complex) / 8 - 0.5 * np.eye(shape[-1])
        return Point(op, title, (A, draw(*(Q or shape), complex=complex)), **more)

    def at(title, A, **more):
        A = np.asarray(A)
        return Point(op, title, (A, Draw(f"{op.name}, {title}")(*A.shape)), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield Point(op, "one by one, real", (np.asarray([[-0.5]]), np.asarray([[3.0]])))
    yield point("one by one, complex", 1, 1, complex=True)
    yield at("diagonal", np.diag([-0.5, -0.25]))
    yield at("a turn", TURN)
    yield at("a Jordan block", JORDAN, smooth=True, marks=("tied",))
    yield at("nearly defective", NEARLY, smooth=True, marks=("close",))
    yield at("a large corner", CORNER, smooth=True, marks=("scale",))
    yield at("large", 2.0**20 * MIXED, marks=("scale",))
    yield at("badly scaled", np.diag([-(2.0**-20), -0.5, -3 * 2.0**20]), marks=("scale",))
    yield at("not stable", MIXED)
    if op is DISCRETE:
        yield at("nilpotent", [[0.0, 1.0], [0.0, 0.0]])
        yield at("the zero matrix", np.zeros((2, 2)), smooth=True, marks=("singular",))
    yield point("a batch of three", 3, 2, 2)
    yield point("one A for every Q, complex", 2, 2, Q=(3, 2, 2), complex=True)
    yield point("two batch axes", 2, 2, 2, 2)
    yield point("one Q for every A", 3, 2, 2, Q=(2, 2))
    yield point("no rows", 0, 0)
    if op is not DISCRETE:  # empty batches try the identity, where it has no solution
        yield point("no matrices", 0, 2, 2)
