"""Tests of solve. Mistakes are likely for a vector B, broadcasting, and a real A with a complex B."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, reverse_axes, same, transpose, wide, wrong

SOLVE = lv.RULES["solve"]


@pytest.mark.parametrize("shape", [(3, 2), (3, 1), (1, 3), (0, 2), (2, 0), (0, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, target):
    A = target.asarray(general(2, shape[0], shape[0], dtype=dtype))
    check_rule(SOLVE, [A, target.asarray(general(2, *shape, dtype=dtype, seed=1))])


@pytest.mark.parametrize(
    ("batch_A", "batch_B"), [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ()), ((), (0,)), ((1,), (1,))]
)
def test_broadcasting(batch_A, batch_B, target):
    A = target.asarray(general(*batch_A, 3, 3))
    B = target.asarray(general(*batch_B, 3, 2, seed=1))
    check_rule(SOLVE, [A, B])


@pytest.mark.parametrize("batch", [(), (2,), (3,), (2, 3)])
def test_vector(batch, target):
    """A 1-D B is one vector for all matrices of the batch, even if a batch axis has the same length."""
    A, b = general(*batch, 3, 3), general(3, seed=1)
    X, pullback = lv.vjp("solve", A, b)
    A_bar, b_bar = pullback(X)
    assert (X.shape, A_bar.shape, b_bar.shape) == ((*batch, 3), A.shape, b.shape)
    check_rule(SOLVE, [target.asarray(A), target.asarray(b)])


def test_real_and_complex(target):
    A, B = general(3, 3), general(3, 2, dtype="complex128", seed=1)
    X, pullback = lv.vjp("solve", A, B)
    assert [x.dtype.kind for x in pullback(X)] == ["f", "c"]
    check_rule(SOLVE, [target.asarray(A), target.asarray(B)])
    check_rule(SOLVE, [target.asarray(A + 0j), target.asarray(B.real)])


def test_one_tangent_alone():
    A, B = general(2, 3, 3), general(3, 2, seed=1)
    _, X_dot = lv.jvp("solve", (A, B), (None, B))
    np.testing.assert_allclose(X_dot, np.linalg.solve(A, B), rtol=1e-12)
    _, X_dot = lv.jvp("solve", (A, B), (A, None))
    np.testing.assert_allclose(X_dot, -np.linalg.solve(A, B), rtol=1e-12)


# The mistakes of rules/solve.md.
def outer(B_bar, X, op=adjoint):
    return B_bar @ op(X)


def elementwise(B_bar, X):
    return B_bar * X * np.ones(X.shape[-2]) if X.shape[-1] == 1 else outer(B_bar, X)


def formula(op=adjoint, product=outer, part=same):
    """B_bar = A^-H X_bar and A_bar = -B_bar X^H."""

    def op_vjp(A, X, X_bar, *, xp):
        real = not np.any(A.imag)
        B_bar = np.linalg.solve(op(A), part(X_bar) if real else X_bar)
        return -product(B_bar, X), B_bar

    return wrong("solve", keeps=(), op_fwd=None, op_keep=None, op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "A in place of its adjoint": formula(op=same),
    "The transpose of A in place of its adjoint": formula(op=transpose),
    "The transpose of X in place of its adjoint": formula(
        product=lambda B_bar, X: outer(B_bar, X, transpose)
    ),
    "The elementwise product for the outer product of vectors": formula(product=elementwise),
    "What was broadcast is not summed": given_other_inputs("solve", wide),
    "A real input gets a complex cotangent": given_other_inputs("solve", lambda x, outputs: x + 0j),
    "The imaginary part is dropped with a real A": formula(part=np.real),
    "All axes are reversed, and not the last two": formula(
        product=lambda B_bar, X: outer(B_bar, X, reverse_axes)
    ),
}
