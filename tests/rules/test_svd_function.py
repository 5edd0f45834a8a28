"""Tests of svd_function, low_rank and svd_threshold. A square matrix or distinct values can hide mistakes."""

import mpmath
import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, hermitian, skew, transpose, wrong

CASES = [("svd_function", {"f": "asinh"}), ("low_rank", {"k": 2}), ("svd_threshold", {"tau": 1.0})]


def of_values(*values, shape, dtype="float64"):
    """A matrix with these singular values."""
    U, _, Vh = np.linalg.svd(general(*shape, dtype=dtype), full_matrices=False)
    return np.asarray((U * np.asarray(values)) @ Vh, dtype)


@pytest.mark.parametrize(("name", "params"), CASES, ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1), (0, 2), (2, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, name, params, target):
    check_rule(name, [target.asarray(general(2, *shape, dtype=dtype))], **params)


VALUES = [
    (2, 2, 2),
    (3, 3, 0.5),
    (3, 2, 0.5),
    (3, 2, 0),
    (3, 2, 2 - 2.0**-40),
    (3, 3 - 2.0**-27, 0.5),
    (0, 0, 0),
]


@pytest.mark.parametrize(("name", "params"), [*CASES, ("low_rank", {"k": 1}), ("svd_function", {})], ids=str)
@pytest.mark.parametrize("values", VALUES, ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_at_ties_and_zeros(dtype, shape, values, name, params):
    k = params.get("k", 3)
    if k < 3 and values[k - 1] - values[k] < 2.0**-20:
        pytest.skip("not run: the cut goes through a tie, or nearly")
    check_rule(name, [of_values(*values, shape=shape, dtype=dtype)], twice=True, **params)


def test_a_cut_through_a_tie_has_no_derivative(target):
    """Another matrix of the batch keeps its derivative."""
    A = target.asarray(np.stack([np.diag([2.0, 2.0 + 2.0**-50]), np.diag([2.0, 1.0])]))
    bar = target.asarray(general(2, 2, 2))
    Y, pullback = lv.vjp("low_rank", A, k=1)
    found, pushed = to_numpy(pullback(bar)[0]), to_numpy(lv.jvp("low_rank", (A,), (bar,), k=1)[1])
    assert np.all(np.isfinite(to_numpy(Y)))
    for x in (found, pushed):
        assert np.all(np.isnan(x[0]))
        assert np.all(np.isfinite(x[1]))


def test_the_ends():
    A = general(3, 2)
    for k, wanted in ((0, np.zeros_like(A)), (2, A), (5, A)):
        Y, pullback = lv.vjp("low_rank", A, k=k)
        np.testing.assert_allclose(Y, wanted, atol=1e-14)
        np.testing.assert_allclose(pullback(A)[0], wanted, atol=1e-14)
    np.testing.assert_array_equal(lv.vjp("svd_threshold", A, tau=100.0)[0], np.zeros_like(A))


class Sine:
    """The sine of NumPy arrays and of mpmath numbers."""

    def __call__(self, x):
        return mpmath.sin(x) if isinstance(x, mpmath.mpf) else np.sin(x)


@pytest.mark.parametrize("values", [(2, 2, 2), (3, 2, 0), (1, 1 + 2.0**-27, 1e-9)], ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (4, 3)])
def test_a_function_of_your_own(shape, values):
    A, own = of_values(*values, shape=shape), {"f": Sine(), "df": np.cos, "d2f": lambda x: -np.sin(x)}
    check_rule("svd_function", [A], twice=True, **own)


def test_a_function_without_its_derivative():
    with pytest.raises(TypeError, match="svd_function: f is a function of your own, but df is missing"):
        lv.vjp("svd_function", np.eye(2), f=np.sin)
    with pytest.raises(ValueError, match="f='exp' is not one of 'tanh', 'asinh', or an odd function"):
        lv.vjp("svd_function", np.eye(2), f="exp")


# The mistakes of rules/svd_function.md.
def formula(op=adjoint, gaps=False, across=True, both=False, outside=True):
    def pulled(A, Y_bar, f, slope):
        U, S, Vh = np.linalg.svd(A, full_matrices=False)
        (values, kept), k = f(S), S.shape[-1]
        zero = np.zeros_like(S[..., :1]) if k else np.zeros((*S.shape[:-1], 1))
        x, y, side = (np.concatenate([v, -v, zero], axis=-1) for v in (S, values, kept * 1.0))
        same = side[..., :, None] == side[..., None, :]
        quotient = (y[..., :, None] - y[..., None, :]) / np.where(same, 1, x[..., :, None] - x[..., None, :])
        D = np.where(same, slope(x, y, side), quotient if across else 0)
        F, G, N = D[..., :k, :k], D[..., :k, k : 2 * k], D[..., :k, -1]
        if gaps:
            tied = np.abs(S[..., :, None] - S[..., None, :]) <= 1e-14
            F = np.where(tied & ~np.eye(k, dtype=bool), np.nan, F)
        B = op(U) @ Y_bar @ op(Vh)
        X = U @ (F * hermitian(B) + (F if both else G) * skew(B)) @ Vh
        if outside:
            X = X + ((Y_bar @ op(Vh) - U @ B) * N[..., None, :]) @ Vh
            X = X + (U * N[..., None, :]) @ (op(U) @ Y_bar - B @ Vh)
        return (X,)

    def linear(x, y, side):
        return np.abs(side)[..., :, None]

    def low_rank(A, U, S, Vh, Y_bar, *, k, xp):
        first = np.broadcast_to(np.arange(S.shape[-1]) < k, S.shape)
        if k >= S.shape[-1]:
            return (Y_bar,)
        return pulled(A, Y_bar, lambda S: (np.where(first, S, 0), first), linear)

    def threshold(A, U, S, Vh, Y_bar, *, tau, xp):
        return pulled(A, Y_bar, lambda S: (np.maximum(S - tau, 0), tau < S), linear)

    def function(A, U, S, Vh, Y_bar, *, f, df, d2f, xp):
        g, dg = {
            "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
            "asinh": (np.arcsinh, lambda x: 1 / np.sqrt(1 + x * x)),
        }[f]
        t, weights = np.polynomial.legendre.leggauss(12)

        def slope(x, y, side):
            a, b = x[..., :, None], x[..., None, :]
            mean = sum(q / 2 * dg((a + b) / 2 + u / 2 * (a - b)) for u, q in zip(t, weights, strict=True))
            quotient = (y[..., :, None] - y[..., None, :]) / np.where(a == b, 1, a - b)
            return np.where(np.abs(a - b) < 0.1, mean, quotient)

        return pulled(A, Y_bar, lambda S: (g(S), 0 * S), slope)

    return (
        wrong("svd_function", op_vjp=function)
        | wrong("low_rank", op_vjp=low_rank)
        | wrong("svd_threshold", op_vjp=threshold)
    )


MISTAKES = {
    "Through singular vectors": formula(gaps=True),
    "The spectrum that is dropped is forgotten": formula(across=False),
    "The skew part is as the Hermitian one": formula(both=True),
    "What leaves the columns is lost": formula(outside=False),
    "Transposes in place of adjoints": formula(op=transpose),
}
