"""The determinant at 110 digits, from its definition as a sum over all permutations."""

import itertools
import math

import mpmath
import numpy as np

from .exact import filled
from .points import Draw, Op, Point


def determinant(A):
    n = len(A)
    terms = (
        _parity(p) * math.prod((A[i, p[i]] for i in range(n)), start=mpmath.mpf(1))
        for p in itertools.permutations(range(n))
    )
    return sum(terms, mpmath.mpf(0))


def _parity(p):
    return (-1) ** sum(p[i] > p[j] for j in range(len(p)) for i in range(j))


def near(A, *, draw):
    return lambda A: [filled((), [determinant(A)])]


def near_sign_and_logarithm(A, *, draw):
    def both(A):
        d = determinant(A)
        return [filled((), [d / abs(d)]), filled((), [mpmath.log(abs(d))])]

    return both


DET = Op("det", "(n,n)->()", ("A",), ("d",), ("A",), near)
SLOGDET = Op(
    "slogdet",
    "(n,n)->(),()",
    ("A",),
    ("sign", "logabsdet"),
    ("A", "sign"),
    near_sign_and_logarithm,
    real=("logabsdet",),
)


def of_rank(r, n, title, complex=False):
    draw = Draw(title)
    return draw(n, r, complex=complex) @ draw(r, n, complex=complex)


def points():
    for op in (DET, SLOGDET):

        def point(title, *shape, complex=False, op=op):
            return Point(op, title, (Draw(f"det, {title}").independent(*shape, complex=complex),))

        yield point("2 x 2", 2, 2)
        yield point("3 x 3, complex", 3, 3, complex=True)
        yield point("4 x 4", 4, 4)
        yield point("5 x 5, complex", 5, 5, complex=True)
        yield point("one by one, complex", 1, 1, complex=True)
        yield point("a batch of three, 3 x 3", 3, 3, 3)
        yield point("a batch, 4 x 4", 3, 4, 4)
        yield point("two batch axes, complex", 2, 2, 2, 2, complex=True)
        yield point("no rows", 0, 0)
        yield point("no matrices", 0, 2, 2)
        # Cofactors do not overflow, but products of pivots do. An inverse loses accuracy.
        power = 2.0 ** (np.asarray([1, 1, -1, -1]) * (600 if op is DET else 300))
        rows = Draw("det, scales").independent(4, 4)
        rows = power[:, None] * np.where(rows == 0, 0.75, rows)
        yield Point(op, "rows of every size", (rows,), marks=("scale",))
    for n in (2, 3, 4, 5):
        A = of_rank(n - 1, n, f"det, {n}")
        yield Point(DET, f"{n} x {n}, of rank {n - 1}", (A,), marks=("singular",), smooth=True)
    A = of_rank(3, 4, "det, complex", complex=True)
    yield Point(DET, "4 x 4, of rank 3, complex", (A,), marks=("singular",), smooth=True)
    low = of_rank(2, 4, "det, low")
    yield Point(DET, "4 x 4, of rank 2", (low,), marks=("singular",), smooth=True)
    low = np.diag([0.0, 2.0, 0.0, 3.0, 4.0])
    yield Point(DET, "5 x 5, two zero pivots", (low,), marks=("singular",), smooth=True)
    yield Point(DET, "the zero matrix", (np.zeros((2, 2)),), marks=("singular",), smooth=True)
    first = np.diag([0.0, 2.0, 3.0, 4.0])
    yield Point(DET, "a zero pivot first", (first,), marks=("singular",), smooth=True)
    one = Draw("slogdet, singular")
    yield Point(
        SLOGDET,
        "a batch with one singular matrix",
        (np.stack([np.asarray([[1.0, 2.0], [2.0, 4.0]]), one.independent(2, 2)]),),
        marks=("singular",),
        note="undefined for the first matrix; the second must not suffer",
        undefined={(0,): (np.asarray(0.0), np.asarray(-np.inf))},
    )
