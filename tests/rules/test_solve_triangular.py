"""Tests of solve_triangular. Mistakes are likely for trans with a complex A, a complex B, broadcasting."""

import itertools

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, reverse_axes, same, transpose, wide, wrong

RULE = lv.RULES["solve_triangular"]
FORMS = list(itertools.product([True, False], ["N", "T", "C"], [False, True]))


def triangular(*shape, dtype="float64"):
    """A matrix without zeros, because entries that are not read must not matter."""
    return general(*shape, shape[-1], dtype=dtype) + 3 * np.eye(shape[-1], dtype=dtype)


@pytest.mark.parametrize(("upper", "trans", "unit_diagonal"), FORMS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_forms(upper, trans, unit_diagonal, dtype, target):
    A, B = triangular(2, 3, dtype=dtype), general(2, 3, 2, dtype=dtype, seed=1)
    params = {"upper": upper, "trans": trans, "unit_diagonal": unit_diagonal}
    check_rule(RULE, [target.asarray(A), target.asarray(B)], **params)


@pytest.mark.parametrize(
    ("batch_A", "batch_B"), [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ()), ((), (0,)), ((1, 2), (2, 1))]
)
@pytest.mark.parametrize("trans", ["N", "C"])
def test_broadcasting(batch_A, batch_B, trans, target):
    A = target.asarray(triangular(*batch_A, 3))
    B = target.asarray(general(*batch_B, 3, 2, dtype="complex128"))
    check_rule(RULE, [A, B], trans=trans)


@pytest.mark.parametrize("batch", [(), (2,), (3,), (2, 3)])
def test_vector(batch, target):
    """A 1-D B is one vector for all matrices of the batch, even if a batch axis has the same length."""
    A, b = triangular(*batch, 3), general(3)
    X, _ = lv.vjp("solve_triangular", A, b)
    assert X.shape == (*batch, 3)
    check_rule(RULE, [target.asarray(A), target.asarray(b)])


@pytest.mark.parametrize(
    ("dtype_A", "dtype_B"), [("float64", "complex128"), ("complex128", "float64"), ("float32", "complex128")]
)
@pytest.mark.parametrize("trans", ["N", "T", "C"])
def test_mixed_dtypes(dtype_A, dtype_B, trans, target):
    A, B = triangular(3, dtype=dtype_A), general(3, 2, dtype=dtype_B)
    X, pullback = lv.vjp("solve_triangular", A, B, trans=trans)
    A_bar, B_bar = pullback(X)
    assert X.dtype == np.complex128
    assert (A_bar.dtype, B_bar.dtype) == (A.dtype, B.dtype)
    check_rule(RULE, [target.asarray(A), target.asarray(B)], trans=trans)


@pytest.mark.parametrize("shape", [(0, 0), (0, 2), (3, 0), (1, 1)])
def test_small(shape, target):
    A, B = triangular(2, shape[0]), general(2, *shape)
    check_rule(RULE, [target.asarray(A), target.asarray(B)])


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("unit_diagonal", [True, False])
def test_junk_that_is_not_read(upper, unit_diagonal, target):
    A, B = triangular(2, 4), general(2, 4, 2, seed=1)
    read = np.tri(4, k=-int(unit_diagonal), dtype=bool)
    read = read.T if upper else read
    params = {"upper": upper, "unit_diagonal": unit_diagonal}
    results = []
    for filled in (A, np.where(read, A, np.nan)):
        X, pullback = lv.vjp("solve_triangular", target.asarray(filled), target.asarray(B), **params)
        A_bar, B_bar = pullback(X)
        results.append([to_numpy(x) for x in (X, A_bar, B_bar)])
        assert np.all(results[-1][1][..., ~read] == 0)
    for clean, junk in zip(*results, strict=True):
        np.testing.assert_array_equal(junk, clean)


def test_zero_on_the_diagonal_is_inf_on_every_path():
    """One singular matrix does not raise for the whole batch, on any code path of the primitives."""
    for batch in ((), (2,), (100,)):
        A = np.broadcast_to(np.diag([0.0, 1.0]), (*batch, 2, 2))
        X, _ = lv.vjp("solve_triangular", A, np.ones(2))
        assert np.all(np.isinf(X[..., 0]))
        assert np.all(X[..., 1] == 1)


# The mistakes of rules/solve_triangular.md.
OPS = {"N": same, "T": transpose, "C": adjoint}


def triangle(A, upper, unit_diagonal):
    return np.triu(A, unit_diagonal) if upper else np.tril(A, -unit_diagonal)


def formula(back=OPS, mask=triangle, inverse=adjoint, op=adjoint, part=same):
    """B_bar = op(A)^-H X_bar and A_bar = -tri(op(B_bar X^H)). An argument replaces one part."""

    def op_vjp(A, X, X_bar, *, upper, trans, unit_diagonal, xp):
        read = triangle(A, upper, unit_diagonal) + unit_diagonal * np.eye(A.shape[-1])
        B_bar = np.linalg.solve(inverse(OPS[trans](read)), X_bar if np.iscomplexobj(A) else part(X_bar))
        return mask(-back[trans](B_bar @ op(X)), upper, unit_diagonal), B_bar

    return wrong("solve_triangular", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "What is not read gets a cotangent": formula(mask=lambda A_bar, *form: A_bar),
    "The unit diagonal gets a cotangent": formula(
        mask=lambda A_bar, upper, unit: triangle(A_bar, upper, False)
    ),
    "The cotangent of A is not transposed back": formula(back=dict.fromkeys(OPS, same)),
    "A transposed solve in place of the adjoint one": formula(inverse=transpose),
    "The transpose of X in place of its adjoint": formula(op=transpose),
    "What was broadcast is not summed": given_other_inputs("solve_triangular", wide),
    "The imaginary part is dropped with a real A": formula(part=np.real),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
