"""Eigenvalues and eigenvectors of general matrices at 110 digits, with LAPACK's normalization."""

import mpmath
import numpy as np

from .exact import filled
from .points import Draw, Op, Point


def near(A, *, draw):
    """The factors in a fixed order. Each vector has length one, and one of its largest entries is real."""
    first, V = _sorted(A)
    tops = [max(range(len(A)), key=lambda i: (round(abs(v[i]), 50), -i)) for v in V.T]

    def factors(A):
        w, V = _ordered(A, first)
        for j, k in enumerate(tops):
            length = mpmath.sqrt(sum(abs(v) ** 2 for v in V[:, j]))
            V[:, j] = V[:, j] * (abs(V[k, j]) / V[k, j] / length)
            V[k, j] = mpmath.mpc(V[k, j].real, 0)  # removes rounding
        return [w, V]

    return factors


def near_values(A, *, draw):
    first, _ = _sorted(A)
    return lambda A: [_ordered(A, first)[0]]


def _ordered(A, like):
    """Eigenvalues and eigenvectors in the order of the given, nearby eigenvalues."""
    w, V = _pairs(A)
    order = []
    for value in like:
        rest = [i for i in range(len(w)) if i not in order]
        order.append(min(rest, key=lambda i: abs(w[i] - value)))
    return w[order], V[:, order]


def _pairs(A):
    if len(A) == 0:
        return np.empty(0, object), A
    w, V = mpmath.eig(mpmath.matrix(A.tolist()))
    return filled(len(A), map(mpmath.mpc, w)), filled(A.shape, map(mpmath.mpc, V))


def _sorted(A):
    w, V = _pairs(A)
    order = sorted(range(len(w)), key=lambda i: (round(w[i].real, 50), w[i].imag))
    return w[order], V[:, order]


def level(outputs, bars):
    """Replace the cotangents of tied eigenvalues by their mean."""
    w, w_bar = outputs[0], bars[0]
    if w_bar is not None:
        tied = [[j for j in range(len(w)) if abs(w[i] - w[j]) < mpmath.mpf(10) ** -50] for i in range(len(w))]
        w_bar = filled(w.shape, [sum(w_bar[c]) / len(c) for c in tied])
    return [w_bar, *bars[1:]]


NAMES = ("eigenvalues", "eigenvectors")
EIG = Op("eig", "(n,n)->(n),(n,n)", ("A",), NAMES, NAMES, near, complex=NAMES, level=level)
EIGVALS = Op(
    "eigvals",
    "(n,n)->(n)",
    ("A",),
    NAMES[:1],
    ("A", "eigenvalues"),
    near_values,
    complex=NAMES[:1],
    level=level,
)


def simple(draw, *shape, complex=False):
    """A matrix with well-separated eigenvalues, and eigenvectors with entries of distinct moduli."""
    while True:
        A = draw(*shape, complex=complex)
        if A.size == 0 or shape[-1] == 1:
            return A
        w, V = np.linalg.eig(A)
        gaps = abs(w[..., None] - w[..., None, :]) + 9 * np.eye(shape[-1])
        sizes = np.sort(abs(V), axis=-2)
        if (
            gaps.min() > 0.4
            and np.linalg.cond(V).max() < 20
            and np.diff(sizes[..., -2:, :], axis=-2).min() > 0.02
        ):
            return A


TURN = np.asarray([[0.5, -2.0, 0], [2.0, 0.5, 0], [1.0, 0.0, -1.0]])  # eigenvalues 0.5 + 2i, 0.5 - 2i, -1
CIRCULANT = np.asarray([[1.0, 2.0, 4.0], [4.0, 1.0, 2.0], [2.0, 4.0, 1.0]])
JORDAN = np.asarray([[2.0, 1.0], [0.0, 2.0]])


def points():
    for op in (EIG, EIGVALS):

        def point(title, *shape, complex=False, op=op, **more):
            return Point(op, title, (simple(Draw(f"eig, {title}"), *shape, complex=complex),), **more)

        yield point("real", 3, 3)
        yield point("complex", 3, 3, complex=True)
        yield Point(op, "real, a pair of conjugates", (TURN,))
        yield Point(op, "triangular, far from normal", (np.asarray([[1.0, 8.0, 4.0], [0, 2, 8], [0, 0, 4]]),))
        yield Point(op, "a circulant matrix", (CIRCULANT,), note="all entries of a vector are of one size")
        yield Point(op, "singular", (np.asarray([[1.0, 2.0], [2.0, 4.0]]),), marks=("singular",))
        yield Point(op, "tiny entries", (2.0**-600 * TURN,), marks=("scale",))
        yield point("one by one, complex", 1, 1, complex=True)
        yield point("a batch of three, 3 x 3", 3, 3, 3)
        yield point("two batch axes, complex", 2, 1, 2, 2, complex=True)
        yield point("no rows", 0, 0)
        yield point("no matrices", 0, 2, 2)
        two = np.asarray([2.0 + 0j, 2.0])
        outputs = (two, np.asarray([[1.0 + 0j, -1.0], [0.0, 0.0]]))[: len(op.outputs)]
        yield Point(
            op,
            "a batch with a defective matrix",
            (np.stack([TURN[:2, :2], JORDAN]),),
            undefined={(1,): outputs},
            alone=False,
        )
    tie = {"marks": ("tied",), "pushed": False}
    yield Point(EIGVALS, "the identity", (np.eye(2),), **tie)
    yield Point(EIGVALS, "a tie, far from normal", (np.asarray([[1.0, 0, 2], [0, 1, 4], [0, 0, 3]]),), **tie)
