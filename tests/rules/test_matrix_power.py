"""Tests of matrix_power. A symmetric matrix, the second power, or a power of two can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, wrong


@pytest.mark.parametrize("size", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(size, dtype, target):
    check_rule("matrix_power", [target.asarray(general(2, size, size, dtype=dtype))], n=3)


@pytest.mark.parametrize("n", [-7, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 23])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_powers(n, dtype, target):
    A = general(2, 3, 3, dtype=dtype) + 2 * np.eye(3)
    check_rule("matrix_power", [target.asarray(A)], n=n)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6])
def test_singular_matrices(n, target):
    """No inverse is formed, so the zero matrix, a nilpotent one, and one of rank one are fine."""
    nilpotent = np.asarray([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    A = np.stack([np.zeros((3, 3)), nilpotent, np.outer([1.0, 2.0, -1.0], [3.0, 0.0, 1.0])])
    check_rule("matrix_power", [target.asarray(A)], n=n)


def test_the_zeroth_power_of_anything(target):
    Y, pullback = lv.vjp("matrix_power", target.asarray(np.full((2, 2), np.nan)), n=0)
    np.testing.assert_array_equal(to_numpy(Y), np.eye(2))
    np.testing.assert_array_equal(to_numpy(pullback(Y)[0]), np.zeros((2, 2)))


@pytest.mark.parametrize(("n", "kept"), [(1, 1), (2, 2), (3, 2), (4, 3), (7, 4), (8, 4), (-3, 2)])
def test_few_powers_are_kept(n, kept):
    """The rule keeps this many powers, not one for each factor."""
    _, linear = lv.RULES["matrix_power"].fwd(general(3, 3), n=n)
    assert linear.kept[0].shape == (kept, 3, 3)


# The mistakes of rules/matrix_power.md.
def formula(terms):
    """A_bar as a sum over the position of the differentiated factor, with powers on its left and right."""

    def op_vjp(P, Y_bar, *, n, xp):
        X, count = P[..., 0, :, :], abs(n)
        powers = [np.linalg.matrix_power(X, k) for k in range(count + 1)]
        bar = sum(
            (terms(powers[i], powers[count - 1 - i], Y_bar) for i in range(count)), np.zeros_like(Y_bar)
        )
        return (-adjoint(X) @ bar @ adjoint(X) if n < 0 else bar,)

    return wrong("matrix_power", op_vjp=op_vjp)


def of_numbers(P, Y_bar, *, n, xp):
    X = P[..., 0, :, :]
    power = np.linalg.matrix_power(adjoint(X), abs(n) - 1) if n else np.zeros_like(X)
    bar = abs(n) * Y_bar @ power
    return (-adjoint(X) @ bar @ adjoint(X) if n < 0 else bar,)


def through_the_inverse(P, Y_bar, *, n, xp):
    """Removes each factor from Y by a solve."""
    X, bar = P[..., 0, :, :], np.zeros_like(Y_bar)
    with np.errstate(all="ignore"):
        out = np.where(np.linalg.det(X)[..., None, None] == 0, np.nan, X)
        out = adjoint(np.linalg.inv(np.where(np.isnan(out), np.eye(X.shape[-1]), X)) + out * 0)
    Yh = adjoint(np.linalg.matrix_power(X, abs(n)))
    for i in range(abs(n)):
        left = adjoint(np.linalg.matrix_power(X, i))
        bar = bar + left @ Y_bar @ (Yh @ np.linalg.matrix_power(out, i + 1))
    return (-adjoint(X) @ bar @ adjoint(X) if n < 0 else bar,)


RIGHT = formula(lambda left, right, Y_bar: adjoint(left) @ Y_bar @ adjoint(right))
MISTAKES = {
    "The power is that of a number": wrong("matrix_power", op_vjp=of_numbers),
    "Powers in place of their adjoints": formula(lambda left, right, Y_bar: left @ Y_bar @ right),
    "Transposes in place of adjoints": formula(lambda left, right, Y_bar: left.mT @ Y_bar @ right.mT),
    "A factor is divided out": wrong("matrix_power", op_vjp=through_the_inverse),
    "The inverse of a negative power is forgotten": wrong(
        "matrix_power",
        op_vjp=lambda P, Y_bar, *, n, xp: lv.matrix_power_vjp(
            lv.RULES["matrix_power"].op_keep(P[..., 0, :, :], n=abs(n), xp=xp)[0], Y_bar, n=abs(n), xp=xp
        ),
    ),
}
