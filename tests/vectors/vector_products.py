"""Products of vectors at 110 digits, from their definitions, entry by entry."""

import mpmath
import numpy as np

from .points import Draw, Op, Point


def near_vecdot(a, b, *, draw, axis=-1):
    return lambda a, b: [np.asarray((np.conj(a) * b).sum(axis=axis) + mpmath.mpf(0), object)]


def near_outer(a, b, *, draw):
    return lambda a, b: [a[:, None] * b]


def near_cross(a, b, *, draw, axis=-1):
    def product(a, b):
        (a0, a1, a2), (b0, b1, b2) = (np.moveaxis(x, axis, 0) for x in np.broadcast_arrays(a, b))
        c = [a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0]
        return [np.moveaxis(np.asarray(c, object), 0, axis)]

    return product


NAMES = ("a", "b")
VECDOT = Op("vecdot", "(n),(n)->()", NAMES, ("y",), NAMES, near_vecdot, {"axis": -1})
OUTER = Op("outer", "(m),(n)->(m,n)", NAMES, ("Y",), NAMES, near_outer)
CROSS = Op("cross", "(3),(3)->(3)", NAMES, ("c",), NAMES, near_cross, {"axis": -1})


def points():
    for op, m, n in ((VECDOT, 4, 4), (OUTER, 2, 3), (CROSS, 3, 3)):

        def point(title, a, b, op=op, complex=(False, False), **more):
            draw = Draw(f"{op.name}, {title}")
            return Point(
                op, title, tuple(draw(*s, complex=c) for s, c in zip((a, b), complex, strict=True)), **more
            )

        yield point("real", (m,), (n,))
        yield point("complex", (m,), (n,), complex=(True, True))
        yield point("a real, b complex", (m,), (n,), complex=(False, True))
        yield point("a complex, b real", (m,), (n,), complex=(True, False))
        yield point("a batch of three", (3, m), (3, n))
        yield point("two batch axes, complex", (2, 1, m), (2, 1, n), complex=(True, True))
        yield point("one a for every b", (m,), (2, n))
        yield point("one b for every a, complex", (2, m), (1, n), complex=(True, True))
        yield point("no vectors", (0, m), (0, n))
        if op is not CROSS:
            yield point("no entries", (0,), (0,))
        if op is not OUTER:
            along = {"params": {"axis": -2}, "axes": (2, 2)}
            yield point("along the columns", (m, 2), (n, 2), **along)
            yield point("along the columns, complex", (m, 2), (n, 2), complex=(True, True), **along)
            yield point("along the columns, one for all", (m, 1), (n, 2), **along)
