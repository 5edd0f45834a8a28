"""The adapter's functions for JAX: JAX's own checks, its transformations, and its transpose and our VJP."""

import numpy as np
import pytest

import linalg_vjp as lv

from ..random_inputs import BATCHED, general, is_hermitian, live_of, regular

jax = pytest.importorskip("jax", reason="not run: jax is not installed")

from linalg_vjp.adapters import jax as L  # noqa: E402
from linalg_vjp.testing.backends import load  # noqa: E402

load("jax").start()
jnp = jax.numpy


def inputs_of(name, *batch, dtype="float64"):
    return tuple(map(jnp.asarray, regular(name, *batch, dtype=dtype)))


def operation(name):
    """The function, restricted to outputs without a gauge; the input is made Hermitian if it must be."""

    def f(*inputs):
        if is_hermitian(name):
            inputs = tuple((x + jnp.conj(x.mT)) / 2 for x in inputs)
        found = L.OPERATIONS[name](*inputs, **lv.RULES[name].typical)
        found = found if isinstance(found, tuple) else (found,)
        named = zip(lv.RULES[name].outputs, found, strict=True)
        return tuple(
            jnp.abs(y) ** 2 if label in lv.RULES[name].gauge else y
            for label, y in named
            if label not in lv.RULES[name].constant
        )

    return f


@pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("name", lv.RULES)
def test_check_grads(name, order):
    """Forward and reverse mode on a batch of complex matrices under jit; at night also second derivatives."""
    from jax.test_util import check_grads

    of_live, live = live_of(name, operation(name), inputs_of(name, 2, dtype="complex128"))
    check_grads(jax.jit(of_live), live, order=order, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", BATCHED)
def test_transformations(name):
    def loss(*inputs):
        return sum((jnp.abs(y) ** 3).sum() for y in operation(name)(*inputs))

    inputs = inputs_of(name, 2)
    wanted = jax.grad(loss)(*inputs)
    np.testing.assert_allclose(jax.jit(jax.vmap(jax.grad(loss)))(*inputs), wanted, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(jax.jacfwd(loss)(*inputs), wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", lv.RULES)
def test_the_transpose_is_the_pullback(name):
    """JAX transposes our JVP to get a VJP. It agrees to rounding with our VJP, which the oracle has checked.

    This includes the identity, at which all singular values and eigenvalues are tied.
    """
    rule, params = lv.RULES[name], dict(lv.RULES[name].typical)
    points = [inputs_of(name, dtype="complex128")]
    if all(len(core) == 2 for core in rule.sides.inputs):
        points.append(tuple(jnp.eye(3) + 0j for _ in rule.inputs))
    for inputs in points:
        of_live, live = live_of(name, lambda *x: L.function(rule)(*x, **params), inputs)
        outputs, pull = jax.vjp(of_live, *live)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        bars = [y + 1j * y.sum() if jnp.iscomplexobj(y) else jnp.cos(y) for y in outputs]
        wanted = rule.vjp(inputs, outputs, bars, **params)
        bars = [jnp.conj(y) for y in bars]
        for i, (label, y) in enumerate(zip(rule.outputs, outputs, strict=True)):
            if label in rule.constant:
                whole = jnp.issubdtype(y.dtype, jnp.integer)
                bars[i] = np.zeros(y.shape, jax.dtypes.float0) if whole else jnp.zeros_like(y)
        found = pull(type(outputs)(*bars) if len(bars) > 1 else bars[0])
        for x, y in zip(found, (y for y in wanted if y is not None), strict=True):
            np.testing.assert_allclose(jnp.conj(x), y, rtol=1e-11, atol=1e-11)


def test_constants_and_zeros():
    A = inputs_of("lu")[0]
    assert jax.jvp(lambda A: L.lu(A, p_indices=True).P, (A,), (A,))[1].dtype == jax.dtypes.float0
    assert not jax.grad(lambda A: L.lu(A).P.sum())(A).any()
    # The loss uses only the singular values at a tie, so no 0/0 enters the gradient.
    assert jnp.array_equal(jax.grad(lambda A: L.svd(A)[1].sum())(jnp.eye(3)), jnp.eye(3))


def test_numpy_s_arrays_are_constants():
    A, B = (np.asarray(x) for x in inputs_of("solve"))
    found = jax.grad(lambda B: L.solve(A, B).sum())(B)
    np.testing.assert_allclose(found, np.linalg.solve(A.T, np.ones_like(B)), rtol=1e-12)


def test_errors():
    with pytest.raises(TypeError, match="got 2 positional arguments; the signature is"):
        L.lu(jnp.eye(2), True)  # permute_l in jax.scipy, but p_indices is our first keyword
    with pytest.raises(ValueError, match='qr: gauge="check" looks at cotangents'):
        L.qr(jnp.eye(2), gauge="check")
    with pytest.raises(ValueError, match="inv: A has shape"):
        jax.jit(L.inv)(jnp.ones((2, 3)))


def test_a_vector_is_differentiated_twice():
    """An axis that a vector lacks is missing from kept values too."""
    A, B = inputs_of("solve")

    def second(loss, *at):
        gradient = jax.grad(loss)
        return jax.grad(lambda A: (gradient(A, *at[1:]) * A).sum())(at[0])

    vector = second(lambda A, b: (L.solve(A, b) ** 3).sum(), A, B[:, 0])
    matrix = second(lambda A, b: (L.solve(A, b) ** 3).sum(), A, B[:, :1])
    np.testing.assert_allclose(vector, matrix, rtol=1e-12)


@pytest.mark.parametrize("rtol", [0.1, np.asarray([0.1, 0.2])], ids=["number", "array"])
def test_the_next_call_compiles_nothing(rtol):
    """This includes a keyword that is an array, which differs from call to call."""
    A, compiled = jnp.asarray(general(2, 4, 3, dtype="float32")), []

    def gradient():
        tolerance = jnp.asarray(rtol) if np.ndim(rtol) else rtol
        return jax.grad(lambda A: L.pinv(A, rtol=tolerance).sum())(A)

    gradient()
    jax.monitoring.register_event_duration_secs_listener(lambda event, _, **__: compiled.append(event))
    gradient()
    assert not [event for event in compiled if "backend_compile" in event]
    compiled.clear()
    jax.jit(lambda A: A + 1)(A)
    assert [event for event in compiled if "backend_compile" in event]
