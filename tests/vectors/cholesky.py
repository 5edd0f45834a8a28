"""The Cholesky factor of the Hermitian part at 110 digits."""

from .exact import adjoint, cholesky
from .points import Draw, Op, Point


def near(A, *, draw, upper=False):
    def factor(A):
        L = cholesky((A + adjoint(A)) / 2)
        return [adjoint(L) if upper else L]

    return factor


CHOLESKY = Op("cholesky", "(n,n)->(n,n)", ("A",), ("L",), ("L",), near, {"upper": False}, hermitian=("A",))
UPPER = {"upper": True}


def points():
    def point(title, *shape, complex=False, **more):
        return Point(CHOLESKY, title, (Draw(f"cholesky, {title}").positive(*shape, complex=complex),), **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield point("upper", 3, 3, params=UPPER)
    yield point("upper, complex", 3, 3, complex=True, params=UPPER)
    yield point("upper, a batch", 2, 2, 2, params=UPPER)
    yield point("a tangent that is not Hermitian, complex", 2, 2, complex=True, marks=("junk",), junk=True)
    yield point("one by one", 1, 1)
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
