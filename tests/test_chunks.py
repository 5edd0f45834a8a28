"""On NumPy a large batch is processed in chunks. The results are the same for every form of batch."""

import tracemalloc

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp import _batches

from .random_inputs import general, regular


def derivatives(rule, inputs, params, given=None):
    outputs = rule.forward(*inputs, **params)
    bars = [y if given in (None, i) and np.isdtype(y.dtype, ("real floating", "complex floating")) else None
            for i, y in enumerate(outputs)]  # fmt: skip
    dots = [general(*x.shape, dtype=x.dtype, seed=5) for x in inputs]
    return outputs, rule.vjp(inputs, outputs, bars, **params), rule.jvp(inputs, outputs, dots, **params)


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
@pytest.mark.parametrize("batch", [(7,), (2, 5), (3, 1, 2)], ids=str)
@pytest.mark.parametrize("name", lv.RULES)
def test_the_same_in_chunks(name, batch, dtype, monkeypatch):
    rule, params = lv.RULES[name], lv.RULES[name].typical
    inputs = regular(name, *batch, dtype=dtype)
    for given in (None, *range(len(rule.outputs))):
        monkeypatch.setattr(_batches, "CHUNK", 10**9)
        wanted = derivatives(rule, inputs, params, given)
        monkeypatch.setattr(_batches, "CHUNK", 19)  # two 3 x 3 matrices fit; the last chunk holds one
        got = derivatives(rule, inputs, params, given)
        for mine, plain in zip(got, wanted, strict=True):
            # One of several cotangents may be zero. Then it is rounding on the scale of the others.
            size = max(np.max(np.abs(y)) for y in plain if y is not None)
            for x, y in zip(mine, plain, strict=True):
                assert (x is None) == (y is None)
                if x is not None:
                    assert x.shape == y.shape
                    assert x.dtype == y.dtype
                    np.testing.assert_allclose(x, y, rtol=0, atol=200 * np.finfo(dtype).eps * size)


def test_a_chunk_is_small(monkeypatch):
    monkeypatch.setattr(_batches, "CHUNK", 20)
    seen = []
    rule = lv.Rule(
        "twice", "(n,n)->(n,n)", inputs=("A",), outputs=("Y",), saves=(),
        op=lambda A, xp: (2 * A,),
        op_vjp=lambda Y_bar, xp: (seen.append(Y_bar.shape) or 2 * Y_bar,),
        op_jvp=lambda A_dot, xp: (2 * A_dot,),
    )  # fmt: skip
    A = general(3, 3, 2, 2)
    np.testing.assert_array_equal(lv.vjp(rule, A)[1](A)[0], 2 * A)
    assert seen == [(3, 3, 2, 2)]  # too small to split
    seen.clear()
    A = general(2, 13, 2, 2)
    np.testing.assert_array_equal(lv.vjp(rule, A)[1](A)[0], 2 * A)
    assert seen == [(5, 2, 2)] * 5 + [(1, 2, 2)]


def test_every_chunk_sees_the_namespace_of_the_call(monkeypatch):
    """It is that of array-api-compat, which takes keywords of the standard that NumPy's own lacks."""
    monkeypatch.setattr(_batches, "CHUNK", 5)
    rule = lv.Rule(
        "sorted", "(n)->(n)", inputs=("x",), outputs=("y",), saves=("x",),
        op=lambda x, xp: (xp.sort(x, descending=True),),
        op_vjp=lambda x, y_bar, xp: (xp.sort(x, descending=True) * y_bar,),
        op_jvp=lambda x, x_dot, xp: (x_dot,),
    )  # fmt: skip
    x = general(20, 3)
    np.testing.assert_array_equal(lv.vjp(rule, x)[1](np.ones_like(x))[0], np.flip(np.sort(x), axis=-1))


def test_a_formula_that_returns_no_tuple_is_named_in_chunks_too(monkeypatch):
    monkeypatch.setattr(_batches, "CHUNK", 5)
    rule = lv.Rule(
        "bare", "(n)->(n)", inputs=("x",), outputs=("y",), saves=(),
        op=lambda x, xp: (x,),
        op_vjp=lambda y_bar, xp: y_bar,
        op_jvp=lambda x_dot, xp: (x_dot,),
    )  # fmt: skip
    x = general(20, 3)
    with pytest.raises(TypeError, match=r"bare: <lambda> must return a tuple of 1, but returned ndarray"):
        lv.vjp(rule, x)[1](x)


def test_what_is_not_one_batch_is_left_whole(monkeypatch):
    """Shared matrices or vectors, a tolerance per matrix, and a norm over the batch axis are not split."""
    A, B, rtol = general(3, 3), general(9, 3, 2), np.linspace(0.01, 0.1, 9)
    forms = [
        ("solve", (A, B), {}),
        ("solve_triangular", (np.triu(A), B), {}),
        ("matmul", (general(9, 3, 3), general(3)), {}),
        ("pinv", (general(9, 3, 2),), {"rtol": rtol}),
        ("vector_norm", (B,), {"axis": 0}),
        ("vector_norm", (B,), {"axis": None, "ord": 3}),
    ]
    for name, inputs, params in forms:
        monkeypatch.setattr(_batches, "CHUNK", 10**9)
        wanted = derivatives(lv.RULES[name], inputs, params)
        monkeypatch.setattr(_batches, "CHUNK", 5)
        for mine, plain in zip(derivatives(lv.RULES[name], inputs, params), wanted, strict=True):
            for x, y in zip(mine, plain, strict=True):
                np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("name", ["qr", "lu", "svd", "eigh"])
def test_the_memory_of_a_batch_is_that_of_its_results(name):
    inputs = regular(name, 2000, n=16)
    outputs, pullback = lv.vjp(name, *inputs)
    pullback(*outputs)
    tracemalloc.start()
    pullback(*outputs)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * inputs[0].nbytes  # including the result
