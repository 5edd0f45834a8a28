"""Tests of logdet. A real or diagonal matrix, or a single matrix, can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, positive
from .mistakes import adjoint, one_triangle, reverse_axes, transpose, wrong


@pytest.mark.parametrize("n", [0, 1, 2, 5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    check_rule("logdet", [target.asarray(positive(2, n, dtype=dtype))])


@pytest.mark.parametrize("batch", [(), (3,), (2, 1), (0,)])
def test_batches(batch, target):
    check_rule("logdet", [target.asarray(positive(*batch, 3, dtype="complex128"))])


def test_it_is_what_slogdet_says(target):
    A = target.asarray(positive(2, 4))
    y, pullback = lv.vjp("logdet", A)
    (_, other), pull_other = lv.vjp("slogdet", A)
    np.testing.assert_allclose(to_numpy(y), to_numpy(other), rtol=1e-6)
    bar = target.asarray(np.ones(2))
    np.testing.assert_allclose(to_numpy(pullback(bar)[0]), to_numpy(pull_other(None, bar)[0]), rtol=1e-4)


def test_no_determinant_is_formed():
    """The determinant would overflow."""
    y, pullback = lv.vjp("logdet", 1e3 * np.eye(200))
    assert y == pytest.approx(200 * np.log(1e3), rel=1e-14)
    np.testing.assert_allclose(pullback(np.ones(()))[0], 1e-3 * np.eye(200), rtol=1e-14)


def test_only_the_lower_triangle_is_read(target):
    A = positive(3)
    y, _ = lv.vjp("logdet", target.asarray(np.tril(A) + np.triu(np.full((3, 3), 7.0), 1)))
    assert float(to_numpy(y)) == pytest.approx(np.linalg.slogdet(A)[1], rel=1e-5)


# The mistakes of rules/logdet.md.
def formula(matrix):
    def op_vjp(L, y_bar, *, xp):
        X = np.linalg.inv(L @ adjoint(L))
        return (matrix(X, L, y_bar[..., None, None]),)

    return wrong("logdet", op_vjp=op_vjp)


RIGHT = formula(lambda X, L, y_bar: y_bar * X)
MISTAKES = {
    "The cofactors in place of the inverse": formula(
        lambda X, L, y_bar: y_bar * X * np.linalg.det(L)[..., None, None] ** 2
    ),
    "The transpose of the inverse": formula(lambda X, L, y_bar: y_bar * transpose(X)),
    "The factor 2 of the diagonal is forgotten": formula(lambda X, L, y_bar: y_bar * X / 2),
    "One triangle alone": formula(lambda X, L, y_bar: one_triangle(y_bar * X)),
    "All axes are reversed, and not the last two": formula(lambda X, L, y_bar: y_bar * reverse_axes(X)),
}
