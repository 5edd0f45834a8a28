"""solve: what hides mistakes is a vector B, broadcasting, and a real A with a complex B."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general

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
    """A 1-D B is one vector, for every matrix of the batch; also where the batch is as long as it."""
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


# The mistakes of rules/solve.md: what to write in place of what, in the code of the rule.
def not_summed(inputs, outputs, cotangents):
    A, B = inputs
    batch = outputs[0].shape[:-2]
    wide = [np.broadcast_to(x, (*batch, *x.shape[-2:])) for x in inputs]
    return SOLVE.vjp(wide, outputs, cotangents)


def elementwise(inputs, outputs, cotangents):
    A_bar, B_bar = SOLVE.vjp(inputs, outputs, cotangents)
    return (-B_bar * outputs[0] * np.ones_like(A_bar) if inputs[1].ndim == 1 else A_bar), B_bar


def all_complex(inputs, outputs, cotangents):
    A, B = inputs
    return SOLVE.vjp((A + 0j, B + 0j), outputs, cotangents)


SOLVED = "B_bar = linear_solve(adjoint(A, xp), X_bar, xp)"
MISTAKES = {
    "A in place of its adjoint": {SOLVED: "B_bar = linear_solve(A, X_bar, xp)"},
    "The transpose of A in place of its adjoint": {SOLVED: "B_bar = linear_solve(A.mT, X_bar, xp)"},
    "The transpose of X in place of its adjoint": {"-(B_bar @ adjoint(X, xp))": "-(B_bar @ X.mT)"},
    "The elementwise product for the outer product of vectors": elementwise,
    "What was broadcast is not summed": not_summed,
    "A real input gets a complex cotangent": all_complex,
    "The imaginary part is dropped with a real A": {
        SOLVED: SOLVED.replace("X_bar", "X_bar if np.iscomplexobj(A) else X_bar.real")
    },
    "All axes are reversed, and not the last two": {"-(B_bar @ adjoint(X, xp))": "-(B_bar @ np.conj(X).T)"},
}
