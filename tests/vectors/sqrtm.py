"""Square roots at 110 digits: the iteration of Denman and Beavers without scaling."""

import mpmath
import numpy as np

from .exact import eye, inverse
from .points import Draw, Op, Point


def near(A, *, draw):
    return lambda A: [root(A)]


def root(A):
    if A.size == 0:
        return A
    Y, Z, last = A, eye(len(A)), False
    while not last:
        Y_next, Z_next = (Y + inverse(Z)) / 2, (Z + inverse(Y)) / 2
        change, size = (max(abs(v) for v in x.flat) for x in (Y_next - Y, Y_next))
        last = change == 0 or change / size < 10.0 ** (-0.55 * mpmath.mp.dps)
        Y, Z = Y_next, Z_next
    return (Y + inverse(Z)) / 2


SQRTM = Op("sqrtm", "(n,n)->(n,n)", ("A",), ("Y",), ("Y",), near)
JORDAN = np.asarray([[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]])
GRCAR = np.triu(np.tri(4, k=3)) - np.eye(4, k=-1)
FRANK = np.asarray([[4.0, 3, 2, 1], [3, 3, 2, 1], [0, 2, 2, 1], [0, 0, 1, 1]])
KAHAN = np.diag(0.5 ** np.arange(4)) @ (np.eye(4) - 0.5 * np.triu(np.ones((4, 4)), 1))
BASE = np.asarray([[3.0, 1.0, 0.5], [-1.0, 2.0, 1.0], [0.5, 0.25, 1.5]])
BASIS = np.asarray([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])


def turned(angle):
    """A matrix with two eigenvalues at about this angle from the negative axis and modulus 1, and 2."""
    block = np.asarray([[-1.0, -angle, 0.0], [angle, -1.0, 0.0], [0.0, 0.0, 2.0]])
    return BASIS @ block @ np.asarray([[1.0, -1.0, 1.0], [0.0, 1.0, -1.0], [0.0, 0.0, 1.0]])


def points():
    def point(title, *shape, complex=False, **more):
        A = Draw(f"sqrtm, {title}").independent(*shape, complex=complex)
        return Point(SQRTM, title, (A + 5 * np.eye(shape[-1]),), **more)

    def of(title, A, **more):
        return Point(SQRTM, title, (np.asarray(A),), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield of("positive definite", [[2.0, 1.0], [1.0, 3.0]])
    yield of("a turn", [[0.0, 2.0], [-2.0, 0.0]])
    yield of("complex eigenvalues in the left half plane", [[-1 + 1j, 1.0], [0.5j, -2 - 1j]])
    yield of("a tie", [[1.5, 0.5, 0.0], [0.5, 1.5, 0.0], [0.0, 0.0, 2.0]], marks=("tied",), smooth=True)
    yield of("the identity", np.eye(2), marks=("tied",), smooth=True)
    yield of("a Jordan block", JORDAN)
    yield of("nearly defective", [[1.0, 1.0], [2.0**-32, 1.0]])
    yield of("a large corner", [[1.0, 2.0**20], [0.0, 2.0]], marks=("scale",))
    yield of("graded, with a corner", [[2.0**-10, 2.0**5], [0.0, 2.0**10]], marks=("scale",))
    yield of("Grcar's matrix", GRCAR)
    yield of("Frank's matrix", FRANK)
    yield of("Kahan's matrix", KAHAN)
    scales = 2.0 ** np.asarray([-8.0, 0.0, 8.0])
    yield of("badly scaled", scales[:, None] * BASE / scales, marks=("scale",))
    yield of("of norm 1e-8", 2.0**-27 * BASE, marks=("scale",))
    yield of("of norm 1e8", 2.0**27 * BASE, marks=("scale",))
    yield of("of condition 1e8", np.diag([2.0**-13, 1.0, 2.0**13]) + 2.0**-14, marks=("scale",))
    for k in (3, 7, 10, 13):
        yield of(f"at 2^-{k} from the negative axis", turned(2.0**-k), marks=("close",))
    for k in (10, 20):  # the condition is not large
        one = [[-1 + 2.0**-k * 1j, 1.0], [0.0, 1.0]]
        yield of(f"one alone at 2^-{k} from the negative axis", one, marks=("close",))
    yield of(
        "a batch with a negative, a zero and a nilpotent one",
        [BASE, np.diag([1.0, -1.0, 2.0]), np.diag([1.0, 0.0, 2.0]), np.eye(3, k=1), 4 * BASE],
        undefined={(i,): (np.full((3, 3), np.nan),) for i in (1, 2, 3)},
    )
    yield of("one by one", [[2.0]])
    yield of("one by one, complex", [[-1.0 + 2j]])
    yield point("a batch of three", 3, 3, 3)
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
