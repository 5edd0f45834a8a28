"""Exponentials at 110 digits: the Taylor series of a small multiple, squared repeatedly."""

import mpmath
import numpy as np

from .exact import ROUNDING, eye
from .points import Draw, Op, Point


def near(A, *, draw):
    return lambda A: [exponential(A)]


def exponential(A):
    if A.size == 0:
        return A
    size = max(abs(v) for v in A.flat) * len(A)
    halvings = max(0, int(mpmath.ceil(mpmath.log(size, 2)))) + 8 if size else 0
    X = A / mpmath.mpf(2) ** halvings
    Y = term = eye(len(A)) + 0 * A
    k = 0
    while any(abs(v) > ROUNDING * mpmath.mpf(10) ** -60 for v in term.flat):
        k += 1
        term = term @ X / k
        Y = Y + term
    for _ in range(halvings):
        Y = Y @ Y
    return Y


EXPM = Op("expm", "(n,n)->(n,n)", ("A",), ("Y",), ("A",), near)
JORDAN = np.asarray([[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]])
CORNER = np.asarray([[1.0, 1e6], [0.0, -1.0]])
TURN = np.asarray([[0.0, 1.0], [-1.0, 0.0]])
FALLING = np.asarray([[-3.0, 2.0, 0.0], [1.0, -4.0, 2.0], [0.5, 1.0, -2.5]])


def points():
    def point(title, *shape, complex=False, times=1.0, **more):
        A = times * Draw(f"expm, {title}").independent(*shape, complex=complex)
        return Point(EXPM, title, (A,), **more)

    def of(title, A, **more):
        return Point(EXPM, title, (np.asarray(A),), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield point("small", 3, 3, times=2.0**-20)
    yield point("of norm 20, complex", 3, 3, complex=True, times=4.0)
    yield of("of norm 1000, falling", 128 * FALLING, marks=("scale",))
    yield of("of norm 1000, a turn", 1000 * TURN, marks=("scale",))
    yield of("Hermitian", [[0.5, 1j], [-1j, 1.0]])
    yield of("a tie", [[1.5, 0.5, 0.0], [0.5, 1.5, 0.0], [0.0, 0.0, 2.0]], marks=("tied",))
    yield of("the identity", np.eye(2), marks=("tied",))
    yield of("the zero matrix", np.zeros((2, 2)), marks=("tied", "singular"))
    yield of("nilpotent", [[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]], marks=("singular",))
    yield of("a Jordan block", JORDAN)
    yield of("a large corner", CORNER, marks=("scale",))
    yield of("a batch of unlike norms", [2.0**-10 * FALLING, FALLING, 16 * FALLING])
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
