"""Tests of sqrtm and logm. Commuting matrices, or distinct or real eigenvalues, can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, same, transpose, wrong

NAMES = ("sqrtm", "logm")


def regular(*shape, dtype="float64", seed=0):
    return general(*shape, dtype=dtype, seed=seed) + 4 * np.eye(shape[-1], dtype=dtype)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(name, n, dtype, target):
    check_rule(name, [target.asarray(regular(2, n, n, dtype=dtype))])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("size", "dtype"), [(1e-200, "float64"), (1e-8, "complex128"), (1e8, "float64"), (1e200, "complex128")]
)
def test_norms(name, size, dtype, target):
    check_rule(name, [target.asarray(size * regular(2, 3, 3, dtype=dtype))])


@pytest.mark.parametrize("name", NAMES)
def test_the_function_is_that_of_scipy(name, target):
    A = regular(6, 6)
    Y = to_numpy(lv.vjp(name, target.asarray(A))[0])
    np.testing.assert_allclose(Y, getattr(scipy.linalg, name)(A), rtol=1e-11)


BASIS = general(4, 4) + 2 * np.eye(4)


def turned(angle):
    """A matrix with a pair of eigenvalues at this angle from the negative axis."""
    c, s = np.cos(np.pi - angle), np.sin(np.pi - angle)
    return BASIS @ scipy.linalg.block_diag([[c, -s], [s, c]], 2.0, 0.5) @ np.linalg.inv(BASIS)


# At slightly harder matrices, a perturbation by sqrt(eps) leaves the domain. The test vectors have some.
FAMILIES = {
    "Grcar": np.triu(np.tri(4, k=3)) - np.eye(4, k=-1),
    "Frank": np.asarray([[4.0, 3, 2, 1], [3, 3, 2, 1], [0, 2, 2, 1], [0, 0, 1, 1]]),
    "Kahan": np.diag(0.9 ** np.arange(4)) @ (np.eye(4) - 0.4 * np.triu(np.ones((4, 4)), 1)),
    "a large corner": np.asarray([[1.0, 1e3], [0.0, 2.0]]),
    "nearly defective": np.asarray([[1.0, 1.0], [1e-10, 1.0]]),
    "badly scaled": np.asarray([[1.0, 1e3], [1e-4, 1.0]]),
    "a Jordan block": 0.1 * np.eye(4) + np.eye(4, k=1),
    "the identity": np.eye(3),
    "of condition 1e5": np.diag([1e-2, 1.0, 1e3]) + 1e-3,
    "one alone at 1e-6 from the axis": np.asarray([[np.exp(1j * (np.pi - 1e-6)), 1.0], [0.0, 1.0]]),
    "graded": BASIS @ np.diag([1e4, 1.0, 1e-4, 2.0]) @ np.linalg.inv(BASIS),
} | {f"at {angle} from the axis": turned(angle) for angle in (1e-1, 1e-2, 1e-3, 1e-4)}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("A", FAMILIES.values(), ids=FAMILIES)
def test_far_from_normal(name, A, target):
    check_rule(name, [target.asarray(A)], limit=100)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("A", [np.eye(2), 0.5 * np.eye(3) + np.eye(3, k=1), FAMILIES["Grcar"]], ids=str)
def test_second_derivatives(name, A):
    check_rule(name, [A], twice=True)


def without_function():
    """A batch of regular matrices and others: with negative or zero eigenvalues, nilpotent, and NaN."""
    turn = np.linalg.qr(general(3, 3))[0]
    rounded = turn @ np.diag([1.0, -1.0, 2.0]) @ turn.T
    others = [np.diag([1.0, -1.0, 2.0]), np.diag([1.0, 0.0, 2.0]), np.eye(3, k=1), rounded]
    return np.stack([regular(3, 3), *others, np.full((3, 3), np.nan), regular(3, 3, seed=1)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_nan_stays_in_its_place(name, dtype, target):
    A = without_function().astype(dtype)
    Y, pullback = lv.vjp(name, target.asarray(A))
    (A_bar,) = pullback(target.asarray(np.ones_like(A)))
    for found in (to_numpy(Y), to_numpy(A_bar)):
        assert np.all(np.isfinite(found[[0, -1]]))
        assert np.all(np.isnan(found[1:-1]))


@pytest.mark.parametrize("name", NAMES)
def test_a_neighbour_with_many_steps_does_no_harm(name, target):
    A = np.stack([regular(4, 4), turned(1e-6)])
    Y = to_numpy(lv.vjp(name, target.asarray(A))[0])
    alone = to_numpy(lv.vjp(name, target.asarray(A[0]))[0])
    np.testing.assert_allclose(Y[0], alone, rtol=1e-13, atol=1e-15)


# The mistakes of rules/sqrtm.md.
def formula(at=adjoint, solve=None):
    def by_kron(X, C):
        n = X.shape[-1]
        one = np.broadcast_to(np.eye(n), X.shape)
        K = np.einsum("...ij,...kl->...ikjl", X, one) + np.einsum("...ij,...lk->...ikjl", one, X)
        K = K.reshape(*X.shape[:-2], n * n, n * n)
        with np.errstate(all="ignore"):
            try:
                return np.linalg.solve(K, C.reshape(*C.shape[:-2], n * n, 1)).reshape(C.shape)
            except np.linalg.LinAlgError:
                return np.full_like(C, np.nan)

    def op_vjp(Y, Y_bar, *, xp):
        return ((solve or by_kron)(at(Y), Y_bar),)

    return wrong("sqrtm", op_vjp=op_vjp)


def commuting(X, C):
    return 0.5 * np.linalg.solve(X, C)


def by_eigenvectors(tied):
    def solve(X, C):
        w, V = np.linalg.eig(X)
        sums = w[..., :, None] + w[..., None, :]
        D = 1 / np.where(w[..., :, None] == w[..., None, :], tied(sums, np.eye(X.shape[-1])), sums)
        W = np.linalg.inv(V)
        Z = V @ (D * (W @ C @ V)) @ W
        return Z if np.iscomplexobj(X) or np.iscomplexobj(C) else Z.real

    return solve


RIGHT = formula()
MISTAKES = {
    "The derivative is that of a number": formula(solve=commuting),
    "Y in place of its adjoint": formula(at=same),
    "Transposes in place of adjoints": formula(at=transpose),
    "Through the eigenvectors": formula(solve=by_eigenvectors(lambda sums, one: sums)),
    "A quotient at a tie is zero": formula(
        solve=by_eigenvectors(lambda sums, one: np.where(one, sums, np.inf))
    ),
}
