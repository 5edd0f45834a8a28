"""Thresholds of ties and zeros, and cotangents without their part along the gauge."""

import pickle

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import vectors
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load

from .random_inputs import general

LIBRARIES = ("numpy", "array-api-strict", "torch", "jax")
SVD = [v for v in vectors.load("svd") if not v.params["full_matrices"] and "undefined" not in v.marks]
EIGH = [v for v in vectors.load("eigh") if "undefined" not in v.marks]


def library(name):
    backend = load(name)
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    return backend


def like(x, seed):
    return general(*x.shape, dtype=x.dtype, seed=seed)


@pytest.mark.parametrize("vector", EIGH, ids=lambda v: v.name)
def test_eigenvectors(vector):
    w, V = vector.outputs
    bar = lv.eigh_without_gauge(w, V, like(V, 1))
    rule = lv.RULES["eigh"]
    checked = rule.vjp(vector.inputs, vector.outputs, (None, bar), gauge="check")
    dropped = rule.vjp(vector.inputs, vector.outputs, (None, like(V, 1)))
    np.testing.assert_allclose(
        checked[0], dropped[0], rtol=1e-9, atol=1e-9 * np.max(np.abs(dropped[0]), initial=0)
    )
    np.testing.assert_allclose(lv.eigh_without_gauge(w, V, bar), bar, atol=1e-13)


@pytest.mark.parametrize("given", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("vector", SVD, ids=lambda v: v.name)
def test_singular_vectors(vector, given):
    U, S, Vh = vector.outputs
    bars = [like(x, i) if there else None for i, (x, there) in enumerate(zip((U, Vh), given, strict=True))]
    less = lv.svd_without_gauge(U, S, Vh, *bars)
    rule, (U_bar, Vh_bar) = lv.RULES["svd"], less
    checked = rule.vjp(
        vector.inputs, vector.outputs, (U_bar, None, Vh_bar), full_matrices=False, gauge="check"
    )
    dropped = rule.vjp(vector.inputs, vector.outputs, (bars[0], None, bars[1]), full_matrices=False)
    size = np.max(np.abs(dropped[0]), initial=0)
    np.testing.assert_allclose(checked[0], dropped[0], rtol=1e-9, atol=1e-9 * size)
    for x, y in zip(lv.svd_without_gauge(U, S, Vh, *less), less, strict=True):
        np.testing.assert_allclose(x, y, atol=1e-13)


def test_a_cotangent_of_an_invariant_loss_stays():
    """The loss depends on U f(S) V^H."""
    A = general(4, 3, dtype="complex128")
    U, S, Vh = np.linalg.svd(A, full_matrices=False)
    W = general(4, 3, dtype="complex128", seed=1)
    U_bar, Vh_bar = W @ Vh.conj().T * S, (U * S).conj().T @ W
    for x, y in zip(lv.svd_without_gauge(U, S, Vh, U_bar, Vh_bar), (U_bar, Vh_bar), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-13)


@pytest.mark.parametrize("name", LIBRARIES)
def test_thresholds(name):
    """Values 1e-9 apart, as an iteration may leave them, count as tied with a larger threshold."""
    backend = library(name)
    A, bar = np.diag([1.0, 1.0 + 1e-9, 3.0]), general(3, 3)
    wide = lv.Gauge("project", tied=1e8, zero=1e8)
    for rule, bars in (("eigh", (None, bar)), ("svd", (bar, None, None))):
        _, pullback = lv.vjp(rule, backend.asarray(A))
        _, tied = lv.vjp(rule, backend.asarray(A), gauge=wide)
        bars = [None if x is None else backend.asarray(x) for x in bars]
        assert np.max(np.abs(to_numpy(pullback(*bars)[0]))) > 1e7
        assert np.max(np.abs(to_numpy(tied(*bars)[0]))) < 10
    with pytest.raises(lv.GaugeError, match="differ by at most 1e\\+08 eps times the largest"):
        lv.vjp("eigh", backend.asarray(A), gauge=wide._replace(mode="check"))[1](None, backend.asarray(bar))


def test_through_the_adapters():
    """`gauge` works as any other keyword, also under jit and when pickled."""
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    from linalg_vjp.adapters import jax as J
    from linalg_vjp.adapters import torch as T

    wide = pickle.loads(pickle.dumps(lv.Gauge(tied=1e8)))
    A, weights = np.diag([1.0, 1.0 + 1e-9, 3.0]), general(3, 3)
    x = torch.asarray(A).requires_grad_()
    (found,) = torch.autograd.grad((T.eigh(x, gauge=wide)[1] * torch.asarray(weights)).sum(), x)
    assert found.abs().max() < 10
    (found,) = torch.autograd.grad((T.eigh(x)[1] * torch.asarray(weights)).sum(), x)
    assert found.abs().max() > 1e7
    with jax.enable_x64():
        found = jax.jit(jax.grad(lambda A: (J.eigh(A, gauge=wide)[1] * weights).sum()))(A)
        assert abs(found).max() < 10
        with pytest.raises(ValueError, match='gauge="check" looks at cotangents'):
            J.eigh(A, gauge=lv.Gauge("check"))


def test_a_mode_that_there_is_not():
    for gauge in (lv.Gauge("drop"), "drop", 64.0):
        with pytest.raises(
            ValueError, match=r"eigh: gauge=.* is not one of 'project', 'check', 'keep', or a"
        ):
            lv.vjp("eigh", np.eye(2), gauge=gauge)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda I, s: lv.eigh_without_gauge(np.ones(3), I, I), r"V has shape .*\(..., n, n\) with n = 3"),
        (lambda I, s: lv.eigh_without_gauge(s, I, s), r"eigh_without_gauge: V_bar has shape \(2,\)"),
        (lambda I, s: lv.eigh_without_gauge(s, I, I, gauge="foo"), "gauge='foo' is not one of"),
        (lambda I, s: lv.svd_without_gauge(np.eye(3), s, I, I, None), r"U has shape .*with k = 2"),
        (lambda I, s: lv.svd_without_gauge(I, s, I, None, I[:, :1]), r"Vh_bar has shape \(2, 1\)"),
        (lambda I, s: lv.svd_without_gauge(I, s, I, I[None], None), r"U_bar .*batch axes \(\) of S"),
        (lambda I, s: lv.svd_without_gauge(I, s, I, I, I, gauge=lv.Gauge("foo")), "is not one of"),
    ],
)
def test_wrong_arguments_of_without_gauge(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.eye(2), np.ones(2))


@pytest.mark.parametrize("bound", [np.nan, -1.0, "x", None, 1j])
@pytest.mark.parametrize("name", ["tied", "zero"])
def test_a_threshold_that_is_no_number(name, bound):
    with pytest.raises(ValueError, match="thresholds of at least 0"):
        lv.vjp("eigh", np.eye(2), gauge=lv.Gauge(**{name: bound}))
