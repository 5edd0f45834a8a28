"""The truncated SVD at 110 digits: the first columns of the SVD in svd.py."""

from . import svd
from .points import Draw, Op, Point
from .svd import H, apart, invariant, level, of_values


def near(A, *, draw, k):
    whole = svd.near(A, draw=draw, full_matrices=False)

    def kept(A):
        U, S, Vh = whole(A)
        return [U[:, :k], S[:k], Vh[:k]]

    return kept


OP = Op(
    "svd_truncated",
    "(m,n)->(m,p),(p),(p,n)",
    ("A",),
    ("U", "S", "Vh"),
    ("A", "U", "S", "Vh"),
    near,
    {"k": 1},
    real=("S",),
    invariant=invariant,
    level=level,
)


def points():
    swapped = H[:, [2, 0, 3, 1]]

    def point(title, *shape, complex=False, k=2, **more):
        A = apart(Draw(f"svd_truncated, {title}"), *shape, complex=complex)
        return Point(OP, title, (A,), {"k": k}, **more)

    def of(title, values, m=4, n=4, k=2, complex=False, **more):
        A = of_values(values, m, n, V=swapped) * (1j if complex else 1)
        return Point(OP, title, (A,), {"k": k}, **more)

    yield point("square", 3, 3)
    yield point("square, complex", 3, 3, complex=True)
    yield point("tall", 4, 3)
    yield point("wide", 3, 4)
    yield point("tall, complex, of one", 3, 2, complex=True, k=1)
    yield point("wide, complex, of one", 2, 3, complex=True, k=1)
    smooth = {"smooth": True, "alone": False}
    yield of("a tie that is discarded", [3, 2, 1, 1], marks=("tied",), **smooth)
    yield of(
        "all that is discarded is tied, complex", [3, 1, 1, 1], k=1, complex=True, marks=("tied",), **smooth
    )
    yield of("of rank two", [3, 2, 0, 0], marks=("singular",), **smooth)
    yield of("of rank three, complex", [3, 2, 1, 0], complex=True, marks=("singular",), **smooth)
    yield of("a tie that is kept", [3, 3, 2, 1], marks=("tied",), pushed=False)
    for power in (27, 40):
        yield of(
            f"what is discarded is tied to 2^-{power}", [3, 2, 1 + 2.0**-power, 1], marks=("close",), **smooth
        )
    yield point("all of them", 3, 2, k=5)
    yield point("one by one, complex", 1, 1, complex=True, k=1)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 1, 3, 2, complex=True, k=1, alone=False)
    yield point("no columns", 2, 0, alone=False)
    yield point("no matrices", 0, 2, 2, alone=False)
