"""LU at 110 digits: elimination without pivoting, with the rows in the order that pivoting gives."""

import numpy as np

from .exact import exact, eye
from .points import Draw, Op, Point


def near(A, *, draw, p_indices=False):
    rows = pivoted(A)
    P = np.empty(len(rows), object)
    P[rows] = list(range(len(rows)))  # A = (L U)[P]
    if not p_indices:
        P = eye(len(rows))[:, np.argsort(P)] if len(rows) else exact(np.zeros((0, 0)))

    def factors(A):
        U = A[rows]
        m, n = A.shape
        k = min(m, n)
        L = exact(np.eye(m, k))
        for j in range(min(k, m - 1)):
            L[j + 1 :, j] = U[j + 1 :, j] / U[j, j]
            U[j + 1 :] = U[j + 1 :] - L[j + 1 :, j, None] * U[j]
        return [P, L, U[:k]]

    return factors


def pivoted(A):
    """The indices of the rows of A in the order in which partial pivoting takes them."""
    A, rows = A.copy(), list(range(len(A)))
    for j in range(min(A.shape)):
        i = max(range(j, len(A)), key=lambda i: abs(A[i, j].real) + abs(A[i, j].imag))
        A[[i, j]], rows[i], rows[j] = A[[j, i]], rows[j], rows[i]
        if j + 1 < len(A):
            A[j + 1 :] = A[j + 1 :] - (A[j + 1 :, j] / A[j, j])[:, None] * A[j]
    return rows


LU = Op(
    "lu",
    "(m,n)->(m,m),(m,k),(k,n)",
    ("A",),
    ("P", "L", "U"),
    ("P", "L", "U"),
    near,
    {"p_indices": False},
    constant=("P",),
    real=("P",),
)


def cyclic(m, n, title, complex=False):
    """A matrix whose pivots are one row below the diagonal, so that P is a cyclic permutation."""
    A = Draw(title)(m, n, complex=complex) / 4
    for j in range(min(m, n)):
        A[(j + 1) % m, j] += 4
    return A


def points():
    def point(title, *shape, complex=False, **more):
        return Point(LU, title, (Draw(f"lu, {title}").independent(*shape, complex=complex),), **more)

    def shifted(title, m, n, complex=False, **more):
        return Point(LU, title, (cyclic(m, n, f"lu, {title}", complex),), **more)

    yield shifted("cyclic permutation", 3, 3)
    yield shifted("cyclic permutation, complex", 3, 3, complex=True)
    yield shifted("cyclic permutation, tall", 4, 3)
    yield shifted("cyclic permutation, wide", 3, 4)
    yield shifted("cyclic permutation, tall, complex", 3, 2, complex=True)
    yield shifted("cyclic permutation, wide, complex", 3, 5, complex=True, alone=False)
    yield shifted("p_indices, cyclic permutation", 3, 3, params={"p_indices": True}, alone=False)
    yield shifted("p_indices, cyclic permutation, tall", 4, 2, params={"p_indices": True}, alone=False)
    yield shifted("p_indices, wide, complex", 3, 4, complex=True, params={"p_indices": True}, alone=False)
    swapped = cyclic(2, 2, "lu, a swap of two rows")
    yield Point(LU, "a swap of two rows", (swapped,))
    batch = np.stack([cyclic(3, 3, f"lu, p_indices, batch, {i}") for i in range(2)])
    yield Point(LU, "p_indices, a batch", (batch,), {"p_indices": True}, alone=False)
    yield Point(
        LU,
        "the last pivot is zero",
        (np.asarray([[1.0, 2.0, 3.0], [4.0, 2.0, 6.0], [2.0, 1.0, 3.0]]),),
        marks=("singular",),
        note="it is divided by nowhere: L and U have derivatives",
    )
    yield point("one by one, complex", 1, 1, complex=True, alone=False)
    yield Point(
        LU, "a batch of three, 3 x 3", (np.stack([cyclic(3, 3, f"lu, batch, {i}") for i in range(3)]),)
    )
    yield point("two batch axes, wide, complex", 2, 2, 2, 3, complex=True, alone=False)
    yield point("no rows", 0, 2, alone=False)
    yield point("no matrices", 0, 2, 2, alone=False)
    yield Point(
        LU,
        "a batch with one of a zero pivot",
        (np.asarray([[[0.0, 1.0], [0.0, 2.0], [0.0, 5.0]], [[1.0, 2.0], [4.0, 3.0], [2.0, 1.0]]]),),
        marks=("singular",),
        note="undefined for the first matrix; the second must not suffer",
        alone=False,
        undefined={
            (0,): (
                np.asarray([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
                np.asarray([[1.0, 0.0], [0.0, 1.0], [0.0, 0.4]]),
                np.asarray([[0.0, 1.0], [0.0, 5.0]]),
            )
        },
    )
