"""Projectors onto left singular vectors at 110 digits, from the eigenvectors of A A^H."""

import mpmath
import numpy as np

from .exact import adjoint, eigh
from .points import Draw, Op, Point
from .svd_function import turned


def near_projector(A, *, draw, k, cut):
    w, _ = eigh(A @ adjoint(A))
    least = mpmath.mpf(cut) ** 2 + mpmath.mpf(10) ** -90
    count = sum(1 for v in w if v > least) if k is None else min(k, *A.shape)

    def value(A):
        _, U = eigh(A @ adjoint(A))
        kept = U[:, len(U) - count :]
        return [kept @ adjoint(kept)]

    return value


PROJECTOR = Op(
    "projector", "(m,n)->(m,m)", ("A",), ("P",), ("A",), near_projector, {"k": None, "cut": 0.0}
)  # fmt: skip


def points():
    yield _point("tall, onto the range", (3, 2))
    yield _point("tall, onto the range, complex", (3, 2), complex=True)
    yield _point("square, real", (3, 3), k=1)
    yield _point("square, complex", (3, 3), complex=True, k=1)
    yield _point("tall, of one", (4, 2), k=1)
    yield _point("wide, complex", (2, 3), complex=True, k=1)
    yield _of("square, of all", turned([3.0, 2.0, 1.0]))
    yield _point("wide, of all", (2, 3))
    yield _of("above a cut", turned([3.0, 2.0, 1.0], 4), cut=1.5)
    yield _of("above a cut that none exceeds", turned([3.0, 2.0, 1.0], 4), cut=5.0)
    yield _of("of none", turned([3.0, 2.0, 1.0]), k=0)
    yield _of("of more than there are", turned([3.0, 2.0, 1.0], 4), k=5)
    yield _of("diagonal", np.diag([3.0, 1.0]), k=1)
    yield _of("a tie of two that are not kept", turned([3.0, 1.0, 1.0]), k=1, marks=("tied",), smooth=True)
    yield _of("a tie of two that are kept", turned([3.0, 3.0, 1.0], 4), k=2, marks=("tied",), smooth=True)
    yield _of("tall, all tied", 2 * turned([1.0, 1.0, 1.0], 4), marks=("tied",), smooth=True)
    for power in (27, 40):
        A = turned([3.0, 1.0 + 2.0**-power, 1.0])
        yield _of(f"tied to 2^-{power}", A, k=1, marks=("close",), smooth=True)
    yield _of("of rank one", np.ones((3, 2)), k=1, marks=("singular",), smooth=True)
    yield _of("of rank one, complex", [[1.0, 1j], [1j, -1.0]], k=1, marks=("singular",), smooth=True)
    first = np.diag([1.0, 0.0])
    yield _of("a tie across the cut", np.eye(2), k=1, undefined={(): (first,)})
    yield _of("one by one, complex", [[1.0 + 1j]])
    yield _point("a batch of three, 3 x 3", (3, 3, 3), k=1)
    yield _point("two batch axes, complex", (2, 2, 3, 2), complex=True)
    yield _point("no rows", (0, 2))
    yield _point("no columns", (2, 0))
    yield _point("no matrices", (0, 2, 2))


def _of(title, A, **given):
    more = {key: given.pop(key) for key in ("marks", "smooth", "undefined") if key in given}
    return Point(PROJECTOR, title, (np.asarray(A),), {**PROJECTOR.params, **given}, **more)


def _point(title, shape, complex=False, **given):
    """A point with a gap between the first singular value and the others."""
    A = Draw(f"projector, {title}")(*shape, complex=complex)
    A[..., :1, :1] += 6
    return _of(title, A, **given)
