"""The adapter's functions for TensorFlow: first and second derivatives, eager and in graphs."""

import numpy as np
import pytest

import linalg_vjp as lv

from ..random_inputs import is_hermitian, regular

tf = pytest.importorskip("tensorflow", reason="not run: tensorflow is not installed")

from linalg_vjp.adapters import tensorflow as L  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def tensors(name, *batch):
    return [tf.constant(np.asarray(x, order="C")) for x in regular(name, *batch)]


def loss_of(name):
    """A loss of the outputs without a gauge; the input is made Hermitian if it must be."""
    rule = lv.RULES[name]

    def loss(*x):
        if is_hermitian(name):
            x = [(v + tf.linalg.adjoint(v)) / 2 if len(v.shape) > 1 else v for v in x]
        found = L.OPERATIONS[name](*x, **rule.typical)
        named = zip(rule.outputs, found if isinstance(found, tuple) else (found,), strict=True)
        total = tf.zeros((), tf.float64)
        for label, y in named:
            if label not in rule.constant:
                total += tf.cast(tf.reduce_sum(tf.abs(y) ** 3), tf.float64)
        return total

    return loss


def slopes(loss, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(*x)
    return tape.gradient(value, live(x), unconnected_gradients="zero")


def live(x):
    return [v for v in x if v.dtype.is_floating or v.dtype.is_complex]


def along(x, w, h):
    """The inputs, moved along the tangents."""
    w = iter(w)
    return [v + h * next(w) if v.dtype.is_floating else v for v in x]


def paired(bars, w):
    return float(sum(tf.reduce_sum(a * b) for a, b in zip(bars, w, strict=True)))


@pytest.mark.parametrize("name", lv.RULES)
def test_once_and_twice(name):
    loss, x, h = loss_of(name), tensors(name), 1e-5
    random = np.random.default_rng(1)
    w = [tf.constant(random.standard_normal(v.shape)) for v in live(x)]
    difference = (loss(*along(x, w, h)) - loss(*along(x, w, -h))) / (2 * h)
    assert paired(slopes(loss, x), w) == pytest.approx(float(difference), rel=1e-6, abs=1e-6)

    def slope(*x):
        return sum(tf.reduce_sum(a * b) for a, b in zip(slopes(loss, x), w, strict=True))

    ahead, behind = (paired(slopes(loss, along(x, w, step)), w) for step in (h, -h))
    assert paired(slopes(slope, x), w) == pytest.approx((ahead - behind) / (2 * h), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", lv.RULES)
def test_in_a_graph(name):
    """With a batch if the rule takes one, and with sizes that are unknown in the graph."""
    batch = () if ("*",) in lv.RULES[name].sides.inputs else (2,)
    loss, x = loss_of(name), tensors(name, *batch)
    wanted = slopes(loss, x)
    known = [tf.TensorSpec(v.shape, v.dtype) for v in x]
    open_batch = [tf.TensorSpec((None, *v.shape[1:]) if batch else v.shape, v.dtype) for v in x]
    for signature in (known, open_batch):
        found = tf.function(lambda *x: slopes(loss, list(x)), input_signature=signature)(*x)
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_shapes_of_a_graph():
    @tf.function
    def shapes(A):
        U, S, Vh = L.svd(A, full_matrices=False)
        assert (U.shape, S.shape, Vh.shape) == ((5, 4, 2), (5, 2), (5, 2, 2))
        return S

    assert shapes(tf.ones((5, 4, 2))).dtype == tf.float32

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32)])
    def unknown(A):
        return L.inv(A)

    with pytest.raises(ValueError, match=r"inv: A has unknown rank in this graph; use tf\.ensure_shape"):
        unknown(tf.eye(2))


def test_forward_mode():
    A, E = tensors("inv")[0], tf.ones((3, 3), tf.float64)
    with tf.autodiff.ForwardAccumulator(A, E) as accumulator:
        X = L.inv(A)
    np.testing.assert_allclose(accumulator.jvp(X), -X @ E @ X, rtol=1e-12)


def test_a_third_derivative_is_an_error():
    A = tf.eye(2, dtype=tf.float64)

    def loss(A):
        return tf.reduce_sum(L.inv(A) ** 2)

    def again(f):
        return lambda A: tf.reduce_sum(slopes(f, [A])[0] ** 2)

    with pytest.raises(NotImplementedError, match="third"):
        slopes(again(again(loss)), [A])


def test_nothing_is_factorized_again(monkeypatch):
    """An eager call keeps what the rule keeps."""
    seen, svd = [], np.linalg.svd
    A = tensors("svd")[0]
    with tf.GradientTape() as tape:
        tape.watch(A)
        y = tf.reduce_sum(L.svd(A).S ** 2)
    monkeypatch.setattr(np.linalg, "svd", lambda *x, **k: seen.append(1) or svd(*x, **k))
    tape.gradient(y, A)
    assert not seen
