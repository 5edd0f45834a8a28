"""The rules under PyTorch's transformations: vmap, compile, second derivatives, and the meta device."""

import numpy as np
import pytest

import linalg_vjp as lv

from .random_inputs import BATCHED, general, is_hermitian, live_of, regular
from .said_by_torch import SAID_BY_TORCH

torch = pytest.importorskip("torch", reason="not run: torch is not installed")

pytestmark = SAID_BY_TORCH


def inputs_of(name, *batch, dtype="float64"):
    return tuple(map(torch.asarray, regular(name, *batch, dtype=dtype)))


def pulled(name):
    """The pullback as a function of the inputs, with the outputs as cotangents."""
    rule, params = lv.RULES[name], dict(lv.RULES[name].typical)

    def f(*inputs):
        outputs = rule.forward(*inputs, **params)
        bars = rule.vjp(inputs, outputs, outputs, **params)
        return tuple(bar for bar in bars if bar is not None)

    return f


def pushed(name):
    rule, params = lv.RULES[name], dict(lv.RULES[name].typical)

    def f(*inputs):
        outputs = rule.forward(*inputs, **params)
        return tuple(y for y in rule.jvp(inputs, outputs, inputs, **params) if y is not None)

    return f


def same(got, wanted):
    for x, y in zip(got, wanted, strict=True):
        assert x.dtype == y.dtype
        torch.testing.assert_close(x, y, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("name", BATCHED)
def test_vmap(name, dtype):
    """vmap over single matrices gives the results of the batch."""
    inputs = inputs_of(name, 4, dtype=dtype)
    for f in (pulled(name), pushed(name)):
        same(torch.func.vmap(f)(*inputs), f(*inputs))


# The form of a rule for a given number of inputs is created on first use. torch.compile cannot trace that for
# the rule itself, but it can for the adapter's function.
COMPILED = [name for name in lv.RULES if not lv.RULES[name].sides.repeats]


@pytest.mark.parametrize("name", COMPILED)
def test_compile(name):
    """The rule compiles to one graph, without graph breaks or branches on values."""
    inputs = inputs_of(name, 2)
    for f in (pulled(name), pushed(name)):
        compiled = torch.compile(f, fullgraph=True, backend="aot_eager")
        same(compiled(*inputs), f(*inputs))
    torch.compiler.reset()


@pytest.mark.parametrize("name", lv.RULES)
def test_the_pullback_is_differentiated_again(name):
    """PyTorch differentiates it in reverse and in forward mode. Central differences give the true values."""
    inputs = inputs_of(name)
    rule, params = lv.RULES[name], dict(lv.RULES[name].typical)

    def f(*inputs):
        if is_hermitian(name):
            inputs = tuple((x + x.mT) / 2 for x in inputs)
        # The loss is the pullback in a fixed direction. It has no gauge, and its gradient is not zero.
        outputs = rule.forward(*inputs, **params)
        bars = [y * y if torch.is_floating_point(y) else None for y in outputs]
        if name in ("svd", "eigh"):
            bars = [y**3 if y.ndim == 1 else y * y.sum(dim=-2, keepdim=True) ** 2 for y in outputs]
        found = zip(rule.vjp(inputs, outputs, bars, **params), inputs, strict=True)
        return tuple((x * w).sum() for x, w in found if x is not None)

    of_live, live = live_of(name, f, inputs)
    leaves = tuple(x.clone().requires_grad_() for x in live)
    assert torch.autograd.gradcheck(of_live, leaves, check_forward_ad=True, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", lv.RULES)
def test_the_meta_device_gives_shapes(name):
    real = inputs_of(name, 2, dtype="complex64")
    for f in (pulled(name), pushed(name)):
        shadows = f(*(x.to("meta") for x in real))
        for x, y in zip(shadows, f(*real), strict=True):
            assert x.device.type == "meta"
            assert (x.shape, x.dtype) == (y.shape, y.dtype)


@pytest.mark.parametrize("name", lv.RULES)
def test_the_library_itself_as_namespace(name):
    """xp=torch is accepted, although the arrays' own namespace is more precise."""
    inputs, rule = inputs_of(name), lv.RULES[name]
    outputs = rule.forward(*inputs, xp=torch)
    found, wanted = (rule.vjp(inputs, outputs, outputs, **xp) for xp in ({"xp": torch}, {}))
    same([x for x in found if x is not None], [x for x in wanted if x is not None])


def test_the_rows_of_lu_under_autocast():
    A = torch.asarray(general(300, 300, dtype="float32"))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        p, _, _ = lv.RULES["lu"].forward(A, p_indices=True)
    assert torch.equal(torch.sort(p).values, torch.arange(300))


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
@pytest.mark.parametrize(
    "shape", [(3, 3), (4, 3, 5), (2, 2, 17, 17), (2, 20, 3), (0, 3, 3), (2, 0, 0)], ids=str
)
def test_masks_and_rows_are_those_of_numpy(shape, dtype):
    """At sizes below and above the one where a mask replaces torch.tril, with NaN in the unused half."""
    from linalg_vjp._backends import torch as native

    X = general(*shape, dtype=dtype)
    p = np.argsort(general(*shape[:-1], seed=1), axis=-1)
    same = np.testing.assert_array_equal
    for integer in (np.int64, np.int32, np.int16):
        rows = native.permute_rows(torch.asarray(X), torch.asarray(p.astype(integer)), torch)
        same(rows, np.take_along_axis(X, p[..., None], axis=-2))
    for k in range(-2, 3):
        same(native.tril(torch.asarray(np.where(np.tri(*shape[-2:], k), X, np.nan)), torch, k), np.tril(X, k))
        junk = np.where(np.tri(*shape[-2:], k - 1), np.nan, X)
        same(native.triu(torch.asarray(junk), torch, k), np.triu(X, k))
    if shape[-1] == shape[-2]:
        half = native.tril_half(torch.asarray(X), torch)
        assert half.dtype == torch.asarray(X).dtype
        same(half, (np.tril(X) + np.tril(X, -1)) / X.dtype.type(2))
