"""Tests of Riccati equations. A single, real or stable equation, or a Hermitian cotangent, hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import exact, to_numpy
from linalg_vjp.testing.oracles import ORACLES

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, hermitian, kron, same, transpose, wrong

NAMES = ("solve_continuous_are", "solve_discrete_are")


def system(*batch, n, m, dtype="float64"):
    A, B = general(*batch, n, n, dtype=dtype), general(*batch, n, m, dtype=dtype, seed=1)
    Q, R = (general(*batch, k, k, dtype=dtype, seed=2 + i) / 8 for i, k in enumerate((n, m)))
    Q, R = (np.asarray(np.eye(x.shape[-1]) + (x + adjoint(x)) / 2, dtype) for x in (Q, R))
    return np.asarray(0.5 * A, dtype), B, Q, R


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "m"), [(0, 2), (1, 1), (3, 1), (3, 3), (2, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(name, n, m, dtype, target):
    check_rule(name, [target.asarray(x) for x in system(2, n=n, m=m, dtype=dtype)])


@pytest.mark.parametrize("name", NAMES)
def test_real_and_complex_together(name, target):
    A, B, _, R = system(n=3, m=2)
    Q = system(n=3, m=2, dtype="complex128")[2]
    check_rule(name, [target.asarray(x) for x in (A, B, Q, R)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_the_solutions_are_those_of_scipy(name, dtype, target):
    inputs = system(n=4, m=2, dtype=dtype)
    X = to_numpy(lv.vjp(name, *map(target.asarray, inputs))[0])
    np.testing.assert_allclose(X, getattr(scipy.linalg, name)(*inputs), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives(name, dtype):
    check_rule(name, list(system(n=3, m=2, dtype=dtype)), twice=True)


JORDAN = -0.5 * np.eye(5) + np.eye(5, k=1)
HARD = {  # with the condition, the smaller one of both equations, by differences of exact solutions
    "a Jordan block": ((JORDAN, np.eye(5)[:, 4:], np.eye(5), np.eye(1)), 2),
    "a double integrator": ((np.eye(2, k=1), np.eye(2)[:, 1:], np.eye(2), np.eye(1)), 0.8),
    "a slow filter": (
        (np.eye(2) + 0.1 * np.eye(2, k=1), 0.1 * np.eye(2)[:, 1:], 0.01 * np.eye(2), np.eye(1)),
        19,
    ),
    "cheap controls": ((general(4, 4), general(4, 2, seed=1), np.eye(4), 1e-6 * np.eye(2)), 1.7),
    "dear controls": ((general(4, 4), general(4, 2, seed=1), np.eye(4), 1e6 * np.eye(2)), 3.8),
    "large states": ((general(4, 4), general(4, 2, seed=1), 1e8 * np.eye(4), np.eye(2)), 1.7),
    "a large corner": (([[-0.5, 1e4], [0, -0.25]], [[1.0], [2.0]], np.eye(2), np.eye(1)), 12),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("inputs", "condition"), HARD.values(), ids=HARD.keys())
def test_accuracy(name, inputs, condition, target):
    """The error is within 100 units of eps times the condition, or 1.2 times SciPy's error."""
    inputs = [to_numpy(target.asarray(np.asarray(x))) for x in inputs]
    X = to_numpy(lv.RULES[name].forward(*map(target.asarray, inputs))[0])
    wanted = np.asarray(ORACLES[name](*map(exact, inputs), like=[X])[0], "float64")
    error = np.linalg.norm(X - wanted) / np.linalg.norm(wanted)
    scipys = np.linalg.norm(getattr(scipy.linalg, name)(*inputs) - wanted) / np.linalg.norm(wanted)
    assert error <= max(100 * condition * np.finfo(X.dtype).eps, 1.2 * scipys)


def test_what_has_no_solution_stays_in_its_place(target):
    """The last two systems cannot control their second state, which grows or stays constant."""
    A = np.stack([np.eye(2), 0.5 * np.eye(2), np.diag([0.5, 2.0]), np.diag([0.5, 1.0])])
    A[0, 0, 0] = np.nan
    inputs = A, np.asarray([[1.0, 0.0], [0.0, 0.0]]), np.eye(2), np.eye(2)
    B = np.stack([np.eye(2), np.eye(2), inputs[1], inputs[1]])
    for name in NAMES:
        X, pullback = lv.vjp(name, *map(target.asarray, (A, B, np.eye(2), np.eye(2))))
        found = to_numpy(X)
        assert np.all(np.isfinite(found[1]))
        assert np.any(np.isnan(found[0]))
        assert np.any(np.isnan(found[2]))
        assert np.any(np.isnan(found[3]))
        for bar in pullback(target.asarray(np.ones_like(found)))[:2]:
            assert np.all(np.isfinite(to_numpy(bar)[1]))


# The mistakes of rules/solve_are.md.
def formula(part=hermitian, turn=same, op=adjoint, closed=True, both=2.0, of_R=1.0, gain=False):
    """The solution S of the adjoint Lyapunov equation of the closed loop C, and the products with it."""

    def solved(M, Q):
        batch = np.broadcast_shapes(M.shape[:-2], Q.shape[:-2])
        q = np.broadcast_to(Q, (*batch, *Q.shape[-2:])).reshape(*batch, Q.shape[-1] ** 2, 1)
        M = np.broadcast_to(M, (*batch, *M.shape[-2:]))
        return np.linalg.solve(M, q).reshape(*batch, *Q.shape[-2:])

    def pulled(F, Y, S):
        B_bar = -both * Y @ S @ op(F)
        if gain:
            B_bar = B_bar + Y @ S @ op(F)
        return both * Y @ S, B_bar, S, of_R * F @ S @ op(F)

    def of_continuous(A, B, X, F, K, X_bar, *, xp):
        one = np.eye(A.shape[-1])
        C = turn(A - B @ F if closed else A)
        return pulled(F, X, solved(kron(C, one) + kron(one, op(C).mT), -part(X_bar)))

    def of_discrete(A, B, X, F, K, X_bar, *, xp):
        C = A - B @ F
        D = turn(C if closed else A)
        return pulled(F, X @ C, solved(np.eye(A.shape[-1] ** 2) - kron(D, op(D).mT), part(X_bar)))

    return wrong(NAMES[0], op_vjp=of_continuous) | wrong(NAMES[1], op_vjp=of_discrete)


def spread(x, outputs):
    """A matrix broadcast to the batch of the solution, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:]))


RIGHT = formula()
MISTAKES = {
    "The gain moves, too": formula(gain=True),
    "The open loop in place of the closed one": formula(closed=False),
    "The equation is not transposed": formula(turn=adjoint),
    "Transposes in place of adjoints": formula(op=transpose),
    "The cotangent of X is not made Hermitian": formula(part=same),
    "A counts once": formula(both=1.0),
    "R is forgotten": formula(of_R=-1.0),
    "The batch of Q is not summed for one A": given_other_inputs(NAMES[0], spread)
    | given_other_inputs(NAMES[1], spread),
}
