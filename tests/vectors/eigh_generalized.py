"""Generalized Hermitian eigenvalues and eigenvectors at 110 digits. At ties, they are those of subspaces."""

import numpy as np

from .exact import adjoint, cholesky, eigh, exact, filled, inverse, is_complex, real, skew
from .points import Draw, Op, Point
from .spectra import clusters, turn


def near(A, B, *, draw, type=1):
    tied = clusters(decomposed(A, B, type)[0])

    def factors(A, B, wanted):
        w, V, U = decomposed(A, B, type)
        for c in tied:
            W = turn([U[:, c]], [wanted[:, c]])
            V[:, c], U[:, c] = V[:, c] @ W, U[:, c] @ W
        P = U if type == 2 else V
        return [filled(w.shape, [adjoint(p) @ herm(A) @ p for p in P.T]), V]

    # The vectors at A and B are the nearest ones to arbitrary vectors.
    like = exact(draw(*A.shape, complex=is_complex(A) or is_complex(B)) + 5 * np.eye(len(A)) + 0.3)
    wanted = factors(A, B, like)[1]

    def function(A, B):
        w, V = factors(A, B, wanted)
        return [real(w), V]

    return function


def near_values(A, B, *, draw, type=1):
    both = near(A, B, draw=draw, type=type)
    return lambda A, B: both(A, B)[:1]


def decomposed(A, B, type):
    """Eigenvalues, eigenvectors V, and U = V^-H."""
    L = cholesky(herm(B))
    K = inverse(L)
    w, Y = eigh(herm(K @ herm(A) @ adjoint(K) if type == 1 else adjoint(L) @ herm(A) @ L))
    above, below = L @ Y, adjoint(K) @ Y
    return (w, above, below) if type == 3 else (w, below, above)


def herm(A):
    return (A + adjoint(A)) / 2


def invariant(outputs, bars):
    """Remove the part that rotates tied eigenvectors among themselves; for one vector, its phase."""
    (w, V), (w_bar, V_bar) = outputs, bars
    if V_bar is not None:
        U = inverse(adjoint(V))
        for c in clusters(w):
            V_bar[:, c] = V_bar[:, c] - U[:, c] @ skew(adjoint(V[:, c]) @ V_bar[:, c])
    return [w_bar, V_bar]


def level(outputs, bars):
    """Replace the cotangents of tied eigenvalues by their mean."""
    (w, *_), (w_bar, *others) = outputs, bars
    if w_bar is not None:
        w_bar = w_bar.copy()
        for c in clusters(w):
            w_bar[c] = sum(w_bar[c]) / len(w_bar[c])
    return [w_bar, *others]


NAMES = ("eigenvalues", "eigenvectors")
EIGH_GENERALIZED = Op(
    "eigh_generalized",
    "(n,n),(n,n)->(n),(n,n)",
    ("A", "B"),
    NAMES,
    ("B", *NAMES),
    near,
    params={"type": 1},
    invariant=invariant,
    real=NAMES[:1],
    level=level,
    hermitian=("A", "B"),
)
EIGVALSH_GENERALIZED = Op(
    "eigvalsh_generalized",
    "(n,n),(n,n)->(n)",
    ("A", "B"),
    NAMES[:1],
    ("A", "B", *NAMES[:1]),
    near_values,
    params={"type": 1},
    real=NAMES[:1],
    level=level,
    hermitian=("A", "B"),
)

# These are integers, so that all products are exact, and ties too.
H = np.asarray([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
HC = H * np.asarray([1, 1j, -1, 1j])[:, None]
L = np.asarray([[1.0, 0, 0, 0], [1, 1, 0, 0], [0, -1, 1, 0], [1, 0, 1, 1]])
LC = L * np.asarray([1, 1j, 1, -1j])[:, None] * np.asarray([1, -1j, 1, 1j])


def of_values(w, type=1, complex=False):
    """A and B with the generalized eigenvalues w; B is not diagonal in the eigenbasis of A."""
    V, G = (HC, LC) if complex else (H, L)
    K = G if type == 1 else np.round(np.linalg.inv(G)).conj().T
    return K @ (V * np.asarray(w)) @ V.conj().T @ K.conj().T, G @ G.conj().T


def pair(draw, a, b, type=1, complex=False):
    """A batch of pairs with well-separated eigenvalues."""
    while True:
        A, B = (draw(*shape, complex=complex) for shape in (a, b))
        A, B = A + np.conj(A.mT), B + np.conj(B.mT)
        B = B / 4 + 2 * np.eye(b[-1])
        if A.size == 0 or a[-1] == 1:
            return A, B
        if np.min(np.linalg.eigvalsh(B)) < 0.25:
            continue
        G = np.linalg.cholesky(B)
        K = np.linalg.inv(G) if type == 1 else np.conj(G.mT)
        if np.min(np.diff(np.linalg.eigvalsh(K @ A @ np.conj(K.mT)))) > 0.4:
            return A, B


def points():
    for op in (EIGH_GENERALIZED, EIGVALSH_GENERALIZED):

        def at(title, inputs, type=1, op=op, **more):
            return Point(op, title, inputs, {"type": type}, **more)

        def point(title, a, b, type=1, complex=False, **more):
            draw = Draw(f"eigh_generalized, {title}")
            return at(title, pair(draw, a, b, type, complex), type, **more)

        three, two, one = (3, 3), (2, 2), (1, 1)
        yield point("real", three, three)
        yield point("complex", three, three, complex=True)
        yield point("type 2, real", two, two, 2)
        yield point("type 2, complex", three, three, 2, complex=True)
        yield point("type 3, real", two, two, 3)
        yield point("type 3, complex", three, three, 3, complex=True)
        # Without a basis of a tied block, the tangents of tied values are not defined one by one.
        tie = {"marks": ("tied",), "pushed": op is EIGH_GENERALIZED}
        yield at("a tie", of_values([1, 1, 1, 3]), **tie)
        yield at("two ties, complex", of_values([-1, -1, 2, 2], complex=True), **tie)
        yield at("type 2, two ties, complex", of_values([-1, -1, 2, 2], 2, complex=True), 2, **tie)
        yield at("type 3, a tie", of_values([-2, 1, 1, 1], 3), 3, **tie)
        B = np.asarray([[2.0, 1.0], [1.0, 3.0]])
        yield at("A is twice B", (2 * B, B), **tie)
        yield at("A is zero", (0 * B, B), **tie)
        A, C = pair(Draw("eigh_generalized, scales"), two, two)
        yield at("a tiny A and a huge B", (2.0**-300 * A, 2.0**300 * C), marks=("scale",))
        yield point(
            "tangents that are not Hermitian, complex", two, two, complex=True, marks=("junk",), junk=True
        )
        yield point("one by one, complex", one, one, complex=True)
        yield point("type 3, one by one", one, one, 3)
        yield point("a batch of three, 3 x 3", (3, 3, 3), (3, 3, 3))
        yield point("one B for every A", (3, 2, 2), two)
        yield point("type 2, broadcast both ways, complex", (2, 1, 2, 2), (2, 2, 2), 2, complex=True)
        yield point("type 3, one A for every B", two, (2, 2, 2), 3)
        yield point("no rows", (0, 0), (0, 0))
        yield point("no matrices", (0, 2, 2), two)
    for gap in (26, 40):
        close = of_values([1, 1 + 2.0**-gap, 2, 3])
        yield Point(EIGH_GENERALIZED, f"close, but not tied, by 2^-{gap}", close, marks=("close",))
    A, B = of_values([-3, -3, -3, -1])
    ulp = 2.0**40 * 2.0**-51
    yield Point(
        EIGH_GENERALIZED,
        "a tie that rounding has split",
        (2.0**40 * A, B),
        marks=("tied",),
        rounded={"eigenvalues": (-2 * ulp, 0.0, 3 * ulp, ulp)},
        note="the eigenvalues that are saved differ by a few units in the last place",
    )
    yield Point(
        EIGH_GENERALIZED,
        "along the gauge, complex",
        pair(Draw("eigh_generalized, gauge"), (3, 3), (3, 3), complex=True),
        keeps=("gauge",),
        note="V_bar turns the phases of the eigenvectors: that part is dropped",
    )
    yield Point(
        EIGH_GENERALIZED,
        "a tie, along the gauge",
        of_values([1, 1, 2, 2]),
        marks=("tied",),
        keeps=("gauge", "kink"),
        note="V_bar turns the tied eigenvectors among themselves: that part is dropped; the tied eigenvalues "
        "have cotangents of their own, and the result is the subgradient for the basis that is given",
    )
