"""Projectors onto eigenvectors, and nearest positive semidefinite matrices, at 110 digits."""

import numpy as np

from .exact import adjoint, eigh, filled
from .norms import SAME
from .points import Draw, Op, Point


def near_projector(A, *, draw, k, cut):
    w, _ = eigh((A + adjoint(A)) / 2)
    count = sum(1 for v in w if v > cut) if k is None else min(k, len(w))

    def value(A):
        _, V = eigh((A + adjoint(A)) / 2)
        kept = V[:, len(V) - count :]
        return [kept @ adjoint(kept) + 0 * A]

    return value


def near_psd(A, *, draw):
    """The nearest matrix from the eigenvalues that are positive at A. Zero eigenvalues are left out."""
    w, _ = eigh((A + adjoint(A)) / 2)
    largest = max((abs(v) for v in w), default=0)
    count = sum(1 for v in w if v > SAME * largest)

    def value(A):
        w, V = eigh((A + adjoint(A)) / 2)
        w, V = w[len(w) - count :], V[:, len(w) - count :]
        return [(V * filled(w.shape, w)) @ adjoint(V) + 0 * A]

    return value


PROJECTOR = Op(
    "projector_h", "(n,n)->(n,n)", ("A",), ("P",), ("A",), near_projector, {"k": None, "cut": 0.0},
    hermitian=("A",),
)  # fmt: skip
PSD = Op("nearest_psd", "(n,n)->(n,n)", ("A",), ("Y",), ("A",), near_psd, hermitian=("A",))
TURN = np.asarray([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
MIXED = np.asarray([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 3.0]])  # eigenvalues 3, 3 and -1
COMPLEX = np.asarray([[1.0, 2j, 0.0], [-2j, 1.0, 0.0], [0.0, 0.0, -1.0]])  # eigenvalues 3, -1 and -1


def points():
    yield from _points(PROJECTOR)
    yield from _points(PSD)
    yield _point(PROJECTOR, "of two, complex", (3, 3), complex=True, k=2)
    yield _point(PROJECTOR, "above one, real", (3, 3), cut=1.0)
    yield _of(PROJECTOR, "of more than there are", MIXED, k=5)
    yield _of(PROJECTOR, "of none", MIXED, k=0)
    one = np.diag([0.0, 1.0])
    yield _of(PROJECTOR, "a tie across the cut", np.eye(2), k=1, undefined={(): (one,)})
    yield _of(PSD, "of rank 2, and indefinite", np.diag([2.0, 0.0, 1.0, -1.0]), marks=("singular",))
    yield _of(PSD, "the zero matrix", np.zeros((2, 2)), marks=("singular",))


def _points(op):
    yield _point(op, "real", (3, 3))
    yield _point(op, "complex", (3, 3), complex=True)
    yield _of(op, "diagonal", np.diag([1.0, -2.0]))
    yield _of(op, "a tie of two that are kept", MIXED, marks=("tied",), smooth=True)
    yield _of(op, "a tie of two that are not, complex", COMPLEX, marks=("tied",), smooth=True)
    for power in (27, 40):
        A = TURN @ np.diag([1.0, 1.0 + 2.0**-power, -1.0, -1.0 - 2.0**-power]) @ TURN.T
        yield _of(op, f"tied to 2^-{power}", A, marks=("close",), smooth=True)
    yield _of(op, "all positive", MIXED + 4 * np.eye(3), marks=("tied",), smooth=True)
    yield _of(op, "all negative", -MIXED - 4 * np.eye(3), marks=("tied",), smooth=True)
    title = "a tangent that is not Hermitian, complex"
    yield _point(op, title, (2, 2), complex=True, marks=("junk",), junk=True)
    yield _of(op, "one by one, real", [[2.0]])
    yield _point(op, "a batch of three, 3 x 3", (3, 3, 3))
    yield _point(op, "two batch axes, complex", (2, 2, 2, 2), complex=True)
    yield _point(op, "no rows", (0, 0))
    yield _point(op, "no matrices", (0, 2, 2))


POINT = ("marks", "smooth", "junk", "twice", "undefined")


def _of(op, title, A, **given):
    more = {key: given.pop(key) for key in POINT if key in given}
    return Point(op, title, (np.asarray(A),), {**op.params, **given}, **more)


def _point(op, title, shape, complex=False, **given):
    """A point with a gap around zero, or around another cut."""
    A = Draw(f"{op.name}, {title}")(*shape, complex=complex)
    signs = np.where(np.arange(shape[-1]) % 2, -3.0, 4.0)
    return _of(op, title, (A + np.conj(A.mT)) / 4 + np.diag(signs), **given)
