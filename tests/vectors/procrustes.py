"""The orthogonal Procrustes problem at 110 digits, from the eigenvalues of M^H M with M = A^H B."""

import mpmath
import numpy as np

from .exact import across, adjoint, eigh, filled, is_complex
from .points import Draw, Op, Point


def near(A, B, *, draw, special):
    rotates = special and not is_complex(A) and not is_complex(B) and A.shape[1] > 0

    def solution(A, B):
        M = adjoint(A) @ B
        w, V = eigh(adjoint(M) @ M)
        if rotates:  # the last singular vectors follow from the others, so their value may be zero
            w, V = w[1:], V[:, 1:]
        U = M @ (V / filled(w.shape, map(mpmath.sqrt, w)))
        R = U @ adjoint(V)
        if rotates:
            R = R + np.outer(across(U), across(V))
        return [R, np.asarray(sum(np.diagonal(adjoint(R) @ M), mpmath.mpf(0)).real, object)]

    return solution


PROCRUSTES = Op(
    "orthogonal_procrustes",
    "(m,n),(m,n)->(n,n),()",
    ("A", "B"),
    ("R", "scale"),
    ("A", "B", "R"),
    near,
    {"special": False},
    real=("scale",),
)
ROTATION = np.asarray([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


def points():
    def point(title, A, B, complex=False, special=False, **more):
        draw = Draw(f"orthogonal_procrustes, {title}")
        A, B = (draw.independent(*x, complex=complex) if isinstance(x, tuple) else x for x in (A, B))
        return Point(PROCRUSTES, title, (A, B), {"special": special}, **more)

    yield point("real", (3, 2), (3, 2))
    yield point("complex", (2, 2), (2, 2), complex=True)
    yield point("more rows, complex", (4, 2), (4, 2), complex=True)
    yield point("diagonal", np.diag([1.0, 2.0]), np.diag([3.0, 1.0]))
    yield point("a rotation, all tied", np.eye(3), ROTATION, marks=("tied",), smooth=True)
    tied = {"special": True, "marks": ("tied",), "smooth": True}
    yield point("a rotation, special, all tied", np.eye(3), ROTATION, **tied)
    yield point("a reflection is the nearest", np.eye(2), np.diag([3.0, -1.0]), special=True)
    yield point("a reflection, two tied", np.eye(3), ROTATION @ np.diag([2.0, 2.0, -1.0]), **tied)
    flat = np.asarray([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [1.0, 1.0, 0.0], [2.0, 0.0, 0.0]])
    yield point("points of a plane", flat, flat @ ROTATION, special=True, marks=("singular",), smooth=True)
    title = "more columns than rows, a rotation"
    yield point(title, (2, 3), (2, 3), special=True, marks=("singular",), smooth=True)
    for power in (27, 40):
        near = ROTATION @ np.diag([1.0, 1.0 + 2.0**-power, 2.0])
        yield point(f"tied to 2^-{power}", np.eye(3), near, special=True, marks=("close",), smooth=True)
    yield point("one by one, complex", (1, 1), (1, 1), complex=True)
    yield point("one A for every B", (3, 2), (3, 3, 2))
    yield point("a batch of three, special", (3, 3, 2), (3, 3, 2), special=True)
    yield point("two batch axes, complex", (2, 1, 3, 2), (2, 2, 3, 2), complex=True)
    yield point("no columns", (2, 0), (2, 0))
    yield point("no matrices", (0, 2, 2), (0, 2, 2))
