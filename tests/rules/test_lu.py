"""Tests of lu. A permutation that is its own inverse can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, inverse, reverse_axes, transpose, wrong, zeros_for_none

LU = lv.RULES["lu"]
SHAPES = [(3, 3), (5, 3), (3, 5), (1, 1), (4, 1), (1, 4), (0, 0), (3, 0), (0, 3)]


def cyclic(m, n, dtype="float64"):
    """A matrix whose rows are pivoted in a cycle, so that P differs from its transpose."""
    A = np.tril(0.1 * general(m, n, dtype=dtype)) + np.triu(general(m, n, dtype=dtype, seed=1))
    A[np.arange(min(m, n)), np.arange(min(m, n))] = 3
    return np.roll(A, 1, axis=0)


@pytest.mark.parametrize("p_indices", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, p_indices, dtype, target):
    check_rule(LU, [target.asarray(general(2, *shape, dtype=dtype))], p_indices=p_indices)


@pytest.mark.parametrize("p_indices", [False, True])
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 5), (5, 5)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_cyclic_permutation(shape, p_indices, dtype, target):
    A = cyclic(*shape, dtype=dtype)
    P, _, _ = LU.forward(A)
    assert not np.array_equal(P, P.T)
    check_rule(LU, [target.asarray(A)], p_indices=p_indices)


def test_forward_is_what_scipy_says(target):
    scipy = pytest.importorskip("scipy.linalg")
    A = cyclic(4, 4)
    p, L, U = (to_numpy(x) for x in LU.forward(target.asarray(A), p_indices=True))
    P, _, _ = (to_numpy(x) for x in LU.forward(target.asarray(A)))
    for got, wanted in zip((p, L, U), scipy.lu(A, p_indices=True), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose((L @ U)[p], A, rtol=1e-13)
    np.testing.assert_allclose(P @ L @ U, A, rtol=1e-13)


def test_P_has_no_derivative():
    A = general(3, 3)
    (P, L, U), pullback = lv.vjp("lu", A)
    np.testing.assert_array_equal(pullback("ignored", L, U)[0], pullback(None, L, U)[0])
    np.testing.assert_array_equal(pullback(P, None, None)[0], np.zeros((3, 3)))
    assert lv.jvp("lu", (A,), (A,))[1].P is None


def test_what_L_and_U_do_not_have_is_not_read():
    (_, L, U), pullback = lv.vjp("lu", cyclic(3, 3))
    full, lower = general(3, 3, seed=2), np.tri(3, k=-1, dtype=bool)
    clean = pullback(None, np.where(lower, full, 0), np.where(lower, 0, full))
    junk = pullback(None, np.where(lower, full, np.nan), np.where(lower, np.nan, full))
    np.testing.assert_array_equal(junk[0], clean[0])


@pytest.mark.parametrize("shape", [(2, 2), (4, 4), (3, 5)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_a_last_pivot_of_zero(shape, dtype, target):
    """L and U are smooth there: no formula divides by the last pivot of a square or wide matrix."""
    m, n = shape
    L = np.tril(0.5 * general(m, m, dtype=dtype), -1) / (1 + m) + np.eye(m, dtype=dtype)
    U = np.triu(general(m, n, dtype=dtype, seed=1)) + 4 * np.eye(m, n, dtype=dtype)
    U[-1, m - 1] = 0
    exact = [np.round(8 * x) / 8 for x in (L, U)]  # so that the product is exact, and its last pivot too
    A = np.roll(exact[0] @ exact[1], 1, axis=0)
    assert LU.forward(A)[2][-1, m - 1] == 0
    check_rule(LU, [target.asarray(A)])


def test_one_singular_matrix_spoils_no_other():
    A = np.stack([np.zeros((3, 3)), cyclic(3, 3)])
    (_, L, U), pullback = lv.vjp("lu", A)
    (_, L1, U1), alone = lv.vjp("lu", A[1])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(pullback(None, L, U)[0][1], alone(None, L1, U1)[0], rtol=1e-13)


# The mistakes of rules/lu.md.
def rows(P, X):
    return P @ X if P.ndim == X.ndim else np.take_along_axis(X, P[..., None], axis=-2)


def transposed_rows(P, X):
    return P.mT @ X if P.ndim == X.ndim else rows(P, X)


def inverse_rows(P, X):
    return P @ X if P.ndim == X.ndim else rows(np.argsort(P), X)


def formula(place=rows, moving=-1, all_columns=True, all_rows=True, last_pivot=False, op=adjoint):
    """The formula of the page. An argument replaces one part by a mistake."""

    def op_vjp(P, L, U, P_bar, L_bar, U_bar, *, p_indices, xp):
        (m, k), n = L.shape[-2:], U.shape[-1]
        L_bar, U_bar = np.tril(zeros_for_none(L_bar, L), -1), np.triu(zeros_for_none(U_bar, U))
        columns = n if all_columns else k
        T = op(L) @ L_bar - U_bar[..., :columns] @ adjoint(U[..., :columns])
        T = np.tril(T, moving)
        if m > n and all_rows:
            T = T - adjoint(L[..., k:, :]) @ L_bar[..., k:, :]
        j = k if m > n or last_pivot else max(k - 1, 0)  # the last column of T is zero for m <= n
        top = U_bar.copy()
        top[..., :j] += T[..., :j] @ inverse(adjoint(U[..., :j, :j]))
        top = inverse(adjoint(L[..., :k, :])) @ top
        low = L_bar[..., k:, :] @ inverse(adjoint(U)) if m > n else top[..., :0, :]
        return (place(P, np.concat([top, low], axis=-2)),)

    return wrong("lu", keeps=(), op_fwd=None, op_keep=None, op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The transpose of P in place of P": formula(place=transposed_rows),
    "The indices are taken for those of the inverse permutation": formula(place=inverse_rows),
    "The unit diagonal of L is taken to move": formula(moving=0),
    "The columns of U after the k-th are forgotten": formula(all_columns=False),
    "The rows of L below the k-th are forgotten": formula(all_rows=False),
    "The last pivot is divided by": formula(last_pivot=True),
    "Transposes in place of adjoints": formula(op=transpose),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
