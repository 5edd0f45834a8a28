"""Tests of Lyapunov equations. A normal, stable, real or Hermitian matrix can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import exact, to_numpy
from linalg_vjp.testing.oracles import ORACLES

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, kron, transpose, wrong

NAMES = ("solve_continuous_lyapunov", "solve_discrete_lyapunov")


def stable(*shape, dtype="float64", seed=0):
    """A matrix with eigenvalues left of the imaginary axis and inside the unit circle."""
    A = general(*shape, shape[-1], dtype=dtype, seed=seed)
    size = np.linalg.norm(A, axis=(-2, -1)).max(initial=0)
    return np.asarray(-0.5 * np.eye(shape[-1]) + A / (2.5 * size + 1), dtype)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(name, n, dtype, target):
    inputs = stable(2, n, dtype=dtype), general(2, n, n, dtype=dtype)
    check_rule(name, [target.asarray(x) for x in inputs])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtypes", [("f8", "c16"), ("c16", "f8")], ids=str)
def test_real_and_complex_together(name, dtypes, target):
    A, Q = stable(3, dtype=dtypes[0]), general(3, 3, dtype=dtypes[1])
    check_rule(name, [target.asarray(A), target.asarray(Q)])


FAMILIES = {
    "Jordan": -0.5 * np.eye(5) + np.eye(5, k=1),
    "derogatory": np.kron(np.eye(2), -0.5 * np.eye(2) + np.eye(2, k=1)),
    "nearly defective": -0.5 * np.eye(4) + np.eye(4, k=1) + 2.0**-40 * np.eye(4, k=-3),
    "a large corner": np.asarray([[-0.5, 1e2], [0.0, -0.25]]),
    "not stable": np.asarray([[3.0, 1.0], [0.5, -0.25]]),
    "large": -1e10 * (np.eye(3) + 0.25 * general(3, 3)),
    "small": 1e-10 * (np.eye(3) + 0.25 * general(3, 3)),
    "badly scaled": np.diag([1e-2, 1.0, 1e2]) @ (-np.eye(3) + 0.25 * general(3, 3)),
}
HARD = {
    "a large corner": np.asarray([[-0.5, 1e3], [0.0, -0.25]]),
    "badly scaled": np.diag([1e-6, 1.0, 1e6]) @ (-np.eye(3) + 0.25 * general(3, 3)),
    "both": np.diag([1e-4, 1.0, 1e4]) @ (-0.5 * np.eye(3) + np.eye(3, k=1)),
    "Jordan": -0.5 * np.eye(6) + np.eye(6, k=1),
    "close to where there is no solution": np.asarray([[-1.0 + 1e-9, 1.0], [0.0, -1e-9]]),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("A", FAMILIES.values(), ids=FAMILIES.keys())
def test_families(name, A, target):
    """The errors are within the limit of all rules, in units of the condition times eps."""
    check_rule(name, [target.asarray(A), target.asarray(general(*A.shape, seed=4))])


@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "turned"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("A", HARD.values(), ids=HARD.keys())
def test_accuracy(name, A, turned, target):
    """The error is within 100 units of eps times the condition of the linear system for all entries."""
    if turned:
        R = np.linalg.qr(general(*A.shape, seed=3))[0]
        A = R @ A @ R.T
    A, Q = (to_numpy(target.asarray(x)) for x in (A, general(*A.shape, seed=4)))
    M = continuous(A) if name == NAMES[0] else discrete(A)
    wanted = np.asarray(ORACLES[name](exact(A), exact(Q), like=[Q])[0], "float64")
    found = to_numpy(lv.RULES[name].forward(target.asarray(A), target.asarray(Q))[0])
    error = np.linalg.norm(found - wanted) / np.linalg.norm(wanted)
    assert error <= 100 * np.linalg.cond(M) * np.finfo(A.dtype).eps


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_the_solutions_are_those_of_scipy(dtype, target):
    A, Q = stable(4, dtype=dtype), general(4, 4, dtype=dtype, seed=1)
    for name in NAMES:
        X = to_numpy(lv.vjp(name, target.asarray(A), target.asarray(Q))[0])
        np.testing.assert_allclose(X, getattr(scipy.linalg, name)(A, Q), rtol=1e-10)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives(name, dtype):
    check_rule(name, [stable(3, dtype=dtype), general(3, 3, dtype=dtype)], twice=True)


def test_what_has_no_solution_stays_in_its_place(target):
    """The discrete equation has no solution if -1 is an eigenvalue."""
    for name, w in zip(NAMES, ([1.0, -1.0], [0.5, -1.0]), strict=True):
        A = np.stack([0.5 * np.eye(2), -0.5 * np.eye(2), np.diag(w)])
        A[0, 0, 0] = np.nan
        X, pullback = lv.vjp(name, target.asarray(A), target.asarray(np.ones((3, 2, 2))))
        found = to_numpy(X)
        assert np.all(np.isfinite(found[1]))
        assert np.any(np.isnan(found[0]))
        assert np.any(np.isnan(found[2]))
        for bar in pullback(target.asarray(np.ones_like(found))):
            assert np.all(np.isfinite(to_numpy(bar)[1]))


# The mistakes of rules/solve_lyapunov.md.
def continuous(A):
    one = np.eye(A.shape[-1])
    return kron(A, one) + kron(one, np.conj(A))


def discrete(A):
    return np.eye(A.shape[-1] ** 2) - kron(A, np.conj(A))


def summed(A):
    """The solution as a truncated sum of powers."""
    one = power = np.eye(A.shape[-1] ** 2)
    total = 0 * power
    for _ in range(200):
        total, power = total + power, np.clip(power @ kron(A, np.conj(A)), -1e100, 1e100)
    return np.linalg.solve(total, np.broadcast_to(one, total.shape))


def formula(turn=adjoint, op=adjoint, sign=1.0, both=True, matrix=discrete):
    """The adjoint equation, and the cotangent of A from both of its occurrences."""

    def solved(M, X_bar):
        x = np.reshape(X_bar, (*X_bar.shape[:-2], X_bar.shape[-1] ** 2, 1))
        batch = np.broadcast_shapes(M.shape[:-2], x.shape[:-2])
        M = np.broadcast_to(M, (*batch, *M.shape[-2:]))
        x = np.linalg.solve(M, np.broadcast_to(x, (*batch, *x.shape[-2:])))
        return np.reshape(x, (*batch, *X_bar.shape[-2:]))

    def of_continuous(A, X, K, X_bar, *, xp):
        Q_bar = sign * solved(continuous(turn(A)), X_bar)
        left, right = -Q_bar @ op(X), -op(Q_bar) @ X
        return both(left, right) if callable(both) else left + right, Q_bar

    def of_discrete(A, X, K, X_bar, *, xp):
        Q_bar = sign * solved(matrix(turn(A)), X_bar)
        left, right = Q_bar @ A @ op(X), op(Q_bar) @ A @ X
        return both(left, right) if callable(both) else left + right, Q_bar

    return wrong(NAMES[0], op_vjp=of_continuous) | wrong(NAMES[1], op_vjp=of_discrete)


def spread(x, outputs):
    """A matrix broadcast to the batch of the solution, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:]))


RIGHT = formula()
MISTAKES = {
    "A counts once": formula(both=lambda left, right: left),
    "Q is taken for Hermitian": formula(both=lambda left, right: 2 * right),
    "The equation is not transposed": formula(turn=lambda A: A),
    "Transposes in place of adjoints": formula(turn=transpose, op=transpose),
    "The other sign of Q": formula(sign=-1.0),
    "Powers are summed": formula(matrix=summed),
    "The batch of Q is not summed for one A": given_other_inputs(NAMES[0], spread)
    | given_other_inputs(NAMES[1], spread),
}
