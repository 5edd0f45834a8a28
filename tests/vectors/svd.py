"""The SVD at 110 digits, from eigenvectors of A^H A. At ties and zeros, bases are nearest to given ones."""

import mpmath
import numpy as np

from .eigh import HC, H, levelled
from .exact import adjoint, eigh, exact, filled, is_complex, orthonormal, real, skew, zeros_like
from .points import Draw, Op, Point
from .spectra import clusters, turn

ZERO = mpmath.mpf(10) ** -30  # relative to the largest


def near(A, *, draw, full_matrices=True):
    m, n = A.shape
    if m < n:
        swapped = near(adjoint(A), draw=draw, full_matrices=full_matrices)

        def wide(A):
            U, S, Vh = swapped(adjoint(A))
            return [adjoint(Vh), S, adjoint(U)]

        return wide
    S, _ = _right(A)
    rank = sum(s > ZERO * S[0] for s in S)
    tied = clusters(S[:rank])

    def factors(A, wanted_U, wanted_V):
        S, V = _right(A)
        V, U = V[:, :rank], A @ V[:, :rank] / S[:rank]
        for c in tied:
            W = turn([U[:, c], V[:, c]], [wanted_U[:, c], wanted_V[:, c]])
            U[:, c], V[:, c] = U[:, c] @ W, V[:, c] @ W
        values = filled((rank,), [adjoint(u) @ A @ v for u, v in zip(U.T, V.T, strict=True)])
        S = np.concatenate([real(values), zeros_like(real(S[rank:]))])
        return [_completed(U, wanted_U), S, adjoint(_completed(V, wanted_V))]

    width = m if full_matrices else n
    U, _, Vh = factors(A, *(exact(draw(a, b, complex=is_complex(A))) for a, b in ((m, width), (n, n))))
    return lambda A: factors(A, U, adjoint(Vh))


def _right(A):
    """The singular values in descending order, and the right singular vectors."""
    w, V = eigh(adjoint(A) @ A)
    return filled(w.shape, [mpmath.sqrt(abs(v)) for v in w[::-1]]), V[:, ::-1]


def _completed(Q, wanted):
    """Q with more columns, the nearest ones to the wanted columns."""
    rest = wanted[:, Q.shape[1] :]
    return np.concatenate([Q, orthonormal(rest - Q @ (adjoint(Q) @ rest))], axis=1)


def near_values(A, *, draw):
    all_three = near(A, draw=draw, full_matrices=False)
    return lambda A: all_three(A)[1:2]


def invariant(outputs, bars):
    """Remove the part that rotates U and V together at a tie, or each of them at zero values."""
    U, S, Vh = outputs
    U_bar, S_bar, V_bar = bars[0], bars[1], None if bars[2] is None else adjoint(bars[2])
    pairs = [(X, X_bar) for X, X_bar in ((U, U_bar), (adjoint(Vh), V_bar)) if X_bar is not None]
    rank = sum(s > 0 for s in S)
    for c in clusters(S[:rank]):
        along = sum(skew(adjoint(X[:, c]) @ X_bar[:, c]) for X, X_bar in pairs) if pairs else 0
        for X, X_bar in pairs:
            X_bar[:, c] = X_bar[:, c] - X[:, c] @ along / len(pairs)
    for X, X_bar in pairs:
        X0 = X[:, rank:]
        X_bar[:, rank:] = X_bar[:, rank:] - X0 @ skew(adjoint(X0) @ X_bar[:, rank:])
        if X.shape[0] > X.shape[1]:  # nor into the rest of the null space, which the reduced factors lack
            rest = X_bar[:, rank:] - X @ (adjoint(X) @ X_bar[:, rank:])
            X_bar[:, rank:] = X_bar[:, rank:] - rest
    return [U_bar, S_bar, None if V_bar is None else adjoint(V_bar)]


def level(outputs, bars):
    """Replace the cotangents of tied values by their mean, and those of zero values by zero."""
    where = len(bars) // 2  # S is the middle output, or the only one
    S, bars = outputs[where], list(bars)
    if bars[where] is not None:
        rank = sum(s > 0 for s in S)
        bar = bars[where]
        bars[where] = np.concatenate([levelled(S[:rank], bar[:rank]), zeros_like(bar[rank:])])
    return bars


NAMES = ("U", "S", "Vh")
SVD = Op(
    "svd",
    "(m,n)->(m,p),(k),(q,n)",
    ("A",),
    NAMES,
    NAMES,
    near,
    {"full_matrices": True},
    real=("S",),
    invariant=invariant,
    level=level,
)
SVDVALS = Op("svdvals", "(m,n)->(k)", ("A",), ("S",), ("A",), near_values, real=("S",), level=level)
REDUCED = {"full_matrices": False}


def of_values(s, m=4, n=4, U=H, V=H):
    k = len(s)
    return (U[:m, :k] * np.asarray(s, float)) @ np.conj(V[:n, :k].T)


def apart(draw, *shape, complex=False):
    """A matrix whose singular values are well separated from each other and from zero."""
    while True:
        A = draw(*shape, complex=complex)
        S = np.linalg.svdvals(A) if A.size else None
        if S is None or (np.min(S) > 0.4 and (min(shape[-2:]) == 1 or np.max(np.diff(S)) < -0.3)):
            return A


def points():
    swapped = H[:, [2, 0, 3, 1]]
    for op, reduced, full in ((SVD, REDUCED, {"full_matrices": True}), (SVDVALS, {}, None)):

        def point(title, *shape, complex=False, op=op, params=reduced, **more):
            A = apart(Draw(f"svd, {title}"), *shape, complex=complex)
            return Point(op, title, (A,), params, **more)

        yield point("square", 3, 3)
        yield point("tall", 3, 2)
        yield point("wide", 2, 3)
        yield point("square, complex", 2, 2, complex=True)
        yield point("tall, complex", 3, 2, complex=True)
        yield point("wide, complex", 2, 3, complex=True, alone=False)
        tied = of_values([2, 2, 2, 1], V=swapped)
        # Without bases of a tied block, the tangents of tied values are not defined one by one.
        tie = {"params": reduced, "marks": ("tied",), "pushed": op is SVD}
        yield Point(op, "a tie", (tied,), **tie)
        yield Point(op, "two ties, complex", (of_values([3, 3, 1, 1], U=HC),), alone=False, **tie)
        yield Point(op, "the identity", (np.eye(2),), **tie)
        singular = of_values([2, 1, 0, 0], V=swapped)
        zero = {"params": reduced, "marks": ("singular",), "pushed": op is SVD}
        yield Point(op, "two zeros", (singular,), **zero)
        shallow = np.asarray([[1.0, 2.0], [2.0, 4.0], [-1.0, -2.0]])
        yield Point(op, "a zero, tall", (shallow,), **zero)
        # Zeros are exact if the matrix needs no factorization.
        plain = np.eye(4)[[2, 0, 3, 1]] * [2.0, -1.0, 0.0, 0.0]
        yield Point(op, "the slope of zeros", (plain,), reduced, ("singular",), keeps=("kink",), alone=False)
        none = np.zeros((2, 2))
        yield Point(op, "the zero matrix", (none,), reduced, ("singular",), keeps=("kink",), alone=False)
        tiny = 2.0**-600 * apart(Draw("svd, tiny"), 3, 2)
        yield Point(op, "tiny entries, tall", (tiny,), reduced, ("scale",))
        yield point("one by one, complex", 1, 1, complex=True)
        yield point("a batch of three, 3 x 3", 3, 3, 3)
        yield point("two batch axes, wide, complex", 2, 1, 1, 2, complex=True, alone=False)
        yield point("no columns", 2, 0, alone=False)
        yield point("no matrices", 0, 2, 2, alone=False)
        if full is None:
            continue
        yield point("full, square", 2, 2, params=full, alone=False)
        yield point("full, tall", 4, 2, params=full)
        yield point("full, wide, complex", 1, 3, complex=True, params=full)
        yield Point(op, "full, two zeros", (singular,), full, ("singular",))
        yield point("full, no rows", 0, 2, params=full, alone=False)
        yield point("full, a batch, tall, complex", 2, 2, 1, complex=True, params=full, alone=False)
    for gap in (27, 40):
        close = of_values([2, 1 + 2.0**-gap, 1, 0.5], V=swapped)
        yield Point(SVD, f"close, but not tied, by 2^-{gap}", (close,), REDUCED, ("close",))
    ulp = 2.0**40 * 2.0**-51
    ulp = 2.0**40 * 2.0**-51
    note = "the singular values that are saved are off by units in the last place of the largest"
    yield Point(
        SVD,
        "a tie that rounding has split",
        (2.0**40 * of_values([3, 3, 3, 1], V=swapped),),
        REDUCED,
        ("tied",),
        rounded={"S": (2 * ulp, 0.0, -3 * ulp, ulp)},
        note=note,
    )
    yield Point(
        SVD,
        "zeros that rounding has moved",
        (2.0**40 * of_values([3, 2, 0, 0], V=swapped),),
        REDUCED,
        ("singular",),
        rounded={"S": (0.0, 0.0, ulp, ulp / 2)},
        note=note,
        pushed=False,
    )
    yield Point(
        SVD,
        "along the gauge, complex",
        (apart(Draw("svd, gauge"), 2, 2, complex=True),),
        REDUCED,
        keeps=("gauge",),
        note="U_bar and Vh_bar turn the phases of U and V: what turns them together is dropped",
    )
    yield Point(
        SVD,
        "a tie and a zero, along the gauge",
        (of_values([2, 2, 1, 0], V=swapped),),
        REDUCED,
        ("tied", "singular"),
        keeps=("gauge", "kink"),
        note="what turns tied vectors among themselves or moves null vectors apart is dropped; tied singular "
        "values have cotangents of their own, and the result is the subgradient for the bases that are given",
        alone=False,
    )
