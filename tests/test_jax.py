"""The rules under JAX's transformations: jit, vmap, grad of grad, sharded batches, and with x64 off."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing.backends import load

from .hosts.test_kept import ITERATED
from .random_inputs import BATCHED, is_hermitian, live_of, regular

jax = pytest.importorskip("jax", reason="not run: jax is not installed")
load("jax").start()

ROOT = Path(__file__).parents[1]


def inputs_of(name, *batch, dtype="float64"):
    return tuple(map(jax.numpy.asarray, regular(name, *batch, dtype=dtype)))


def both(name):
    """A function of the inputs that returns the pullback and the pushforward."""
    rule, params = lv.RULES[name], dict(lv.RULES[name].typical)

    def f(*inputs):
        outputs = rule.forward(*inputs, **params)
        pushed = rule.jvp(inputs, outputs, inputs, **params)
        return [x for x in (*rule.vjp(inputs, outputs, outputs, **params), *pushed) if x is not None]

    return f


@pytest.mark.parametrize("name", BATCHED)
def test_jit_and_vmap(name):
    for dtype in ("float64", "complex128"):
        inputs = inputs_of(name, 2, dtype=dtype)
        batched = jax.jit(both(name))(*inputs)
        for x, y in zip(jax.jit(jax.vmap(both(name)))(*inputs), batched, strict=True):
            assert x.dtype == y.dtype
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", lv.RULES)
def test_the_pullback_is_differentiated_again(name):
    """JAX differentiates it in reverse and in forward mode. Differences give the true values."""
    rule, params = lv.RULES[name], dict(lv.RULES[name].typical)
    if rule.page in ("eig", "schur"):
        pytest.skip(f"not run: JAX has no derivative of its own {rule.page}; through the adapter it has")

    def f(*inputs):
        if is_hermitian(name):
            inputs = tuple((x + x.mT) / 2 for x in inputs)
        outputs = rule.forward(*inputs, **params)
        bars = [y**3 if y.ndim < 2 else y * y.sum(axis=-2, keepdims=True) ** 2 for y in outputs]
        bars = rule.vjp(inputs, outputs, bars, **params)
        return sum((x * w).sum() for x, w in zip(bars, inputs, strict=True) if x is not None)

    from jax.test_util import check_grads

    of_live, live = live_of(name, f, inputs_of(name))
    if name in ITERATED or rule.page == "solve_are":
        with pytest.raises((ValueError, NotImplementedError), match=r"while_loop|no second derivative"):
            jax.grad(of_live)(*live)
        pytest.skip("not run: JAX has no derivative of a loop backwards; through the adapter it has")
    check_grads(jax.jit(of_live), live, order=1, atol=1e-5, rtol=1e-5)


SHARDED = """
import re
import sys
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
from jax.sharding import Mesh, NamedSharding, PartitionSpec
sys.path.insert(0, ".")
import linalg_vjp as lv
from tests.test_jax import BATCHED, both, inputs_of

devices = jax.devices()
assert len(devices) == 4
sharding = NamedSharding(Mesh(np.asarray(devices), ("batch",)), PartitionSpec("batch"))
# The operations that move data, and not those that read what one of them gave.
moves = re.compile(r" (all-gather|all-to-all|all-reduce|collective-permute)[a-z-]*\\(")
# A single truth value for all may travel, by which a rule chooses what to run.
choice = re.compile(r"= \\(?(pred\\[\\][, ]*|/\\*index=\\d+\\*/)+\\)? [a-z-]+\\(")  # it gives nothing else
for name in BATCHED:
    inputs = inputs_of(name, 8)
    placed = tuple(jax.device_put(x, sharding) for x in inputs)
    compiled = jax.jit(both(name)).lower(*placed).compile()
    gathers = [line for line in compiled.as_text().splitlines() if moves.search(line)]
    gathers = [line for line in gathers if not choice.search(line)]
    assert not gathers, (name, gathers[:3])
    for x, y in zip(compiled(*placed), jax.jit(both(name))(*inputs), strict=True):
        if not np.any(x):
            continue  # a zero is a constant, and lies anywhere
        assert [shard.data.shape[0] for shard in x.addressable_shards] == [2, 2, 2, 2], (name, x.sharding)
        np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)
    print(name)
"""


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "JAX_PLATFORMS": "cpu", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_sharded_batch_stays_sharded():
    """On four devices: nothing is gathered, and each result is on the device of its matrices."""
    found = run(SHARDED, XLA_FLAGS="--xla_force_host_platform_device_count=4")
    assert found.returncode == 0, found.stderr[-3000:]
    assert found.stdout.split() == BATCHED


SINGLE = """
import jax, jax.numpy as jnp, numpy as np
import linalg_vjp as lv
from linalg_vjp.testing.vectors import load
assert not jax.config.jax_enable_x64
for name in ("qr", "lu", "eigh", "svd", "det", "pinv"):
    rule = lv.RULES[name]
    vector = next(v for v in load(name) if not v.marks and all(b is not None for b in v.cotangents[1:]))
    inputs, outputs, bars = ([None if x is None else jnp.asarray(x) for x in s] for s in vector[4:7])
    (A_bar,) = rule.vjp(inputs, outputs, bars, **vector.params)
    assert A_bar.dtype == jnp.float32
    assert np.max(np.abs(A_bar - vector.pulled[0])) <= 1e-4 * np.max(np.abs(vector.pulled[0])), name
    for y, right in zip(rule.forward(*inputs, **vector.params), vector.outputs):
        assert y.dtype != jnp.float64 and y.shape == right.shape
"""


def test_without_x64():
    found = run("import warnings; warnings.simplefilter('error')\n" + SINGLE, JAX_ENABLE_X64="0")
    assert found.returncode == 0, found.stderr[-3000:]
