"""Cholesky: what hides mistakes is the representative of the cotangent, and the diagonal of Phi."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general, positive

CHOLESKY = lv.RULES["cholesky"]


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, upper, dtype, target):
    check_rule(CHOLESKY, [target.asarray(positive(2, n, dtype=dtype))], upper=upper)


@pytest.mark.parametrize("upper", [False, True])
def test_the_cotangent_is_hermitian(upper):
    L, pullback = lv.vjp("cholesky", positive(2, 4, dtype="complex128"), upper=upper)
    (A_bar,) = pullback(general(*L.shape, dtype="complex128", seed=1))
    np.testing.assert_allclose(A_bar, np.conj(A_bar.mT), rtol=1e-13)


def test_one_triangle_is_read():
    A = positive(4)
    junk = np.where(np.tri(4, dtype=bool), A, np.nan)
    L, pullback = lv.vjp("cholesky", A)
    L_junk, pullback_junk = lv.vjp("cholesky", junk)
    L_bar = general(4, 4, seed=1)
    np.testing.assert_array_equal(L_junk, L)
    np.testing.assert_array_equal(pullback_junk(L_bar)[0], pullback(L_bar)[0])


@pytest.mark.parametrize("upper", [False, True])
def test_the_other_half_of_the_cotangent_is_not_read(upper):
    L, pullback = lv.vjp("cholesky", positive(4), upper=upper)
    L_bar = general(4, 4, seed=1)
    junk = np.where(L == 0, np.nan, L_bar)
    np.testing.assert_array_equal(pullback(junk)[0], pullback(L_bar)[0])


def test_a_tangent_counts_by_its_hermitian_part():
    A, E = positive(3, dtype="complex128"), general(3, 3, dtype="complex128", seed=1)
    _, whole = lv.jvp("cholesky", (A,), (E,))
    _, part = lv.jvp("cholesky", (A,), ((E + np.conj(E.T)) / 2,))
    np.testing.assert_allclose(whole, part, rtol=1e-13)


# The mistakes of rules/cholesky.md: what to write in place of what, in the code of the rule.
HALF = "tril_half(adjoint(L, xp) @ tril(L_bar, xp), xp)"
RETURNED = "return (right_solve_triangular(Y, L, xp, upper=False),)"
LEFT = 'Y = solve_triangular(L, S, xp, upper=False, trans="C")'
MISTAKES = {
    "The whole diagonal in place of half": {HALF: "np.tril(adjoint(L, xp) @ tril(L_bar, xp))"},
    "A triangle in place of the Hermitian cotangent": {
        RETURNED: "A_bar = right_solve_triangular(Y, L, xp, upper=False)\n"
        "    return (np.tril(A_bar) + np.tril(A_bar, -1),)"
    },
    "Not made Hermitian": {f"hermitian({HALF}, xp)": HALF},
    "The sides are exchanged": {
        LEFT: LEFT.replace(', trans="C"', ""),
        RETURNED: RETURNED.replace("upper=False", 'upper=False, trans="C"'),
    },
    "Transposes in place of adjoints": {HALF: HALF.replace("adjoint(L, xp)", "L.mT")},
    "The upper factor is transposed in place of its adjoint": {
        "L, L_bar = adjoint(L, xp), adjoint(L_bar, xp)": "L, L_bar = L.mT, L_bar.mT"
    },
    "All axes are reversed, and not the last two": {HALF: HALF.replace("adjoint(L, xp)", "np.conj(L).T")},
}
