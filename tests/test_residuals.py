"""Residuals: a forward that keeps what its pullback wants gives the same outputs and the right cotangents."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import vectors
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load

from .random_inputs import regular

LIBRARIES = ("numpy", "array-api-strict", "torch", "jax")
KEEPING = [name for name, rule in lv.RULES.items() if rule.op_fwd is not None]
ORDS = {"matrix_norm": ("nuc", 2, -2), "vector_norm": (3, 1.5, -2, 4.5)}
FORMS = [(name, {"ord": ord} if ord else {}) for name in KEEPING for ord in ORDS.get(name, (None,))]
FORMS += [("matrix_norm", {"ord": 2, "keepdims": True}), ("vector_norm", {"ord": 3, "axis": (0, 2)})]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize(("name", "params"), FORMS, ids=str)
def test_the_same_with_residuals(name, params, dtype, library):
    backend, rule = load(library), lv.RULES[name]
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    xp = backend.namespace()
    inputs = tuple(map(xp.asarray, regular(name, 2, dtype=dtype)))
    outputs, residuals = rule.fwd(*inputs, **params)
    assert residuals or (name == "solve" and library in ("numpy", "array-api-strict"))
    for mine, plain in zip(outputs, rule.forward(*inputs, **params), strict=True):
        assert mine.dtype == plain.dtype
        assert mine.shape == plain.shape
        np.testing.assert_allclose(to_numpy(mine), to_numpy(plain), rtol=1e-12, atol=1e-13)
    wanted = rule.vjp(inputs, outputs, outputs, **params)
    got = rule.vjp(inputs, outputs, outputs, residuals=residuals, **params)
    _, pullback = lv.vjp(rule, *inputs, **params)
    for x, mine, plain, once in zip(inputs, got, wanted, pullback(*outputs), strict=True):
        assert mine.dtype == x.dtype
        assert mine.shape == x.shape
        scale = np.max(np.abs(to_numpy(plain)))
        for bar in (mine, once):
            np.testing.assert_allclose(to_numpy(bar), to_numpy(plain), rtol=0, atol=1e-12 * scale)


@pytest.mark.parametrize("name", KEEPING)
def test_the_vectors_through_residuals(name):
    """The exact cotangents, at ties, zeros and singular matrices too."""
    rule = lv.RULES[name]

    def through(inputs, outputs, cotangents, **params):
        _, residuals = rule.fwd(*inputs, **params)
        return rule.vjp(inputs, outputs, cotangents, residuals=residuals, **params)

    judged = [text for vector in vectors.load(name) for text in vectors.judge(vector, through, None).values()]
    assert judged
    assert not any(judged), [text for text in judged if text]


@pytest.mark.parametrize("shape", [(3,), (3, 1), (2, 3, 2), (3, 3)])
def test_a_vector_or_a_batch_of_right_hand_sides(shape):
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    A, B = regular("solve", dtype="float64")[0], np.ones(shape)
    X, pullback = lv.vjp("solve", torch.asarray(A), torch.asarray(B))
    plain, reference = lv.vjp("solve", A, B)
    np.testing.assert_allclose(X, plain, atol=1e-14)
    for mine, other in zip(pullback(X), reference(plain), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-13)


def test_an_input_of_a_residual_forward_is_not_kept():
    A = regular("svdvals")[0]
    S, pullback = lv.vjp("svdvals", A)
    wanted = pullback(S)[0]
    A[...] = np.nan
    np.testing.assert_array_equal(pullback(S)[0], wanted)
