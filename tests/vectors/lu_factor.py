"""LU in one array, and solves with this array, at 110 digits."""

import numpy as np

from .exact import adjoint, exact, eye, inverse
from .lu import cyclic, pivoted
from .lu import near as near_factors
from .points import Draw, Op, Point


def near(A, *, draw):
    factors, (m, n) = near_factors(A, draw=draw, p_indices=True), A.shape
    swaps = exchanges(pivoted(A))[: min(m, n)]
    pivots = np.empty(len(swaps), object)
    pivots[:] = swaps

    def packed(A):
        _, L, U = factors(A)
        k = min(m, n)
        below = np.tri(m, k, -1, dtype=bool)
        LU = exact(np.zeros((m, n))) + 0 * np.sum(A)
        LU[:, :k] = LU[:, :k] + np.where(below, L, L * 0)
        LU[:k] = LU[:k] + U
        return [LU, pivots]

    return packed


def exchanges(rows):
    """The successive row swaps, as pivots, that put the rows into this order."""
    at, swaps = list(range(len(rows))), []
    for i, row in enumerate(rows):
        j = at.index(row)
        at[i], at[j] = at[j], at[i]
        swaps.append(j)
    return swaps


def near_solution(LU, pivots, B, *, draw, trans="N"):
    n = len(LU)
    order = list(range(n))
    for i, other in enumerate(pivots):
        order[i], order[int(other)] = order[int(other)], order[i]
    below = np.tri(n, k=-1, dtype=bool)

    def solution(LU, pivots, B):
        A = (np.where(below, LU, LU * 0) + eye(n)) @ np.where(below, LU * 0, LU)
        A = A[np.argsort(order)] if n else A
        return [inverse({"N": A, "T": A.T, "C": adjoint(A)}[trans]) @ B]

    return solution


LU_FACTOR = Op(
    "lu_factor",
    "(m,n)->(m,n),(k)",
    ("A",),
    ("LU", "pivots"),
    ("LU", "pivots"),
    near,
    constant=("pivots",),
    whole=("pivots",),
)
LU_SOLVE = Op(
    "lu_solve",
    "(n,n),(n),(n,k?)->(n,k?)",
    ("LU", "pivots", "B"),
    ("X",),
    ("LU", "pivots", "B", "X"),
    near_solution,
    {"trans": "N"},
    constant=("pivots",),
    whole=("pivots",),
)


def points():
    for m, n in ((3, 3), (4, 2), (2, 4)):
        for complex in (False, True):
            shape = {True: "tall", False: "wide"}[m > n] if m != n else "square"
            title = f"{shape}, complex" if complex else shape
            yield Point(LU_FACTOR, title, (cyclic(m, n, f"lu_factor, {title}", complex),))
    yield Point(LU_FACTOR, "no exchange", (np.asarray([[4.0, 1.0], [1.0, 2.0]]),))
    yield Point(
        LU_FACTOR, "a last pivot of zero", (np.asarray([[1.0, 2.0], [2.0, 4.0]]),), marks=("singular",)
    )
    batch = np.stack([cyclic(3, 3, f"lu_factor, batch {i}") for i in range(3)])
    yield Point(LU_FACTOR, "a batch of three, 3 x 3", (batch,))
    pair = np.stack([cyclic(2, 2, f"lu_factor, pair {i}", True) for i in range(2)])
    yield Point(LU_FACTOR, "two batch axes, complex", (np.stack([pair, pair[::-1]]),))
    yield Point(LU_FACTOR, "no columns", (np.zeros((2, 0)),))
    yield Point(LU_FACTOR, "no matrices", (np.zeros((0, 2, 2)),))
    yield from solutions()


def solutions():
    def point(title, pivots, B, batch=(), complex=False, B_complex=None, trans="N"):
        n, draw = np.shape(pivots)[-1], Draw(f"lu_solve, {title}")
        LU = draw(*batch, n, n, complex=complex) / 4 + 2 * np.eye(n)
        B = draw(*B, complex=complex if B_complex is None else B_complex)
        return Point(LU_SOLVE, title, (LU, np.asarray(pivots, int), B), {"trans": trans})

    cycle = [1, 2, 2]
    for trans in "NTC":
        yield point(f"solve, trans {trans}", cycle, (3, 2), trans=trans)
        yield point(f"solve, trans {trans}, complex", cycle, (3, 2), complex=True, trans=trans)
    yield point("solve, no exchange", [0, 1], (2, 2))
    yield point("solve, a vector", cycle, (3,))
    yield point("solve, a vector, trans C, complex", cycle, (3,), complex=True, trans="C")
    yield point("solve, LU real, B complex", [1, 1], (2, 2), B_complex=True)
    yield point(
        "solve, LU complex, B real, trans C", [1, 1], (2, 1), complex=True, B_complex=False, trans="C"
    )
    yield point("solve, one by one", [0], (1, 1), complex=True)
    many = [[1, 2, 2], [0, 2, 2], [2, 1, 2]]
    yield point("solve, a batch of three", many, (3, 3, 3), batch=(3,))
    yield point("solve, one matrix for every B", [1, 1], (3, 2, 1))
    yield point("solve, one B for every matrix, trans C", [[1, 1], [0, 1]], (2, 2), batch=(2,), trans="C")
    yield point("solve, two batch axes, complex", [[[1, 1]], [[0, 1]]], (3, 2, 1), batch=(2, 1), complex=True)
    yield point("solve, no rows", np.zeros(0), (0, 2))
    yield point("solve, no columns", [1, 1], (2, 0))
    yield point("solve, no matrices", np.ones((0, 2)), (2, 2), batch=(0,))
