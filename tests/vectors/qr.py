"""QR at 110 digits: R from the Cholesky factor of A1^H A1, where A1 are the leading columns of A."""

import numpy as np

from .exact import adjoint, cholesky, exact, filled, inverse, is_complex, orthonormal, skew
from .points import Draw, Op, Point


def near(A, *, draw, mode="reduced"):
    m, n = A.shape
    k = min(m, n)
    # LAPACK leaves some of the diagonal of R negative. Here every other entry is.
    signs = filled((k,), [(-1) ** (j + 1) for j in range(k)])

    def factors(A, extra):
        A1 = A[:, :k]
        R1 = adjoint(cholesky(adjoint(A1) @ A1)) * signs[:, None]
        Q = A1 @ inverse(R1)
        R = adjoint(Q) @ A
        if mode == "reduced" or m <= n:
            return [Q, R]
        Q2 = orthonormal(extra - Q @ (adjoint(Q) @ extra))
        return [np.concatenate([Q, Q2], axis=1), np.concatenate([R, exact(np.zeros((m - n, n)))], axis=0)]

    # The columns beyond the k-th are the nearest ones to those at A.
    extra = factors(A, exact(draw(m, m - k, complex=is_complex(A))))[0][:, k:]
    return lambda A: factors(A, extra)


def invariant(outputs, bars):
    """Remove the part that rotates the extra columns among themselves."""
    Q, R = outputs
    Q_bar, R_bar = bars
    if Q_bar is None:
        return bars
    k = min(Q.shape[0], R.shape[1])
    Q2 = Q[:, k:]
    along = Q2 @ skew(adjoint(Q2) @ Q_bar[:, k:])
    return [np.concatenate([Q_bar[:, :k], Q_bar[:, k:] - along], axis=1), R_bar]


QR = Op(
    "qr", "(m,n)->(m,k),(k,n)", ("A",), ("Q", "R"), ("Q", "R"), near, {"mode": "reduced"}, invariant=invariant
)
COMPLETE = {"mode": "complete"}


def near_pivoted(A, *, draw, mode="reduced"):
    order = by_size(A)
    plain = near(A[:, order], draw=draw, mode=mode)
    return lambda A: [*plain(A[:, order]), filled((len(order),), order)]


def by_size(A):
    """The order of the columns of A in which each is the largest outside the span of the earlier ones."""
    A, order = A.astype(complex), list(range(A.shape[1]))
    for j in range(min(A.shape)):
        sizes = np.linalg.norm(A, axis=0)
        best = max(range(j, len(order)), key=lambda i: sizes[order[i]])
        order[j], order[best] = order[best], order[j]
        q = A[:, order[j]] / sizes[order[j]]
        A = A - np.outer(q, q.conj() @ A)
    return order


QR_PIVOTED = Op(
    "qr_pivoted",
    "(m,n)->(m,k),(k,n),(n)",
    ("A",),
    ("Q", "R", "p"),
    ("Q", "R", "p"),
    near_pivoted,
    {"mode": "reduced"},
    constant=("p",),
    whole=("p",),
    invariant=lambda outputs, bars: [*invariant(outputs[:2], bars[:2]), bars[2]],
)


def points():
    def point(title, *shape, complex=False, **more):
        return Point(QR, title, (Draw(f"qr, {title}").independent(*shape, complex=complex),), **more)

    yield point("square", 3, 3)
    yield point("tall", 4, 2)
    yield point("wide", 2, 4)
    yield point("square, complex", 3, 3, complex=True)
    yield point("tall, complex", 3, 2, complex=True)
    yield point("wide, complex", 2, 3, complex=True)
    yield point("complete, tall", 4, 2, params=COMPLETE)
    yield point("complete, tall, complex", 3, 1, complex=True, params=COMPLETE)
    yield point("complete, square", 2, 2, params=COMPLETE)
    yield point(
        "complete, tall, along the gauge",
        4,
        2,
        params=COMPLETE,
        keeps=("gauge",),
        note="Q_bar turns the extra columns among themselves: that part is dropped",
    )
    yield point("complete, a batch, tall", 2, 3, 1, params=COMPLETE, alone=False)
    yield point("one by one, complex", 1, 1, complex=True, alone=False)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, tall, complex", 2, 2, 3, 2, complex=True, alone=False)
    yield point("no columns", 3, 0, alone=False)
    yield point("no matrices", 0, 3, 2, alone=False)
    dependent = np.asarray([[[1.0, 2.0], [2.0, 4.0]], [[3.0, 1.0], [1.0, 2.0]]])
    yield Point(
        QR,
        "a batch with one of dependent columns",
        (dependent,),
        marks=("singular",),
        note="undefined for the first matrix; the second must not suffer",
        alone=False,
        undefined={(0,): _dependent()},
    )
    yield from pivoted()


def pivoted():
    def point(title, *shape, complex=False, **more):
        A = Draw(f"qr_pivoted, {title}").independent(*shape, complex=complex)
        return Point(QR_PIVOTED, title, (A * np.arange(1, shape[-1] + 1),), **more)

    yield point("pivoted, square", 3, 3)
    yield point("pivoted, tall, complex", 3, 2, complex=True)
    yield point("pivoted, wide", 2, 4)
    yield point("pivoted, wide, complex", 2, 3, complex=True)
    yield point("pivoted, complete, tall", 4, 2, params=COMPLETE)
    ordered = np.asarray([[4.0, 1.0], [0.0, 2.0], [1.0, 0.0]])
    yield Point(QR_PIVOTED, "pivoted, in order already", (ordered,))
    yield point("pivoted, one by one, complex", 1, 1, complex=True, alone=False)
    yield point("pivoted, a batch of three", 3, 2, 3)
    yield point("pivoted, two batch axes, complex", 2, 2, 2, 2, complex=True, alone=False)
    yield point("pivoted, no columns", 3, 0, alone=False)
    yield point("pivoted, no matrices", 0, 3, 2, alone=False)
    singular = np.asarray([[[1.0, 2.0], [2.0, 4.0]], [[3.0, 1.0], [1.0, 2.0]]])
    R = np.asarray([[-2 * 5**0.5, -(5**0.5)], [0.0, 0.0]])
    yield Point(
        QR_PIVOTED,
        "pivoted, a batch with one of rank 1",
        (singular,),
        marks=("singular",),
        note="undefined for the first matrix; the second must not suffer",
        alone=False,
        undefined={(0,): (_dependent()[0], R, np.asarray([1, 0]))},
    )


def _dependent():
    Q = np.asarray([[-1.0, -2.0], [-2.0, 1.0]]) / 5**0.5
    return Q, np.asarray([[-(5**0.5), -2 * 5**0.5], [0.0, 0.0]])
