"""Riccati equations at 110 digits: Newton's method, started at a solution in double precision."""

import mpmath
import numpy as np
import scipy.linalg

from .exact import adjoint, exact, eye, inverse
from .points import Draw, Op, Point
from .solve_sylvester import entries

STEPS = 3  # each step doubles the correct digits, starting from SciPy's solution


def continuous(A, B, Q, R, *, draw):
    def solution(A, B, Q, R):
        Q, R = part(Q), part(R)
        X, one = begun(scipy.linalg.solve_continuous_are, A, B, Q, R), eye(len(A))
        for _ in range(STEPS if X.size else 0):
            loop = A - B @ inverse(R) @ adjoint(B) @ X
            rest = adjoint(A) @ X + X @ loop + Q
            X = X - entries(np.kron(adjoint(loop), one) + np.kron(one, loop.T), rest)
        return [X]

    return solution


def discrete(A, B, Q, R, *, draw):
    def solution(A, B, Q, R):
        Q, R = part(Q), part(R)
        X = begun(scipy.linalg.solve_discrete_are, A, B, Q, R)
        for _ in range(STEPS if X.size else 0):
            loop = A - B @ inverse(R + adjoint(B) @ X @ B) @ adjoint(B) @ X @ A
            rest = adjoint(A) @ X @ loop - X + Q
            X = X + entries(eye(len(A) ** 2) - np.kron(adjoint(loop), loop.T), rest)
        return [X]

    return solution


def part(X):
    """The Hermitian part."""
    return (X + adjoint(X)) / 2


def begun(solve, *inputs):
    if inputs[0].size == 0:
        return inputs[2]
    kind = complex if any(isinstance(v, (complex, mpmath.mpc)) for x in inputs for v in x.flat) else float
    return exact(solve(*(np.asarray(x, kind) for x in inputs)))


OPS = [
    Op(
        f"solve_{kind.__name__}_are",
        "(n,n),(n,m),(n,n),(m,m)->(n,n)",
        ("A", "B", "Q", "R"),
        ("X",),
        ("A", "B", "R", "X"),
        kind,
        hermitian=("Q", "R"),
    )
    for kind in (continuous, discrete)
]
JORDAN = np.asarray([[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]])
LAST = np.asarray([[0.0], [0.0], [1.0]])
INTEGRATOR = np.asarray([[0.0, 1.0], [0.0, 0.0]])


def points():
    for op in OPS:
        yield from of(op)


def of(op):
    def point(title, A, B, Q=None, R=None, complex=False, **more):
        draw = Draw(f"{op.name}, {title}")
        n, m = A[-1], B[-1]
        A, B = draw(*A, complex=complex), draw(*B, complex=complex)
        Q, R = (positive(draw, *(shape or (k, k)), complex=complex) for shape, k in ((Q, n), (R, m)))
        return Point(op, title, (A, B, Q, R), **more)

    def positive(draw, *shape, complex):
        X = draw(*shape, complex=complex) / 8
        return (X + np.conj(X.mT)) / 2 + np.eye(shape[-1])

    def at(title, A, B, Q, R, **more):
        return Point(op, title, tuple(np.asarray(x) for x in (A, B, Q, R)), **more)

    one = np.ones((1, 1))
    yield point("real", (3, 3), (3, 2))
    yield point("complex", (3, 3), (3, 2), complex=True)
    yield at("one by one, real", 0.5 * one, one, 2 * one, one)
    yield point("one by one, complex", (1, 1), (1, 1), complex=True)
    yield point("more controls than states", (2, 2), (2, 3))
    # A second derivative in R is zero there, but differences of differences give about 1e-40.
    yield at("a double integrator", INTEGRATOR, [[0.0], [1.0]], np.eye(2), one, twice=False)
    yield at("a Jordan block", JORDAN, LAST, np.eye(3), one)
    zero = 0 * np.eye(2)
    yield at("stable, and never measured", -0.5 * np.eye(2), np.eye(2), zero, np.eye(2), twice=False)
    yield at("an indefinite Q", -0.5 * np.eye(2), np.eye(2), np.diag([1.0, -0.125]), 2 * np.eye(2))
    yield at("an indefinite R", -0.5 * np.eye(2), np.eye(2) / 4, np.eye(2), np.diag([1.0, -4.0]))
    yield at("cheap controls", JORDAN, LAST, np.eye(3), 2.0**-20 * one, marks=("scale",))
    yield at("dear controls", JORDAN, LAST, np.eye(3), 2.0**20 * one, marks=("scale",))
    yield point(
        "a tangent that is not Hermitian, complex", (2, 2), (2, 2), complex=True, marks=("junk",), junk=True
    )
    yield point("a batch of three", (3, 2, 2), (3, 2, 1), (3, 2, 2), (3, 1, 1))
    yield point("two batch axes", (2, 1, 2, 2), (1, 2, 2, 2), twice=False)
    yield point("one A for every Q, complex", (2, 2), (2, 1), (3, 2, 2), (1, 1), complex=True)
    yield point("one Q for every A", (3, 2, 2), (3, 2, 2), (2, 2), (2, 2))
    yield point("no rows", (0, 0), (0, 2))
