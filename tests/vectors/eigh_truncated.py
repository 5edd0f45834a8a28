"""Truncated Hermitian eigenvectors at 110 digits: the last columns of those in eigh.py."""

from . import eigh
from .eigh import HC, H, hermitian, invariant, level, of_values
from .points import Draw, Op, Point


def near(A, *, draw, k):
    whole = eigh.near(A, draw=draw)
    cut = max(len(A) - k, 0)

    def kept(A):
        w, V = whole(A)
        return [w[cut:], V[:, cut:]]

    return kept


OP = Op(
    "eigh_truncated",
    "(n,n)->(p),(n,p)",
    ("A",),
    ("w", "V"),
    ("A", "w", "V"),
    near,
    {"k": 1},
    real=("w",),
    invariant=invariant,
    level=level,
    hermitian=("A",),
)


def points():
    def point(title, *shape, complex=False, k=2, **more):
        A = hermitian(Draw(f"eigh_truncated, {title}"), *shape, complex=complex)
        return Point(OP, title, (A,), {"k": k}, **more)

    def of(title, values, V=H, k=2, **more):
        return Point(OP, title, (of_values(values, V),), {"k": k}, **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield point("of one, complex", 3, 3, complex=True, k=1)
    yield of("what is discarded is larger in modulus", [-9, -5, 1, 2])
    yield of("a kept eigenvalue of zero", [-2, -1, 0, 1])
    smooth = {"smooth": True, "alone": False}
    yield of("a tie that is discarded", [1, 1, 2, 3], marks=("tied",), **smooth)
    yield of("all that is discarded is tied, complex", [-1, -1, -1, 3], V=HC, k=1, marks=("tied",), **smooth)
    yield of("a tie that is kept", [0, 1, 3, 3], marks=("tied",), pushed=False)
    for power in (27, 40):
        values = [1, 1 + 2.0**-power, 2, 3]
        yield of(f"what is discarded is tied to 2^-{power}", values, marks=("close",), **smooth)
    yield point("all of them", 2, 2, k=5)
    yield point(
        "a tangent that is not Hermitian, complex", 2, 2, complex=True, k=1, marks=("junk",), junk=True
    )
    yield point("one by one, real", 1, 1, k=1)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 1, 2, 2, complex=True, k=1)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
