"""Models of real libraries, trained with these functions installed."""

from collections import Counter

import numpy as np
import pytest

from ..said_by_torch import SAID_BY_TORCH

pytestmark = SAID_BY_TORCH
X = np.linspace(0, 1, 20)
Y = np.sin(6 * X) + 0.1 * np.cos(40 * X)


def gaussian_process(steps):
    """The losses of a GPyTorch regression, its last gradient, and the same gradient by differences."""
    gpytorch = pytest.importorskip("gpytorch", reason="not run: gpytorch is not installed")
    import torch

    class Model(gpytorch.models.ExactGP):
        def __init__(self, x, y, likelihood):
            super().__init__(x, y, likelihood)
            self.mean_module = gpytorch.means.ConstantMean()
            self.covar_module = gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel())

        def forward(self, x):
            return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))

    x, y, likelihood = torch.asarray(X), torch.asarray(Y), gpytorch.likelihoods.GaussianLikelihood()
    model = Model(x, y, likelihood).double().train()
    marginal = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, model)
    parameters = [*model.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.1)
    losses = []

    def loss():
        return -marginal(model(x), y)

    for _ in range(steps):
        optimizer.step()
        optimizer.zero_grad()
        value = loss()
        value.backward()
        losses.append(value.item())
    slopes = []
    for p in parameters:
        with torch.no_grad():
            flat, h = p.view(-1), 1e-5
            flat[0] += h
            above = float(loss())
            flat[0] -= 2 * h
            slopes.append((float(p.grad.view(-1)[0]), (above - float(loss())) / (2 * h)))
            flat[0] += h
    return losses, slopes


def test_a_gaussian_process_of_gpytorch(monkeypatch):
    pytest.importorskip("torch", reason="not run: torch is not installed")
    from linalg_vjp.adapters import _torch
    from linalg_vjp.adapters import torch as L

    seen, forward = Counter(), _torch.forward_keeping

    def counted(frame, inputs):
        seen[frame.rule.name] += 1
        return forward(frame, inputs)

    monkeypatch.setattr(_torch, "forward_keeping", counted)
    own, _ = gaussian_process(10)
    assert not seen
    with L.install():
        losses, slopes = gaussian_process(10)
    assert seen["solve_triangular"] >= 10
    np.testing.assert_allclose(losses, own, rtol=1e-12)
    for slope, difference in slopes:
        assert abs(slope - difference) <= 1e-7 * max(1, abs(difference))


def bayesian_model(steps):
    """The losses of a NumPyro fit of a Gaussian process with unknown length scale and noise."""
    numpyro = pytest.importorskip("numpyro", reason="not run: numpyro is not installed")
    import jax
    import jax.numpy as jnp
    from numpyro import distributions as of
    from numpyro.infer import SVI, Trace_ELBO, autoguide

    def model(y):
        length = numpyro.sample("length", of.LogNormal(0.0, 1.0))
        noise = numpyro.sample("noise", of.LogNormal(-2.0, 1.0))
        K = jnp.exp(-((X[:, None] - X) ** 2) / (2 * length**2)) + (noise**2 + 1e-6) * jnp.eye(len(X))
        numpyro.sample("y", of.MultivariateNormal(jnp.zeros(len(X)), covariance_matrix=K), obs=y)

    guide = autoguide.AutoDelta(model)
    fit = SVI(model, guide, numpyro.optim.Adam(0.05), Trace_ELBO())
    result = fit.run(jax.random.key(0), steps, jnp.asarray(Y), progress_bar=False)
    density = jax.jit(lambda at: numpyro.infer.util.log_density(model, (jnp.asarray(Y),), {}, at)[0])
    at = {"length": jnp.asarray(0.3), "noise": jnp.asarray(0.2)}
    slopes, h = jax.grad(density)(at), 1e-5
    return np.asarray(result.losses), [
        (
            float(slopes[name]),
            float(density({**at, name: at[name] + h}) - density({**at, name: at[name] - h})) / (2 * h),
        )
        for name in at
    ]


def test_a_bayesian_model_of_numpyro(monkeypatch):
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import _jax
    from linalg_vjp.adapters import jax as L

    seen, forward = Counter(), _jax.forward_keeping

    def counted(frame, inputs):
        seen[frame.rule.name] += 1
        return forward(frame, inputs)

    monkeypatch.setattr(_jax, "forward_keeping", counted)
    with jax.enable_x64(True):
        own, _ = bayesian_model(20)
        assert not seen
        with L.install():
            losses, slopes = bayesian_model(20)
    assert seen["cholesky"] >= 1  # traced once, then compiled for all steps
    np.testing.assert_allclose(losses, own, rtol=1e-10)
    for slope, difference in slopes:
        assert abs(slope - difference) <= 1e-6 * max(1, abs(difference))


def test_operators_that_are_no_tensors_stay_those_of_their_library():
    """GPyTorch's linear operators override functions of torch.linalg through `__torch_function__`."""
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    linear_operator = pytest.importorskip("linear_operator", reason="not run: gpytorch is not installed")
    from linalg_vjp.adapters import torch as L

    A = torch.asarray([[4.0, 1.0], [1.0, 3.0]])
    operator = linear_operator.to_linear_operator(A)
    with L.install():
        torch.testing.assert_close(torch.linalg.cholesky(operator).to_dense(), torch.linalg.cholesky(A))
        torch.testing.assert_close(torch.linalg.eigvalsh(operator), torch.linalg.eigvalsh(A))
        torch.testing.assert_close(torch.linalg.solve(operator, A), torch.eye(2))
