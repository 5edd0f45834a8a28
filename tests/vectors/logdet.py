"""The logarithm of the determinant at 110 digits, from the eigenvalues of the Hermitian part."""

import mpmath
import numpy as np

from .exact import adjoint, eigh
from .points import Draw, Op, Point


def near(A, *, draw):
    def value(A):
        w, _ = eigh((A + adjoint(A)) / 2)
        return [np.asarray(sum(map(mpmath.log, w), mpmath.mpf(0)), object)]

    return value


LOGDET = Op("logdet", "(n,n)->()", ("A",), ("y",), ("A",), near, real=("y",), hermitian=("A",))


def points():
    def point(title, *shape, complex=False, **more):
        return Point(LOGDET, title, (Draw(f"logdet, {title}").positive(*shape, complex=complex),), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield Point(LOGDET, "diagonal", (np.diag([1.0, 2.0, 4.0]),))
    yield Point(LOGDET, "tiny entries", (2.0**-300 * np.asarray([[2.0, 1.0], [1.0, 3.0]]),), marks=("scale",))
    yield point("a tangent that is not Hermitian, complex", 2, 2, complex=True, marks=("junk",), junk=True)
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 1, 2, 2, complex=True)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
