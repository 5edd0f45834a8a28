"""Tests of functions of Hermitian matrices. Distinct eigenvalues or full rank can hide mistakes."""

import mpmath
import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp._divided import NAMES, scalar, second_differences
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general, positive
from .mistakes import adjoint, hermitian, same, transpose, wrong

PAGE = ("funm_hermitian", "trace_funm")
TIES = {
    "all": [2.0, 2.0, 2.0],
    "two": [1.0, 1.0, 3.0],
    "nearly": [1.0, 1.0 + 2.0**-40, 3.0],
    "near": [1.0, 1.0 + 2.0**-12, 1.0 + 2.0**-11],
    "far": [1e-6, 1.0, 1e3],
}


@pytest.mark.parametrize("n", [0, 1, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    for name, f in zip(PAGE, ("log", "softplus"), strict=True):
        check_rule(name, [target.asarray(positive(2, n, dtype=dtype))], f=f)


def spectrum(w):
    turn = np.linalg.qr(general(len(w), len(w)))[0]
    return hermitian((turn * w) @ turn.T)


@pytest.mark.parametrize("w", TIES.values(), ids=TIES)
@pytest.mark.parametrize("f", NAMES)
@pytest.mark.parametrize("name", PAGE)
def test_second_derivatives_at_ties(name, f, w):
    A = np.diag(w) if min(w) < 1e-3 else spectrum(w)
    check_rule(name, [A if f != "exp" else A / max(w)], f=f, p=0.7, twice=True)


def exact_difference(f, df, a, b):
    return df(a) if a == b else (f(a) - f(b)) / (a - b)


FUNCTIONS = {
    "exp": (mpmath.exp, mpmath.exp, (-20, 20)),
    "log": (mpmath.log, lambda x: 1 / x, (1e-9, 1e6)),
    "sqrt": (mpmath.sqrt, lambda x: 1 / (2 * mpmath.sqrt(x)), (1e-9, 1e6)),
    "rsqrt": (lambda x: 1 / mpmath.sqrt(x), lambda x: -1 / (2 * x * mpmath.sqrt(x)), (1e-9, 1e6)),
    "xlogx": (lambda x: x * mpmath.log(x), lambda x: 1 + mpmath.log(x), (1e-9, 1e6)),
    "softplus": (lambda x: mpmath.log(1 + mpmath.exp(x)), lambda x: 1 / (1 + mpmath.exp(-x)), (-20, 20)),
    "power": (lambda x: x ** mpmath.mpf(0.3), lambda x: 0.3 * x ** (mpmath.mpf(0.3) - 1), (1e-9, 1e6)),
}


@pytest.mark.parametrize("f", NAMES)
def test_divided_differences_of_close_numbers(f):
    """They agree with mpmath for gaps from rounding up to the size of the numbers."""
    function, derivative, (low, high) = FUNCTIONS[f]
    random, known = np.random.default_rng(0), scalar(f, None, None, 0.3)
    at = random.uniform(low, high, 200) if low < 0 else np.geomspace(low, high, 200)
    for gap in (0.0, 2.0**-52, 1e-12, 1e-8, 1e-4, 0.01, 0.3, 0.9):
        below = at - gap * np.abs(at)
        found = known.slope(at, below, np)
        seconds = second_differences(known, np.stack([below, at, at], axis=-1), np)[:, 0, 1, 2]
        with mpmath.workdps(60):
            for a, b, first, second in zip(at, below, found, seconds, strict=True):
                a, b = mpmath.mpf(a), mpmath.mpf(b)
                wanted = exact_difference(function, derivative, a, b)
                size = 100 * np.finfo(float).eps * (abs(wanted) + (abs(function(a)) if f == "xlogx" else 0))
                assert abs(first - wanted) <= size
                tied = mpmath.diff(derivative, a) / 2
                wanted = tied if a == b else (derivative(a) - wanted) / (a - b)
                least = abs(derivative(a) / max(abs(a), 1))
                assert abs(second - wanted) <= 400 * np.finfo(float).eps * (abs(wanted) + least)


WIDE = {
    "softplus": [-1011.69, -1011.69, 672.09],
    "rsqrt": [2.5e-8, 6.8e-3, 4.3e9],
    "log": [1e-14, 1e-3, 1e15],
    "sqrt": [1e-20, 1.0, 1e20],
    "power": [1e-12, 1e-3, 1e9],
    "xlogx": [1e-12, 1e-3, 1e9],
    "exp": [-600.0, -3.0, 20.0],
}


@pytest.mark.parametrize("f", NAMES)
def test_second_differences_of_numbers_far_apart(f):
    """Between points far apart, quadrature rules miss the features of f, so two rules do not agree."""
    function = FUNCTIONS[f][0]
    c, b, a = map(mpmath.mpf, WIDE[f])
    found = second_differences(scalar(f, None, None, 0.3), np.asarray(WIDE[f]), np)[0, 1, 2]
    with mpmath.workdps(2000 if f == "softplus" else 60):
        lower = mpmath.diff(function, b) if b == c else (function(b) - function(c)) / (b - c)
        wanted = ((function(a) - function(b)) / (a - b) - lower) / (a - c)
        assert abs(found - wanted) <= 1e-13 * abs(wanted)


STEPS = {
    "sign": (np.sign, lambda x: 0 * x),
    "step": (lambda x: 1.0 * (x > 0), lambda x: 0 * x),
    "Fermi": (lambda x: 0.5 - 0.5 * np.tanh(25 * x), lambda x: -12.5 / np.cosh(25 * x) ** 2),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_between_two_eigenvalues(name):
    f, df = STEPS[name]
    w = np.asarray([-9.17, 5.46])
    (L,) = lv.jvp("funm_hermitian", (np.diag(w),), (np.ones((2, 2)),), f=f, df=df)[1:]
    np.testing.assert_allclose(L[0, 1], (f(w[1]) - f(w[0])) / (w[1] - w[0]), rtol=1e-14)


def test_a_derivative_that_is_not_finite_is_seen():
    _, y_dot = lv.jvp("trace_funm", (np.eye(2),), (np.eye(2),), f=lambda x: x * x, df=lambda x: x * np.nan)
    assert np.isnan(y_dot)


@pytest.mark.parametrize("p", [0, 0.5, 1, 1.5, 2])
def test_powers_at_zeros(p):
    """Powers p >= 1 have a derivative at zeros. Others have one among matrices of the same rank."""
    _, pullback = lv.vjp("trace_funm", np.diag([0.0, 0.0, 1.0]), f="power", p=np.float64(p))
    np.testing.assert_array_equal(pullback(np.asarray(1.0))[0], np.diag([float(p == 1)] * 2 + [float(p)]))
    Y = lv.vjp("funm_hermitian", np.eye(2, dtype="float32"), f="power", p=np.float64(p))[0]
    assert Y.dtype == "float32"
    assert np.isnan(lv.vjp("funm_hermitian", np.diag([1.0, -1.0]), f="power", p=p)[0]).any()


def test_a_function_of_your_own(target):
    """A user's function f with its derivative df."""
    A = np.diag([0.5, 0.5, 0.5 + 1e-9]) + 0.0
    E = hermitian(general(3, 3))
    own = {"f": lambda x: 1 / (1 + x * x), "df": lambda x: -2 * x / (1 + x * x) ** 2}
    Y, pullback = lv.vjp("funm_hermitian", target.asarray(A), **own)
    np.testing.assert_allclose(to_numpy(Y), np.diag(1 / (1 + np.diag(A) ** 2)), rtol=1e-15)
    (A_bar,) = pullback(target.asarray(E))
    np.testing.assert_allclose(to_numpy(A_bar), E * -2 * 0.5 / 1.25**2, rtol=1e-8)
    check_rule("trace_funm", [target.asarray(spectrum([1.0, 2.0, 5.0]))], **own, oracle=of_fraction)


def of_fraction(A, *, like, **params):
    """The oracle for tr f(A) = tr (I + A^2)^-1."""
    M = np.eye(len(A)) + A @ A
    return [np.asarray(np.trace(np.asarray(mpmath.inverse(mpmath.matrix(M.tolist())).tolist())), object)]


def test_a_function_without_its_derivative():
    with pytest.raises(TypeError, match="df is missing; pass its derivative"):
        lv.vjp("funm_hermitian", np.eye(2), f=np.exp)
    with pytest.raises(ValueError, match="f='cosh' is not one of 'exp'"):
        lv.vjp("funm_hermitian", np.eye(2), f="cosh")


def test_what_has_no_function_stays_in_its_place(target):
    A = np.stack([np.eye(2), np.diag([1.0, -1.0]), 2 * np.eye(2)])
    for f in ("log", "sqrt", "rsqrt", "xlogx", "power"):
        Y, pullback = lv.vjp("funm_hermitian", target.asarray(A), f=f)
        (A_bar,) = pullback(target.asarray(A))
        for found in (to_numpy(Y), to_numpy(A_bar)):
            assert np.all(np.isfinite(found[[0, 2]]))
            assert np.any(np.isnan(found[1]))


C, E = spectrum([1.0, 1.0, 2.0]), hermitian(general(3, 3))


def entropy_by_differences():
    def loss(t):
        w = np.linalg.eigvalsh(C + t * E)
        return np.sum(w * np.log(w))

    h = 1e-2
    return (-loss(2 * h) + 16 * loss(h) - 30 * loss(0) + 16 * loss(-h) - loss(-2 * h)) / (12 * h * h)


def test_the_hessian_of_an_entropy_in_pytorch():
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    from linalg_vjp.adapters import torch as L

    c, e = torch.asarray(C), torch.asarray(E)
    second = torch.func.grad(torch.func.grad(lambda t: L.trace_funm(c + t * e, f="xlogx")))
    at = torch.zeros((), dtype=torch.float64)
    np.testing.assert_allclose(second(at), entropy_by_differences(), rtol=1e-6)
    with pytest.raises(NotImplementedError, match="no third"):
        torch.func.grad(second)(at)
    own = {"f": torch.exp, "df": torch.exp}
    with pytest.raises(NotImplementedError, match="no second"):
        torch.func.grad(torch.func.grad(lambda t: L.funm_hermitian(c + t * e, **own).sum()))(at)
    second = torch.func.grad(torch.func.grad(lambda t: L.trace_funm(c + t * e, **own, d2f=torch.exp)))
    named = torch.func.grad(torch.func.grad(lambda t: L.trace_funm(c + t * e, f="exp")))
    np.testing.assert_allclose(second(at), named(at), rtol=1e-12)


def test_the_hessian_of_an_entropy_in_jax():
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    with jax.enable_x64():
        second = jax.jit(jax.grad(jax.grad(lambda t: L.trace_funm(C + t * E, f="xlogx"))))
        np.testing.assert_allclose(second(0.0), entropy_by_differences(), rtol=1e-6)
        with pytest.raises(NotImplementedError, match="no third"):
            jax.grad(second)(0.0)
        own = {"f": jax.numpy.exp, "df": jax.numpy.exp}

        def loss(t):
            return L.funm_hermitian(C + t * E, **own).sum()

        first = jax.jit(jax.grad(loss))(0.0)
        np.testing.assert_allclose(first, jax.grad(lambda t: L.expm(C + t * E).sum())(0.0), rtol=1e-12)
        with pytest.raises(NotImplementedError, match="no second"):
            jax.grad(jax.grad(loss))(0.0)


# The mistakes of rules/funm_hermitian.md.
def tables(w, f, p):
    """f at the eigenvalues, and the divided differences."""
    known = scalar(f, None, None, p)
    w = known.within(w, np)
    x, y = w[..., :, None], w[..., None, :]
    return known, w, known.slope(np.maximum(x, y), np.minimum(x, y), np)


def formula(table=None, part=hermitian, op=adjoint, commuting=False, gradient=None):
    def op_vjp(A, w, V, Y_bar, *, f, df, d2f, p, xp):
        known, w, D = tables(w, f, p)
        if table is not None:
            D = table(known, w, D)
        if commuting:
            slope = known.slope(w, w, np)
            return (part((V * slope[..., None, :]) @ adjoint(V) @ hermitian(Y_bar)),)
        return (part(V @ (D * (op(V) @ (hermitian(Y_bar) if part is hermitian else Y_bar) @ V)) @ op(V)),)

    return wrong("funm_hermitian", op_vjp=op_vjp)


def zero_at_ties(known, w, D):
    return np.where((w[..., :, None] == w[..., None, :]) & ~np.eye(w.shape[-1], dtype=bool), 0, D)


def to_rounding(known, w, D):
    gap = w[..., :, None] - w[..., None, :]
    tied = (np.abs(gap) < 1e-13) & ~np.eye(w.shape[-1], dtype=bool)
    return np.where(tied, 0, zero_at_ties(known, w, D))


def quotients(known, w, D):
    y = known.value(w, np)
    gap = w[..., :, None] - w[..., None, :]
    with np.errstate(all="ignore"):
        return np.where(gap == 0, D, (y[..., :, None] - y[..., None, :]) / gap)


def divided_zeros(known, w, D):
    return np.where((w[..., :, None] == 0) & (w[..., None, :] == 0), np.nan, D)


def value_for_slope():
    def op_fwd(A, *, f, df, d2f, p, xp):
        known = scalar(f, df, d2f, p)
        w, V = np.linalg.eigh(A)
        y = known.value(known.within(w, np), np)
        return (np.sum(y, axis=-1),), ((V * y[..., None, :]) @ adjoint(V),)

    def op_keep(A, **params):
        return op_fwd(A, **params)[1]

    return wrong("trace_funm", op_fwd=op_fwd, op_keep=op_keep)


RIGHT = formula()
MISTAKES = {
    "Through the eigenvectors": formula(to_rounding),
    "The quotient alone": formula(quotients),
    "The derivative is that of a number": formula(commuting=True),
    "The cotangent is not Hermitian": formula(part=same),
    "Transposes in place of adjoints": formula(op=transpose),
    "Two zeros are divided": formula(divided_zeros),
    "The gradient of the trace is f(A)": value_for_slope(),
}


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda w: np.exp(1j * w), r"returned complex128 of shape \(3,\); for a complex function, call"),
        (lambda w: w[:1], r"of shape \(3,\), but returned float64 of shape \(1,\)"),
        (lambda w: None, "but returned an object of type NoneType"),
        (lambda w: 1j, "but returned an object of type complex"),
    ],
)
@pytest.mark.parametrize("name", ["funm_hermitian", "trace_funm", "svd_function"])
def test_a_function_that_returns_something_else(name, f, words):
    with pytest.raises(TypeError, match=words):
        lv.vjp(name, np.eye(3), f=f, df=np.cos)
