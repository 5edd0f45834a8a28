"""Tests of polar. A square or real matrix, or distinct singular values, can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, hermitian, transpose, wrong

SIDES = ("right", "left")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1), (1, 3), (0, 2), (2, 0), (0, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, side, target):
    check_rule("polar", [target.asarray(general(2, *shape, dtype=dtype))], side=side)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_the_factors_are_those_of_scipy(shape, dtype, side):
    A = general(*shape, dtype=dtype)
    for mine, wanted in zip(lv.vjp("polar", A, side=side)[0], scipy.linalg.polar(A, side), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=0, atol=1e-13)


def of_values(*values, shape, dtype="float64"):
    """A matrix with these singular values."""
    U, _, Vh = np.linalg.svd(general(*shape, dtype=dtype), full_matrices=False)
    return (U * np.asarray(values)) @ Vh


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("values", [(1, 1, 1), (2, 2, 1), (2, 1, 1), (1, 1 + 2.0**-30, 1)], ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_at_ties(shape, dtype, values, side):
    check_rule("polar", [of_values(*values, shape=shape, dtype=dtype)], side=side, twice=True)


@pytest.mark.parametrize("values", [(1e-6, 1e-6, 1), (1e-5, 1, 1e5)], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_ill_conditioned(dtype, values, target):
    check_rule("polar", [target.asarray(of_values(*values, shape=(3, 3), dtype=dtype))])


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_along_matrices_of_one_rank(shape, dtype, target):
    """H, and U on the row space, agree with differences."""
    L, R = general(shape[0], 2, dtype=dtype), general(2, shape[1], dtype=dtype, seed=1)
    L_dot, R_dot = general(shape[0], 2, dtype=dtype, seed=2), general(2, shape[1], dtype=dtype, seed=3)

    def at(t):
        A = (L + t * L_dot) @ (R + t * R_dot)
        U, H = lv.vjp("polar", A)[0]
        return H, U @ A.conj().T @ A

    A, A_dot = target.asarray(L @ R), target.asarray(L_dot @ R + L @ R_dot)
    (U, H), (U_dot, H_dot) = lv.jvp("polar", (A,), (A_dot,))
    U, U_dot, H_dot = map(to_numpy, (U, U_dot, H_dot))
    gram, moved = (L @ R).conj().T @ (L @ R), to_numpy(A_dot).conj().T @ (L @ R)
    h = 1e-5
    H_wanted, seen_wanted = ((a - b) / (2 * h) for a, b in zip(at(h), at(-h), strict=True))
    np.testing.assert_allclose(H_dot, H_wanted, atol=1e-6)
    np.testing.assert_allclose(U_dot @ gram + U @ (moved + moved.conj().T), seen_wanted, atol=2e-5)


# The mistakes of rules/polar.md.
def formula(sign=1, rest=True, whole=False, op=adjoint, left=True, gaps=False):
    def op_vjp(U, H, w, Q, U_bar, H_bar, *, side, xp):
        wide = U.shape[-2] < U.shape[-1]
        if wide:
            U, side = op(U), "left" if side == "right" else "right"
        zero_U, zero_H = np.zeros_like(U), np.zeros_like(H)
        U_bar = zero_U if U_bar is None else op(U_bar) if wide else U_bar
        S = hermitian(zero_H if H_bar is None else H_bar)
        if side == "left":
            H = op(U) @ H @ U
            U_bar, S = U_bar + (2 * S @ U @ H if left else 0), op(U) @ S @ U
        w, Q = np.linalg.eigh(H)
        sums = w[..., :, None] + sign * w[..., None, :]
        zero = np.abs(sums) <= 1e-14 * np.max(w, axis=-1, initial=0)[..., None, None]
        M = op(Q) @ (op(U) @ U_bar - S @ H) @ Q
        C = np.where(zero, 0, (M if whole else M - op(M)) / np.where(zero, 1, sums))
        if gaps:
            equal = w[..., :, None] == w[..., None, :]
            C = np.where(equal & ~np.eye(w.shape[-1], dtype=bool), np.nan, C)
        A_bar = U @ (Q @ C @ op(Q) + S)
        if rest and U.shape[-2] > U.shape[-1]:
            none = w <= 1e-14 * np.max(w, axis=-1, keepdims=True, initial=0)
            inverse = np.where(none, 0, 1 / np.where(none, 1, w))[..., None, :]
            A_bar = A_bar + ((U_bar - U @ (op(U) @ U_bar)) @ Q * inverse) @ op(Q)
        return (op(A_bar) if wide else A_bar,)

    return wrong("polar", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "Differences in place of sums": formula(sign=-1),
    "What leaves the columns is lost": formula(rest=False),
    "The right-hand side is not skew": formula(whole=True),
    "Transposes in place of adjoints": formula(op=transpose),
    "The left factor as the right one": formula(left=False),
    "Through singular vectors": formula(gaps=True),
}
