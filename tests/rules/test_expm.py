"""Tests of expm. A commuting cotangent, a small norm, or distinct eigenvalues can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, same, transpose, wrong


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    check_rule("expm", [target.asarray(general(2, n, n, dtype=dtype))])


@pytest.mark.parametrize("size", [1e-12, 1e-3, 1.0, 10.0, 1e3])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_norms(size, dtype, target):
    """The exponentials of these matrices are rotations, so they do not overflow."""
    A = general(2, 3, 3, dtype=dtype)
    check_rule("expm", [target.asarray(size * (A - adjoint(A)))])


FAMILIES = {
    "Grcar": np.triu(np.tri(4, k=3)) - np.eye(4, k=-1),
    "Frank": np.asarray([[4.0, 3, 2, 1], [3, 3, 2, 1], [0, 2, 2, 1], [0, 0, 1, 1]]),
    "Kahan": np.diag(0.9 ** np.arange(4)) @ (np.eye(4) - 0.4 * np.triu(np.ones((4, 4)), 1)),
    "nearly defective": np.asarray([[1.0, 1.0], [1e-10, 1.0]]),
    "badly scaled": np.asarray([[1.0, 1e4], [1e-4, 1.0]]),
}


@pytest.mark.parametrize("A", FAMILIES.values(), ids=FAMILIES)
def test_far_from_normal(A, target):
    check_rule("expm", [target.asarray(A)])


def test_a_matrix_of_a_batch_is_scaled_for_itself(target):
    """A small matrix, if squared as often as its large neighbour, would lose half of its digits."""
    A = np.stack([1e-3 * general(3, 3), 1e3 * np.diag([-1.0, -2.0, -3.0])])
    Y = to_numpy(lv.vjp("expm", target.asarray(A))[0])
    np.testing.assert_allclose(Y[0], scipy.linalg.expm(A[0]), rtol=1e-14, atol=1e-15)


def test_what_is_not_finite_stays_in_its_place(target):
    A = general(3, 2, 2)
    A[1, 0, 0] = np.nan
    Y, pullback = lv.vjp("expm", target.asarray(A))
    (A_bar,) = pullback(target.asarray(np.ones_like(A)))
    for found in (to_numpy(Y), to_numpy(A_bar)):
        assert np.all(np.isfinite(found[[0, 2]]))
        assert np.any(np.isnan(found[1]))


# The mistakes of rules/expm.md.
def formula(at=adjoint, frechet=None):
    """L at a matrix made from A: the corner block of an exponential of twice the size."""

    def of_blocks(X, E):
        n = X.shape[-1]
        each = zip(X.reshape(-1, n, n), np.broadcast_to(E, X.shape).reshape(-1, n, n), strict=True)
        corners = [scipy.linalg.expm(np.block([[x, e], [0 * x, x]]))[:n, n:] for x, e in each]
        return np.asarray(corners).reshape(E.shape) if corners else E

    def op_vjp(A, K, Y_bar, *, xp):
        return (Y_bar if Y_bar.size == 0 else (frechet or of_blocks)(at(A), Y_bar),)

    return wrong("expm", op_vjp=op_vjp)


def commuting(X, E):
    return scipy.linalg.expm(X) @ E


def unscaled(X, E):
    s = max(0, int(np.ceil(np.log2(max(np.max(np.linalg.norm(X, 1, axis=(-2, -1))), 1)))))
    X = X / 2**s
    Y, L = np.eye(X.shape[-1]), np.zeros_like(E)
    for k in range(20, 0, -1):
        Y, L = np.eye(X.shape[-1]) + X @ Y / k, (E @ Y + X @ L) / k
    for _ in range(s):
        Y, L = Y @ Y, Y @ L + L @ Y
    return L


def by_eigenvectors(tied):
    def frechet(X, E):
        w, V = np.linalg.eig(X)
        gap = w[..., :, None] - w[..., None, :]
        y = np.exp(w)
        with np.errstate(all="ignore"):
            quotient = (y[..., :, None] - y[..., None, :]) / gap
        D = np.where(gap == 0, tied(y[..., :, None], np.eye(X.shape[-1])), quotient)
        W = np.linalg.inv(V)
        L = V @ (D * (W @ E @ V)) @ W
        return L if np.iscomplexobj(X) or np.iscomplexobj(E) else L.real

    return frechet


RIGHT = formula()
MISTAKES = {
    "The derivative is that of a number": formula(frechet=commuting),
    "A in place of its adjoint": formula(at=same),
    "Transposes in place of adjoints": formula(at=transpose),
    "The tangent is not scaled": formula(frechet=unscaled),
    "Through the eigenvectors": formula(frechet=by_eigenvectors(lambda y, one: y)),
    "A quotient at a tie is zero": formula(frechet=by_eigenvectors(lambda y, one: y * one)),
}
