"""The Schur decomposition at 110 digits: eigenvectors in a fixed order, orthonormalized."""

import mpmath
import numpy as np
import scipy.linalg

from .exact import adjoint, cholesky, exact, filled, inverse, is_complex
from .points import Draw, Op, Point


def near(A, *, draw, output="real"):
    """Eigenvalues in LAPACK's order. The phases of Z follow those at A, which are arbitrary."""
    if len(A) == 0:
        return lambda A: [A, A]
    kind = complex if is_complex(A) else float
    lapack = np.diag(scipy.linalg.schur(A.astype(kind), output="complex")[0])
    first = [min(_pairs(A)[0], key=lambda v: abs(v - value)) for value in lapack]

    def factors(A, wanted):
        w, V = _pairs(A)
        order = []
        for value in first:
            rest = [i for i in range(len(w)) if i not in order]
            order.append(min(rest, key=lambda i: abs(w[i] - value)))
        V = V[:, order]
        Z = V @ inverse(adjoint(cholesky(adjoint(V) @ V)))
        phases = [
            sum(a.conjugate() * b for a, b in zip(z, y, strict=True))
            for z, y in zip(Z.T, wanted.T, strict=True)
        ]
        Z = Z * filled((len(A),), [z / abs(z) for z in phases])
        T = adjoint(Z) @ A @ Z
        T[np.tril_indices(len(A), -1)] = 0 * T[0, 0]
        if output == "real" and not is_complex(A):
            return [filled(X.shape, [v.real for v in X.flat]) for X in (T, Z)]
        return [filled(X.shape, map(mpmath.mpc, X.flat)) for X in (T, Z)]

    free = output == "complex" or is_complex(A)
    wanted = factors(A, exact(draw(*A.shape, complex=free)))[1]
    return lambda A: factors(A, wanted)


def _pairs(A):
    w, V = mpmath.eig(mpmath.matrix(A.tolist()))
    return filled(len(A), map(mpmath.mpc, w)), filled(A.shape, map(mpmath.mpc, V))


def invariant(outputs, bars):
    """Remove from each cotangent the part along the phases of the columns of Z."""
    (T, Z), (T_bar, Z_bar) = outputs, bars
    if not is_complex(Z):
        return bars
    turns = [np.outer(e, np.ones(len(e))) for e in np.eye(len(T))]
    if T_bar is not None:
        T_bar = _less(T_bar, [1j * (T * e.T - T * e) for e in turns])
    if Z_bar is not None:
        Z_bar = _less(Z_bar, [1j * Z * e.T for e in turns])
    return [T_bar, Z_bar]


def _less(bar, directions):
    """The part of a cotangent that is orthogonal to some directions, some of which may be dependent."""
    basis = []
    for d in directions:
        size = _pair(d, d)
        for b in basis:
            d = d - b * _pair(b, d)
        if _pair(d, d) > mpmath.mpf(10) ** -60 * size:
            basis.append(d / mpmath.sqrt(_pair(d, d)))
    for b in basis:
        bar = bar - b * _pair(b, bar)
    return bar


def _pair(X, Y):
    return sum((x.conjugate() * y).real for x, y in zip(X.flat, Y.flat, strict=True))


SCHUR = Op(
    "schur",
    "(n,n)->(n,n),(n,n)",
    ("A",),
    ("T", "Z"),
    ("T", "Z"),
    near,
    {"output": "real"},
    invariant=invariant,
)
COMPLEX = Op(
    "schur",
    "(n,n)->(n,n),(n,n)",
    ("A",),
    ("T", "Z"),
    ("T", "Z"),
    near,
    {"output": "complex"},
    complex=("T", "Z"),
    invariant=invariant,
)


def apart(draw, *shape, complex=False, real=True):
    """Matrices with well-separated eigenvalues. `real` says whether real matrices have only real ones."""
    while True:
        A = draw(*shape, complex=complex)
        if A.size == 0 or shape[-1] == 1:
            return A
        w = np.linalg.eigvals(A)
        gaps = abs(w[..., None] - w[..., None, :]) + 9 * np.eye(shape[-1])
        if gaps.min() > 0.4 and (complex or np.all(w.imag == 0) == real):
            return A


FAR = np.asarray([[1.0, 8.0, 4.0], [0, 2, 8], [0, 0, 4]])
SKEW = np.asarray([[0.0, 1.0, 2.0], [-1.0, 0.0, 3.0], [-2.0, -3.0, 0.0]])


def points():
    def point(title, *shape, complex=False, op=SCHUR, real=True, **more):
        A = apart(Draw(f"schur, {title}"), *shape, complex=complex, real=real)
        return Point(op, title, (A,), params=op.params, **more)

    yield point("real", 3, 3)
    yield point("complex", 3, 3, complex=True)
    yield point("real, complex factors", 3, 3, op=COMPLEX, real=False)
    yield point("complex, four rows", 4, 4, complex=True, op=COMPLEX, twice=False)
    yield Point(SCHUR, "triangular, far from normal", (FAR,))
    # T is diagonal and does not show the phases of Z, but its second derivative depends on them.
    yield Point(COMPLEX, "normal, complex factors", (SKEW,), params=COMPLEX.params, twice=False)
    yield Point(SCHUR, "singular", (np.asarray([[1.0, 2.0], [2.0, 4.0]]),), marks=("singular",))
    yield Point(SCHUR, "tiny entries", (2.0**-600 * FAR,), marks=("scale",))
    yield point("one by one, complex", 1, 1, complex=True)
    yield point("a batch of three, 3 x 3", 3, 3, 3)
    yield point("two batch axes, complex", 2, 1, 2, 2, complex=True)
    yield point("no rows", 0, 0)
    yield point("no matrices", 0, 2, 2)
