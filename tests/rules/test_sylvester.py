"""Tests of sylvester_h. Real matrices, a square X, or a single equation can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general, positive
from .mistakes import adjoint, given_other_inputs, hermitian, same, transpose, wrong


@pytest.mark.parametrize(("m", "n"), [(0, 2), (1, 1), (2, 3), (4, 2)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(m, n, dtype, target):
    inputs = positive(2, m, dtype=dtype), positive(2, n, dtype=dtype), general(2, m, n, dtype=dtype)
    check_rule("sylvester_h", [target.asarray(x) for x in inputs])


def test_the_solution_is_that_of_scipy(target):
    H, K, C = positive(3), positive(2), general(3, 2)
    X = to_numpy(lv.vjp("sylvester_h", *map(target.asarray, (H, K, C)))[0])
    np.testing.assert_allclose(X, scipy.linalg.solve_sylvester(H, K, C), rtol=1e-12)


@pytest.mark.parametrize("w", [[1.0, 1.0, 3.0], [2.0, 2.0, 2.0], [1.0, 1.0 + 2.0**-40, 2.0]], ids=str)
def test_second_derivatives_at_ties(w):
    turn = np.linalg.qr(general(3, 3))[0]
    H = hermitian((turn * w) @ turn.T)
    check_rule("sylvester_h", [H, np.eye(2), general(3, 2)], twice=True)


def test_what_is_not_finite_stays_in_its_place(target):
    H = np.stack([np.eye(2), np.eye(2), np.diag([1.0, -2.0])])
    H[0, 0, 0] = np.nan
    for K in (2 * np.stack([np.eye(2)] * 3), 2 * np.eye(2)):
        X, pullback = lv.vjp("sylvester_h", *map(target.asarray, (H, K, np.ones((2, 2)))))
        found = to_numpy(X)
        assert np.all(np.isfinite(found[1]))
        assert np.any(np.isnan(found[2]))  # divides by 2 - 2
        bars = pullback(target.asarray(np.ones_like(found)))
        assert np.all(np.isfinite(to_numpy(bars[0])[1]))


C, E = general(2, 2), hermitian(general(2, 2, seed=1))


def test_derivatives_of_pytorch_at_ties():
    """Derivatives of sum(X**2) at H = K = 2 I along E: the second is right, the third raises."""
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    from linalg_vjp.adapters import torch as L

    I, c, e = (torch.asarray(x) for x in (np.eye(2), C, E))

    def loss(t):
        return (L.sylvester_h(2 * I + t * e, 2 * I, c) ** 2).sum()

    t = torch.zeros((), dtype=torch.float64)
    second = torch.func.grad(torch.func.grad(loss))
    np.testing.assert_allclose(second(t), by_differences(), rtol=1e-7)
    with pytest.raises(NotImplementedError, match="no third"):
        torch.func.grad(second)(t)
    t = t.requires_grad_()
    (first,) = torch.autograd.grad(loss(t), t, create_graph=True)
    (second,) = torch.autograd.grad(first, t, create_graph=True)
    np.testing.assert_allclose(second.detach(), by_differences(), rtol=1e-7)
    with pytest.raises(NotImplementedError, match="no third"):
        second.backward()


def test_derivatives_of_jax_at_ties():
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    def loss(t):
        return (L.sylvester_h(2 * np.eye(2) + t * E, 2 * np.eye(2), C) ** 2).sum()

    with jax.enable_x64():
        for second in (jax.grad(jax.jit(jax.grad(loss))), jax.jacfwd(jax.grad(loss))):
            np.testing.assert_allclose(second(0.0), by_differences(), rtol=1e-7)
        with pytest.raises(NotImplementedError, match="no third"):
            jax.grad(second)(0.0)


def test_derivatives_of_autograd_at_ties():
    autograd = pytest.importorskip("autograd", reason="not run: autograd is not installed")
    from linalg_vjp.adapters import autograd as L

    solution = L.function(lv.RULES["sylvester_h"])

    def loss(t):
        return autograd.numpy.sum(solution(2 * np.eye(2) + t * E, 2 * np.eye(2), C) ** 2)

    second = autograd.grad(autograd.grad(loss))
    np.testing.assert_allclose(second(0.0), by_differences(), rtol=1e-7)
    with pytest.raises(NotImplementedError, match="no third"):
        autograd.grad(second)(0.0)


def by_differences():
    def loss(t):
        return np.sum(scipy.linalg.solve_sylvester(2 * np.eye(2) + t * E, 2 * np.eye(2), C) ** 2)

    h = 1e-3
    return (-loss(2 * h) + 16 * loss(h) - 30 * loss(0) + 16 * loss(-h) - loss(-2 * h)) / (12 * h * h)


# The mistakes of rules/sylvester.md.
def formula(order=False, part=hermitian, op=adjoint, sign=1.0):
    def op_vjp(H, K, X, V, W, sums, X_bar, *, xp):
        (w, V), (u, W) = np.linalg.eigh(H), np.linalg.eigh(K)
        gaps = w[..., :, None] + sign * u[..., None, :]
        C_bar = V @ (op(V) @ X_bar @ W / np.where(gaps == 0, 1, gaps)) @ op(W)
        left, right = C_bar @ op(X), op(X) @ C_bar
        if order and left.shape == right.shape:
            left, right = right, left
        if order and left.shape != right.shape:
            left = np.sum(right, axis=(-2, -1), keepdims=True) + 0 * left
        return -part(left), -part(right), C_bar

    return wrong("sylvester_h", op_vjp=op_vjp)


def spread(x, outputs):
    """A coefficient broadcast to the batch of the solution, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:]))


RIGHT = formula()
MISTAKES = {
    "The order of the factors is lost": formula(order=True),
    "The cotangents are not Hermitian": formula(part=same),
    "Transposes in place of adjoints": formula(op=transpose),
    "Differences in place of sums": formula(sign=-1.0),
    "The batch of C is not summed for one H": given_other_inputs("sylvester_h", spread),
}
