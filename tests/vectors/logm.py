"""Logarithms at 110 digits: square roots until A is near the identity, then the series of artanh."""

import mpmath
import numpy as np

from .exact import DIGITS, eye, inverse
from .points import Draw, Op, Point
from .sqrtm import BASE, FRANK, GRCAR, JORDAN, KAHAN, root


def near(A, *, draw):
    return lambda A: [logarithm(A)]


def logarithm(A):
    if A.size == 0:
        return A
    one, roots = eye(len(A)), 0
    with mpmath.workdps(DIGITS + 30):  # the difference from the identity loses 30 digits
        X = A
        while max(abs(v) for v in (X - one).flat) * len(A) > 0.1:
            X, roots = root(X), roots + 1
        W = (X - one) @ inverse(X + one)
        power, square, Y, k = W, W @ W, W, 1
        while any(abs(v) > mpmath.mpf(10) ** (-DIGITS - 30) for v in power.flat):
            k += 2
            power = power @ square
            Y = Y + power / k
        return mpmath.mpf(2) ** (roots + 1) * Y


LOGM = Op("logm", "(n,n)->(n,n)", ("A",), ("Y",), ("A", "Y"), near)


def points():
    def point(title, *shape, complex=False, **more):
        A = Draw(f"logm, {title}").independent(*shape, complex=complex)
        return Point(LOGM, title, (A + 5 * np.eye(shape[-1]),), **more)

    def of(title, A, **more):
        return Point(LOGM, title, (np.asarray(A),), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield of("positive definite", [[2.0, 1.0], [1.0, 3.0]])
    yield of("a turn", [[0.0, 2.0], [-2.0, 0.0]])
    yield of("complex eigenvalues in the left half plane", [[-1 + 1j, 1.0], [0.5j, -2 - 1j]])
    yield of("the identity", np.eye(2), marks=("tied",), smooth=True)
    yield of("near the identity", np.eye(2) + 2.0**-20 * np.asarray([[1.0, 2.0], [-3.0, 0.5]]))
    yield of("the identity and a nilpotent one", [[1.0, 2.0, 3.0], [0.0, 1.0, -4.0], [0.0, 0.0, 1.0]])
    yield of("a tie", [[1.5, 0.5, 0.0], [0.5, 1.5, 0.0], [0.0, 0.0, 2.0]], marks=("tied",), smooth=True)
    yield of("a Jordan block", JORDAN)
    yield of("nearly defective", [[1.0, 1.0], [2.0**-32, 1.0]])
    yield of("a large corner", [[1.0, 2.0**12], [0.0, 2.0]], marks=("scale",))
    yield of("Grcar's matrix", GRCAR)
    yield of("Frank's matrix", FRANK)
    yield of("Kahan's matrix", KAHAN)
    scales = 2.0 ** np.asarray([-6.0, 0.0, 6.0])
    yield of("badly scaled", scales[:, None] * BASE / scales, marks=("scale",))
    yield of("of norm 1e-8", 2.0**-27 * BASE, marks=("scale",))
    yield of("of norm 1e8", 2.0**27 * BASE, marks=("scale",))
    for k in (3, 10, 20):
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
