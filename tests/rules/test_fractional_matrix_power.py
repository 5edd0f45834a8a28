"""Tests of fractional_matrix_power. A commuting matrix, a norm near 1, or an integer power hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, same, transpose, wrong
from .test_logm import by_blocks_of, by_eigenvectors, solved
from .test_sqrtm import FAMILIES, regular, without_function

NAME = "fractional_matrix_power"


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    check_rule(NAME, [target.asarray(regular(2, n, n, dtype=dtype))], t=0.3)


@pytest.mark.parametrize("t", [-2.75, -0.5, 0.001, 2.5, -1, 0, 1, 4, 4.0])
def test_exponents(t, target):
    check_rule(NAME, [target.asarray(regular(3, 3, dtype="complex128"))], t=t)


@pytest.mark.parametrize(("size", "t"), [(1e-100, 0.5), (1e-8, -1.5), (1e8, 2.5), (1e100, -0.5)])
def test_norms(size, t, target):
    check_rule(NAME, [target.asarray(size * regular(3, 3))], t=t)


@pytest.mark.parametrize("t", [0.5, -1 / 3, 2.5])
def test_the_power_is_that_of_scipy(t, target):
    A = regular(6, 6)
    Y = to_numpy(lv.vjp(NAME, target.asarray(A), t=t)[0])
    np.testing.assert_allclose(Y, scipy.linalg.fractional_matrix_power(A, t), rtol=1e-11)


def test_an_integer_is_a_power_of_every_matrix(target):
    A = np.eye(3, k=1)
    Y, pullback = lv.vjp(NAME, target.asarray(A), t=2)
    np.testing.assert_array_equal(to_numpy(Y), A @ A)
    E = general(3, 3)
    np.testing.assert_allclose(to_numpy(pullback(target.asarray(E))[0]), A.T @ E + E @ A.T)


@pytest.mark.parametrize(("family", "t"), [("Grcar", -0.3), ("Frank", 0.5), ("a large corner", 0.25)])
def test_far_from_normal(family, t, target):
    check_rule(NAME, [target.asarray(FAMILIES[family])], limit=100, t=t)


@pytest.mark.parametrize("t", [0.5, 3])
@pytest.mark.parametrize("A", [np.eye(2), 0.5 * np.eye(3) + np.eye(3, k=1), FAMILIES["Grcar"]], ids=str)
def test_second_derivatives(A, t):
    check_rule(NAME, [A], twice=True, t=t)


def test_nan_stays_in_its_place(target):
    A = without_function()
    Y, pullback = lv.vjp(NAME, target.asarray(A))
    (A_bar,) = pullback(target.asarray(np.ones_like(A)))
    for found in (to_numpy(Y), to_numpy(A_bar)):
        assert np.all(np.isfinite(found[[0, -1]]))
        assert np.all(np.isnan(found[1:-1]))


# The mistakes of rules/fractional_matrix_power.md.
def formula(at=adjoint, solve=None):
    def op_vjp(A, W, Y_bar, *, t, xp):
        by_blocks = by_blocks_of(lambda X: lv.RULES[NAME].forward(X, t=t)[0])
        return ((solve(t) if solve else by_blocks)(at(A), Y_bar),)

    return wrong(NAME, op_vjp=op_vjp)


def commuting(t):
    def along(A, C):
        return t * (lv.RULES[NAME].forward(A, t=t)[0] @ solved(A, C))

    return along


def in_parts(times, c):
    """The derivative of exp along the derivative of log, with these two constants."""

    def at(t):
        def along(A, C):
            size = np.max(np.abs(A), axis=(-2, -1), keepdims=True, initial=0) if c else 1.0
            W = lv.RULES["logm"].forward(A / size)[0]
            if t == int(t):
                return by_blocks_of(lambda X: lv.RULES[NAME].forward(X, t=t)[0])(A, C)
            W_dot = by_blocks_of(lambda X: lv.RULES["logm"].forward(X)[0])(A / size, C / size)
            return by_blocks_of(lambda X: lv.RULES["expm"].forward(X)[0])(t * W, times(t) * W_dot)

        return along

    return at


RIGHT = formula()
MISTAKES = {
    "The derivative is that of a number": formula(solve=commuting),
    "A in place of its adjoint": formula(at=same),
    "Transposes in place of adjoints": formula(at=transpose),
    "The logarithm moves by t times too little": formula(solve=in_parts(lambda t: 1.0, c=False)),
    "The size is not put back": formula(solve=in_parts(lambda t: t, c=True)),
    "Through the eigenvectors": formula(
        solve=lambda t: by_eigenvectors(None, lambda w: w**t, lambda w: t * w ** (t - 1))
    ),
}
