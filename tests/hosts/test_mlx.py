"""The adapter's functions for MLX on a CPU: gradients, forward mode, second derivatives, vmap and compile."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing.backends import load

from ..random_inputs import BATCHED, general, live_of, regular
from .test_kept import ITERATED

mx = pytest.importorskip("mlx.core", reason="not run: mlx is not installed")

from linalg_vjp.adapters import mlx as L  # noqa: E402

load("mlx").start()


def loss_of(name):
    """A loss of the outputs without a gauge."""
    rule = lv.RULES[name]
    params = lv.RULES[name].typical

    def loss(*inputs):
        found = L.OPERATIONS[name](*inputs, **params)
        found = found if isinstance(found, tuple) else (found,)
        live = [y for y, label in zip(found, rule.outputs, strict=True) if label not in rule.constant]
        return sum((mx.abs(y) ** 3).sum() for y in live)

    return loss


@pytest.mark.parametrize("name", lv.RULES)
def test_the_border(name):
    """MLX's pullback and pushforward equal the rule's, at the same cotangents and tangents."""
    rule, params = lv.RULES[name], lv.RULES[name].typical
    whole = [mx.array(x) for x in regular(name, 2, dtype="float32")]
    loss, inputs = live_of(name, loss_of(name), whole)
    outputs, pull = lv.vjp(name, *whole, **params)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    bars = [3 * mx.abs(y) * y for y in outputs]
    bars = [None if label in rule.constant else y for label, y in zip(rule.outputs, bars, strict=True)]
    wanted = [bar for bar in pull(*bars) if bar is not None]
    found = mx.grad(loss, argnums=list(range(len(inputs))))(*inputs)
    found = found if isinstance(found, tuple) else (found,)
    for x, y in zip(found, wanted, strict=True):
        np.testing.assert_allclose(x, y, rtol=2e-4, atol=2e-4)
    inputs = list(inputs)
    _, (slope,) = mx.jvp(loss, inputs, inputs)
    paired = sum(float((x * y).sum()) for x, y in zip(wanted, inputs, strict=True))
    assert abs(slope.item() - paired) <= 1e-4 * sum(
        float(mx.abs(x * y).sum()) for x, y in zip(wanted, inputs, strict=True)
    )


# MLX compiles every step of an iteration separately, which takes minutes and gigabytes.
COMPILED = [pytest.param(name, marks=[pytest.mark.nightly] * (name in ITERATED)) for name in BATCHED]


@pytest.mark.parametrize("name", COMPILED)
def test_compile(name):
    loss, inputs = loss_of(name), [mx.array(x) for x in regular(name, 2, dtype="float32")]
    wanted = mx.grad(loss)(*inputs)
    np.testing.assert_allclose(mx.compile(mx.grad(loss))(*inputs), wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", BATCHED)
def test_vmap(name):
    loss, inputs = loss_of(name), [mx.array(x) for x in regular(name, 2, dtype="float32")]
    wanted = mx.grad(loss)(*inputs)
    no_vmap = {"qr", "qr_pivoted", "schur", "solve"}
    no_vmap |= {"solve_discrete_lyapunov", "solve_continuous_are", "solve_discrete_are"}
    if name in no_vmap.union(ITERATED):  # MLX cannot batch their forwards
        with pytest.raises(ValueError, match=r"\[Primitive::vmap\] Not implemented"):
            mx.vmap(mx.grad(loss))(*inputs)
    else:
        np.testing.assert_allclose(mx.vmap(mx.grad(loss))(*inputs), wanted, rtol=1e-3, atol=1e-3)


def test_the_default_triangle_is_mlx_s():
    A, B = (mx.array(general(3, n, dtype="float32")) for n in (3, 2))
    wanted = mx.linalg.solve_triangular(A, B, stream=mx.cpu)
    np.testing.assert_allclose(L.solve_triangular(A, B), wanted, rtol=1e-4)


def test_complex_slopes_are_in_our_convention():
    A = mx.array(general(3, 2, dtype="complex64"))
    found = mx.grad(lambda A: L.vector_norm(A))(A)
    np.testing.assert_allclose(found, A / mx.linalg.norm(A), rtol=1e-5)


def test_errors():
    with pytest.raises(TypeError, match="svd: unknown keyword 'compute_uv'"):
        L.svd(mx.eye(2), compute_uv=False)
