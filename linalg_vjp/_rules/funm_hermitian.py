"""Functions of Hermitian matrices: Y = f(A) = V f(w) V^H for A = V diag(w) V^H, and the trace y = tr f(A).

A has shape (..., n, n), and f is a real function of a real number: one of `_divided.NAMES`, or your own. No
derivative divides by a gap between eigenvalues, so first and second derivatives are exact at ties.

Domain: Hermitian matrices with eigenvalues where f has a derivative; the cotangents are Hermitian too.
Otherwise the result is NaN, for that matrix only. For sqrt, xlogx and powers, eigenvalues within 16 eps of
the largest count as zero; there, the derivative is the one along matrices of the same rank.

Gauge: none.

Sources: J. L. Daleckii and S. G. Krein, "Integration and differentiation of functions of Hermitian operators"
(1965); N. J. Higham, "Functions of matrices" (2008), theorem 3.11; A. S. Lewis and H. S. Sendov, "Twice
differentiable spectral functions" (2001), SIAM J. Matrix Anal. Appl. 23, 368-386, for the trace.

Spec: rules/funm_hermitian.md
"""

from collections.abc import Callable
from typing import Any

from .._divided import Scalar, differences, scalar, second_differences
from .._matrix import add_diagonal, adjoint, inner
from .._namespaces import Array, Namespace, namespace
from .._registered import again
from .._rule import Rule
from .._spectral import FUNCTION, derivative, factors, moving, of_eigenvalues

__all__ = [
    "FUNM_HERMITIAN",
    "TRACE_FUNM",
    "funm_hermitian_jvp",
    "funm_hermitian_vjp",
    "trace_funm_jvp",
    "trace_funm_vjp",
]

Function = Callable[[Array], Array]


def funm_hermitian(A: Array, *, xp: Namespace | None = None, **params: Any) -> tuple[Array]:
    """Y = f(A), in a 1-tuple."""
    return funm_hermitian_fwd(A, xp=xp, **params)[0]


def funm_hermitian_fwd(
    A: Array, *, xp: Namespace | None = None, **params: Any
) -> tuple[tuple[Array], tuple[Array, Array]]:
    """Y, and the eigenvalues and eigenvectors of A."""
    xp, f = namespace(xp, A), scalar(**params)
    w, V = xp.linalg.eigh(A)
    return ((V * f.value(f.within(w, xp), xp)[..., None, :]) @ adjoint(V, xp),), (w, V)


def funm_hermitian_vjp(
    A: Array,
    w: Array,
    V: Array,
    Y_bar: Array | None,
    *,
    f: Any = "exp",
    df: Function | None = None,
    d2f: Function | None = None,
    p: float = 0.5,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of Y = f(A).

        A_bar = V (D o (V^H herm(Y_bar) V)) V^H,  D_ij = f[w_i, w_j]

    The divided difference f[a, b] is (f(a) - f(b)) / (a - b), or f'(a) if a = b.

    Parameters
    ----------
    A : array of shape (..., n, n)
    w, V : array of shape (..., n) and (..., n, n)
        The eigenvalues and eigenvectors of A.
    Y_bar : array of shape (..., n, n) or None
    f : {"exp", "log", "sqrt", "rsqrt", "xlogx", "softplus", "power"} or callable
        The function; rsqrt is 1 / sqrt(x), xlogx is x log(x), softplus is log(1 + exp(x)).
    df, d2f : callable, optional
        The first and second derivative of your own f. Without d2f, to differentiate twice is an error.
    p : float
        The exponent of "power".
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Raises
    ------
    TypeError
        If f is a callable and df is None.

    Examples
    --------
    >>> import numpy as np
    >>> w, V = np.asarray([1.0, 4.0]), np.eye(2)
    >>> funm_hermitian_vjp(np.diag(w), w, V, np.ones((2, 2)), f="sqrt")[0].round(6).tolist()
    [[0.5, 0.333333], [0.333333, 0.25]]
    """
    return funm_hermitian_jvp(A, w, V, Y_bar, f=f, df=df, d2f=d2f, p=p, xp=xp)


def funm_hermitian_jvp(
    A: Array,
    w: Array,
    V: Array,
    A_dot: Array | None,
    *,
    f: Any = "exp",
    df: Function | None = None,
    d2f: Function | None = None,
    p: float = 0.5,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of Y = f(A), which is its own pullback.

        Y_dot = V (D o (V^H herm(A_dot) V)) V^H,  D_ij = f[w_i, w_j]

    Parameters
    ----------
    A, w, V : array
        As in `funm_hermitian_vjp`.
    A_dot : array of shape (..., n, n) or None
        The tangent; only its Hermitian part is used.
    f, df, d2f, p
        As in `funm_hermitian_vjp`.
    xp : namespace, optional

    Returns
    -------
    Y_dot : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> w, V = np.asarray([1.0, 4.0]), np.eye(2)
    >>> funm_hermitian_jvp(np.diag(w), w, V, np.eye(2), f="power", p=2.0)[0].tolist()
    [[2.0, 0.0], [0.0, 8.0]]
    """
    if A_dot is None:
        return (None,)
    xp, g = namespace(xp, V), scalar(f, df, d2f, p)

    def first(w: Array, xp: Namespace) -> Array:
        return differences(g.slope, g.within(w, xp), xp)

    def second(w: Array, xp: Namespace) -> Array:
        return second_differences(g, g.within(w, xp), xp)

    return (derivative(A, w, V, A_dot, first, None if g.curve is None else second, xp),)


def trace_funm(A: Array, *, xp: Namespace | None = None, **params: Any) -> tuple[Array]:
    """y = tr f(A), the sum of f(w), in a 1-tuple."""
    xp, f = namespace(xp, A), scalar(**params)
    return (xp.sum(f.value(f.within(xp.linalg.eigvalsh(A), xp), xp), axis=-1),)


def trace_funm_fwd(
    A: Array, *, xp: Namespace | None = None, **params: Any
) -> tuple[tuple[Array], tuple[Array]]:
    """y, and the gradient G = f'(A)."""
    xp, f = namespace(xp, A), scalar(**params)
    w, V = xp.linalg.eigh(A)
    return (xp.sum(f.value(f.within(w, xp), xp), axis=-1),), (_gradient(f, A, w, V, xp),)


def trace_funm_keep(A: Array, *, xp: Namespace | None = None, **params: Any) -> tuple[Array]:
    """The gradient G = f'(A)."""
    xp = namespace(xp, A)
    w, V = xp.linalg.eigh(A)
    return (_gradient(scalar(**params), A, w, V, xp),)


def _gradient(f: Scalar, A: Array, w: Array, V: Array, xp: Namespace) -> Array:
    """V diag(f'(w)) V^H."""

    def slopes(w: Array, xp: Namespace) -> Array:
        w = f.within(w, xp)
        return f.slope(w, w, xp)

    def curves(w: Array, xp: Namespace) -> Array:
        return differences(f.curve, f.within(w, xp), xp)  # type: ignore[arg-type]

    def once(A: Array, w: Array, V: Array) -> Array:
        return (V * slopes(w, xp)[..., None, :]) @ adjoint(V, xp)

    def twice(A: Array, w: Array, V: Array) -> Array:
        V, N = moving(A, w, V, xp)
        inside = add_diagonal(of_eigenvalues(w, curves, xp) * N, of_eigenvalues(w, slopes, xp), xp)
        return V @ inside @ adjoint(V, xp)

    return again((A,), once, None if f.curve is None else twice, A, w, V, xp=xp)


def trace_funm_vjp(
    G: Array, y_bar: Array | None, *, xp: Namespace | None = None, **params: Any
) -> tuple[Array | None]:
    """Pullback of y = tr f(A).

        A_bar = y_bar G,  G = f'(A)

    Parameters
    ----------
    G : array of shape (..., n, n)
        The gradient.
    y_bar : array of shape (...) or None
    xp : namespace, optional
    **params
        As in `funm_hermitian_vjp`; not used.

    Returns
    -------
    A_bar : array of shape (..., n, n)
        Hermitian, in a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> _, (G,) = trace_funm_fwd(np.diag([1.0, 4.0]), f="log", df=None, d2f=None, p=1.0)
    >>> trace_funm_vjp(G, np.asarray(2.0))[0].tolist()
    [[2.0, 0.0], [0.0, 0.5]]
    """
    return (None if y_bar is None else y_bar[..., None, None] * G,)


def trace_funm_jvp(
    G: Array, A_dot: Array | None, *, xp: Namespace | None = None, **params: Any
) -> tuple[Array | None]:
    """Pushforward of y = tr f(A).

        y_dot = Re<G, herm(A_dot)>, with G as in `trace_funm_vjp`

    Parameters
    ----------
    G, A_dot : array of shape (..., n, n)
    xp : namespace, optional
    **params
        As in `funm_hermitian_vjp`; not used.

    Returns
    -------
    y_dot : array of shape (...)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> _, (G,) = trace_funm_fwd(np.diag([1.0, 4.0]), f="log", df=None, d2f=None, p=1.0)
    >>> float(trace_funm_jvp(G, np.eye(2))[0])
    1.25
    """
    return (None if A_dot is None else inner(G, A_dot, namespace(xp, G)),)


FUNM_HERMITIAN = Rule(
    "funm_hermitian",
    "(n,n)->(n,n)",
    inputs=("A",),
    outputs=("Y",),
    saves=("A",),
    keeps=("A", "w", "V"),
    op=funm_hermitian,
    op_fwd=funm_hermitian_fwd,
    op_keep=factors,
    op_vjp=funm_hermitian_vjp,
    op_jvp=funm_hermitian_jvp,
    params=FUNCTION,
    space={"A": "positive"},
    typical={"f": "power", "p": 1.5},
    family="functions",
    domain="Hermitian matrices with eigenvalues where f is smooth; at zero eigenvalues, for sqrt, xlogx and "
    "powers, along changes that keep the rank",
)

TRACE_FUNM = Rule(
    "trace_funm",
    "(n,n)->()",
    inputs=("A",),
    outputs=("y",),
    saves=("A",),
    keeps=("G",),
    op=trace_funm,
    op_fwd=trace_funm_fwd,
    op_keep=trace_funm_keep,
    op_vjp=trace_funm_vjp,
    op_jvp=trace_funm_jvp,
    params=FUNCTION,
    real=("y",),
    space={"A": "positive"},
    typical=FUNM_HERMITIAN.typical,
    page="funm_hermitian",
    family="functions",
    domain=FUNM_HERMITIAN.domain,
)
