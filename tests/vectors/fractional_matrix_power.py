"""Real powers at 110 digits: the exponential of a multiple of the logarithm, or products."""

import mpmath
import numpy as np

from .exact import eye, inverse
from .expm import exponential
from .logm import logarithm
from .points import Draw, Op, Point
from .sqrtm import BASE, FRANK, GRCAR, JORDAN, KAHAN


def near(A, *, draw, t):
    def power(A):
        if t != int(t):
            return [exponential(mpmath.mpf(t) * logarithm(A))]
        X, Y = inverse(A) if t < 0 else A, eye(len(A)) + 0 * A
        for _ in range(abs(int(t))):
            Y = Y @ X
        return [Y]

    return power


OP = Op("fractional_matrix_power", "(n,n)->(n,n)", ("A",), ("Y",), ("A",), near, params={"t": 0.5})


def points():
    def point(title, *shape, complex=False, t=0.5, **more):
        A = Draw(f"fractional_matrix_power, {title}").independent(*shape, complex=complex)
        return Point(OP, title, (A + 5 * np.eye(shape[-1]),), {"t": t}, **more)

    def of(title, A, t=0.5, **more):
        return Point(OP, title, (np.asarray(A),), {"t": t}, **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield point("a third, of the other sign, complex", 3, 3, complex=True, t=-1 / 3)
    yield point("between two integers", 3, 3, t=2.5)
    yield of("positive definite", [[2.0, 1.0], [1.0, 3.0]], t=0.75)
    yield of("a turn", [[0.0, 2.0], [-2.0, 0.0]])
    yield of("the identity", np.eye(2), t=0.25, marks=("tied",), smooth=True)
    yield of("a tie", [[1.5, 0.5, 0.0], [0.5, 1.5, 0.0], [0.0, 0.0, 2.0]], marks=("tied",), smooth=True)
    yield of("a Jordan block", JORDAN, t=1.5)
    yield of("nearly defective", [[1.0, 1.0], [2.0**-32, 1.0]])
    yield of("a large corner", [[1.0, 2.0**12], [0.0, 2.0]], t=0.25, marks=("scale",))
    yield of("Grcar's matrix", GRCAR, t=-0.5)
    yield of("Frank's matrix", FRANK, t=0.25)
    yield of("Kahan's matrix", KAHAN)
    scales = 2.0 ** np.asarray([-6.0, 0.0, 6.0])
    yield of("badly scaled", scales[:, None] * BASE / scales, marks=("scale",))
    yield of("of norm 1e-8", 2.0**-27 * BASE, t=2.5, marks=("scale",))
    yield of("of norm 1e8", 2.0**27 * BASE, t=2.5, marks=("scale",))
    yield of("one alone at 2^-10 from the axis", [[-1 + 2.0**-10 * 1j, 1.0], [0.0, 1.0]], marks=("close",))
    yield of("an integer power, of a singular matrix", [[1.0, 2.0], [2.0, 4.0]], t=3.0, marks=("singular",))
    yield of("a negative integer power", BASE, t=-2.0)
    yield of("the power 0", BASE, t=0.0)
    yield of(
        "a batch with a negative, a zero and a nilpotent one",
        [BASE, np.diag([1.0, -1.0, 2.0]), np.diag([1.0, 0.0, 2.0]), np.eye(3, k=1), 4 * BASE],
        undefined={(i,): (np.full((3, 3), np.nan),) for i in (1, 2, 3)},
    )
    yield of("one by one", [[2.0]])
    yield of("one by one, complex", [[-1.0 + 2j]])
    yield point("a batch of three", 3, 3, 3)
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True, t=0.25)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
