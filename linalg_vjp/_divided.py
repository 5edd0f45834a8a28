"""Divided differences of functions of a number: exact at equal numbers, accurate at close ones.

The first is f[a, b] = (f(a) - f(b)) / (a - b), which is f'(a) at a = b. The second is
f[a, b, c] = (f[a, b] - f[b, c]) / (a - c). These quotients lose all digits where the numbers are close. Each
named function here has a formula for f[a, b] that does not. For a user's function, and for every second
difference, the value is a mean of a derivative, by quadrature where that is exact to rounding:

    f[a, b] = integral of f'(b + t (a - b)),  f[a, b, c] = integral of t f'[a + t (b - a), a + t (c - a)]

over t from 0 to 1.

Sources: N. J. Higham, "Functions of matrices" (2008), appendix B.16, for the integrals (Hermite-Genocchi).
"""

import numbers
from collections.abc import Callable
from typing import Any, NamedTuple

from ._gaps import ZERO, eps_of, spectral_radius
from ._matrix import is_complex
from ._namespaces import Array, Namespace

__all__ = ["NAMES", "ODD", "Scalar", "differences", "odd_scalar", "scalar", "second_differences"]

Function = Callable[[Array], Array]
# Nodes and weights of Gauss-Legendre quadrature on the interval from 0 to 1, with seven and ten points.
COARSE = (
    (0.0254460438286207377, 0.0647424830844348466),
    (0.12923440720030278, 0.139852695744638334),
    (0.297077424311301417, 0.190915025252559472),
    (0.5, 0.208979591836734694),
    (0.702922575688698583, 0.190915025252559472),
    (0.87076559279969722, 0.139852695744638334),
    (0.974553956171379262, 0.0647424830844348466),
)
FINE = (
    (0.01304673574141414, 0.0333356721543440688),
    (0.0674683166555077446, 0.0747256745752902966),
    (0.160295215850487797, 0.109543181257991022),
    (0.283302302935376405, 0.134633359654998178),
    (0.425562830509184395, 0.147762112357376435),
    (0.574437169490815605, 0.147762112357376435),
    (0.716697697064623595, 0.134633359654998178),
    (0.839704784149512203, 0.109543181257991022),
    (0.932531683344492255, 0.0747256745752902966),
    (0.98695326425858586, 0.0333356721543440688),
)
FAR = 2.0**30  # above this ratio a / b, the difference a - b is about a
LOST = 64  # the largest error of a difference, in eps of its terms


class Scalar(NamedTuple):
    """A function f of a real number and its divided differences, as functions of arrays with a >= b."""

    within: Callable[[Array, Namespace], Array]  # the numbers; NaN outside of the domain, 0 for about zero
    value: Callable[[Array, Namespace], Array]  # f(a)
    slope: Callable[[Array, Array, Namespace], Array]  # f[a, b]
    curve: Callable[[Array, Array, Namespace], Array] | None  # f'[a, b]; None where f'' is not known


def scalar(f: Any, df: Function | None, d2f: Function | None, p: Any) -> Scalar:
    """The function of this name, or a user's function with its derivatives."""
    if not callable(f):
        return _power(p) if f == "power" else NAMED[f]
    return _own("funm_hermitian and trace_funm: f", f, df, d2f)


def odd_scalar(f: Any, df: Function | None, d2f: Function | None, xp: Namespace) -> Scalar:
    """The odd function of this name, or a user's function with its derivatives."""
    return _own("svd_function: f", *((f, df, d2f) if callable(f) else ODD[f](xp)))


def _own(name: str, f: Function, df: Function | None, d2f: Function | None) -> Scalar:
    if df is None:
        raise TypeError(
            f"{name} is a function of your own, but df is missing; pass its derivative as df, and its second "
            "derivative as d2f if you differentiate twice"
        )
    return Scalar(
        _everywhere,
        lambda a, xp: _called(f, a, xp),
        lambda a, b, xp: _mean(f, df, a, b, xp),
        None if d2f is None else lambda a, b, xp: _mean(df, d2f, a, b, xp),
    )


def differences(g: Callable[[Array, Array, Namespace], Array], w: Array, xp: Namespace) -> Array:
    """g[w_i, w_j] for all pairs."""
    x, y = w[..., :, None], w[..., None, :]
    return g(xp.where(x >= y, x, y), xp.where(x >= y, y, x), xp)


def second_differences(f: Scalar, w: Array, xp: Namespace) -> Array:
    """f[w_i, w_j, w_k] for all triples, of shape (..., n, n, n)."""
    assert f.curve is not None
    curve = f.curve
    x, y, z = w[..., :, None, None], w[..., None, :, None], w[..., None, None, :]
    a, b = xp.where(x >= y, x, y), xp.where(x >= y, y, x)
    a, b, c = xp.where(z >= a, z, a), xp.where(z >= a, a, xp.where(z >= b, z, b)), xp.where(z >= b, b, z)
    upper, lower, spread = f.slope(a, b, xp), f.slope(b, c, xp), a - c

    def smooth(rule: tuple[tuple[float, float], ...]) -> Array:
        return sum(t * weight * curve(a + t * (b - a), a + t * (c - a), xp) for t, weight in rule)

    return _chosen(smooth, upper - lower, xp.abs(upper) + xp.abs(lower), spread, xp)


def _mean(f: Function, df: Function, a: Array, b: Array, xp: Namespace) -> Array:
    """f[a, b] for a user's function."""

    def smooth(rule: tuple[tuple[float, float], ...]) -> Array:
        return sum(weight * _called(df, b + t * (a - b), xp) for t, weight in rule)

    upper, lower = _called(f, a, xp), _called(f, b, xp)
    return _chosen(smooth, upper - lower, xp.abs(upper) + xp.abs(lower), a - b, xp)


def _chosen(smooth: Callable[..., Array], change: Array, size: Array, spread: Array, xp: Namespace) -> Array:
    """The integral, if both quadrature rules agree with each other and with the quotient; else the quotient.

    They agree if they differ by no more than the quotient loses to rounding. The comparison with the quotient
    is for a step of f between two points: both quadrature rules may miss it, and then agree.
    """
    coarse, fine = smooth(COARSE), smooth(FINE)
    lost = eps_of(spread.dtype, xp) * size
    agree = (xp.abs(fine - coarse) * spread <= lost) & (xp.abs(fine * spread - change) <= LOST * lost)
    return xp.where(agree | (spread == 0), fine, change / xp.where(spread == 0, 1.0, spread))


def _called(f: Function, x: Array, xp: Namespace) -> Array:
    """f(x), in the precision of x and, for a constant f, in its shape."""
    y = f(x)
    fits = getattr(y, "shape", None) == x.shape and y.dtype == x.dtype
    return y if fits else _fitted(y, x, xp)


def _fitted(y: Any, x: Array, xp: Namespace) -> Array:
    shape = getattr(y, "shape", () if isinstance(y, numbers.Real) else None)
    if shape not in ((), x.shape) or (hasattr(y, "dtype") and is_complex(y, xp)):
        what = (
            f"{y.dtype} of shape {shape}" if hasattr(y, "dtype") else f"an object of type {type(y).__name__}"
        )
        raise TypeError(
            f"a function of eigenvalues or singular values must return a real number for each one in its "
            f"argument of shape {tuple(x.shape)}, but returned {what}; for a complex function, call the rule "
            f"for the real and for the imaginary part"
        )
    return xp.astype(y + xp.zeros_like(x), x.dtype, copy=False)


def _everywhere(w: Array, xp: Namespace) -> Array:
    return w


def _positive(w: Array, xp: Namespace) -> Array:
    return xp.where(w > 0, w, float("nan"))


def _nonnegative(w: Array, xp: Namespace) -> Array:
    """w, which is sorted, with 0 for numbers that are zero to rounding, and NaN for negative ones."""
    limit = spectral_radius(w, xp) * (ZERO * eps_of(w.dtype, xp))
    return xp.where(w > limit, w, xp.where(w >= -limit, xp.zeros_like(w), float("nan")))


def _gap(a: Array, b: Array, xp: Namespace) -> Array:
    """a - b, and 1 at ties, where the caller takes another formula."""
    return xp.where(a == b, 1.0, a - b)


def _exp_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """e^a (1 - e^-d) / d with d = a - b."""
    y = xp.exp(a)
    return xp.where(a == b, y, -y * xp.expm1(b - a) / _gap(a, b, xp))


def _log_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """log(1 + (a - b) / b) / (a - b); NaN where b is zero."""
    b = xp.where(b == 0, float("nan"), b)
    far = a / FAR > b
    t = xp.where(far, 1.0, (a - b) / xp.where(far, a, b))
    quotient = xp.where(far, xp.log(a) - xp.log(b), xp.log1p(t)) / _gap(a, b, xp)
    return xp.where(a == b, 1 / b, quotient)


def _reciprocal_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """-1 / (a b), for the function 1 / x."""
    return -1 / a / b


def _sqrt_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """1 / (sqrt a + sqrt b); 0 for two zeros, which is right among matrices of fixed rank."""
    s = xp.sqrt(a) + xp.sqrt(b)
    return xp.where(a == 0, 0.0, 1 / xp.where(a == 0, 1.0, s))


def _rsqrt_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """-1 / (sqrt a sqrt b (sqrt a + sqrt b)); NaN where b is zero."""
    s, t = xp.sqrt(a), xp.sqrt(xp.where(b == 0, float("nan"), b))
    return -1 / (s + t) / s / t


def _rsqrt_curve(a: Array, b: Array, xp: Namespace) -> Array:
    """(1 + r + r^2) / (2 sqrt a (sqrt b)^3 (sqrt a + sqrt b)) with r = sqrt b / sqrt a."""
    s, t = xp.sqrt(a), xp.sqrt(b)
    r = t / s
    return 0.5 * (1 + r + r * r) / (s + t) / s / t / t / t


def _power_slope(p: float) -> Callable[[Array, Array, Namespace], Array]:
    """b^p ((a / b)^p - 1) / (a - b), by expm1 where p log(a / b) is small; 0 for two zeros, or 1 if p = 1."""
    at_zero = 1.0 if p == 1 else 0.0

    def slope(a: Array, b: Array, xp: Namespace) -> Array:
        zero = b == 0
        low, high = xp.where(zero, 1.0, b), xp.where(a == 0, 1.0, a)
        far = high / FAR > low
        near = xp.log1p(xp.where(far, 0.0, (high - low) / xp.where(far, high, low)))
        ratio = p * xp.where(far, xp.log(high) - xp.log(low), near)
        large = xp.abs(ratio) > 1
        change = xp.where(large, high**p - low**p, low**p * xp.expm1(xp.where(large, 0.0, ratio)))
        change = xp.where(zero, high**p if p > 0 else float("nan"), change)
        tied = xp.where(a == 0, at_zero, p * high ** (p - 1))
        return xp.where(a == b, tied, change / _gap(a, b, xp))

    return slope


def _power(p: Any) -> Scalar:
    p = float(p) if isinstance(p, numbers.Real) else p  # leave a symbol of torch.compile as it is
    slope = _power_slope(p - 1)
    return Scalar(
        _nonnegative if p >= 0 else _positive,
        lambda a, xp: a**p + 0 * a,  # NaN^0 is NaN here
        _power_slope(p),
        lambda a, b, xp: p * slope(a, b, xp),
    )


def _xlogx(a: Array, xp: Namespace) -> Array:
    return a * xp.log(xp.where(a == 0, 1.0, a))


def _xlogx_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """log a + b log[a, b]; 0 for two zeros, which is right among matrices of fixed rank."""
    some = xp.where(a == 0, 1.0, a)
    rest = xp.where(b == 0, 0.0, b * _log_slope(some, xp.where(b == 0, 1.0, b), xp))
    return xp.where(a == 0, 0.0, xp.log(some) + rest)


def _softplus(a: Array, xp: Namespace) -> Array:
    """log(1 + e^a)."""
    return xp.where(a > 0, a, 0.0) + xp.log1p(xp.exp(-xp.abs(a)))


def _logistic(a: Array, xp: Namespace) -> Array:
    """1 / (1 + e^-a), from an exponential that does not overflow."""
    small = xp.exp(-xp.abs(a))
    return xp.where(a >= 0, 1.0, small) / (1 + small)


def _softplus_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """-log(1 + y) / (a - b) with y = (e^(b - a) - 1) / (1 + e^-a); the quotient itself near y = -1."""
    y = _logistic(a, xp) * xp.expm1(b - a)
    near = y > -0.9
    direct = xp.where(a > 0, a, 0.0) - xp.where(b > 0, b, 0.0)
    direct = direct + (xp.log1p(xp.exp(-xp.abs(a))) - xp.log1p(xp.exp(-xp.abs(b))))
    change = xp.where(near, -xp.log1p(xp.where(near, y, 0.0)), direct)
    return xp.where(a == b, _logistic(a, xp), change / _gap(a, b, xp))


def _logistic_slope(a: Array, b: Array, xp: Namespace) -> Array:
    """s(a) s(-b) (1 - e^-d) / d with d = a - b."""
    quotient = xp.where(a == b, 1.0, -xp.expm1(b - a) / _gap(a, b, xp))
    return _logistic(a, xp) * _logistic(-b, xp) * quotient


NAMED = {
    "exp": Scalar(_everywhere, lambda a, xp: xp.exp(a), _exp_slope, _exp_slope),
    "log": Scalar(_positive, lambda a, xp: xp.log(a), _log_slope, _reciprocal_slope),
    "sqrt": Scalar(
        _nonnegative, lambda a, xp: xp.sqrt(a), _sqrt_slope, lambda a, b, xp: 0.5 * _rsqrt_slope(a, b, xp)
    ),
    "rsqrt": Scalar(_positive, lambda a, xp: 1 / xp.sqrt(a), _rsqrt_slope, _rsqrt_curve),
    "xlogx": Scalar(_nonnegative, _xlogx, _xlogx_slope, _log_slope),
    "softplus": Scalar(_everywhere, _softplus, _softplus_slope, _logistic_slope),
}
NAMES = (*NAMED, "power")


def _tanh(xp: Namespace) -> tuple[Function, Function, Function]:
    def slope(x: Array) -> Array:  # 1 - tanh(x)^2 would lose digits
        small = xp.exp(-2 * xp.abs(x))
        return 4 * small / ((1 + small) * (1 + small))

    return xp.tanh, slope, lambda x: -2 * xp.tanh(x) * slope(x)


def _asinh(xp: Namespace) -> tuple[Function, Function, Function]:
    def slope(x: Array) -> Array:
        return 1 / xp.sqrt(1 + x * x)

    return xp.asinh, slope, lambda x: -x * slope(x) * slope(x) * slope(x)


# Odd functions with their derivatives, made from the functions of a namespace.
ODD = {"tanh": _tanh, "asinh": _asinh}
