"""A rule can be traced, and its trace differentiated: a second derivative applies a rule to a rule."""

import array_api_strict
import autograd
import numpy as np
import pytest
from array_api_strict import _array_object

import linalg_vjp as lv
from linalg_vjp.adapters._autograd import NAMESPACE
from linalg_vjp.testing.backends import load
from linalg_vjp.testing.oracles import page_of

from .random_inputs import general, is_hermitian, positive, regular

FORMS = [(name, {}) for name in lv.RULES] + [
    ("qr", {"mode": "complete"}),
    ("svd", {"full_matrices": False}),
    ("lu", {"p_indices": True}),
    ("cholesky", {"upper": True}),
    ("eigh_generalized", {"type": 2}),
    ("eigh_generalized", {"type": 3}),
    ("pinv", {"rtol": 0.3}),
    ("trace", {"offset": 1}),
    ("cholesky_solve", {"upper": True}),
    ("solve_triangular", {"trans": "T", "upper": False, "unit_diagonal": True}),
    *(("vector_norm", {"ord": p}) for p in (1, 3, 0.5, float("inf"))),
    *(("matrix_norm", {"ord": p}) for p in ("nuc", 1, 2, -2, float("inf"))),
]


def setting(name, shape=(4, 4)):
    """A rule, and inputs at which it is smooth."""
    rule = lv.RULES[name]
    A = positive(shape[0]) if is_hermitian(name) or name == "solve" else general(*shape)
    inputs = (A, general(shape[0], 2, seed=1))[: len(rule.inputs)]
    plain = len(rule.sides.inputs[0]) == 2 and set(rule.space.values()) <= SPACES and len(rule.inputs) < 3
    plain = plain and not rule.sides.repeats and len(rule.space) < 2
    plain = plain and rule.sides.inputs[0] not in rule.sides.inputs[1:]  # inputs of one shape
    plain = plain and not hasattr(page_of(name), "arranged")  # which needs special inputs
    return rule, inputs if plain else regular(name, n=4)


SPACES = {"hermitian", "positive", "nonsingular", "triangular"}


# The extra columns of a full factor have no tangent of their own, so these forms are tested only when square.
EXTRA = [("svd", {}), ("qr", {"mode": "complete"})]
SHAPES = [(*form, (4, 4)) for form in FORMS] + [
    (*form, shape)
    for form in FORMS
    for shape in ((5, 3), (3, 5))
    if lv.RULES[form[0]].signature.startswith("(m,n)") and form not in EXTRA
    if "tall" not in lv.RULES[form[0]].space.values()
]


@pytest.mark.filterwarnings("ignore:Output seems independent of input")
@pytest.mark.parametrize(("name", "params", "shape"), SHAPES)
def test_second_derivative(name, params, shape):
    """d/dt <E, pullback(A + t D)(Y_bar)>: autograd through the VJP, and the JVP for the saved outputs."""
    rule, inputs = setting(name, shape)
    outputs = rule.forward(*inputs, **params)
    live = [n not in rule.constant for n in rule.outputs]
    bars = [
        general(*np.shape(y), seed=3 + i) if ok else None
        for i, (y, ok) in enumerate(zip(outputs, live, strict=True))
    ]
    names = rule.of(len(inputs)).inputs
    E, D = (
        [
            None if label in rule.constant else general(*x.shape, seed=seed + i)
            for i, (label, x) in enumerate(zip(names, inputs, strict=True))
        ]
        for seed in (7, 11)
    )
    if is_hermitian(name):
        D = [d + d.T for d in D]

    def pulled(at, xp=np):
        results = rule.vjp(at[: len(inputs)], at[len(inputs) :], bars, xp=xp, **params)
        return sum(xp.sum(r * e) for r, e in zip(results, E, strict=True) if e is not None)

    def moved(t):
        at = [x if d is None else x + t * d for x, d in zip(inputs, D, strict=True)]
        found = list(rule.forward(*at, **params))
        if name == "eig":  # LAPACK may return an eigenvector with the other sign at the next point
            V, V_t = outputs[1], found[1]
            found[1] = V_t * np.sign(np.sum(np.real(np.conj(V) * V_t), axis=-2, keepdims=True))
        return pulled([*at, *found])

    at, dots = [*inputs, *outputs], [*D, *rule.jvp(inputs, outputs, D, **params)]
    second = 0.0
    for i in rule.saved:
        if dots[i] is not None:

            def of_one(value, i=i):
                return pulled([*at[:i], value, *at[i + 1 :]], NAMESPACE)

            second += np.real(np.sum(autograd.grad(of_one)(at[i]) * dots[i]))
    h = 1e-4
    truth = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
    size = sum(np.linalg.norm(r) for r in rule.vjp(inputs, outputs, bars, **params) if r is not None)
    assert abs(second - truth) <= 1e-6 * max(abs(truth), size)


@pytest.mark.parametrize(("name", "params"), FORMS)
def test_no_branch_on_values(name, params, monkeypatch):
    """A traced array has no value, so converting it to a bool or number raises."""
    load("array-api-strict").start()
    rule, inputs = setting(name)
    inputs = [array_api_strict.asarray(x) for x in inputs]
    outputs = rule.forward(*inputs, **params)

    def refuse(self, *args):
        raise AssertionError("a traced array has no value")

    for method in ("__bool__", "__float__", "__int__", "__complex__", "__index__", "__setitem__"):
        monkeypatch.setattr(_array_object.Array, method, refuse)
    bars = [None if n in rule.constant else y for n, y in zip(rule.outputs, outputs, strict=True)]
    for linear in (rule.fwd(*inputs, **params)[1], rule.linearize(inputs, outputs, **params)):
        linear.vjp(bars)
        linear.jvp(inputs)
