"""Kept values: a forward that keeps values has the same outputs, and right derivatives, also when stored."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import vectors
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load

from .random_inputs import general, regular

LIBRARIES = ("numpy", "array-api-strict", "torch", "jax")
# JAX compiles for every dtype, so only one of the two runs by day.
PLACES = [
    pytest.param(library, dtype, marks=[pytest.mark.nightly] * (library == "jax" and dtype == "float64"))
    for library in LIBRARIES
    for dtype in ("float64", "complex128")
]
KEEPING = [name for name, rule in lv.RULES.items() if rule.extras]
ORDS = {"matrix_norm": ("nuc", 2, -2, 1, "fro"), "vector_norm": (3, 1.5, -2, 4.5)}
FORMS = [(name, {"ord": ord} if ord else {}) for name in KEEPING for ord in ORDS.get(name, (None,))]
FORMS += [("matrix_norm", {"ord": 2, "keepdims": True}), ("vector_norm", {"ord": 3, "axis": (0, 2)})]
FORMS += [("pinv", {"rtol": 0.3}), ("cholesky_solve", {"upper": True})]


def arrays_of(library, *arrays):
    backend = load(library)
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    return tuple(map(backend.namespace().asarray, arrays))


def tangents_of(name, dtype):
    return tuple(x + 1 for x in regular(name, 2, dtype=dtype))


def assert_close(got, wanted, owners):
    """Arrays have the shape and dtype of their owners, and agree to 1e-12 of their size."""
    for mine, plain, owner in zip(got, wanted, owners, strict=True):
        assert (mine is None) == (plain is None)
        if mine is not None:
            assert mine.dtype == owner.dtype
            assert mine.shape == owner.shape
            plain = to_numpy(plain)
            np.testing.assert_allclose(to_numpy(mine), plain, rtol=0, atol=1e-12 * np.max(np.abs(plain)))


@pytest.mark.parametrize(("library", "dtype"), PLACES)
@pytest.mark.parametrize(("name", "params"), FORMS, ids=str)
def test_the_same_from_kept_values(name, params, dtype, library):
    inputs = arrays_of(library, *regular(name, 2, dtype=dtype))
    rule = lv.RULES[name].of(len(inputs))
    dots = arrays_of(library, *tangents_of(name, dtype))
    plain = rule.forward(*inputs, **params)
    outputs, linear = rule.fwd(*inputs, **params)
    assert_close(outputs, plain, plain)
    pulled, pushed = rule.vjp(inputs, plain, plain, **params), rule.jvp(inputs, plain, dots, **params)
    again = rule.linearize(inputs, plain, **params)
    assert len(linear.kept) == len(again.kept) == len(rule.keeps)
    for bars in (linear.vjp(plain), again.vjp(plain), lv.vjp(rule, *inputs, **params)[1](*plain)):
        assert_close(bars, pulled, inputs)
    _, once = lv.jvp(rule, inputs, dots, **params)
    for moved in (linear.jvp(dots), again.jvp(dots), once if len(outputs) > 1 else (once,)):
        assert_close(moved, pushed, plain)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", lv.RULES)
def test_a_linearization_can_be_stored(name, library):
    """A pickled or copied linearization keeps its rule, keywords and library."""
    rule, params = lv.RULES[name], lv.RULES[name].typical
    inputs = arrays_of(library, *regular(name, 2, dtype="complex128"))
    outputs, linear = rule.fwd(*inputs, **params)
    bars = [None if label in rule.constant else y for label, y in zip(rule.outputs, outputs, strict=True)]
    for other in (pickle.loads(pickle.dumps(linear)), copy.deepcopy(linear)):
        assert other.rule is rule.of(len(inputs))
        assert repr(other) == repr(linear)
        for mine, plain in zip(
            (*other.vjp(bars), *other.jvp(inputs)), (*linear.vjp(bars), *linear.jvp(inputs)), strict=True
        ):
            assert (mine is None) == (plain is None)
            if mine is not None:
                assert type(mine) is type(plain)
                np.testing.assert_array_equal(to_numpy(mine), to_numpy(plain))


@pytest.mark.parametrize("name", lv.RULES)
def test_one_that_was_stored_knows_zero(name):
    rule, params = lv.RULES[name], lv.RULES[name].typical
    inputs = regular(name, 2)
    outputs, linear = rule.fwd(*inputs, **params)
    stored = pickle.loads(pickle.dumps(linear))
    for bar, x in zip(stored.vjp([None] * len(outputs)), inputs, strict=True):
        if bar is not None:
            np.testing.assert_array_equal(bar, np.zeros_like(x))


# A library chooses the phases of eigenvectors and the order of eigenvalues; those of the vectors may differ.
@pytest.mark.parametrize(
    "name", [name for name in KEEPING if lv.RULES[name].page != "eig" and not lv.RULES[name].gauge]
)
def test_the_vectors_through_kept_values(name):
    """The derivatives are exact, also at ties, zeros and singular matrices."""
    rule = lv.RULES[name]

    def pull(inputs, outputs, cotangents, **params):
        return rule.fwd(*inputs, **params)[1].vjp(cotangents)

    def push(inputs, outputs, tangents, **params):
        return rule.fwd(*inputs, **params)[1].jvp(tangents)

    judged = [text for vector in vectors.load(name) for text in vectors.judge(vector, pull, push).values()]
    assert judged
    assert [text for text in judged if text] == []


@pytest.mark.parametrize("name", lv.RULES)
def test_the_vectors_through_a_linearization(name):
    """It is made from outputs that were computed before."""
    rule = lv.RULES[name]

    def pull(inputs, outputs, cotangents, **params):
        return rule.linearize(inputs, outputs, **params).vjp(cotangents)

    def push(inputs, outputs, tangents, **params):
        return rule.linearize(inputs, outputs, **params).jvp(tangents)

    judged = [text for vector in vectors.load(name) for text in vectors.judge(vector, pull, push).values()]
    assert judged
    assert [text for text in judged if text] == []


@pytest.mark.parametrize("shape", [(3,), (3, 1), (2, 3, 2), (3, 3)])
def test_a_vector_or_a_batch_of_right_hand_sides(shape):
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    A, B = regular("solve", dtype="float64")[0], np.ones(shape)
    X, pullback = lv.vjp("solve", torch.asarray(A), torch.asarray(B))
    plain, reference = lv.vjp("solve", A, B)
    np.testing.assert_allclose(X, plain, atol=1e-14)
    for mine, other in zip(pullback(X), reference(plain), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-13)


def test_an_input_that_is_not_kept_may_be_overwritten():
    A = regular("svdvals")[0]
    S, pullback = lv.vjp("svdvals", A)
    wanted = pullback(S)[0]
    A[...] = np.nan
    np.testing.assert_array_equal(pullback(S)[0], wanted)


def counting(name, **given):
    """A rule, and a list to which each call of a formula adds the name of the formula."""
    rule, calls = lv.RULES[name], []

    def counted(part):
        formula = given.get(part, getattr(rule, part))

        def call(*args, **kw):
            calls.append(part)
            return formula(*args, **kw)

        return formula and call

    parts = ("op", "op_fwd", "op_keep", "op_vjp", "op_jvp")
    return replace(rule, **{part: counted(part) for part in parts}), calls


def test_nothing_is_factorized_twice():
    A = general(3, 3)
    rule, calls = counting("svdvals")
    (S,), linear = rule.fwd(A)
    linear.vjp((S,)), linear.vjp((S,)), linear.jvp((A,))
    assert calls == ["op_fwd", "op_vjp", "op_vjp", "op_jvp"]
    rule, calls = counting("vector_norm")
    rule = replace(rule, op_fwd=None)
    N, pullback = lv.vjp(rule, A)
    pullback(N), pullback(N), lv.jvp(rule, (A,), (A,))
    assert calls == ["op", "op_keep", "op_vjp", "op_vjp", "op", "op_keep", "op_jvp"]


@pytest.mark.parametrize("name", ["svdvals", "det", "solve"])
def test_nothing_is_factorized_for_zeros_alone(name):
    rule, calls = counting(name)
    inputs = regular(name)
    outputs = rule.forward(*inputs)
    rule.vjp(inputs, outputs, [None] * len(outputs))
    rule.jvp(inputs, outputs, [None] * len(inputs))
    assert calls == ["op"]
    rule.vjp(inputs, outputs, outputs)
    assert calls == ["op", "op_keep" if rule.op_keep else "op_fwd", "op_vjp"]


def with_gauge(op_keep=None):
    """A rule for V of A = V diag(w) V^H with w as an extra, and a list of the gauges its pullback gets."""
    seen = []

    def op(A, *, xp):
        return (xp.linalg.eigh(A)[1],)

    def op_fwd(A, *, xp):
        w, V = xp.linalg.eigh(A)
        return (V,), (w,)

    def op_vjp(V, w, V_bar, *, gauge, xp):
        seen.append(gauge)
        return lv.eigh_vjp(w, V, None, V_bar, gauge=gauge, xp=xp)

    def op_jvp(V, w, A_dot, *, gauge, xp):
        return (lv.eigh_jvp(w, V, A_dot, gauge=gauge, xp=xp)[1],)

    rule = lv.Rule(
        "eigenvectors", "(n,n)->(n,n)", inputs=("A",), outputs=("V",), saves=("A", "V"), keeps=("V", "w"),
        op=op, op_fwd=op_fwd, op_keep=op_keep, op_vjp=op_vjp, op_jvp=op_jvp,
        params={"gauge": lv.one_of("project", "check")}, gauge=("V",), space={"A": "hermitian"},
    )  # fmt: skip
    return rule, seen


@pytest.mark.parametrize("op_keep", [None, lambda A, V, *, xp: (xp.linalg.eigh(A)[0],)], ids=["fwd", "keep"])
@pytest.mark.parametrize("way", ["vjp", "rule.vjp", "fwd", "linearize"])
def test_the_gauge_reaches_a_pullback_from_kept_values(way, op_keep):
    """It is not passed to the forward, or to the formula that computes the extras again."""
    rule, seen = with_gauge(op_keep)
    A = np.asarray([[2.0, 1.0], [1.0, 3.0]], "complex128")
    (V,) = rule.forward(A, gauge="check")

    def pullback(bar, **params):
        if way == "vjp":
            return lv.vjp(rule, A, **params)[1](bar)
        if way == "rule.vjp":
            return rule.vjp((A,), (V,), (bar,), **params)
        linear = rule.fwd(A, **params)[1] if way == "fwd" else rule.linearize((A,), (V,), **params)
        linear.jvp((A,))
        return linear.vjp((bar,))

    along = V @ np.diag([1j, 0])  # a change of the phase of the first vector
    pullback(V, gauge="check")
    np.testing.assert_allclose(pullback(along)[0], 0, atol=1e-15)
    with pytest.raises(lv.GaugeError):
        pullback(along, gauge="check")
    assert seen == ["check", "project", "check"]
    assert rule.jvp((A,), (V,), (A,), gauge="check")[0].shape == (2, 2)
    assert lv.jvp(rule, (A,), (A,), gauge="check")[1].shape == (2, 2)
