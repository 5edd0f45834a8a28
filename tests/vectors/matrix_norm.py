"""Matrix norms at 110 digits. Zero entries and zero singular values stay zero."""

import math

import mpmath
import numpy as np

from .exact import adjoint, eigh, filled
from .norms import SAME, active, blended
from .points import Draw, Op, Point
from .spectra import clusters


def near(A, *, draw, ord="fro", keepdims=False):
    norm = _near(A, ord) if A.size else lambda A: mpmath.mpf(0)
    return lambda A: [filled((1, 1) if keepdims else (), [norm(A)])]


def _near(A, ord):
    there = [i for i in np.ndindex(*A.shape) if A[i] != 0]
    if not there:
        return lambda A: mpmath.mpf(0)
    if ord == "fro":
        return lambda A: mpmath.sqrt(sum(abs(A[i]) ** 2 for i in there))
    if ord in ("nuc", 2, -2):
        S = _singular_values(A)
        if ord == "nuc":
            which = range(sum(s > SAME * S[0] for s in S))
            return lambda A: sum(_singular_values(A)[i] for i in which)
        tied = clusters(S)[0 if ord == 2 else -1]
        if S[tied.start] <= SAME * S[0]:
            return lambda A: mpmath.mpf(0)
        # Among U H V^H with tr H = 1, H = I / c has the least norm: the mean of the tied values.
        return lambda A: sum(_singular_values(A)[tied]) / (tied.stop - tied.start)
    sums = [
        lambda A, j=j: sum((abs(A[i]) for i in there if i[1 if abs(ord) == 1 else 0] == j), mpmath.mpf(0))
        for j in range(A.shape[1 if abs(ord) == 1 else 0])
    ]
    chosen = active([f(A) for f in sums], ord > 0)
    if any(sums[j](A) == 0 for j in chosen):
        return lambda A: mpmath.mpf(0)
    return blended([sums[j] for j in chosen], A)


def _singular_values(A):
    """The singular values, in descending order."""
    w, _ = eigh(adjoint(A) @ A if A.shape[0] >= A.shape[1] else A @ adjoint(A))
    return [mpmath.sqrt(abs(v)) for v in w[::-1]]


MATRIX_NORM = Op(
    "matrix_norm",
    "(m,n)->()",
    ("A",),
    ("N",),
    ("A",),
    near,
    {"ord": "fro", "keepdims": False},
    real=("N",),
)
INF = math.inf


def dense(values):
    """A 4 x 4 matrix with exactly these singular values."""
    H = np.asarray([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
    return H * values @ H[[2, 0, 3, 1]]


def points():
    def point(title, *shape, complex=False, of=None, marks=(), smooth=False, **params):
        A = (
            Draw(f"matrix_norm, {title}").independent(*shape, complex=complex)
            if of is None
            else np.asarray(of)
        )
        A = np.where(A == 0, 0.75, A) if of is None else A
        return Point(MATRIX_NORM, title, (A,), params, marks, smooth=smooth)

    for ord in ("fro", "nuc", 2, -2, 1, -1, INF, -INF):
        yield point(f"ord {ord}, square", 3, 3, ord=ord)
        yield point(f"ord {ord}, tall, complex", 3, 2, complex=True, ord=ord)
        yield point(f"ord {ord}, wide", 2, 3, ord=ord)
        yield point(f"ord {ord}, the zero matrix", of=np.zeros((2, 2)), ord=ord, marks=("kink", "singular"))
    # Zeros and ties are exact if the matrix needs no factorization.
    turned = np.eye(4)[[2, 0, 3, 1]]
    yield point(
        "ord nuc, of rank 2", of=turned * [2.0, -1.0, 0.0, 0.0], ord="nuc", marks=("kink", "singular")
    )
    yield point(
        "ord nuc, a tie, complex", of=turned * [2j, 2, -2, 1], ord="nuc", marks=("tied",), smooth=True
    )
    turn = np.eye(4)[[2, 0, 3, 1]][:, :3]
    yield point("ord nuc, all tied, tall", of=2 * turn, ord="nuc", marks=("tied",), smooth=True)
    near = turn * [1.0, 1.0 + 2.0**-40, 2.0]
    yield point("ord nuc, nearly a tie", of=near, ord="nuc", marks=("close",), smooth=True)
    yield point("ord 2, a tie", of=turned * [3.0, -3.0, 2.0, 1.0], ord=2, marks=("kink", "tied"))
    yield point("ord -2, a tie, complex", of=turned * [3, 1j, 1, -1], ord=-2, marks=("kink", "tied"))
    # The ties of these matrices are exact, but those of a factorization are exact only to rounding.
    yield point("ord 2, a tie, no zeros", of=dense([3.0, 3.0, 2.0, 1.0]), ord=2, marks=("kink", "tied"))
    of = dense([3, 2, 1, 1]) * 1j
    yield point("ord -2, a tie, no zeros, complex", of=of, ord=-2, marks=("kink", "tied"))
    yield point("ord 1, a tie", of=[[1.0, -3.0, 2.0], [2.0, 0.0, 1.0]], ord=1, marks=("kink", "tied"))
    yield point("ord inf, a tie", of=[[1.0, -2.0], [3.0, 0.0]], ord=INF, marks=("kink", "tied"))
    yield point("ord -1, a tie", of=[[1.0, 2.0], [1.0, 0.0]], ord=-1, marks=("kink", "tied"))
    yield point("ord 1, zero entries", of=[[1.0, 0.0], [2.0, -1.0]], ord=1, marks=("kink",))
    yield point("one by one, complex", 1, 1, complex=True, ord="fro")
    yield point("a batch of three, 3 x 3", 3, 3, 3, ord="fro")
    yield point("two batch axes, ord 2, complex", 2, 2, 2, 2, complex=True, ord=2)
    yield point("a batch, keepdims, ord 1", 2, 2, 2, ord=1, keepdims=True)
    yield point("no rows", of=np.zeros((0, 2)), ord="fro")
    yield point("no matrices", of=np.zeros((0, 2, 2)), ord="nuc")
