"""Functions of Hermitian matrices at 110 digits, from eigenvalues. Zero eigenvalues stay zero."""

import mpmath
import numpy as np

from .exact import adjoint, eigh
from .norms import SAME
from .points import Draw, Op, Point

FUNCTIONS = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "rsqrt": lambda x: 1 / mpmath.sqrt(x),
    "xlogx": lambda x: x * mpmath.log(x),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
}


def spectral(A, draw, f, p):
    """A function of a matrix near A: f at the nonzero eigenvalues, and their eigenvectors."""
    g = (lambda x: x ** mpmath.mpf(p)) if f == "power" else FUNCTIONS[f]
    w, _ = eigh((A + adjoint(A)) / 2)
    largest = max((abs(v) for v in w), default=0)
    all_count = f in ("exp", "softplus") or largest == 0
    there = [i for i, v in enumerate(w) if all_count or abs(v) > SAME * largest]

    def at(A):
        w, V = eigh((A + adjoint(A)) / 2)
        return np.asarray([g(w[i]) for i in there], object), V[:, there]

    return at


def near(A, *, draw, f, p, df=None, d2f=None):
    at = spectral(A, draw, f, p)

    def value(A):
        y, V = at(A)
        return [(V * y) @ adjoint(V) + 0 * A]

    return value


def trace_near(A, *, draw, f, p, df=None, d2f=None):
    at = spectral(A, draw, f, p)
    return lambda A: [np.asarray(sum(at(A)[0], mpmath.mpf(0)), object)]


DEFAULTS = {"f": "exp", "df": None, "d2f": None, "p": 0.5}
FUNM = Op("funm_hermitian", "(n,n)->(n,n)", ("A",), ("Y",), ("A",), near, DEFAULTS, hermitian=("A",))
TRACE = Op(
    "trace_funm", "(n,n)->()", ("A",), ("y",), ("A",), trace_near, DEFAULTS, real=("y",), hermitian=("A",)
)
TIE = np.asarray([[1.5, 0.5, 0.0], [0.5, 1.5, 0.0], [0.0, 0.0, 2.0]])
NEARLY = TIE + np.diag([0.0, 0.0, 2.0**-30])
SINGULAR = np.asarray([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
TURNED = np.asarray([[2.0, 1j, 0.0], [-1j, 2.0, 0.0], [0.0, 0.0, 3.0]])


def points():
    for op in (FUNM, TRACE):
        yield from _points(op)


def _points(op):
    def point(title, *shape, complex=False, above=4.0, **more):
        A = Draw(f"{op.name}, {title}")(*shape, complex=complex)
        A = (A + np.conj(A.mT)) / 2 + above * np.eye(shape[-1])
        return of(title, A, **more)

    def of(title, A, f="exp", p=0.5, **more):
        return Point(op, title, (np.asarray(A),), {"f": f, "p": p}, **more)

    yield point("exp, real", 3, 3, above=0.0)
    yield point("exp, complex", 3, 3, complex=True, above=0.0)
    yield point("log, complex", 3, 3, complex=True, f="log")
    yield point("sqrt, real", 3, 3, f="sqrt")
    yield point("rsqrt, complex", 3, 3, complex=True, f="rsqrt")
    yield point("xlogx, real", 3, 3, f="xlogx")
    yield point("softplus, indefinite, complex", 3, 3, complex=True, above=0.0, f="softplus")
    yield point("power 1.5, complex", 3, 3, complex=True, f="power", p=1.5)
    yield point("power -0.7, real", 3, 3, f="power", p=-0.7)
    for f in FUNCTIONS:
        yield of(f"{f}, a tie", TIE, f=f, marks=("tied",), smooth=True)
        yield of(f"{f}, nearly a tie", NEARLY, f=f, marks=("close",), smooth=True)
    yield of("power 0.3, a tie, complex", TURNED, f="power", p=0.3, marks=("tied",), smooth=True)
    yield of("log, the identity", np.eye(2), f="log", marks=("tied",), smooth=True)
    yield of("exp, the zero matrix", np.zeros((2, 2)), marks=("tied", "singular"), smooth=True)
    yield of("exp, large and far apart", np.diag([300.0, -300.0]), marks=("scale",))
    yield of("sqrt, of rank 2", SINGULAR, f="sqrt", marks=("singular",))
    yield of("xlogx, of rank 2", SINGULAR, f="xlogx", marks=("singular",))
    yield of("power 1.5, of rank 2", SINGULAR, f="power", p=1.5, marks=("singular",))
    yield point("a tangent that is not Hermitian, complex", 2, 2, complex=True, marks=("junk",), junk=True)
    yield point("one by one, complex", 1, 1, complex=True, f="log")
    yield point("a batch of three, 3 x 3", 3, 3, 3, f="sqrt")
    yield point("two batch axes, complex", 2, 2, 2, 2, complex=True, f="xlogx")
    yield point("no rows", 0, 0, f="log")
    yield point("no matrices", 0, 2, 2, f="log")
