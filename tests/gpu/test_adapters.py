"""Gradients through the adapters of PyTorch and JAX on a GPU, compared with NumPy's.

The loss is the sum of the squares of all outputs, which does not depend on a gauge or on the order of
eigenvalues.
"""

import numpy as np
import pytest

import linalg_vjp as lv

from ..hosts.test_kept import floating
from ..random_inputs import BATCHED, regular

BATCHES = [(), (3,)]


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    if not torch.cuda.is_available():
        pytest.skip("not run: PyTorch finds no GPU here")
    return torch


@pytest.fixture
def jax():
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    if jax.default_backend() != "gpu":
        pytest.skip("not run: JAX finds no GPU here")
    with jax.enable_x64(True):
        yield jax


def wanted(name, inputs):
    """The gradient by `lv.vjp` on NumPy, with None for indices."""
    outputs, pull = lv.vjp(name, *inputs, **lv.RULES[name].typical)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    named = zip(lv.RULES[name].outputs, outputs, strict=True)
    return pull(*(None if label in lv.RULES[name].constant else 2 * y for label, y in named))


def compare(name, found, inputs):
    bars = [bar for bar, x in zip(wanted(name, inputs), inputs, strict=True) if x.dtype.kind == "f"]
    for ours, bar in zip(found, bars, strict=True):
        np.testing.assert_allclose(ours, bar, rtol=1e-8, atol=1e-8 * max(1, np.max(abs(bar), initial=0)))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("name", BATCHED)
def test_torch(name, batch, torch):
    from linalg_vjp.adapters import torch as L

    inputs = regular(name, *batch)
    there = [torch.asarray(x, device="cuda") for x in inputs]
    leaves = [x.requires_grad_() for x in there if x.is_floating_point()]
    outputs = floating(name, L.OPERATIONS[name](*there, **lv.RULES[name].typical))
    assert all(y.is_cuda for y in outputs)
    loss = sum((y.abs() ** 2).sum() for y in outputs)
    compare(name, [bar.cpu() for bar in torch.autograd.grad(loss, leaves)], inputs)


@pytest.mark.parametrize("name", BATCHED)
def test_jax(name, jax):
    """Compiled, for one matrix, because JAX has already compiled the batches of the vectors."""
    from linalg_vjp.adapters import jax as L

    inputs = regular(name)
    places = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]

    def loss(*moving):
        there = [jax.numpy.asarray(x) for x in inputs]
        for i, x in zip(places, moving, strict=True):
            there[i] = x
        outputs = floating(name, L.OPERATIONS[name](*there, **lv.RULES[name].typical))
        return sum((abs(y) ** 2).sum() for y in outputs)

    moving = [jax.numpy.asarray(inputs[i]) for i in places]
    compare(name, jax.jit(jax.grad(loss, tuple(range(len(places)))))(*moving), inputs)
