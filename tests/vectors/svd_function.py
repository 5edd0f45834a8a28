"""Odd functions of singular values at 110 digits: Y = A g(A^H A) with g(s^2) = f(s) / s."""

import mpmath
import numpy as np

from .exact import adjoint, eigh, filled
from .points import Draw, Op, Point

# f, and the derivative at zero of g as a function of s^2.
FUNCTIONS = {"tanh": (mpmath.tanh, -mpmath.mpf(1) / 3), "asinh": (mpmath.asinh, -mpmath.mpf(1) / 6)}


def near_function(A, *, draw, f, df=None, d2f=None):
    f, slope = FUNCTIONS[f]

    def g(square):
        if abs(square) < mpmath.mpf(10) ** -60:
            return 1 + slope * square
        s = mpmath.sqrt(square)
        return f(s) / s

    return lambda A: [_of_gram(A, A.shape[1], g)]


def near_low_rank(A, *, draw, k):
    k = min(k, *A.shape)
    return lambda A: [_of_gram(A, k, lambda square: mpmath.mpf(1))]


def near_threshold(A, *, draw, tau):
    w, _ = eigh(adjoint(A) @ A)
    count = sum(1 for v in w if v > mpmath.mpf(tau) ** 2)
    return lambda A: [_of_gram(A, count, lambda square: 1 - tau / mpmath.sqrt(square))]


def _of_gram(A, count, g):
    """A g(A^H A), restricted to this many of the largest eigenvalues."""
    w, V = eigh(adjoint(A) @ A)
    w, V = w[len(w) - count :], V[:, len(w) - count :]
    return A @ ((V * filled(w.shape, map(g, w))) @ adjoint(V)) + 0 * A


DEFAULTS = {"f": "tanh", "df": None, "d2f": None}
FUNCTION = Op("svd_function", "(m,n)->(m,n)", ("A",), ("Y",), ("A",), near_function, DEFAULTS)
LOW_RANK = Op("low_rank", "(m,n)->(m,n)", ("A",), ("Y",), ("A",), near_low_rank, {"k": 1})
THRESHOLD = Op("svd_threshold", "(m,n)->(m,n)", ("A",), ("Y",), ("A",), near_threshold, {"tau": 0.5})
TURN = np.asarray([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


def turned(values, rows=3):
    """A matrix with three columns and these singular values."""
    return np.concatenate([TURN @ np.diag(values), np.zeros((rows - 3, 3))]) + 0.0


def points():
    for op in (FUNCTION, LOW_RANK, THRESHOLD):
        yield from _points(op)
    yield _point(FUNCTION, "asinh, complex", (2, 2), complex=True, f="asinh")
    yield _of(FUNCTION, "asinh, all tied", 2 * TURN, f="asinh", marks=("tied",), smooth=True)
    yield _point(LOW_RANK, "of rank two, complex", (3, 3), complex=True, k=2)
    yield _of(LOW_RANK, "of the whole rank", turned([3.0, 2.0, 1.0]), k=3)
    yield _of(LOW_RANK, "of rank zero", turned([3.0, 2.0, 1.0]), k=0)
    yield _of(LOW_RANK, "of rank two, a tie of two that are kept", turned([3.0, 3.0, 1.0]), k=2,
              marks=("tied",), smooth=True)  # fmt: skip
    first = np.diag([1.0, 0.0])
    yield _of(LOW_RANK, "a tie across the cut", np.eye(2), undefined={(): (first,)})
    yield _of(THRESHOLD, "a tie of two that are kept", turned([3.0, 3.0, 1.0]), tau=2.0, marks=("tied",),
              smooth=True)  # fmt: skip
    yield _point(THRESHOLD, "above all values", (2, 2), tau=20.0)


def _points(op):
    yield _point(op, "square, real", (3, 3))
    yield _point(op, "square, complex", (3, 3), complex=True)
    yield _point(op, "tall, real", (3, 2))
    yield _point(op, "wide, complex", (2, 3), complex=True)
    yield _of(op, "diagonal", np.diag([3.0, 1.0]))
    yield _of(op, "a tie of the smaller two", turned([3.0, 1.0, 1.0]), marks=("tied",), smooth=True)
    yield _of(op, "tall, a tie of the smaller two", turned([3.0, 1.0, 1.0], 4), marks=("tied",), smooth=True)
    for power in (27, 40):
        A = turned([3.0, 1.0 + 2.0**-power, 1.0])
        yield _of(op, f"tied to 2^-{power}", A, marks=("close",), smooth=True)
    yield _of(op, "of rank one", np.ones((3, 2)), marks=("singular",), smooth=True)
    yield _of(op, "of rank one, complex", [[1.0, 1j], [1j, -1.0]], marks=("singular",), smooth=True)
    yield _of(op, "one by one, complex", [[1.0 + 1j]])
    yield _point(op, "a batch of three, 3 x 3", (3, 3, 3))
    yield _point(op, "two batch axes, complex", (2, 2, 3, 2), complex=True)
    yield _point(op, "no rows", (0, 2))
    yield _point(op, "no matrices", (0, 2, 2))


def _of(op, title, A, **given):
    more = {key: given.pop(key) for key in ("marks", "smooth", "undefined") if key in given}
    return Point(op, title, (np.asarray(A),), {**op.params, **given}, **more)


def _point(op, title, shape, complex=False, **given):
    """A point with a gap between the first singular value and the others."""
    A = Draw(f"{op.name}, {title}")(*shape, complex=complex)
    A[..., :1, :1] += 6
    return _of(op, title, A, **given)
