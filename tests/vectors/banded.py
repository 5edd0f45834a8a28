"""Solves with band matrices at 110 digits: general solves with the matrix that the diagonals form."""

import numpy as np

from .exact import inverse
from .points import Draw, Op, Point


def near(dl, d, du, B, *, draw):
    return lambda dl, d, du, B: _solution(
        lambda i, j: (du if j > i else dl if j < i else d)[i] if abs(i - j) < 2 else None, len(d), B, d
    )


def near_banded(ab, B, *, draw, u=1):
    w, n = ab.shape
    return lambda ab, B: _solution(lambda i, j: ab[u + i - j, j] if 0 <= u + i - j < w else None, n, B, ab[u])


def _solution(entry, n, B, main):
    """A^-1 B, where entry(i, j) gives the entries of A, and None stands for zero."""
    A = np.empty((n, n), object)
    for i, j in np.ndindex(n, n):
        found = entry(i, j)
        A[i, j] = 0 * main[0] if found is None else found
    return [inverse(A) @ B]


TRIDIAGONAL_SOLVE = Op(
    "tridiagonal_solve",
    "(n),(n),(n),(n,k?)->(n,k?)",
    ("dl", "d", "du", "B"),
    ("X",),
    ("dl", "d", "du", "X"),
    near,
)
SOLVE_BANDED = Op(
    "solve_banded", "(w,n),(n,k?)->(n,k?)", ("ab", "B"), ("X",), ("ab", "X"), near_banded, {"u": 1}
)


def points():
    def point(title, n, B, batch=(), complex=False, B_complex=None, batch_dl=None):
        draw = Draw(f"tridiagonal_solve, {title}")
        dl = draw(*(batch if batch_dl is None else batch_dl), n, complex=complex)
        d, du = draw(*batch, n, complex=complex) + 6, draw(*batch, n, complex=complex)
        B = draw(*B, complex=complex if B_complex is None else B_complex)
        return Point(TRIDIAGONAL_SOLVE, title, (dl, d, du, B))

    yield point("tridiagonal", 4, (4, 2))
    yield point("tridiagonal, complex", 4, (4, 2), complex=True)
    yield point("tridiagonal, two rows", 2, (2, 1), complex=True)
    yield point("tridiagonal, one row", 1, (1, 2))
    yield point("tridiagonal, five rows, a vector", 5, (5,))
    yield point("tridiagonal, a vector, complex", 3, (3,), complex=True)
    yield point("tridiagonal, A real, B complex", 3, (3, 2), B_complex=True)
    yield point("tridiagonal, A complex, B real", 3, (3, 1), complex=True, B_complex=False)
    yield point("tridiagonal, a batch of three", 3, (3, 3, 3), batch=(3,))
    yield point("tridiagonal, one A for every B", 3, (2, 3, 1))
    yield point("tridiagonal, one dl for every d", 3, (3, 1), batch=(2,), batch_dl=())
    yield point("tridiagonal, two batch axes, complex", 2, (2, 3, 2, 1), batch=(2, 1), complex=True)
    yield point("tridiagonal, no rows", 0, (0, 2))
    yield point("tridiagonal, no columns", 2, (2, 0))
    yield point("tridiagonal, no matrices", 1, (1, 2), batch=(0,))
    yield from banded()


def banded():
    def point(title, u, w, n, B, batch=(), complex=False, B_complex=None, **more):
        draw = Draw(f"solve_banded, {title}")
        ab = draw(*batch, w, n, complex=complex)
        ab[..., u, :] += 8
        B = draw(*B, complex=complex if B_complex is None else B_complex)
        return Point(SOLVE_BANDED, title, (ab, B), {"u": u}, **more)

    yield point("one above, one below", 1, 3, 4, (4, 2))
    yield point("one above, one below, complex", 1, 3, 4, (4, 2), complex=True)
    yield point("two above, one below", 2, 4, 5, (5, 1))
    yield point("one above, three below, complex", 1, 5, 6, (6, 1), complex=True)
    yield point("two below", 0, 3, 4, (4, 2), complex=True)
    yield point("a diagonal", 0, 1, 3, (3, 2), complex=True)
    yield point("more diagonals than there are", 2, 5, 2, (2, 2))
    yield point("a vector", 2, 4, 4, (4,))
    yield point("ab real, B complex", 1, 3, 3, (3, 2), B_complex=True)
    yield point("a batch of three", 1, 3, 3, (3, 3, 3), batch=(3,))
    yield point("one A for every B", 2, 3, 3, (2, 3, 1))
    yield point("two batch axes, complex", 1, 3, 3, (2, 2, 3, 1), batch=(2, 2), complex=True)
    yield point("no rows", 1, 3, 0, (0, 2))
    yield point("no matrices", 0, 1, 1, (1, 2), batch=(0,))
    # The rows of a graded matrix differ by 1e4, but no exchange of rows is needed.
    ab = np.asarray([[0.0, 1.0, 1.0], [4096.0, 8.0, 4.0], [1.0, 0.5, 0.0]])
    yield Point(SOLVE_BANDED, "graded", (ab, np.asarray([1.0, -2.0, 0.5])), {"u": 1})
