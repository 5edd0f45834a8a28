"""Tests of lstsq. A square or consistent system, or a loss of only X or the residuals, hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, transpose, wrong


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1), (0, 2), (2, 0), (0, 0)])
@pytest.mark.parametrize("rtol", [None, 0.3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, rtol, dtype, target):
    A, B = general(2, *shape, dtype=dtype), general(2, shape[0], 2, dtype=dtype, seed=1)
    check_rule("lstsq", [target.asarray(A), target.asarray(B)], rtol=rtol)


@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5)])
@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_ranks(shape, rank, dtype, target):
    """The rank is exact, because the factors have small integers."""
    random, (m, n) = np.random.default_rng(rank), shape
    A = (random.integers(-2, 3, (m, rank)) @ random.integers(-2, 3, (rank, n))).astype(dtype)
    check_rule("lstsq", [target.asarray(A), target.asarray(general(m, 2, dtype=dtype))])


@pytest.mark.parametrize(
    ("batch_A", "batch_B"), [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ()), ((1,), (1,))]
)
def test_broadcasting(batch_A, batch_B, target):
    A, B = general(*batch_A, 4, 2), general(*batch_B, 4, 3, seed=1)
    check_rule("lstsq", [target.asarray(A), target.asarray(B)])


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_vector(dtype, target):
    A, b = general(2, 4, 2, dtype=dtype), general(4, dtype=dtype, seed=1)
    X, residuals = lv.RULES["lstsq"].forward(target.asarray(A), target.asarray(b))
    assert (tuple(X.shape), tuple(residuals.shape)) == ((2, 2), (2,))
    check_rule("lstsq", [target.asarray(A), target.asarray(b)])


def test_the_forward_is_numpys():
    A, B = general(5, 3), general(5, 2, seed=1)
    X, residuals = lv.RULES["lstsq"].forward(A, B)
    right, squares, _, _ = np.linalg.lstsq(A, B)
    np.testing.assert_allclose(X, right, rtol=1e-12)
    np.testing.assert_allclose(residuals, squares, rtol=1e-12)


def test_a_tolerance_for_each_matrix(target):
    A = np.stack([np.diag([4.0, 1.0]), np.diag([4.0, 1.0])])
    rtol = target.asarray(np.asarray([0.3, 0.1]))
    X, pullback = lv.vjp("lstsq", target.asarray(A), target.asarray(np.ones((2, 2, 1))), rtol=rtol)
    np.testing.assert_allclose(to_numpy(X[0])[..., 0], [[0.25, 0], [0.25, 1]])
    A_bar, _ = pullback(*(target.asarray(np.ones(y.shape)) for y in X))
    for i, cut in enumerate((0.3, 0.1)):
        _, alone = lv.vjp("lstsq", A[i], np.ones((2, 1)), rtol=cut)
        np.testing.assert_allclose(to_numpy(A_bar)[i], alone(np.ones((2, 1)), np.ones(1))[0], atol=1e-6)


@pytest.mark.parametrize("shape", [(2, 3), (3, 3)])
def test_residuals_that_cannot_be_are_zero(shape, target):
    """They are exactly zero, without the rounding of a difference, and so is their gradient."""
    A, B = general(2, *shape), general(2, shape[0], 2, seed=1)
    (_, residuals), pullback = lv.vjp("lstsq", target.asarray(A), target.asarray(B))
    np.testing.assert_array_equal(to_numpy(residuals), np.zeros((2, 2)))
    for bar in pullback(None, target.asarray(np.ones((2, 2)))):
        np.testing.assert_array_equal(to_numpy(bar), np.zeros(bar.shape))


# The mistakes of rules/lstsq.md.
def formula(A_bar=None, B_bar=None, real=1.0):
    """The pullback from P and R for rtol=None, with parts that arguments replace."""

    def op_vjp(X, R, U, S, Vh, X_bar, residuals_bar, *, rtol, xp):
        if rtol is not None:
            return lv.lstsq_vjp(X, R, U, S, Vh, X_bar, residuals_bar, rtol=rtol, xp=np)
        zero = 1e-12 * S.max(axis=-1, keepdims=True, initial=0) >= S
        f = np.where(zero, 0, 1 / np.where(zero, 1, S))
        P = adjoint(Vh) @ (f[..., None] * adjoint(U))
        A = (U * S[..., None, :]) @ Vh
        Z = np.zeros_like(X) if X_bar is None else X_bar
        R_bar = 0 * R if residuals_bar is None else 2 * R * residuals_bar[..., None, :]
        parts = {
            "first": -adjoint(P) @ Z @ adjoint(X),
            "second": R @ adjoint(P @ adjoint(P) @ Z),
            "third": adjoint(P) @ X @ adjoint(Z - adjoint(A) @ (adjoint(P) @ Z)),
            "residuals": -R_bar @ adjoint(X),
        }
        pulled = sum(parts.values()) if A_bar is None else A_bar(parts, P, R, X, Z, R_bar)
        return pulled, (adjoint(P) if B_bar is None else B_bar(P)) @ Z + R_bar

    return wrong("lstsq", op_vjp=op_vjp)


def without(*names):
    return lambda parts, *_: sum(part for name, part in parts.items() if name not in names)


def wide(x, outputs):
    return np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:]))


RIGHT = formula()
MISTAKES = {
    "The residual's part of X is forgotten": formula(without("second")),
    "The part outside the rows is forgotten": formula(without("third")),
    "The residuals are taken for constant": formula(without("residuals")),
    "The transpose in place of the adjoint": formula(B_bar=transpose),
    "The residuals are halved": formula(
        lambda parts, *_: parts["first"] + parts["second"] + parts["third"] + parts["residuals"] / 2
    ),
    "What was broadcast is not summed": given_other_inputs("lstsq", wide),
}
