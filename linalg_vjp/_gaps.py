"""Differences of eigenvalues and of singular values, by which pullbacks divide; some of them vanish.

A pullback divides coefficients of the cotangents by differences of values. Where two values are tied, up to
the rounding of the factorization, the quotient is set to 0. For a loss that ignores the gauge, the
coefficient there is only rounding. For any other loss, the part along the gauge is to be dropped.

Two refinements make this right for more losses. First, a coefficient that is only rounding of its columns is
dropped where two values are merely close, too. Second, a larger coefficient counts even at a tie, if its
columns are tiny compared with others: in U f(S) Vh, the cotangents of a tiny value are tiny, and all their
digits are right.
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


# Measured for up to 1000 rows, with the LAPACKs of NumPy, PyTorch and JAX, in single and double precision:
# exact ties split by up to 40 eps of the largest value, and exact zeros come out as up to 8.5 eps of it.
TIED, ZERO = 64, 16
# A coefficient of at most this many eps of its columns is rounding. It is dropped where the two values differ
# by at most sqrt(eps) of the largest value.
ROUNDING = 64
# A column below this many eps of the largest is tiny. Those of U f(S) Vh are, where s is zero to rounding.
TINY = 2.0**16


class Gauge(NamedTuple):
    """What a derivative does with the part along the gauge, and which values count as tied and as zero.

    The gauge is what a factorization leaves open: signs, phases, and rotations of the vectors of tied values.
    Values are eigenvalues or singular values. Pass a `Gauge` as the keyword `gauge` of a rule, in place of a
    mode, to set your own thresholds.

    Parameters
    ----------
    mode : {"project", "check", "keep"}
        "project" drops the part of a cotangent along the gauge, and "check" raises `GaugeError` for it.
        "keep" drops nothing, and divides by everything that is not exactly zero.
    tied, zero : float
        Two values count as tied if they differ by at most `tied` times eps times the largest value. A value
        counts as zero if it is at most `zero` times eps times the largest value. The defaults, 64 and 16,
        cover the rounding of LAPACK. Pass larger numbers for values from an iteration.

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
    """Return a `Gauge`: as it is, or of a mode, with the default thresholds."""
    return gauge if isinstance(gauge, Gauge) else Gauge(gauge)


KEEP = Gauge("keep")


@functools.cache
def eps_of(dtype: Any, xp: Namespace) -> float:
    """The machine epsilon: the spacing of the floats at one."""
    return float(xp.finfo(dtype).eps)


def spectral_radius(w: Array, xp: Namespace) -> Array:
    """The largest |w_i| of sorted eigenvalues, of shape (..., 1)."""
    return xp.maximum(-w[..., :1], w[..., -1:]) if w.shape[-1] else w


def apart(values: Array, largest: Array, xp: Namespace) -> Array:
    """Whether no two neighbors of these sorted values are close: one truth value for the whole batch."""
    return xp.all(xp.abs(values[..., 1:] - values[..., :-1]) > largest * _close(values, xp))


def eigenvalue_gaps(w: Array, gauge: Gauge, xp: Namespace) -> Array:
    """w_j - w_i of real eigenvalues, and inf where the two are tied."""
    D = w[..., None, :] - w[..., :, None]
    return vanishing(D, spectral_radius(w, xp), gauge.tied, gauge, xp)


def equal(values: Array, extreme: Array, xp: Namespace) -> Array:
    """Which singular values are within 64 eps of the largest, and within sqrt(eps) relative, of `extreme`."""
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
    """The quotients in a pullback of singular vectors.

    X and Y are twice the skew parts of how the vectors turn together and apart. The first result is
    X / 2 (s_j - s_i) + Y / 2 (s_j + s_i). The cotangents beyond the span of U and of V may be None; the other
    results are these, with each column divided by s_j. `bars` are the cotangents of U, S and V.
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
    """What the cotangents of the vectors tell about each value: arrays of shape (..., k)."""

    share: Array  # the part of the tolerance that the value gets: 1, or less for a tiny column
    rounding: Array  # the largest size of a coefficient that is only rounding


def columns(
    bars: Sequence[Array | None], values_bar: Array | None, largest: Array, k: int, xp: Namespace
) -> tuple[Columns, Columns]:
    """The `Columns` of the first k columns of cotangents; a second copy includes the columns after them.

    The cotangent of the values also sets the scale for what is tiny. Multiplied by the largest value, of
    shape (..., 1), it is comparable with the cotangents of the vectors.
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
    """The differences or sums x_ij of values, and inf where they vanish, so that `divide` by them gives 0.

    They vanish up to `times` eps of the largest value, of shape (..., 1), or with gauge="keep" only if
    exactly zero. A pullback also passes the coefficients that it will divide, and as `of` the `Columns` of
    the cotangents.
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
    """s_j - s_i of singular values, and inf at ties."""
    D, times = S[..., None, :] - S[..., :, None], gauge.tied
    return vanishing(D, _first(S), times, gauge, xp, of, coefficients)


def sums(
    S: Array, gauge: Gauge, xp: Namespace, of: Columns | None = None, coefficients: Array | None = None
) -> Array:
    """s_j + s_i of singular values, and inf where both are zero."""
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
    """1 / s_i of singular values, and 0 where s_i is zero; `vectors` are what these will multiply."""
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
