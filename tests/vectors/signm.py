"""Matrix signs at 110 digits: Newton's iteration without scaling."""

import numpy as np

from .exact import DIGITS, inverse
from .points import Draw, Op, Point


def near(A, *, draw):
    return lambda A: [sign(A)]


def sign(A):
    last = A.size == 0
    while not last:
        S = (A + inverse(A)) / 2
        change, size = (max(abs(v) for v in x.flat) for x in (S - A, S))
        last = change == 0 or change / size < 10.0 ** (-0.55 * DIGITS)
        A = (S + inverse(S)) / 2 if last else S
    return A


SIGNM = Op("signm", "(n,n)->(n,n)", ("A",), ("S",), ("A", "S"), near)
BASE = np.asarray([[3.0, 1.0, 0.5], [-1.0, -2.0, 1.0], [0.5, 0.25, 1.5]])
BASIS = np.asarray([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
INVERSE = np.asarray([[1.0, -1.0, 1.0], [0.0, 1.0, -1.0], [0.0, 0.0, 1.0]])
BLOCKS = np.asarray([[2.0, 1, 1, 0], [0, 2, 0.5, 1], [0, 0, -1, 1], [0, 0, 0, -1]])
TURN = np.asarray([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

GRCAR = np.triu(np.tri(4, k=3)) - np.eye(4, k=-1)
FRANK = np.asarray([[4.0, 3, 2, 1], [3, 3, 2, 1], [0, 2, 2, 1], [0, 0, 1, 1]])
KAHAN = np.diag(0.5 ** np.arange(4)) @ (np.eye(4) - 0.5 * np.triu(np.ones((4, 4)), 1))


def turned(share):
    """A matrix with the eigenvalues share + i, share - i and -2."""
    return BASIS @ np.asarray([[share, -1.0, 0.0], [1.0, share, 0.0], [0.0, 0.0, -2.0]]) @ INVERSE


def points():
    def point(title, *shape, complex=False, **more):
        A = Draw(f"signm, {title}").independent(*shape, complex=complex)
        signs = np.where(np.arange(shape[-1]) % 2, -5.0, 5.0)
        return Point(SIGNM, title, (A + np.diag(signs),), **more)

    def of(title, A, **more):
        return Point(SIGNM, title, (np.asarray(A),), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield of("Hermitian, real", [[2.0, 1.0], [1.0, -3.0]])
    yield of("of two signs", np.diag([1.0, -1.0]), marks=("tied",), smooth=True)
    yield of("a tie", [[1.5, 0.5, 0.0], [0.5, 1.5, 1.0], [0.0, 0.0, -2.0]], marks=("tied",), smooth=True)
    yield of("two Jordan blocks", BLOCKS)
    yield of("nearly defective", [[1.0, 1.0, 0.0], [2.0**-32, 1.0, 1.0], [0.0, 0.0, -1.0]])
    yield of("a large corner", [[1.0, 2.0**12], [0.0, -2.0]], marks=("scale",))
    scales = 2.0 ** np.asarray([-6.0, 0.0, 6.0])
    yield of("badly scaled", scales[:, None] * BASE / scales, marks=("scale",))
    yield of("of norm 1e-8", 2.0**-27 * BASE, marks=("scale",))
    yield of("of norm 1e8", 2.0**27 * BASE, marks=("scale",))
    for k in (3, 7, 10, 13):
        yield of(f"at 2^-{k} from the imaginary axis", turned(2.0**-k), marks=("close",))
    for k in (10, 20):
        one = [[2.0**-k + 1j, 1.0], [0.0, -1.0]]
        yield of(f"one alone at 2^-{k} from the imaginary axis", one, marks=("close",))
    flipped = np.diag([1.0, -1.0, 1.0, -1.0])
    yield of("Grcar's matrix, columns negated", GRCAR @ flipped)
    yield of("Frank's matrix, columns negated", FRANK @ flipped)
    yield of("Kahan's matrix, columns negated", KAHAN @ flipped)
    yield of(
        "a batch with a turn and a singular one",
        [BASE, TURN, np.diag([1.0, 0.0, 2.0]), -BASE],
        undefined={(i,): (np.full((3, 3), np.nan),) for i in (1, 2)},
    )
    yield of("one by one", [[-2.0]])
    yield of("one by one, complex", [[-1.0 + 2j]])
    yield point("a batch of three", 3, 3, 3)
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
