"""Tests of signm. A 1 x 1 or Hermitian matrix, or eigenvalues in one half plane, can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, same, transpose, wrong


def regular(*shape, dtype="float64", seed=0):
    return general(*shape, dtype=dtype, seed=seed) + np.diag(4 * (-1.0) ** np.arange(shape[-1])).astype(dtype)


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    check_rule("signm", [target.asarray(regular(2, n, n, dtype=dtype))])


@pytest.mark.parametrize("size", [1e-200, 1e-8, 1e8, 1e200])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_norms(size, dtype, target):
    check_rule("signm", [target.asarray(size * regular(2, 3, 3, dtype=dtype))])


def test_the_sign_is_that_of_scipy(target):
    A = regular(6, 6)
    S = to_numpy(lv.vjp("signm", target.asarray(A))[0])
    np.testing.assert_allclose(S, scipy.linalg.signm(A), atol=1e-13)


BASIS = general(4, 4) + 2 * np.eye(4)


def turned(share):
    """A matrix with a pair of eigenvalues at this distance from the imaginary axis."""
    return BASIS @ scipy.linalg.block_diag([[share, -1.0], [1.0, share]], -2.0, 0.5) @ np.linalg.inv(BASIS)


# At slightly harder matrices, a perturbation by sqrt(eps) leaves the domain. The test vectors have some.
FAMILIES = {
    "a large corner": np.asarray([[1.0, 1e3], [0.0, -2.0]]),
    "nearly defective": np.asarray([[1.0, 1.0, 0.0], [1e-10, 1.0, 1.0], [0.0, 0.0, -1.0]]),
    "badly scaled": np.asarray([[1.0, 1e3], [1e-4, -1.0]]),
    "Jordan blocks": np.diag([0.5, 0.5, -0.5, -0.5]) + np.eye(4, k=1),
    "graded": BASIS @ np.diag([1e3, 1.0, -1e-3, -1.0]) @ np.linalg.inv(BASIS),
    "one alone at 1e-6 from the axis": np.asarray([[1e-6 + 1j, 1.0], [0.0, -1.0]]),
} | {f"at {share} from the axis": turned(share) for share in (1e-1, 1e-2, 1e-3, 1e-4)}


@pytest.mark.parametrize("A", FAMILIES.values(), ids=FAMILIES)
def test_far_from_normal(A, target):
    check_rule("signm", [target.asarray(A)], limit=100)


@pytest.mark.parametrize("name", ["Jordan blocks", "nearly defective", "a large corner"])
def test_second_derivatives(name):
    check_rule("signm", [FAMILIES[name]], twice=True)


def test_eigenvalues_of_one_side_have_no_derivative(target):
    for side in (1.0, -1.0):
        A = side * (general(4, 4) @ general(4, 4).T + np.eye(4))
        S, pullback = lv.vjp("signm", target.asarray(A))
        np.testing.assert_allclose(to_numpy(S), side * np.eye(4), atol=1e-14)
        np.testing.assert_allclose(to_numpy(pullback(target.asarray(BASIS))[0]), 0 * A, atol=1e-13)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_nan_stays_in_its_place(dtype, target):
    turn = np.asarray([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    others = [turn, np.diag([1.0, 0.0, 2.0]), np.eye(3, k=1), np.full((3, 3), np.nan)]
    A = np.stack([regular(3, 3), *others, regular(3, 3, seed=1)]).astype(dtype)
    S, pullback = lv.vjp("signm", target.asarray(A))
    (A_bar,) = pullback(target.asarray(np.ones_like(A)))
    for found in (to_numpy(S), to_numpy(A_bar)):
        assert np.all(np.isfinite(found[[0, -1]]))
        assert np.all(np.isnan(found[1:-1]))


# The mistakes of rules/signm.md.
def formula(op=adjoint, right=lambda S, C: C - S @ C @ S, left=lambda S, A: S @ A, solve=None):
    def by_kron(X, C):
        n = X.shape[-1]
        one = np.broadcast_to(np.eye(n), X.shape)
        K = np.einsum("...ij,...kl->...ikjl", X, one) + np.einsum("...ij,...lk->...ikjl", one, X)
        K = K.reshape(*X.shape[:-2], n * n, n * n)
        try:
            return np.linalg.solve(K, C.reshape(*C.shape[:-2], n * n, 1)).reshape(C.shape)
        except np.linalg.LinAlgError:
            return np.full_like(C, np.nan)

    def op_vjp(A, S, S_bar, *, xp):
        A, S = op(A), op(S)
        if solve:
            return (solve(A, S_bar),)
        return (by_kron(left(S, A), right(S, S_bar)),)

    return wrong("signm", op_vjp=op_vjp)


def by_eigenvectors(A, C):
    w, V = np.linalg.eig(A)
    a, b = w[..., :, None], w[..., None, :]
    crossed = np.sign(a.real) != np.sign(b.real)
    D = np.where(crossed, 2 * np.sign(a.real) / np.where(crossed, a - b, 1), 0)
    W = np.linalg.inv(V)
    Z = V @ (D * (W @ C @ V)) @ W
    return Z if np.iscomplexobj(A) or np.iscomplexobj(C) else Z.real


RIGHT = formula()
MISTAKES = {
    "The sign has no derivative": formula(solve=lambda A, C: 0 * C),
    "The product is not subtracted": formula(right=lambda S, C: C),
    "A in place of N": formula(left=lambda S, A: A),
    "No adjoint": formula(op=same),
    "Transposes in place of adjoints": formula(op=transpose),
    "Through the eigenvectors": formula(solve=by_eigenvectors),
}
