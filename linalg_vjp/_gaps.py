"""Differences of eigenvalues and of singular values, by which cotangents are divided; some of them vanish.

A pullback divides coefficients of the cotangents by differences of values. Where two values are tied, to the
rounding of the factorization, the quotient is taken as 0: the coefficient of a loss that ignores the gauge is
rounding there, and a part along the gauge is to be dropped.

Two refinements make this right for more losses. A coefficient that is rounding of its columns is dropped
where values are merely close, too. And one that is more than that counts, even at a tie, in columns that are
tiny beside the others: of U f(S) Vh the cotangents of a tiny value are tiny, and hold all digits.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ._matrix import divide, shortcut
from ._namespaces import Array, Namespace

__all__ = [
    "TIED",
    "ZERO",
    "Columns",
    "Gauge",
    "apart",
    "columns",
    "eigenvalue_gaps",
    "eps_of",
    "equal",
    "gaps",
    "gauge_of",
    "quotients",
    "reciprocal_gaps",
    "reciprocals",
    "spectral_radius",
    "sums",
    "vanishing",
]


# Exact ties of matrices of up to 1000 rows were seen to split by up to 40 eps of the largest value, and exact
# zeros to come as up to 8.5 eps, from the LAPACKs of NumPy, PyTorch and JAX, in single and double precision.
TIED, ZERO = 64, 16
# A coefficient of up to so many eps of its columns is rounding; it counts as such where values are within
# sqrt(eps) of the largest.
ROUNDING = 64
# A column is tiny below so many eps of the largest one. Those of U f(S) Vh are, where s is zero to rounding.
TINY = 2.0**16


class Gauge(NamedTuple):
    """What a derivative does along the gauge, and which values count as tied and as zero.

    As the keyword `gauge` of a rule it stands for its mode, with thresholds of your own.

    Parameters
    ----------
    mode : {"project", "check", "keep"}
        Drop a cotangent along the gauge, raise, or keep all and divide by all but exact zeros.
    tied, zero : float
        How close two values are that count as equal, and how small one that counts as zero, in eps of the
        largest. The defaults are the rounding of LAPACK; take more for values from an iteration.

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import vjp
    >>> A = np.diag([1.0, 1.0 + 1e-9])
    >>> vjp("eigh", A)[1](None, np.asarray([[0.0, 1.0], [0.0, 0.0]]))[0].round()[0, 1] > 1e8
    np.True_
    >>> vjp("eigh", A, gauge=Gauge(tied=1e8))[1](None, np.asarray([[0.0, 1.0], [0.0, 0.0]]))[0].tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """

    mode: str = "project"
    tied: float = float(TIED)
    zero: float = float(ZERO)


def gauge_of(gauge: str | Gauge) -> Gauge:
    """A mode with the thresholds that it has by default, or a Gauge itself."""
    return gauge if isinstance(gauge, Gauge) else Gauge(gauge)


KEEP = Gauge("keep")


@functools.cache
def eps_of(dtype: Any, xp: Namespace) -> float:
    """The spacing of the floats at one."""
    return float(xp.finfo(dtype).eps)


def spectral_radius(w: Array, xp: Namespace) -> Array:
    """The largest |w_i| of sorted eigenvalues, of shape (..., 1)."""
    return xp.maximum(-w[..., :1], w[..., -1:]) if w.shape[-1] else w


def apart(values: Array, largest: Array, xp: Namespace) -> Array:
    """Whether no neighbours of these sorted values are close, one truth value for the whole batch."""
    return xp.all(xp.abs(values[..., 1:] - values[..., :-1]) > largest * _close(values, xp))


def eigenvalue_gaps(w: Array, gauge: Gauge, xp: Namespace) -> Array:
    """w_j - w_i of real eigenvalues, inf where the two are tied to rounding."""
    D = w[..., None, :] - w[..., :, None]
    return vanishing(D, spectral_radius(w, xp), gauge.tied, gauge, xp)


def equal(values: Array, extreme: Array, xp: Namespace) -> Array:
    """Which singular values are the extreme one to rounding, that of the largest, and not far from it."""
    largest = _first(values) * (TIED * eps_of(values.dtype, xp))
    own = extreme * _close(values, xp)
    return xp.abs(values - extreme) <= xp.where(own < largest, own, largest)


def quotients(
    turns: tuple[Array, Array],
    beyond: tuple[Array | None, Array | None],
    bars: tuple[Array | None, Array | None, Array | None],
    S: Array,
    gauge: Gauge,
    xp: Namespace,
) -> Any:
    """What a pullback of singular vectors divides by singular values.

    Of X and Y, twice the skew parts of how the vectors turn together and apart, it makes
    X / 2 (s_j - s_i) + Y / 2 (s_j + s_i), and of the cotangents beyond the span of U and of V, which may be
    None, each column over s_j. `bars` are the cotangents of U, S and V.
    """
    (X, Y), (U_perp, V_perp), (U_bar, S_bar, V_bar) = turns, beyond, bars
    k = S.shape[-1]

    def divided(gauge: Gauge, pairs: Columns | None, alone: Columns | None) -> Any:
        P = divide(X, gaps(2 * S, gauge, xp, pairs, X), xp) + divide(Y, sums(2 * S, gauge, xp, pairs, Y), xp)
        over = (
            None if perp is None else perp * reciprocals(S, gauge, xp, alone, perp)[..., None, :]
            for perp in (U_perp, V_perp)
        )
        return P, *over

    def quick(S: Array) -> Any:
        return divided(KEEP, None, None)  # where all are apart, nothing is dropped

    def exact(S: Array) -> Any:
        return divided(gauge, *columns((U_bar, V_bar), S_bar, S[..., :1], k, xp))

    if gauge.mode == "keep":
        return quick(S)
    far = apart(S, S[..., :1], xp) & xp.all(S[..., -1:] > S[..., :1] * _close(S, xp))
    return shortcut(far, quick, exact, S, xp=xp)


class Columns(NamedTuple):
    """What the cotangents of the vectors tell, for each value: arrays of shape (..., k)."""

    share: Array  # of the tolerance for ties that the value gets: 1, and less for a tiny column
    rounding: Array  # the size of a coefficient that is none


def columns(
    bars: Sequence[Array | None], values_bar: Array | None, largest: Array, k: int, xp: Namespace
) -> tuple[Columns, Columns]:
    """For the first k columns of cotangents; the second one counts the columns after those as part of each.

    The cotangent of the values says what is tiny, too: times the largest value, of shape (..., 1), it is
    comparable.
    """
    sizes = [xp.max(xp.abs(bar), axis=-2) for bar in bars if bar is not None]
    within = functools.reduce(xp.maximum, [size[..., :k] for size in sizes])
    extra = [xp.max(size[..., k:], axis=-1, keepdims=True) for size in sizes if size.shape[-1] > k]
    most = functools.reduce(xp.maximum, extra, within)
    top = xp.max(most, axis=-1, keepdims=True)
    if values_bar is not None:
        top = xp.maximum(top, xp.max(xp.abs(values_bar), axis=-1, keepdims=True) * largest)
    eps = eps_of(top.dtype, xp)
    top = xp.where(top == 0, 1.0, top) * (TINY * eps)

    def of(size: Array) -> Columns:
        return Columns(xp.clip(size / top, 0.0, 1.0), size * (ROUNDING * eps))

    pairs = of(within)
    return pairs, of(most) if extra else pairs


def vanishing(
    x: Array,
    largest: Array,
    times: float,
    gauge: Gauge,
    xp: Namespace,
    of: Columns | None = None,
    coefficients: Array | None = None,
) -> Array:
    """The differences or sums x_ij of values, inf where they vanish: to `divide` by it gives 0.

    They vanish at so many eps of the largest value, of shape (..., 1); with gauge="keep" where they are zero.
    A pullback says of which columns the coefficients are that it will divide.
    """
    keeps = gauge.mode == "keep"
    limit = largest * (0.0 if keeps else times * eps_of(x.dtype, xp))
    size = xp.abs(x)
    if of is None or keeps:
        return xp.where(size <= limit[..., None], math.inf, x)
    mine, coefficients = limit * of.share, xp.abs(coefficients)
    tied = (size <= mine[..., None, :]) | (size <= mine[..., :, None])
    rounding = (coefficients <= of.rounding[..., None, :]) | (coefficients <= of.rounding[..., :, None])
    close = size <= (largest * _close(x, xp))[..., None]
    return xp.where(tied | (rounding & close), math.inf, x)


def gaps(
    S: Array, gauge: Gauge, xp: Namespace, of: Columns | None = None, coefficients: Array | None = None
) -> Array:
    """s_j - s_i of singular values, inf at ties."""
    D, times = S[..., None, :] - S[..., :, None], gauge.tied
    return vanishing(D, _first(S), times, gauge, xp, of, coefficients)


def sums(
    S: Array, gauge: Gauge, xp: Namespace, of: Columns | None = None, coefficients: Array | None = None
) -> Array:
    """s_j + s_i of singular values, inf where both are zero."""
    D, times = S[..., None, :] + S[..., :, None], 2 * gauge.zero
    return vanishing(D, _first(S), times, gauge, xp, of, coefficients)


def reciprocal_gaps(w: Array, xp: Namespace) -> Array:
    """1 / (w_j - w_i) of general eigenvalues, and 0 where the two are tied to rounding."""
    D = w[..., None, :] - w[..., :, None]
    limit = xp.max(xp.abs(w), axis=-1)[..., None, None] * (TIED * eps_of(w.dtype, xp))
    tied = xp.abs(D) <= limit
    return xp.where(tied, 0.0, 1 / xp.where(tied, 1.0, D))


def reciprocals(
    S: Array, gauge: Gauge, xp: Namespace, of: Columns | None = None, vectors: Array | None = None
) -> Array:
    """1 / s_i of singular values, zero where s_i is; `vectors` are what it will be multiplied with."""
    mode, _, zero = gauge
    limit = _first(S) * (0.0 if mode == "keep" else zero * eps_of(S.dtype, xp))
    if of is None or mode == "keep":
        return 1 / xp.where(limit >= S, math.inf, S)
    rounding = xp.max(xp.abs(vectors), axis=-2) <= of.rounding
    close = _first(S) * _close(S, xp) >= S
    return 1 / xp.where((limit * of.share >= S) | (rounding & close), math.inf, S)


def _close(x: Array, xp: Namespace) -> float:
    return math.sqrt(eps_of(x.dtype, xp))


def _first(S: Array) -> Array:
    return S[..., : min(S.shape[-1], 1)]  # the largest, if there is one
