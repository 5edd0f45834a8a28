"""Matrix norms of A of shape (..., m, n), over the last two axes.

ord is "fro" (Frobenius), "nuc" (the sum of the singular values), 2 or -2 (the largest or smallest singular
value), 1 or -1 (the largest or smallest column sum of |A|), or inf or -inf (the same for row sums).

Domain: every A; a largest or smallest value needs m, n > 0. The kinks are the zero matrix, ties, and for
"nuc" rank-deficient matrices. There, the result is the subgradient of least norm: exact zeros have slope 0,
and tied values share the slope. Sums are tied if they are exactly equal, singular values if equal to
rounding.

Gauge: none.

Sources: G. A. Watson, "Characterization of the subdifferential of some matrix norms" (1992), Linear Algebra
Appl. 170, 33-45.

Spec: rules/matrix_norm.md
"""

from collections.abc import Callable

from .. import _cuts
from .._dilation import odd_function
from .._gaps import ZERO, eps_of, equal
from .._matrix import inner
from .._namespaces import Array, Namespace, namespace
from .._norm import norm, slope
from .._params import one_of
from .._rule import Rule

__all__ = ["MATRIX_NORM", "matrix_norm_jvp", "matrix_norm_vjp"]

INF = float("inf")
SPECTRAL = ("nuc", 2, -2)


def matrix_norm(
    A: Array, *, ord: float | str = "fro", keepdims: bool = False, xp: Namespace | None = None
) -> tuple[Array]:
    """N, in a 1-tuple."""
    xp = namespace(xp, A)
    if ord == "fro":
        N = norm(A, 2, (-2, -1), xp)
        return (N if keepdims else xp.squeeze(N, axis=(-2, -1)),)
    return (xp.linalg.matrix_norm(A, ord=ord, keepdims=keepdims),)


def matrix_norm_fwd(
    A: Array, *, ord: float | str = "fro", keepdims: bool = False, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array]]:
    """N, and its gradient G; a spectral norm takes one singular value decomposition for both."""
    xp = namespace(xp, A)
    if 0 in A.shape[-2:]:
        return matrix_norm(A, ord=ord, keepdims=keepdims, xp=xp), (A,)
    if ord not in SPECTRAL:
        (N,) = matrix_norm(A, ord=ord, keepdims=True, xp=xp)
        return (N if keepdims else xp.squeeze(N, axis=(-2, -1)),), (_slope(A, N, ord, xp),)
    U, S, Vh = xp.linalg.svd(A, full_matrices=False)
    of_values = xp.sum if ord == "nuc" else xp.max if ord == 2 else xp.min
    N = of_values(S, axis=-1, keepdims=keepdims)
    return (N[..., None] if keepdims else N,), (_spectral_slope(A, U, S, Vh, ord, xp),)


def matrix_norm_keep(
    A: Array, *, ord: float | str = "fro", keepdims: bool = False, xp: Namespace | None = None
) -> tuple[Array]:
    """G, also for an empty matrix, which may have no norm."""
    return (A,) if 0 in A.shape[-2:] else matrix_norm_fwd(A, ord=ord, keepdims=keepdims, xp=xp)[1]


def matrix_norm_vjp(
    G: Array,
    N_bar: Array | None,
    *,
    ord: float | str = "fro",
    keepdims: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pullback of N = matrix_norm(A).

        A_bar = N_bar G,  G = A / N                      ord = "fro"
                          G = U diag(weights) Vh         ord = "nuc", 2, -2
                          G = A / |A| weights            ord = 1, -1, inf, -inf

    For "nuc" the weights are 1 for nonzero singular values. Otherwise they add up to 1 over the singular
    values, columns or rows that attain the largest or smallest value, and are 0 elsewhere.

    Parameters
    ----------
    G : array of shape (..., m, n)
        The gradient, or the subgradient of least norm.
    N_bar : array of shape (...), or (..., 1, 1) with keepdims=True, or None
    ord : {"fro", "nuc", 1, -1, 2, -2, inf, -inf}
        Which norm N is.
    keepdims : bool
        Whether N keeps the last two axes, with size 1.
    xp : namespace, optional

    Returns
    -------
    A_bar : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> _, (G,) = matrix_norm_fwd(np.asarray([[1.0, -2.0], [3.0, 1.0]]), ord=1)
    >>> matrix_norm_vjp(G, np.asarray(1.0), ord=1)[0].tolist()
    [[1.0, -0.0], [1.0, 0.0]]
    """
    return (None if N_bar is None else (N_bar if keepdims else N_bar[..., None, None]) * G,)


def matrix_norm_jvp(
    G: Array,
    A_dot: Array | None,
    *,
    ord: float | str = "fro",
    keepdims: bool = False,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of N = matrix_norm(A).

        N_dot = Re<G, A_dot>, with G as in `matrix_norm_vjp`

    Parameters
    ----------
    G : array of shape (..., m, n)
        The gradient, or the subgradient of least norm.
    A_dot : array of shape (..., m, n) or None
    ord : {"fro", "nuc", 1, -1, 2, -2, inf, -inf}
        Which norm N is.
    keepdims : bool
        Whether N keeps the last two axes, with size 1.
    xp : namespace, optional

    Returns
    -------
    N_dot : array of shape (...), or (..., 1, 1) with keepdims=True
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> _, (G,) = matrix_norm_fwd(np.asarray([[3.0, 0.0], [0.0, 4.0]]))
    >>> float(matrix_norm_jvp(G, np.diag([10.0, 0.0]))[0])
    6.0
    """
    if A_dot is None:
        return (None,)
    return (inner(G, A_dot, namespace(xp, G), keepdims=keepdims),)


def _slope(A: Array, N: Array, ord: float | str, xp: Namespace) -> Array:
    """G for a norm of the entries, N of shape (..., 1, 1)."""
    if isinstance(ord, str):
        return slope(A, N, 2, (-2, -1), xp)
    a = xp.abs(A)
    # ord=1 sums down the columns and compares the sums along the row; ord=inf does the opposite.
    along, across = (-2, -1) if abs(ord) == 1 else (-1, -2)
    sums = xp.sum(a, axis=along, keepdims=True)
    entries = xp.sum(xp.astype(a > 0, a.dtype), axis=along, keepdims=True)
    return A / xp.where(a == 0, 1.0, a) * _shares(sums, entries, ord > 0, across, xp)


def _spectral_slope(A: Array, U: Array, S: Array, Vh: Array, ord: float | str, xp: Namespace) -> Array:
    """G for a norm of the singular values; for "nuc" their signs, which are smooth at ties."""
    weights = xp.astype(S > 0, S.dtype)
    if ord == "nuc":
        return odd_function(A, U, weights, Vh, lambda w, xp: _sign(w, xp)(w).value, _differences, xp)
    return (U * (weights * spectral_shares(S, ord == 2, xp))[..., None, :]) @ Vh


def _sign(w: Array, xp: Namespace) -> Callable[[Array], _cuts.Pieces]:
    """The sign function of sorted eigenvalues, 0 for those that are zero to rounding."""
    level = w[..., -1:] * (ZERO * eps_of(w.dtype, xp))
    return lambda x: _cuts.sign(x, level, xp)


def _differences(w: Array, xp: Namespace) -> Array:
    return _cuts.first(_sign(w, xp), w, w, xp)


def _shares(sums: Array, entries: Array, largest: bool, axis: int, xp: Namespace) -> Array:
    """Weights of the sums that equal the largest or smallest one along an axis: they add up to 1.

    Weights proportional to 1 / entries give the subgradient of least norm, because `entries` is the squared
    norm of the signs in each sum.
    """
    extreme = xp.max(sums, axis=axis, keepdims=True) if largest else xp.min(sums, axis=axis, keepdims=True)
    share = xp.where(sums == extreme, 1 / xp.where(entries == 0, 1.0, entries), 0.0)
    return share / xp.sum(share, axis=axis, keepdims=True)


def spectral_shares(S: Array, largest: bool, xp: Namespace) -> Array:
    """Equal weights, with sum 1, of the singular values that equal the extreme one to rounding."""
    hit = xp.astype(equal(S, S[..., :1] if largest else S[..., -1:], xp), S.dtype)
    return hit / xp.sum(hit, axis=-1, keepdims=True)


MATRIX_NORM = Rule(
    "matrix_norm",
    "(m,n)->()",
    inputs=("A",),
    outputs=("N",),
    saves=("A",),
    keeps=("G",),
    op=matrix_norm,
    op_fwd=matrix_norm_fwd,
    op_keep=matrix_norm_keep,
    op_vjp=matrix_norm_vjp,
    op_jvp=matrix_norm_jvp,
    params={
        "ord": one_of("fro", "nuc", 1, -1, 2, -2, INF, -INF),
        "keepdims": one_of(False, True),
    },
    real=("N",),
    typical={"ord": "nuc"},
    family="norms",
    domain="every matrix (the subgradient of least norm at kinks)",
)
