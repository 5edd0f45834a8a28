"""Polar decompositions at 110 digits, from the eigenvalues of the smaller Gram matrix."""

import mpmath
import numpy as np

from .exact import across, adjoint, eigh, filled
from .points import Draw, Op, Point


def of_full_rank(A):
    """U and H of A = U H, for full rank."""
    w, V = eigh(adjoint(A) @ A)
    s = filled(w.shape, map(mpmath.sqrt, w))
    return A @ (V / s) @ adjoint(V), (V * s) @ adjoint(V)


def branch(A):
    """U and H of a real A = U H with one zero singular value, on the branch on which U is a rotation."""
    w, V = eigh(adjoint(A) @ A)
    w, V = w[1:], V[:, 1:]
    W = A @ (V / filled(w.shape, map(mpmath.sqrt, w)))
    U = W @ adjoint(V) + np.outer(across(W), across(V))
    return U, adjoint(U) @ A


def near(A, *, draw, side):
    wide = A.shape[0] < A.shape[1]
    w, _ = eigh(adjoint(A) @ A)
    singular = A.shape[0] == A.shape[1] and any(v < mpmath.mpf(10) ** -80 * w[-1] for v in w)
    tall = branch if singular else of_full_rank

    def factors(A):
        U, H = tall(adjoint(A) if wide else A)
        if (side == "left") != wide:
            H = U @ H @ adjoint(U)
        return [adjoint(U) if wide else U, H]

    return factors


POLAR = Op("polar", "(m,n)->(m,n),(p,p)", ("A",), ("U", "H"), ("U", "H"), near, {"side": "right"})
BRANCH = "U is the rotation of both that are possible, and the derivative that of its branch."
ROTATION = np.asarray([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
COLUMNS = np.asarray([[0.0, 2.0], [1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])  # A^H A = 5 I


def points():
    def point(title, *shape, complex=False, side="right", **more):
        A = Draw(f"polar, {title}").independent(*shape, complex=complex)
        return Point(POLAR, title, (A,), {"side": side}, **more)

    def of(title, A, side="right", **more):
        return Point(POLAR, title, (np.asarray(A),), {"side": side}, **more)

    yield point("square, real", 3, 3)
    yield point("square, complex", 2, 2, complex=True)
    yield point("tall, real", 3, 2)
    yield point("tall, complex, from the left", 3, 2, complex=True, side="left")
    yield point("wide, real, from the left", 2, 3, side="left")
    yield point("wide, complex", 2, 3, complex=True)
    yield of("diagonal", np.diag([1.0, 2.0]))
    yield of("a rotation, all tied", ROTATION, marks=("tied",), smooth=True)
    yield of("tall, all tied, from the left", COLUMNS, side="left", marks=("tied",), smooth=True)
    yield of("two of three tied", 2 * ROTATION @ np.diag([1.0, 1.0, 2.0]), marks=("tied",), smooth=True)
    for power in (27, 40):
        A = ROTATION @ np.diag([1.0, 1.0 + 2.0**-power, 2.0])
        yield of(f"tied to 2^-{power}", A, marks=("close",), smooth=True)
    yield of("of rank one", [[1.0, 2.0], [2.0, 4.0]], marks=("singular",), note=BRANCH, smooth=True)
    flat = ROTATION @ np.diag([2.0, 2.0, 0.0])
    yield of(
        "of rank two, tied, from the left",
        flat,
        side="left",
        marks=("tied", "singular"),
        note=BRANCH,
        smooth=True,
    )
    for power in (300, -300):
        A = Draw("polar, scaled").independent(2, 2) * 2.0**power
        yield of(f"of size 2^{power}", A, marks=("scale",))
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 2, 3, 2, complex=True)
    yield point("no columns", 2, 0)
    yield point("no matrices", 0, 2, 2)
