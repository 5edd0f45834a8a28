"""Tests of solve_sylvester. Normal or real matrices, a square X, or a single equation can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, kron, transpose, wrong


def shifted(*shape, dtype="float64", seed=0):
    """A matrix with eigenvalues in the right half plane."""
    A = general(*shape, shape[-1], dtype=dtype, seed=seed)
    return A + np.asarray((2 + np.linalg.norm(A, axis=(-2, -1)).max(initial=0)) * np.eye(shape[-1]), dtype)


@pytest.mark.parametrize(("m", "n"), [(0, 2), (1, 1), (2, 3), (4, 2)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(m, n, dtype, target):
    inputs = shifted(2, m, dtype=dtype), shifted(2, n, dtype=dtype, seed=1), general(2, m, n, dtype=dtype)
    check_rule("solve_sylvester", [target.asarray(x) for x in inputs])


@pytest.mark.parametrize("dtypes", [("f8", "f8", "c16"), ("c16", "f8", "f8"), ("f8", "c16", "f8")], ids=str)
def test_real_and_complex_together(dtypes, target):
    inputs = shifted(3, dtype=dtypes[0]), shifted(2, dtype=dtypes[1], seed=1), general(3, 2, dtype=dtypes[2])
    check_rule("solve_sylvester", [target.asarray(x) for x in inputs])


def grcar(n):
    return np.eye(n) - np.eye(n, k=-1) + sum(np.eye(n, k=k) for k in (1, 2, 3))


def kahan(n, s=0.5):
    c = np.sqrt(1 - s * s)
    return s ** np.arange(n)[:, None] * (np.eye(n) - c * np.triu(np.ones((n, n)), 1))


FAMILIES = {
    "Grcar": grcar(6),
    "Kahan": kahan(6),
    "Frank": scipy.linalg.hessenberg(np.triu(np.minimum.outer(np.arange(6, 0, -1), np.arange(6, 0, -1)), -1)),
    "Jordan": 1.5 * np.eye(5) + np.eye(5, k=1),
    "nearly defective": 1.5 * np.eye(4) + np.eye(4, k=1) + 2.0**-40 * np.eye(4, k=-3),
    "derogatory": np.kron(np.eye(2), 2 * np.eye(2) + np.eye(2, k=1)),
    "badly scaled": np.diag([1e-2, 1.0, 1e2]) @ (np.eye(3) + 0.25 * general(3, 3)),
    "a large corner": np.asarray([[1.0, 1e3], [0.0, 2.0]]),
}


@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "turned"])
@pytest.mark.parametrize("A", FAMILIES.values(), ids=FAMILIES.keys())
def test_families(A, turned, target):
    """The errors at nearly defective matrices are within the limit of all rules."""
    if turned:
        Q = np.linalg.qr(general(*A.shape, seed=3))[0]
        A = Q @ A @ Q.T
    inputs = A, 2 * np.eye(2) + np.eye(2, k=1), general(len(A), 2, seed=4)
    check_rule("solve_sylvester", [target.asarray(x) for x in inputs])


def test_the_solution_is_that_of_scipy(target):
    A, B, Q = general(4, 4), general(3, 3, seed=1), general(4, 3, seed=2)
    X = to_numpy(lv.vjp("solve_sylvester", *map(target.asarray, (A, B, Q)))[0])
    np.testing.assert_allclose(X, scipy.linalg.solve_sylvester(A, B, Q), rtol=1e-10)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives(dtype):
    inputs = shifted(3, dtype=dtype), shifted(2, dtype=dtype, seed=1), general(3, 2, dtype=dtype)
    check_rule("solve_sylvester", list(inputs), twice=True)


def test_what_has_no_solution_stays_in_its_place(target):
    A = np.stack([np.eye(2), np.diag([1.0, 3.0]), np.diag([2.0, -5.0])])
    A[0, 0, 0] = np.nan
    B = np.stack([np.eye(2), np.eye(2), np.diag([5.0, 1.0])])
    X, pullback = lv.vjp("solve_sylvester", *map(target.asarray, (A, B, np.ones((3, 2, 2)))))
    found = to_numpy(X)
    assert np.all(np.isfinite(found[1]))
    assert np.any(np.isnan(found[0]))
    assert np.any(np.isnan(found[2]))
    for bar in pullback(target.asarray(np.ones_like(found))):
        assert np.all(np.isfinite(to_numpy(bar)[1]))


# The mistakes of rules/solve_sylvester.md.
def solved(A, B, Q):
    m, n = Q.shape[-2:]
    M = kron(A, np.eye(n)) + kron(np.eye(m), B.mT)
    batch = np.broadcast_shapes(M.shape[:-2], Q.shape[:-2])
    M, Q = np.broadcast_to(M, (*batch, m * n, m * n)), np.broadcast_to(Q, (*batch, m, n))
    return np.linalg.solve(M, Q.reshape(*batch, m * n, 1)).reshape(*batch, m, n)


def by_eigenvectors(A, B, Q):
    (w, V), (u, W) = np.linalg.eig(A), np.linalg.eig(B)
    X = V @ (np.linalg.solve(V, Q) @ W / (w[..., :, None] + u[..., None, :])) @ np.linalg.inv(W)
    return X if np.iscomplexobj(A) else X.real


def formula(order=False, turn=adjoint, op=adjoint, sign=1.0, solve=solved):
    def op_vjp(A, B, X, K, M, X_bar, *, xp):
        Q_bar = sign * solve(turn(A), turn(B), X_bar)
        left, right = Q_bar @ op(X), op(X) @ Q_bar
        if order and left.shape == right.shape:
            left, right = right, left
        return -left, -right, Q_bar

    return wrong("solve_sylvester", op_vjp=op_vjp)


def spread(x, outputs):
    """A coefficient broadcast to the batch of the solution, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:]))


RIGHT = formula()
MISTAKES = {
    "The order of the factors is lost": formula(order=True),
    "The equation is not transposed": formula(turn=np.conj),
    "Transposes in place of adjoints": formula(turn=transpose, op=transpose),
    "The signs of an equation that equals zero": formula(sign=-1.0),
    "Eigenvectors in place of Schur vectors": formula(solve=by_eigenvectors),
    "The batch of Q is not summed for one A": given_other_inputs("solve_sylvester", spread),
}
