"""Tests of pinv. Mistakes are likely below full rank, where two of the three terms remain."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, gaps, hermitian, reverse_axes, skew, transpose, wrong

PINV = lv.RULES["pinv"]


@pytest.mark.parametrize("shape", [(3, 3), (5, 2), (2, 5), (1, 1), (0, 0), (3, 0), (0, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, target):
    check_rule(PINV, [target.asarray(general(2, *shape, dtype=dtype))])


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_rank_deficient(shape, rank, dtype, target):
    """The oracle stays among matrices of the same rank. Rank 0 is the zero matrix."""
    m, n = shape
    A = general(m, rank, dtype=dtype) @ general(rank, n, dtype=dtype, seed=1)
    check_rule(PINV, [target.asarray(A)])


def test_along_a_path_of_constant_rank():
    """A(t) = B(t) C(t) has rank 2, and its pseudoinverse is C^+ B^+."""
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
    """Singular values that rtol cuts off still affect how the kept singular vectors rotate."""
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


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_among_matrices_of_one_rank(dtype, shape):
    """The derivative of the pullback along a curve of rank two: lv.hvp agrees with differences."""
    L, R = general(shape[0], 2, dtype=dtype), general(2, shape[1], dtype=dtype, seed=1)
    L_dot, R_dot = general(shape[0], 2, dtype=dtype, seed=2), general(2, shape[1], dtype=dtype, seed=3)
    bar = general(*shape[::-1], dtype=dtype, seed=4)

    def pulled(t):
        return lv.vjp("pinv", (L + t * L_dot) @ (R + t * R_dot))[1](bar)[0]

    h = 1e-4
    wanted = (8 * (pulled(h) - pulled(-h)) - (pulled(2 * h) - pulled(-2 * h))) / (12 * h)
    (found,) = lv.hvp("pinv", (L @ R,), (bar,), (L_dot @ R + L @ R_dot,))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-8 * np.max(np.abs(wanted)))


# The mistakes of rules/pinv.md.
def divided_differences(f, s, stays):
    """F_ij = (f_i - f_j) / (s_i - s_j), with f = 1 / s for kept values and 0 for others."""
    fi, fj, mixed = f[..., :, None], f[..., None, :], stays[..., :, None] != stays[..., None, :]
    return np.where(mixed, (fj - fi) / np.where(mixed, gaps(s), 1), -fi * fj)


def through_ties(f, s, stays):
    one = np.eye(s.shape[-1])
    return np.where(one, -f[..., None] * f[..., None, :], gaps(f) / (gaps(s) + one))


def formula(left=1, right=1, op=adjoint, cuts=True, F=divided_differences):
    """D(X_bar^H) of the page. An argument replaces one part; left and right are factors of its terms."""

    def op_vjp(A, X, U, S, Vh, X_bar, *, rtol, xp):
        Z = adjoint(X_bar)
        if rtol is not None and cuts:
            return (cut(U, S, Vh, Z, rtol),)
        Xh = op(X)
        A_bar = -Xh @ X_bar @ Xh
        A_bar = A_bar + left * (Z - A @ X @ Z) @ X @ Xh
        return (A_bar + right * Xh @ X @ (Z - Z @ X @ A),)

    def cut(U, S, Vh, Z, rtol):
        V, Uh, stays = adjoint(Vh), adjoint(U), rtol * S[..., :1] < S
        f = np.where(stays, 1 / S, 0)
        B, squares = Uh @ Z @ V, (f * f)[..., None, :]
        G = (f[..., :, None] + f[..., None, :]) / (S[..., :, None] + S[..., None, :])
        inside = F(f, S, stays) * hermitian(B) + G * skew(B)
        beyond = (Z @ V - U @ B) * squares @ Vh + U * squares @ (Uh @ Z - B @ Vh)
        return U @ inside @ Vh + beyond

    return wrong("pinv", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The formula of the inverse": formula(left=0, right=0),
    "Full column rank is taken for granted": formula(right=0),
    "Transposes in place of adjoints": formula(op=transpose),
    "The cut is ignored": formula(cuts=False),
    "Ties divide by zero": formula(F=through_ties),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
