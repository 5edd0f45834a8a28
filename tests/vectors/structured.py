"""block_diag and toeplitz at 110 digits, entry by entry."""

import numpy as np

from .points import Draw, Op, Point


def near_blocks(*blocks, draw):
    def placed(*blocks):
        shapes = np.asarray([A.shape for A in blocks])
        Y = np.full(tuple(shapes.sum(axis=0)), _zero(*blocks), object)
        for A, (top, left) in zip(blocks, np.cumsum(shapes, axis=0) - shapes, strict=True):
            Y[top : top + A.shape[0], left : left + A.shape[1]] = A
        return [Y]

    return placed


def near_toeplitz(c, r, *, draw):
    def placed(c, r):
        T = np.empty((len(c), len(r)), object)
        for i, j in np.ndindex(*T.shape):
            T[i, j] = (c[i - j] if i >= j else r[j - i]) + _zero(c, r)
        return [T]

    return placed


def _zero(*arrays):
    """A zero of the type of the result."""
    return 0 * sum(np.sum(x) for x in arrays)


BLOCK_DIAG = Op("block_diag", "(m,n)...->(p,q)", ("A",), ("Y",), ("A",), near_blocks)
TOEPLITZ = Op("toeplitz", "(m),(q)->(m,q)", ("c", "r"), ("T",), ("c", "r"), near_toeplitz)


def points():
    def point(op, title, *shapes, complex=False):
        draw = Draw(f"{op.name}, {title}")
        each = complex if isinstance(complex, tuple) else (complex,) * len(shapes)
        return Point(op, title, tuple(draw(*s, complex=kind) for s, kind in zip(shapes, each, strict=True)))

    yield point(BLOCK_DIAG, "two blocks", (2, 2), (1, 1))
    yield point(BLOCK_DIAG, "tall and wide, complex", (3, 1), (1, 2), (2, 2), complex=True)
    yield point(BLOCK_DIAG, "one block", (2, 3))
    yield point(BLOCK_DIAG, "blocks, real and complex", (1, 2), (2, 1), complex=(False, True))
    yield point(BLOCK_DIAG, "blocks of batches", (3, 2, 2), (3, 1, 2), complex=True)
    yield point(BLOCK_DIAG, "a block for every batch", (2, 1, 1, 2), (2, 1), (2, 2, 1))
    yield point(BLOCK_DIAG, "a block without columns", (2, 0), (1, 2))
    yield point(BLOCK_DIAG, "no blocks of a batch", (0, 2, 2), (2, 1))

    yield point(TOEPLITZ, "square", (3,), (3,))
    yield point(TOEPLITZ, "tall", (4,), (2,))
    yield point(TOEPLITZ, "wide, complex", (2,), (4,), complex=True)
    yield point(TOEPLITZ, "square, complex", (3,), (3,), complex=True)
    yield point(TOEPLITZ, "c real, r complex", (3,), (3,), complex=(False, True))
    yield point(TOEPLITZ, "one by one", (1,), (1,))
    yield point(TOEPLITZ, "a batch of three", (3, 3), (3, 3))
    yield point(TOEPLITZ, "one c for every r", (3,), (2, 2))
    yield point(TOEPLITZ, "two batch axes, complex", (2, 1, 2), (2, 3), complex=True)
    yield point(TOEPLITZ, "no columns", (2,), (0,))
    yield point(TOEPLITZ, "no vectors", (0, 2), (2,))
