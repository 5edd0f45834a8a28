"""Hermitian eigenvalues and eigenvectors at 110 digits. At ties, they are those of the subspaces."""

import numpy as np

from .exact import adjoint, eigh, exact, filled, is_complex, real, skew
from .points import Draw, Op, Point
from .spectra import clusters, turn


def near(A, *, draw):
    tied = clusters(eigh(_herm(A))[0])

    def factors(A, wanted):
        A = _herm(A)
        w, V = eigh(A)
        for c in tied:
            V[:, c] = V[:, c] @ turn([V[:, c]], [wanted[:, c]])
        return [filled(w.shape, [adjoint(v) @ A @ v for v in V.T]), V]

    # The vectors at A are the nearest ones to arbitrary vectors.
    wanted = factors(A, exact(draw(*A.shape, complex=is_complex(A))))[1]
    return lambda A: _real_values(factors(A, wanted))


def near_values(A, *, draw):
    both = near(A, draw=draw)
    return lambda A: both(A)[:1]


def _herm(A):
    return (A + adjoint(A)) / 2


def _real_values(outputs):
    return [real(outputs[0]), outputs[1]]


def invariant(outputs, bars):
    """Remove the part that rotates tied eigenvectors among themselves; for one vector, its phase."""
    (w, V), (w_bar, V_bar) = outputs, bars
    if V_bar is not None:
        for c in clusters(w):
            V_bar[:, c] = V_bar[:, c] - V[:, c] @ skew(adjoint(V[:, c]) @ V_bar[:, c])
    return [w_bar, V_bar]


def level(outputs, bars):
    """Replace the cotangents of tied eigenvalues by their mean."""
    w, w_bar = outputs[0], bars[0]
    return [None if w_bar is None else levelled(w, w_bar), *bars[1:]]


def levelled(values, bar):
    bar = bar.copy()
    for c in clusters(values):
        bar[c] = sum(bar[c]) / len(bar[c])
    return bar


NAMES = ("eigenvalues", "eigenvectors")
EIGH = Op(
    "eigh",
    "(n,n)->(n),(n,n)",
    ("A",),
    NAMES,
    NAMES,
    near,
    invariant=invariant,
    real=("eigenvalues",),
    level=level,
    hermitian=("A",),
)
EIGVALSH = Op(
    "eigvalsh",
    "(n,n)->(n)",
    ("A",),
    NAMES[:1],
    ("A",),
    near_values,
    real=NAMES[:1],
    level=level,
    hermitian=("A",),
)

# These columns are exactly orthonormal, so that ties are exact too.
H = np.asarray([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
HC = H * np.asarray([1, 1j, -1, 1j])[:, None]


def of_values(w, V=H):
    return (V * np.asarray(w)) @ np.conj(V.T)


def hermitian(draw, *shape, complex=False):
    """Hermitian matrices with well-separated eigenvalues."""
    while True:
        G = draw(*shape, complex=complex)
        A = (G + np.conj(G.mT)) / 2
        if A.size == 0 or shape[-1] == 1 or np.min(np.diff(np.linalg.eigvalsh(A))) > 0.4:
            return A


def points():
    for op in (EIGH, EIGVALSH):

        def point(title, *shape, complex=False, op=op, **more):
            A = hermitian(Draw(f"eigh, {title}"), *shape, complex=complex)
            return Point(op, title, (A,), **more)

        yield point("real", 3, 3)
        yield point("complex", 3, 3, complex=True)
        # Without a basis of a tied block, the tangents of tied values are not defined one by one.
        tie = {"marks": ("tied",), "pushed": op is EIGH}
        yield Point(op, "a tie", (of_values([1, 1, 1, 3]),), **tie)
        yield Point(op, "two ties, complex", (of_values([-1, -1, 2, 2], HC),), **tie)
        yield Point(op, "the identity", (np.eye(2),), **tie)
        yield Point(op, "the zero matrix", (np.zeros((2, 2)),), **tie)
        yield point(
            "a tangent that is not Hermitian, complex", 2, 2, complex=True, marks=("junk",), junk=True
        )
        yield point("one by one, complex", 1, 1, complex=True)
        yield point("a batch of three, 3 x 3", 3, 3, 3)
        yield point("two batch axes, complex", 2, 1, 2, 2, complex=True)
        yield point("no rows", 0, 0)
        yield point("no matrices", 0, 2, 2)
    for gap in (26, 40):
        close = of_values([1, 1 + 2.0**-gap, 2, 3])
        yield Point(EIGH, f"close, but not tied, by 2^-{gap}", (close,), marks=("close",))
    ulp = 2.0**40 * 2.0**-51
    yield Point(
        EIGH,
        "a tie that rounding has split",
        (2.0**40 * of_values([-3, -3, -3, -1]),),
        marks=("tied",),
        rounded={"eigenvalues": (-2 * ulp, 0.0, 3 * ulp, ulp)},
        note="the eigenvalues that are saved differ by a few units in the last place",
    )
    yield Point(
        EIGH,
        "along the gauge, complex",
        (hermitian(Draw("eigh, gauge"), 3, 3, complex=True),),
        keeps=("gauge",),
        note="V_bar turns the phases of the eigenvectors: that part is dropped",
    )
    yield Point(
        EIGH,
        "a tie, along the gauge",
        (of_values([1, 1, 2, 2]),),
        marks=("tied",),
        keeps=("gauge", "kink"),
        note="V_bar turns the tied eigenvectors among themselves: that part is dropped; the tied eigenvalues "
        "have cotangents of their own, and the result is the subgradient for the basis that is given",
    )
