"""Tests of matrix_norm. Mistakes are likely at zero matrices, low rank, tied columns or singular values."""

import math
import warnings

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general
from .mistakes import wrong

RULE = lv.RULES["matrix_norm"]
ORDERS = ["fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf]
CONVEX = ["fro", "nuc", 1, 2, math.inf]
KINKS = {
    "zero": np.zeros((3, 3)),
    "identity": np.eye(3),
    "rank one": np.ones((3, 3)),
    "rank two": np.diag([2.0, 2.0, 0.0]),
    "tall": np.asarray([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]),
    "wide": np.asarray([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0]]),
}


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("ord", ORDERS)
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_orders(ord, shape, keepdims, dtype, target):
    A = target.asarray(general(2, *shape, dtype=dtype))
    check_rule(RULE, [A], ord=ord, keepdims=keepdims)


def slope(A, ord):
    N, pullback = lv.vjp("matrix_norm", A, ord=ord)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return N, pullback(np.ones_like(N))[0]


@pytest.mark.parametrize("ord", ORDERS)
@pytest.mark.parametrize("A", KINKS.values(), ids=KINKS)
def test_finite_at_every_kink(A, ord):
    assert np.all(np.isfinite(slope(A, ord)[1]))
    assert np.all(np.isfinite(slope(A * 1j, ord)[1]))


@pytest.mark.parametrize("ord", CONVEX)
@pytest.mark.parametrize("A", KINKS.values(), ids=KINKS)
def test_subgradient_of_a_convex_norm(A, ord):
    """N(B) >= N(A) + <G, B - A> for every B."""
    N, G = slope(A, ord)
    for seed in range(50):
        B = A + general(*A.shape, seed=seed)
        assert np.linalg.matrix_norm(B, ord=ord) >= N + np.sum(G * (B - A)) - 1e-13


def test_least_norm():
    for ord in ORDERS:
        np.testing.assert_array_equal(slope(np.zeros((2, 2)), ord)[1], np.zeros((2, 2)))
    for ord in (2, -2):
        np.testing.assert_allclose(slope(np.eye(2), ord)[1], np.eye(2) / 2, atol=1e-15)
    np.testing.assert_allclose(slope(np.diag([3.0, 0.0]), "nuc")[1], np.diag([1.0, 0.0]), atol=1e-15)
    np.testing.assert_array_equal(slope(np.eye(2), 1)[1], np.eye(2) / 2)
    A = np.asarray([[2.0, 1.0], [0.0, 1.0]])  # of two tied columns, the one with one entry has more weight
    np.testing.assert_allclose(slope(A, 1)[1], [[2 / 3, 1 / 3], [0, 1 / 3]], rtol=1e-15)
    np.testing.assert_allclose(slope(A.T, np.inf)[1], [[2 / 3, 0], [1 / 3, 1 / 3]], rtol=1e-15)


@pytest.mark.parametrize("shape", [(0, 0), (2, 0), (0, 2)])
@pytest.mark.parametrize("ord", ORDERS)
def test_empty(shape, ord):
    (A_bar,) = RULE.vjp((np.zeros(shape),), (np.zeros(()),), (np.ones(()),), ord=ord)
    assert A_bar.shape == shape


@pytest.mark.parametrize("ord", [-2, "nuc"])
def test_small_singular_values_count(ord):
    """Small is not zero: at condition 1e6 in float32, the smallest value still has its derivative."""
    U, V = (np.linalg.qr(general(4, 4, seed=i))[0] for i in range(2))
    A = (U * [1, 0.5, 0.2, 1e-6]) @ V.T
    wanted = U[:, 3:] @ V[:, 3:].T if ord == -2 else U @ V.T
    np.testing.assert_allclose(slope(A.astype("float32"), ord)[1], wanted, atol=0.2)


# The mistakes of rules/matrix_norm.md.
def over_norm(A, N):
    return A / np.where(N == 0, np.inf, N)


def direction(A):
    a = abs(A)
    return A / np.where(a == 0, 1, a)


def shares(hit, entries):
    """Weights for the values that attain the extremum, in proportion to 1 / entries. Their sum is one."""
    share = hit / np.where(entries == 0, 1, entries)
    return share / np.sum(share, axis=(-2, -1), keepdims=True)


def formula(
    over=over_norm, sign=direction, shares=shares, counts=lambda S: S > 0, columns=(1, -1), within=64
):
    """The gradient G of the page. An argument replaces one part by a mistake."""

    def op_keep(A, *, ord, keepdims, xp):
        if ord == "fro":
            return (over(A, np.linalg.matrix_norm(A, keepdims=True)),)
        spectral = ord in ("nuc", 2, -2)
        if spectral:
            U, S, Vh = np.linalg.svd(A, full_matrices=False)
            values, entries = S[..., None, :], np.ones_like(S)[..., None, :]
        else:
            axis = -2 if ord in columns else -1
            values = np.sum(abs(A), axis=axis, keepdims=True)
            entries = np.sum(A != 0, axis=axis, keepdims=True)
        extreme = np.min if ord in (-1, -2, -np.inf) else np.max
        weights = 1
        if ord != "nuc":
            best = extreme(values, axis=(-2, -1), keepdims=True)
            rounding = within * np.finfo(values.dtype).eps if spectral else 0
            weights = shares(abs(values - best) <= rounding * best, entries)
        return ((U * (weights * counts(values))) @ Vh if spectral else sign(A) * weights,)

    return wrong("matrix_norm", op_fwd=None, op_keep=op_keep)


RIGHT = formula()
MISTAKES = {
    "The zero matrix is divided by its norm": formula(over=lambda A, N: A / N),
    "A zero entry is divided by its size": formula(sign=lambda A: A / abs(A)),
    "The vectors of zero singular values count": formula(counts=np.ones_like),
    "Only exact ties of singular values count": formula(within=0),
    "Every tied singular value gets the whole": formula(shares=lambda hit, entries: hit),
    "Tied columns get equal shares": formula(shares=lambda hit, entries: shares(hit, 1)),
    "Rows for columns": formula(columns=(np.inf, -np.inf)),
    "The sign of a complex number is that of its real part": formula(sign=lambda A: np.sign(A.real)),
    "A batch of norms is broadcast along the columns": wrong(
        "matrix_norm", op_vjp=lambda G, N_bar, *, ord, keepdims, xp: (N_bar * G,)
    ),
}
