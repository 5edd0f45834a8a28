"""Tests of det and slogdet. Mistakes are likely at a singular matrix and in the phase of the determinant."""

import mpmath
import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import normal, to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, inverse, transpose, wrong, zeros_for_none

DET, SLOGDET = lv.RULES["det"], lv.RULES["slogdet"]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    A = target.asarray(general(2, n, n, dtype=dtype))
    check_rule(DET, [A])
    check_rule(SLOGDET, [A])


def of_rank(n, rank, dtype):
    """A matrix of exactly this rank: a product of factors with small integers."""
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


SPECTRA = {
    "simple": lambda n: np.linspace(1, 2, n),
    "graded": lambda n: 10.0 ** -np.arange(n),
    "14 decades": lambda n: 10.0 ** np.linspace(0, -14, n),
    "rank n - 1 to rounding": lambda n: np.append(np.linspace(1, 2, n - 1), 1e-17),
    "rank n - 2 to rounding": lambda n: np.append(np.linspace(1, 2, n - 2), [1e-17, 1e-18]),
}


@pytest.mark.parametrize("rows", ["as they are", "of every size"])
@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("n", [4, 6])
def test_the_gradient_from_one_lu(n, spectrum, rows, target):
    """The cofactors are as accurate as their condition allows: a rounding of A changes them by this much."""
    random = np.random.default_rng(n)
    left, right = (np.linalg.qr(random.standard_normal((n, n)))[0] for _ in range(2))
    s = SPECTRA[spectrum](n)
    A = left @ np.diag(s) @ right
    with mpmath.workdps(60):
        M = mpmath.matrix(A.tolist())

        def cofactor(i, j):
            kept = [[M[r, c] for c in range(n) if c != j] for r in range(n) if r != i]
            return float((-1) ** (i + j) * mpmath.det(mpmath.matrix(kept)))

        truth = np.asarray([[cofactor(i, j) for j in range(n)] for i in range(n)])
    sizes = np.ones(n) if rows == "as they are" else 2.0 ** np.linspace(-500, 500, n).round()
    powers = np.prod(sizes) / sizes
    given = target.asarray(A * sizes[:, None])
    d, pullback = lv.vjp("det", given)
    (G,) = pullback(target.asarray(np.asarray(1.0)))
    s = np.sort(s)[::-1]
    unit = np.finfo("float64").eps * s[0] / s[n - 2] * np.prod(s[: n - 1])
    assert np.max(abs(to_numpy(G) / powers[:, None] - truth)) < 5 * unit


@pytest.mark.parametrize("column", range(5))
def test_a_zero_pivot_anywhere(column):
    """A zero pivot can occur in any column of the LU, not only in the last one."""
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
    """Some cofactors, compared with determinants of minors at 50 digits."""
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
    """The determinant itself overflows."""
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
    np.testing.assert_allclose(pullback(sign, None)[0], 0, atol=1e-15)  # a radial cotangent has no effect
    assert np.linalg.norm(pullback(1j * sign, None)[0]) > 0.1


@pytest.mark.parametrize("dtype", ["float64", "complex128", "float32"])
def test_entries_whose_products_leave_the_range(dtype):
    """The determinant and its gradient do not overflow, but products of some entries do."""
    big = 1e10 if dtype == "float32" else 1e150
    for size in (2, 4, 5):
        for d in ([1 / big] * size + [big] * size, [big] * size + [1 / big] * size, [big, 1 / big] * size):
            A = np.diag(np.asarray(d, dtype))
            (A_bar,) = DET.vjp((A,), (np.ones((), dtype),), (np.ones((), dtype),))
            np.testing.assert_allclose(A_bar, np.diag(1 / np.asarray(d, dtype)), rtol=1e-5)


def paired(n):
    """A block-diagonal matrix of 2 x 2 blocks with determinant one."""
    b = 0.99
    return np.kron(np.eye(n // 2), [[1, b], [b, 1]] / np.sqrt(1 - b * b))


def orthogonal(n):
    return np.linalg.qr(np.random.default_rng(n).standard_normal((n, n)))[0]


def fourier(n):
    i = np.arange(n)
    return np.exp(-2j * np.pi * (np.outer(i, i) % n) / n) / np.sqrt(n)


@pytest.mark.parametrize("way", ["fwd", "keep"])
@pytest.mark.parametrize(
    ("A", "dtype"),
    [
        (paired(80), "float32"),
        (paired(200), "float64"),
        (orthogonal(65), "float32"),
        (orthogonal(350), "float64"),
        (orthogonal(1000), "float32"),
        (fourier(44), "complex64"),
        (fourier(260), "complex128"),
    ],
    ids=lambda x: str(x.shape) if hasattr(x, "shape") else x,
)
def test_large_matrices_of_determinant_one(A, dtype, way):
    """Partial products of pivots overflow or underflow, but the determinant and the cofactors do not."""
    inverse = np.linalg.inv(A)
    if dtype == "float32" and way == "fwd":  # errors in single precision grow with n
        assert abs(DET.forward(A.astype(dtype))[0] - np.linalg.det(A.astype(dtype).astype("float64"))) < 1e-3
    (G,) = gradients(A.astype(dtype), way)
    wanted = np.linalg.det(A).conj() * np.conj(inverse.T)
    eps, size = np.finfo(dtype).eps, np.linalg.norm(wanted, 2)
    assert np.max(abs(G - wanted)) < 30 * len(A) ** 0.5 * eps * np.linalg.cond(A) * size


def gradients(A, way):
    if way == "fwd":
        return lv.vjp("det", A)[1](np.ones((), A.dtype))
    return DET.vjp((A,), (np.ones((), A.dtype),), (np.ones((), A.dtype),))


@pytest.mark.parametrize("way", ["fwd", "keep"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [30, 100, 300])
@pytest.mark.parametrize("below", [1, 2])
def test_large_singular_matrices(n, dtype, below, way):
    """At rank n - 1 the cofactors are the outer product of the null vectors, times the nonzero values."""
    random = np.random.default_rng(n)
    U, V = (np.linalg.qr(normal(random, (n, n), dtype))[0] for _ in range(2))
    s = 2.0 ** random.integers(-3, 4, n) if n < 300 else np.ones(n)
    s[n - below :] = 0
    s[: n - below] /= np.exp(np.mean(np.log(s[: n - below])))
    A = ((U * s) @ V.conj().T).astype(dtype)
    (G,) = gradients(A, way)
    phase = np.conj(np.linalg.det(U) * np.linalg.det(V).conj())
    wanted = phase * np.outer(U[:, -1], V[:, -1].conj()) * (below == 1)
    assert np.max(abs(G - wanted)) < 1e3 * n**0.5 * np.finfo(dtype).eps * np.max(s)


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


# The mistakes of rules/det.md.
def cofactors(A):
    """The correct cofactors."""
    return np.conj(DET.op_keep(A)[0])


def no_parity(A):
    """For n >= 4, cofactors from A = P L U that ignore the sign of det(P)."""
    return cofactors(A) * (np.linalg.det(lv.RULES["lu"].forward(A)[0]) if A.shape[-1] > 3 else 1)


def zero_if_singular(A):
    return np.where(abs(np.linalg.det(A))[..., None, None] < 1e-12, 0, cofactors(A))


def through_inverse(A):
    return np.linalg.det(A)[..., None, None] * np.linalg.inv(A).mT


def det(gradient):
    return wrong("det", op_keep=lambda A, *, xp: (gradient(A),))


def along_the_circle(sign, sign_bar):
    return 1j * np.imag(np.conj(sign) * sign_bar)


def slogdet(turn=along_the_circle, op=adjoint, inverse=inverse):
    """A_bar = (logabsdet_bar + turn) A^-H."""

    def op_vjp(sign, Xh, sign_bar, logabsdet_bar, *, xp):
        t = zeros_for_none(logabsdet_bar, sign) + turn(sign, zeros_for_none(sign_bar, sign))
        return (t[..., None, None] * Xh,)

    return wrong("slogdet", op_keep=lambda A, sign, *, xp: (op(inverse(A)),), op_vjp=op_vjp)


RIGHT = slogdet()
MISTAKES = {
    "The determinant times the inverse": det(lambda A: np.conj(through_inverse(A))),
    "Zero at every singular matrix": det(lambda A: np.conj(zero_if_singular(A))),
    "The cofactors are transposed": det(lambda A: np.conj(cofactors(A).mT)),
    "The conjugate is forgotten": det(cofactors),
    "The sign of the permutation is forgotten": det(lambda A: np.conj(no_parity(A))),
    "A batch of cotangents is broadcast along the columns": wrong(
        "det", op_vjp=lambda G, d_bar, *, xp: (d_bar * G,)
    ),
    "The sign has no derivative": slogdet(turn=lambda sign, sign_bar: 0),
    "The sign turns the wrong way": slogdet(turn=lambda sign, sign_bar: -along_the_circle(sign, sign_bar)),
    "The transpose of the inverse in place of its adjoint": slogdet(op=transpose),
    "One singular matrix stops the batch": slogdet(inverse=np.linalg.inv),
}
