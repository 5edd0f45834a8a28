"""Tests of vecdot, outer and cross. Real vectors of one shape, the last axis, or no batch hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import given_other_inputs, wrong

SIZES = {"vecdot": (4, 4), "outer": (2, 3), "cross": (3, 3)}
FORWARDS = {
    "vecdot": np.vecdot,
    "outer": lambda a, b: a[..., :, None] * b[..., None, :],
    "cross": lambda a, b, axis=-1: np.cross(*np.broadcast_arrays(a, b), axis=axis),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIZES)
def test_dtypes(name, dtype, target):
    m, n = SIZES[name]
    a, b = general(2, m, dtype=dtype), general(2, n, dtype=dtype, seed=1)
    (Y,) = lv.RULES[name].forward(target.asarray(a), target.asarray(b))
    np.testing.assert_allclose(to_numpy(Y), FORWARDS[name](a, b), rtol=1e-4, atol=1e-5)
    check_rule(name, [target.asarray(a), target.asarray(b)])


@pytest.mark.parametrize(
    ("lead_a", "lead_b"), [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ()), ((1,), (1,))]
)
@pytest.mark.parametrize("name", SIZES)
def test_broadcasting(name, lead_a, lead_b, target):
    m, n = SIZES[name]
    a, b = general(*lead_a, m, dtype="complex128"), general(*lead_b, n, dtype="complex128", seed=1)
    check_rule(name, [target.asarray(a), target.asarray(b)])


@pytest.mark.parametrize("size", [0, 1, 5])
@pytest.mark.parametrize("name", ["vecdot", "outer"])
def test_sizes(name, size, target):
    check_rule(name, [target.asarray(general(size)), target.asarray(general(size, seed=1))])


@pytest.mark.parametrize("axis", [-1, -2, -3])
@pytest.mark.parametrize("name", ["vecdot", "cross"])
def test_axes(name, axis, target):
    """One array has fewer axes, and broadcasts."""
    n = SIZES[name][0]
    a = np.moveaxis(general(2, 1, n, dtype="complex128"), -1, axis)
    b = np.moveaxis(general(3, 2, 2, n, dtype="complex128", seed=1), -1, axis)
    inputs = [target.asarray(x) for x in (a, b)]
    if target.backend.split_batches:  # a vector must not span several chunks
        inputs = [x.rechunk({axis: -1}) for x in inputs]
    (Y,) = lv.RULES[name].forward(*inputs, axis=axis)
    np.testing.assert_allclose(to_numpy(Y), FORWARDS[name](a, b, axis=axis), rtol=1e-12)
    check_rule(name, inputs, batched=axis == -1, axis=axis)


def test_many_vectors_along_another_axis():
    """The batch is large enough to be processed in chunks on NumPy."""
    a, b = general(4, 60000), general(4, 60000, seed=1)
    y, pullback = lv.vjp("vecdot", a, b, axis=-2)
    np.testing.assert_allclose(y, np.sum(a * b, axis=0), rtol=1e-12)
    a_bar, b_bar = pullback(y)
    np.testing.assert_allclose(a_bar, y * b, rtol=1e-12)
    np.testing.assert_allclose(b_bar, y * a, rtol=1e-12)


def test_wrong_axes():
    a = np.ones((3, 4))
    with pytest.raises(ValueError, match="vecdot: axis=0 is not a negative integer: arrays broadcast, so"):
        lv.vjp("vecdot", a, a, axis=0)
    with pytest.raises(
        ValueError, match=r"vecdot: b has shape \(4,\), which has no axis -2; pass an axis that all"
    ):
        lv.vjp("vecdot", a, a[0], axis=-2)
    with pytest.raises(
        ValueError, match=r"cross: a has shape \(3, 4\); the signature \(3\),\(3\)->\(3\) requires"
    ):
        lv.vjp("cross", a, a)


# The mistakes of rules/vector_products.md.
def formula(name, a_bar, b_bar):
    return wrong(name, op_vjp=lambda a, b, Y_bar, *, xp: (a_bar(Y_bar, a, b), b_bar(Y_bar, a, b)))


def vecdot_a(y_bar, a, b):
    return np.conj(y_bar)[..., None] * b


def vecdot_b(y_bar, a, b):
    return y_bar[..., None] * a


def outer_a(Y_bar, a, b):
    return np.sum(Y_bar * np.conj(b)[..., None, :], axis=-1)


def outer_b(Y_bar, a, b):
    return np.sum(Y_bar * np.conj(a)[..., :, None], axis=-2)


def cross(x, y):
    return np.cross(*np.broadcast_arrays(x, y)) if 0 not in x.shape and 0 not in y.shape else x * y


def cross_a(c_bar, a, b):
    return cross(np.conj(b), c_bar)


def cross_b(c_bar, a, b):
    return cross(c_bar, np.conj(a))


def wide(x, outputs):
    """An input broadcast to the batch of the output, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape, x.shape[-1]))


RIGHT = (
    formula("vecdot", vecdot_a, vecdot_b)
    | formula("outer", outer_a, outer_b)
    | formula("cross", cross_a, cross_b)
)
MISTAKES = {
    "The conjugate of y_bar is forgotten": formula("vecdot", lambda y, a, b: y[..., None] * b, vecdot_b),
    "The wrong factor is conjugated": formula(
        "vecdot", lambda y, a, b: y[..., None] * np.conj(b), lambda y, a, b: np.conj(y)[..., None] * a
    ),
    "Both sides of outer are conjugated": formula(
        "outer",
        lambda Y, a, b: np.sum(Y * b[..., None, :], axis=-1),
        lambda Y, a, b: np.sum(Y * a[..., :, None], axis=-2),
    ),
    "The order of a cross product": formula("cross", lambda c, a, b: cross(c, np.conj(b)), cross_b),
    "The conjugate in a cross product is forgotten": formula("cross", lambda c, a, b: cross(b, c), cross_b),
    "What was broadcast is not summed": given_other_inputs("vecdot", wide),
    "A real input gets a complex cotangent": given_other_inputs("vecdot", lambda x, outputs: x + 0j),
}
