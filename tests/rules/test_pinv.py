"""pinv: what hides mistakes is a matrix without full rank, where two of the three terms stay."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general

PINV = lv.RULES["pinv"]


@pytest.mark.parametrize("shape", [(3, 3), (5, 2), (2, 5), (1, 1), (0, 0), (3, 0), (0, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, target):
    check_rule(PINV, [target.asarray(general(2, *shape, dtype=dtype))])


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_rank_deficient(shape, rank, dtype, target):
    """The oracle follows the matrices of the same rank; rank 0 is the zero matrix."""
    m, n = shape
    A = general(m, rank, dtype=dtype) @ general(rank, n, dtype=dtype, seed=1)
    check_rule(PINV, [target.asarray(A)])


def test_along_a_path_of_constant_rank():
    """A(t) = B(t) C(t) stays of rank 2; its pseudo-inverse is C^+ B^+."""
    B, C, B_dot, C_dot = (general(*s, seed=i) for i, s in enumerate([(5, 2), (2, 4), (5, 2), (2, 4)]))

    def path(t):
        return np.linalg.pinv(C + t * C_dot) @ np.linalg.pinv(B + t * B_dot)

    _, X_dot = lv.jvp("pinv", (B @ C,), (B_dot @ C + B @ C_dot,))
    h = 1e-5
    np.testing.assert_allclose(X_dot, (path(h) - path(-h)) / (2 * h), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("rtol", [1e-2, 0.5])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_a_cut_of_what_is_not_zero(shape, rtol, dtype, target):
    """The singular values that rtol cuts off turn the singular vectors that stay all the same."""
    A = general(2, *shape, dtype=dtype)
    A[0] = A[0] @ np.diag([1.0, 1e-3, 1.0, 1e-3, 1.0][: shape[1]])
    check_rule(PINV, [target.asarray(A)], rtol=rtol)


def test_rtol_for_each_matrix(target):
    A = np.stack([np.diag([1.0, 0.1])] * 2)
    X, pullback = lv.vjp("pinv", target.asarray(A), rtol=target.asarray([0.5, 0.01]))
    np.testing.assert_allclose(to_numpy(X), [np.diag([1.0, 0.0]), np.diag([1.0, 10.0])], atol=1e-14)
    (A_bar,) = pullback(target.asarray(np.stack([np.eye(2)] * 2)))
    check_rule(PINV, [target.asarray(general(3, 3, 3))], rtol=target.asarray([0.3, 0.1, 0.2]))
    truth = [np.diag([-1.0, 0.0]), np.diag([-1.0, -100.0])]
    np.testing.assert_allclose(to_numpy(A_bar), truth, atol=1e-13)


# The mistakes of rules/pinv.md: what to write in place of what, in the code of the rule.
SUM = "return Xh @ (N - N @ (X @ A) - adjoint(N, xp)) + (Z - A @ N) @ (X @ Xh)"
MISTAKES = {
    "The formula of the inverse": {SUM: "return -Xh @ adjoint(N, xp)"},
    "Full column rank is taken for granted": {
        SUM: "return -Xh @ adjoint(N, xp) + (Z - A @ N) @ (X @ Xh)",
        "if A.shape[-2] >= A.shape[-1]:": "if True:",
    },
    "Transposes in place of adjoints": {"Xh, N = adjoint(X, xp), X @ Z": "Xh, N = X.mT, X @ Z"},
    "The cut is ignored": {"if rtol is not None:": "if False:"},
    "Ties divide by zero": {
        "F = xp.where(mixed, (fi + fj) / xp.where(mixed, xp.abs(si - sj), 1.0), -fi * fj)": (
            "one = np.eye(S.shape[-1]); F = np.where(one, -fi * fj, (fi - fj) / (si - sj + one))"
        )
    },
    "All axes are reversed, and not the last two": {
        "Xh, N = adjoint(X, xp), X @ Z": "Xh, N = np.conj(X).T, X @ Z"
    },
}
