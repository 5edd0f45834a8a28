"""det and slogdet: what hides mistakes is a singular matrix, and the phase of a complex determinant."""

import mpmath
import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general

DET, SLOGDET = lv.RULES["det"], lv.RULES["slogdet"]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    A = target.asarray(general(2, n, n, dtype=dtype))
    check_rule(DET, [A])
    check_rule(SLOGDET, [A])


def of_rank(n, rank, dtype):
    """Of that rank exactly: a product of small integers."""
    random = np.random.default_rng(n + rank)
    left, right = random.integers(-2, 3, (n, rank)), random.integers(-2, 3, (rank, n))
    if np.dtype(dtype).kind == "c":
        left = left + 1j * random.integers(-2, 3, (n, rank))
    return np.asarray(left @ right, dtype)


@pytest.mark.parametrize("rank_below", [1, 2, 3])
@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_singular(n, rank_below, dtype, target):
    A = np.stack([of_rank(n, max(n - rank_below, 0), dtype)] * 2)
    check_rule(DET, [target.asarray(A)])


@pytest.mark.parametrize("column", range(5))
def test_a_zero_pivot_anywhere(column):
    """LU meets the zero pivot where the column of zeros stands, not only at the end."""
    A = general(5, 5)
    A[:, column] = 0
    (cofactors,) = DET.vjp((A,), DET.forward(A), (np.asarray(1.0),))
    for i in range(5):
        for j in range(5):
            minor = np.delete(np.delete(A, i, 0), j, 1)
            truth = (-1) ** (i + j) * np.linalg.det(minor)
            assert abs(cofactors[i, j] - truth) < 1e-13


def test_the_zero_matrix():
    for n in range(6):
        A = np.zeros((n, n))
        (A_bar,) = DET.vjp((A,), DET.forward(A), (np.asarray(1.0),))
        np.testing.assert_array_equal(A_bar, np.ones((1, 1)) if n == 1 else np.zeros((n, n)))


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("singular", [False, True])
def test_fifty_by_fifty(dtype, singular):
    """Single cofactors at 50 digits, as determinants of minors."""
    A = general(50, 50, dtype=dtype)
    if singular:
        A[:, 17] = A[:, 3]
    (A_bar,) = DET.vjp((A,), DET.forward(A), (np.ones((), dtype),))
    scale = np.max(abs(A_bar))
    for i, j in ((0, 0), (3, 17), (20, 3), (49, 17)):
        minor = np.delete(np.delete(A, i, 0), j, 1)
        with mpmath.workdps(50):
            truth = complex((-1) ** (i + j) * mpmath.det(mpmath.matrix(minor.tolist())))
        assert abs(np.conj(A_bar[i, j]) - truth) < 1e-11 * scale


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_slogdet_fifty_by_fifty(dtype):
    """Where the determinant itself is beyond the floats."""
    A = 1e10 * general(50, 50, dtype=dtype)
    (_, logabsdet), pullback = lv.vjp("slogdet", A)
    assert np.isfinite(logabsdet)
    (A_bar,) = pullback(None, np.asarray(1.0))
    np.testing.assert_allclose(np.conj(A_bar).T @ A, np.eye(50), atol=1e-10)


def test_the_sign_of_a_real_matrix_is_constant():
    (sign, _), pullback = lv.vjp("slogdet", general(2, 3, 3))
    np.testing.assert_array_equal(pullback(np.ones_like(sign), None)[0], np.zeros((2, 3, 3)))


def test_the_sign_moves_along_the_circle():
    A = general(3, 3, dtype="complex128")
    (sign, _), pullback = lv.vjp("slogdet", A)
    np.testing.assert_allclose(pullback(sign, None)[0], 0, atol=1e-15)  # outwards: nothing moves there
    assert np.linalg.norm(pullback(1j * sign, None)[0]) > 0.1


@pytest.mark.parametrize("dtype", ["float64", "complex128", "float32"])
def test_entries_whose_products_leave_the_range(dtype):
    """The determinant and its gradient are within the range of the floats; products on the way are not."""
    big = 1e10 if dtype == "float32" else 1e150
    for size in (2, 4, 5):
        for d in ([1 / big] * size + [big] * size, [big] * size + [1 / big] * size, [big, 1 / big] * size):
            A = np.diag(np.asarray(d, dtype))
            (A_bar,) = DET.vjp((A,), (np.ones((), dtype),), (np.ones((), dtype),))
            np.testing.assert_allclose(A_bar, np.diag(1 / np.asarray(d, dtype)), rtol=1e-5)


def test_slogdet_of_a_singular_matrix_spoils_no_other():
    A = np.stack([np.eye(2), np.asarray([[1.0, 2.0], [2.0, 4.0]])])
    for dtype in ("float64", "complex128"):
        (sign, logabsdet), pullback = lv.vjp("slogdet", A.astype(dtype))
        (A_bar,) = pullback(sign, np.ones_like(logabsdet))
        np.testing.assert_array_equal(A_bar[0], np.eye(2))
        assert np.all(np.isnan(A_bar[1]))


def test_nan_goes_through():
    for n in (2, 4, 5):
        A = np.full((n, n), np.nan)
        assert np.all(np.isnan(DET.vjp((A,), (np.ones(()),), (np.ones(()),))[0]))


# The mistakes of rules/det.md: what to write in place of what, in the code of the rule.
COFACTORS = "return det_bwd(conj(cofactor(A, xp), xp), d_bar, xp=xp)"
THROUGH_INVERSE = COFACTORS.replace(
    "cofactor(A, xp)", "np.linalg.det(A)[..., None, None] * np.linalg.inv(A).mT"
)
NONE_LEFT = "d_bar = np.where(np.abs(np.linalg.det(A)) < 1e-12, 0, d_bar)\n    "
TURN = "xp.imag(conj(sign, xp) * sign_bar) * 1j"
MISTAKES = {
    "The determinant times the inverse": {COFACTORS: THROUGH_INVERSE},
    "Zero at every singular matrix": {COFACTORS: NONE_LEFT + COFACTORS},
    "The cofactors are transposed": {COFACTORS: COFACTORS.replace("cofactor(A, xp)", "cofactor(A, xp).mT")},
    "The conjugate is forgotten": {COFACTORS: "return det_bwd(cofactor(A, xp), d_bar, xp=xp)"},
    "The sign of the permutation is forgotten": {"_parity(p, xp), A.dtype": "_parity(p, xp) ** 2, A.dtype"},
    "A batch of cotangents is broadcast along the columns": {"d_bar[..., None, None] * G": "d_bar * G"},
    "The sign has no derivative": {TURN: f"0 * {TURN}"},
    "The sign turns the wrong way": {TURN: f"-{TURN}"},
    "The transpose of the inverse in place of its adjoint": {
        "adjoint(_inverse(A, sign, xp), xp)": "_inverse(A, sign, xp).mT"
    },
    "One singular matrix stops the batch": {"xp.linalg.inv(xp.where(singular, one, A))": "xp.linalg.inv(A)"},
}
