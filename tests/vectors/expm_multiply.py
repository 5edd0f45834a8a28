"""exp(A) B at 110 digits: the exponential of expm.py, and a product."""

import numpy as np

from .expm import exponential
from .points import Draw, Op, Point


def near(A, B, *, draw, max_steps=30):
    return lambda A, B: [exponential(A) @ B if B.size else B]


EXPM_MULTIPLY = Op(
    "expm_multiply",
    "(n,n),(n,k)->(n,k)",
    ("A", "B"),
    ("Y",),
    ("A", "B"),
    near,
    params={"max_steps": 30},
)
MANY = {"max_steps": 64}
JORDAN = np.asarray([[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]])
CORNER = np.asarray([[1.0, 1e6], [0.0, -1.0]])
NILPOTENT = np.asarray([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
TURN = np.asarray([[0.0, 1.0], [-1.0, 0.0]])
GRCAR = np.triu(np.tri(4, k=3)) - np.eye(4, k=-1)
FALLING = np.asarray([[-3.0, 2.0, 0.0], [1.0, -4.0, 2.0], [0.5, 1.0, -2.5]])


def points():
    def point(title, *shapes, complex=False, times=1.0, **more):
        draw = Draw(f"expm_multiply, {title}")
        A, B = (draw.independent(*shape, complex=complex) for shape in shapes)
        return Point(EXPM_MULTIPLY, title, (times * A, B), **more)

    def of(title, A, *columns, **more):
        A = np.asarray(A)
        B = Draw(f"expm_multiply, {title}")(*A.shape[:-1], *columns, complex=A.dtype.kind == "c")
        return Point(EXPM_MULTIPLY, title, (A, B), **more)

    yield point("real", (3, 3), (3, 2))
    yield point("complex", (3, 3), (3, 2), complex=True)
    yield point("small, one column", (3, 3), (3, 1), times=2.0**-20)
    yield point("more columns than rows", (2, 2), (2, 4))
    yield point("of norm 20, complex", (3, 3), (3, 1), complex=True, times=4.0)
    yield of("of norm 20, a turn", 20 * TURN, 2, marks=("scale",))
    yield of("of norm 200, a turn", 200 * TURN, 1, params=MANY, marks=("scale",))
    yield of("of norm 200, falling", 32 * FALLING, 1, marks=("scale",))
    yield of("of norm 200, about its mean", FALLING - 200 * np.eye(3), 1, marks=("scale",))
    yield of("Hermitian", [[0.5, 1j], [-1j, 1.0]], 2)
    yield of("the identity", np.eye(2), 2, marks=("tied",))
    yield of("the zero matrix", np.zeros((2, 2)), 2, marks=("tied", "singular"))
    yield of("nilpotent", NILPOTENT, 2, marks=("singular",))
    yield of("nilpotent, of norm 300", 100 * NILPOTENT, 1, marks=("singular", "scale"))
    yield of("a Jordan block", JORDAN, 2)
    yield of("a large corner", CORNER, 1, marks=("scale",))
    yield of("badly scaled", [[1.0, 1e4], [1e-4, 1.0]], 1, marks=("scale",))
    yield of("far from normal, of norm 40", -10 * GRCAR, 1, marks=("scale",))
    yield of("a batch of unlike norms", [2.0**-10 * FALLING, FALLING, 8 * FALLING], 2)
    yield point("one by one, complex", (1, 1), (1, 1), complex=True)
    yield point("a batch of three", (3, 3, 3), (3, 3, 2))
    yield point("one A for every B", (2, 2), (3, 2, 2))
    yield point("one B for every A, complex", (3, 2, 2), (2, 1), complex=True)
    yield point("broadcast both ways", (2, 1, 2, 2), (3, 2, 2))
    yield point("no rows", (0, 0), (0, 2))
    yield point("no columns", (2, 2), (2, 0))
    yield point("no matrices", (0, 2, 2), (2, 2))
