"""Vector norms at 110 digits. A zero entry stays zero, so it contributes zero to the results."""

import math

import mpmath
import numpy as np

from .exact import filled
from .norms import active, blended
from .points import Draw, Op, Point


def near(x, *, draw, ord=2, axis=None, keepdims=False):
    every = tuple(range(x.ndim))
    axes = (
        every if axis is None else tuple(i % x.ndim for i in (axis if isinstance(axis, tuple) else (axis,)))
    )
    kept = tuple(1 if i in axes else size for i, size in enumerate(x.shape))
    shape = kept if keepdims else tuple(size for i, size in enumerate(x.shape) if i not in axes)
    norms = []
    for place in np.ndindex(*kept):
        where = tuple(slice(None) if i in axes else j for i, j in enumerate(place))
        norms.append((where, _one(x[where], ord)))
    return lambda x: [filled(shape, [norm(x[where]) for where, norm in norms])]


def _one(x, ord):
    """The norm of all entries, as a function near x."""
    there = [i for i in np.ndindex(*x.shape) if x[i] != 0]
    if ord == 0 or not there:
        return lambda x: mpmath.mpf(len(there))
    if math.isinf(ord):
        sizes = [abs(v) for v in x.flat]
        places = [list(np.ndindex(*x.shape))[i] for i in active(sizes, ord > 0)]
        if any(x[i] == 0 for i in places):
            return lambda x: mpmath.mpf(0)
        return blended([lambda x, i=i: abs(x[i]) for i in places], x)
    p = mpmath.mpf(ord)
    if p < 0 and len(there) < x.size:  # the norm is zero, and stays zero
        return lambda x: mpmath.mpf(0)
    return lambda x: sum(abs(x[i]) ** p for i in there) ** (1 / p)


VECTOR_NORM = Op(
    "vector_norm",
    "(n?)->()",
    ("x",),
    ("N",),
    ("x", "N"),
    near,
    {"ord": 2, "axis": -1, "keepdims": False},
    real=("N",),
)
INF = math.inf


def points():
    def point(title, *shape, complex=False, of=None, marks=(), batch=False, **params):
        x = Draw(f"vector_norm, {title}")(*shape, complex=complex) if of is None else np.asarray(of)
        x = np.where(x == 0, 0.75, x) if of is None else x
        # Zero entries stay zero here, so there is no second derivative.
        twice, axes = bool(np.all(x != 0)), None if batch else (x.ndim,)
        return Point(VECTOR_NORM, title, (x,), params, marks, axes=axes, twice=twice)

    for ord in (2, 1, 3, 0.5, 1.5, -1, -2.5, INF, -INF, 0):
        yield point(f"ord {ord}", 4, ord=ord)
        yield point(f"ord {ord}, complex", 3, complex=True, ord=ord)
    some = [0.0, 3.0, 0.0, -4.0]
    for ord in (2, 1, 3, 0.5, INF, 0, -1, -2.5, -INF):
        kink = () if ord in (2, 3, INF) else ("kink",)
        yield point(f"ord {ord}, zero entries", of=some, ord=ord, marks=kink)
    for ord in (2, 1, 3, 0.5, INF, -INF):
        yield point(f"ord {ord}, the zero vector", of=np.zeros(3), ord=ord, marks=("kink",))
    yield point("ord inf, a tie", of=[3.0, -1.0, -3.0, 3.0], ord=INF, marks=("kink", "tied"))
    yield point("ord -inf, a tie, complex", of=[3j, 1 + 0j, -5.0, -1j], ord=-INF, marks=("kink", "tied"))
    yield point("ord 3, tiny", of=[2.0**-400, -(2.0**-401), 2.0**-400], ord=3, marks=("scale",))
    yield point("ord 3, huge", of=[2.0**400, -(2.0**401), 2.0**400], ord=3, marks=("scale",))
    yield point("one entry, complex", of=[1 + 2j], ord=2)
    yield point("a batch of three", 3, 3, ord=2, batch=True)
    yield point("two batch axes, ord 3, complex", 2, 2, 2, ord=3, complex=True, batch=True)
    yield point("a batch, keepdims, ord inf", 2, 3, ord=INF, keepdims=True, batch=True)
    yield point("the first axis", 3, 2, ord=2, axis=0)
    yield point("two axes, keepdims", 2, 3, 2, ord=1, axis=(0, -1), keepdims=True)
    yield point("all axes", 2, 3, ord=3, axis=None)
    yield point("ord 2, squares vanish", of=[3 * 2.0**-570, -(2.0**-568)], ord=2, marks=("scale",))
    yield point("ord 2, squares overflow", of=[3 * 2.0**570, -(2.0**572)], ord=2, marks=("scale",))
    yield point("no entries", of=np.zeros(0), ord=2)
    yield point("no vectors", of=np.zeros((0, 3)), ord=1, batch=True)
