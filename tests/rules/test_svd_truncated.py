"""Tests of svd_truncated. A square matrix, no discarded values, or distinct ones can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, skew, transpose, wrong


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1), (0, 2), (2, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, k, target):
    check_rule("svd_truncated", [target.asarray(general(2, *shape, dtype=dtype))], k=k)


def of_values(*values, shape=(4, 4), dtype="float64"):
    U, _, Vh = np.linalg.svd(general(*shape, dtype=dtype), full_matrices=False)
    return (U * np.asarray(values)) @ Vh


@pytest.mark.parametrize(
    "values", [(4, 3, 1, 1), (4, 2, 2, 2), (4, 3, 0, 0), (4, 3, 1, 1 - 2.0**-40)], ids=str
)
@pytest.mark.parametrize("shape", [(4, 4), (5, 4), (4, 5)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_with_ties_and_zeros_that_are_discarded(dtype, shape, values):
    A = of_values(*values, shape=shape, dtype=dtype)
    check_rule("svd_truncated", [A], k=2 if values[1] > values[2] else 1, twice=True)


def test_all_of_them_are_svd():
    A = general(4, 3, dtype="complex128")
    whole, back = lv.vjp("svd", A, full_matrices=False)
    kept, pullback = lv.vjp("svd_truncated", A, k=7)
    bars = [general(*y.shape, dtype=y.dtype, seed=i) for i, y in enumerate(whole)]
    for mine, wanted in zip((*kept, *pullback(*bars)), (*whole, *back(*bars)), strict=True):
        np.testing.assert_allclose(mine, wanted, atol=1e-13)


def test_from_the_kept_factors_alone():
    """The kept factors may have any phase, as those from an iteration have."""
    A = general(5, 4, dtype="complex128")
    (U, S, Vh), pullback = lv.vjp("svd_truncated", A, k=2)
    turn = np.exp(1j * np.asarray([0.3, 2.0]))
    bars = [general(*y.shape, dtype=y.dtype, seed=i) for i, y in enumerate((U, S, Vh))]
    turned = U * turn, S, Vh * np.conj(turn)[:, None]
    bars_turned = bars[0] * turn, bars[1], bars[2] * np.conj(turn)[:, None]
    (found,) = lv.RULES["svd_truncated"].vjp((A,), turned, bars_turned, k=2)
    np.testing.assert_allclose(found, pullback(*bars)[0], atol=1e-13)


def test_a_tie_across_the_cut():
    A = of_values(3, 2, 2, 1)
    (U, S, Vh), pullback = lv.vjp("svd_truncated", A, k=2, gauge="check")
    assert pullback(None, np.ones(2), None)[0].shape == (4, 4)
    with pytest.raises(lv.GaugeError, match="svd_truncated: the cotangent of U and Vh"):
        pullback(general(4, 2), None, None)
    (dropped,) = lv.vjp("svd_truncated", A, k=2)[1](general(4, 2), None, None)
    assert np.all(np.isfinite(dropped))
    assert np.max(np.abs(dropped)) < 10


# The mistakes of rules/svd_truncated.md.
def formula(forgotten=False, ties=False, beyond=True, swapped=False, op=adjoint):
    def op_vjp(A, U, S, Vh, U0, S0, V0h, U_bar, S_bar, Vh_bar, *, k, gauge, xp):
        if 0 in A.shape[-2:]:
            return (np.zeros_like(A),)
        U_bar = np.zeros_like(U) if U_bar is None else U_bar
        V_bar = np.zeros_like(op(Vh)) if Vh_bar is None else op(Vh_bar)
        S_bar = np.zeros_like(S) if S_bar is None else S_bar
        U0, S0, V0h = np.linalg.svd(A, full_matrices=False)
        U0, S0, V0 = U0[..., k:], S0[..., k:], op(V0h)[..., k:]
        V = op(Vh)

        def over(x, gaps, times):
            small = np.abs(gaps) <= times * 2.0**-52 * S[..., :1, None]
            return np.where(small, 0, x / np.where(small, 1, gaps))

        J, K = op(U) @ U_bar, op(V) @ V_bar
        R_U, R_V = U_bar - U @ J, V_bar - V @ K
        x, y = op(U0) @ R_U, op(V0) @ R_V
        down = 0 * S0 if forgotten else S0
        minus, plus = S[..., None, :] - down[..., :, None], S[..., None, :] + down[..., :, None]
        if swapped:
            minus, plus = plus, minus
        both, apart = over(x + y, minus, 64) / 2, over(x - y, plus, 32) / 2
        X, Y = U0 @ (both + apart), V0 @ (both - apart)
        if beyond:
            X = X + over(R_U - U0 @ x, S[..., None, :], 16)
            Y = Y + over(R_V - V0 @ y, S[..., None, :], 16)
        if ties:
            near = np.abs(S0[..., :, None] - S0[..., None, :]) <= 1e-14
            X = np.where(np.any(near & ~np.eye(S0.shape[-1], dtype=bool)), np.nan, X)
        P = over(skew(J + K), S[..., None, :] - S[..., :, None], 64)
        P = P + over(skew(J - K), S[..., None, :] + S[..., :, None], 32)
        P = P + np.where(S > 0, S_bar, 0)[..., None, :] * np.eye(S.shape[-1])
        return ((U @ P + X) @ Vh + U @ op(Y),)

    return wrong("svd_truncated", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The discarded spectrum is forgotten": formula(forgotten=True),
    "The discarded ties are divided by": formula(ties=True),
    "What is beyond all columns is lost": formula(beyond=False),
    "The sign of the difference": formula(swapped=True),
    "Transposes in place of adjoints": formula(op=transpose),
}
