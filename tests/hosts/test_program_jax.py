"""These functions in JAX programs: loops, checkpoints, devices and copies."""

import functools
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ..random_inputs import general

jax = pytest.importorskip("jax", reason="not run: jax is not installed")
import jax.numpy as jnp  # noqa: E402

from linalg_vjp.adapters import jax as L  # noqa: E402
from linalg_vjp.adapters import jax_scipy  # noqa: E402

ROOT = Path(__file__).parents[2]
# One function of each kind: a named tuple with a gauge, a factorization that JAX does not differentiate, an
# equation, an iteration, a function of jax.scipy, and one that JAX lacks.
KINDS = {
    "svd": lambda A: (L.svd(A).S ** 2).sum() + (L.svd(A).U ** 4).sum(),
    "qr": lambda A: (L.qr(A, mode="complete").R ** 2).sum(),
    "solve": lambda A: (L.solve(A, A.mT) ** 2).sum(),
    "sqrtm": lambda A: jax_scipy.sqrtm(A @ A.mT).real.sum(),
    "lu": lambda A: (jax_scipy.lu(A)[2] ** 2).sum(),
    "polar": lambda A: (L.polar(A).U ** 3).sum(),
}
every_kind = pytest.mark.parametrize("loss", KINDS.values(), ids=KINDS)


def square(*batch, dtype="float32"):
    return jnp.asarray(general(*batch, 3, 3, dtype=dtype) + 3 * np.eye(3, dtype=dtype))


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=2e-4, atol=2e-4)


@every_kind
def test_scan(loss):
    """A gradient inside the body of a loop, and the gradient of the loop."""

    def step(A, _):
        return A - 0.01 * jax.grad(loss)(A), loss(A)

    A = square()
    end, values = jax.jit(lambda A: jax.lax.scan(step, A, length=2))(A)
    close(end, step(step(A, None)[0], None)[0])
    close(values[0], loss(A))
    through = jax.grad(lambda A: jax.lax.scan(lambda A, _: (A * 0.9, loss(A)), A, length=2)[1].sum())(A)
    close(through, jax.grad(lambda A: loss(A) + loss(0.9 * A))(A))


@every_kind
def test_checkpoints(loss):
    A = square()
    close(jax.jit(jax.grad(jax.checkpoint(loss)))(A), jax.grad(loss)(A))


def on_devices():
    """Compare gradients by shard_map and pmap on four devices with single ones. Runs in its own process."""
    assert jax.device_count() == 4
    mesh = jax.make_mesh((4,), ("batch",))
    P = jax.sharding.PartitionSpec
    A = square(8)
    at = jax.device_put(A, jax.sharding.NamedSharding(mesh, P("batch")))
    for loss in KINDS.values():
        wanted = jax.vmap(jax.grad(loss))(A)
        # JAX wants a loop carry to vary over the devices from the start; this turns that check off.
        split = jax.shard_map(jax.vmap(jax.grad(loss)), mesh=mesh, out_specs=P("batch"), check_vma=False)
        close(jax.jit(split)(at), wanted)
        close(jax.pmap(jax.grad(loss))(A[:4]), wanted[:4])


def test_devices():
    code = "from tests.hosts.test_program_jax import on_devices; on_devices()"
    flags = {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **flags}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.mark.filterwarnings("ignore:Some donated buffers were not usable:UserWarning")
def test_donated_buffers():
    wanted = jax.grad(KINDS["qr"])(square())
    update = jax.jit(jax.grad(KINDS["qr"]), donate_argnums=0)
    close(update(square()), wanted)


@pytest.mark.parametrize("x64", [False, True])
def test_precision_is_that_of_jax(x64):
    """Without x64, a NumPy array in double precision becomes single, as in jax.numpy.linalg."""
    A = general(3, 3)
    with jax.enable_x64(x64):
        wanted = jnp.linalg.svd(A)[1].dtype
        assert wanted == ("float64" if x64 else "float32")
        assert L.svd(A).S.dtype == L.inv(np.eye(3, dtype=int)).dtype == wanted
        assert jax.grad(KINDS["svd"])(jnp.asarray(A)).dtype == wanted


def test_eager_calls_are_compiled_once():
    """A second call with the same keywords does not trace again."""
    traced = []

    def f(A):
        traced.append(A)
        return KINDS["solve"](A)

    compiled = jax.jit(jax.grad(f))
    compiled(square()), compiled(square() + 1)
    assert len(traced) == 1
    with jax.no_tracing():
        compiled(square())


@pytest.mark.parametrize("name", ["svd", "eigh", "qr", "slogdet", "lstsq", "polar"])
def test_results_are_copied(name):
    A = square()
    result = L.lstsq(A, A) if name == "lstsq" else getattr(L, name)(A)
    again = pickle.loads(pickle.dumps(result))
    assert type(again) is type(result)
    loss = pickle.loads(pickle.dumps(functools.partial(L.matrix_norm, ord="nuc")))
    close(jax.grad(loss)(A), jax.grad(lambda A: L.matrix_norm(A, ord="nuc"))(A))


def test_what_was_traced_before_an_installation_is_traced_again():
    """Functions that were traced while installed are traced again afterwards, too."""
    tied = jnp.asarray(2 * np.eye(3, dtype="float32"))

    @jax.jit
    def loss(A):
        U, _, Vh = jnp.linalg.svd(A)
        return (U @ Vh)[0, 1]

    assert jnp.isnan(jax.grad(loss)(tied)).any()
    with L.install():
        assert jax.grad(loss)(tied)[0, 1] == 0.25
    assert jnp.isnan(jax.grad(loss)(tied)).any()
