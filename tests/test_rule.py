"""What all rules share: None, placeholders, dtypes, broadcasting, and helpful errors."""

import copy
import pickle
from dataclasses import replace
from types import SimpleNamespace

import array_api_strict
import numpy as np
import pytest

import linalg_vjp as lv

from .random_inputs import general, positive, regular

A = general(2, 3, 3)


def test_outputs_as_the_operation_returns_them():
    (Q, R), _ = lv.vjp("qr", A)
    outputs, _ = lv.vjp("qr", A)
    assert outputs._fields == ("Q", "R")
    assert lv.vjp("eigh", positive(3))[0]._fields == ("eigenvalues", "eigenvectors")
    assert lv.vjp("slogdet", A)[0]._fields == ("sign", "logabsdet")
    assert lv.vjp("svd", A)[0]._fields == ("U", "S", "Vh")
    assert isinstance(lv.vjp("inv", A)[0], np.ndarray)
    (_, _), (Q_dot, R_dot) = lv.jvp("qr", (A,), (A,))
    assert (Q_dot.shape, R_dot.shape) == (Q.shape, R.shape)


@pytest.mark.parametrize("name", lv.RULES)
def test_no_cotangent_at_all_is_zero(name):
    rule = lv.RULES[name]
    inputs = regular(name, 2)
    outputs = rule.forward(*inputs)
    bars = zip(
        rule.vjp(inputs, outputs, [None] * len(outputs)), rule.of(len(inputs)).inputs, inputs, strict=True
    )
    for bar, label, x in bars:
        assert bar is None if label in rule.constant else np.array_equal(bar, np.zeros_like(x))
    for dot, y, label in zip(
        rule.jvp(inputs, outputs, [None] * len(inputs)), outputs, rule.outputs, strict=True
    ):
        assert dot is None if label in rule.constant else np.array_equal(dot, np.zeros_like(y))


@pytest.mark.parametrize("name", lv.RULES)
def test_what_is_not_saved_may_be_a_placeholder(name):
    inputs = regular(name, 2)
    rule = lv.RULES[name].of(len(inputs))
    outputs = rule.forward(*inputs)
    bars = [np.ones_like(y) for y in outputs]

    def without(names, arrays):
        return [
            x if n in rule.saves else SimpleNamespace(shape=x.shape, dtype=x.dtype)
            for n, x in zip(names, arrays, strict=True)
        ]

    wanted = rule.vjp(inputs, outputs, bars)
    got = rule.vjp(without(rule.inputs, inputs), without(rule.outputs, outputs), bars)
    for w, g in zip(wanted, got, strict=True):
        np.testing.assert_array_equal(w, g)


def test_the_pullback_keeps_only_what_is_kept():
    _, pullback = lv.vjp("inv", A)
    (kept,) = pullback.kept
    assert not np.shares_memory(kept, A)
    assert not any(isinstance(value, np.ndarray) for value in pullback.frame)


@pytest.mark.parametrize("name", lv.RULES)
def test_bare_functions_and_records_agree(name):
    inputs = regular(name, 2)
    rule = lv.RULES[name].of(len(inputs))
    outputs = rule.forward(*inputs)
    kept = rule.linearize(inputs, outputs).kept
    assert len(kept) == len(rule.keeps)
    bars = [np.ones_like(y) for y in outputs]
    for bare, full in zip(rule.op_vjp(*kept, *bars), rule.vjp(inputs, outputs, bars), strict=True):
        np.testing.assert_array_equal(bare, full)
    for bare, full in zip(rule.op_jvp(*kept, *inputs), rule.jvp(inputs, outputs, inputs), strict=True):
        assert bare is None or np.array_equal(bare, full)
    for bare in (*rule.op_vjp(*kept, *[None] * len(bars)), *rule.op_jvp(*kept, *[None] * len(inputs))):
        assert bare is None


def test_cotangents_take_the_dtype_of_their_outputs():
    (Q, R), pullback = lv.vjp("qr", A.astype("float32"))
    (A_bar,) = pullback(np.ones(Q.shape), None)
    assert A_bar.dtype == np.float32
    (Q, R), pullback = lv.vjp("qr", A + 0j)
    assert pullback(np.ones(Q.shape), None)[0].dtype == np.complex128


def test_xp_may_be_given():
    t, pullback = lv.vjp("trace", A, xp=np)  # it keeps no array that names its library
    np.testing.assert_array_equal(pullback(t)[0], lv.vjp("trace", A)[1](t)[0])
    (Q, R), pullback = lv.vjp("qr", A, xp=np)
    np.testing.assert_array_equal(pullback(Q, R)[0], lv.vjp("qr", A)[1](Q, R)[0])
    lv.jvp("qr", (A,), (A,), xp=np)
    lv.qr_vjp(Q, R, Q, None, xp=np)


def test_supports():
    assert lv.RULES["qr"].supports(mode="complete")
    assert lv.RULES["qr"].supports()
    assert not lv.RULES["qr"].supports(mode="r")
    assert not lv.RULES["qr"].supports(pivoting=True)
    assert lv.RULES["vector_norm"].supports(ord=2.5, axis=(0, 1))
    assert not lv.RULES["vector_norm"].supports(ord="fro")
    assert not lv.RULES["vector_norm"].supports(ord=float("nan"))


strict = array_api_strict.asarray(A, device=array_api_strict.Device("device1"))
elsewhere = array_api_strict.asarray(A)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: lv.vjp("qrr", A), KeyError, ["no rule 'qrr'", "cholesky"]),
        (lambda: lv.vjp("matrix_rank", A), KeyError, ["has no derivative: its result is an integer"]),
        (lambda: lv.vjp("qr", A, mode="r"), ValueError, ["qr:", "mode='r'", "'reduced', 'complete'"]),
        (lambda: lv.vjp("qr", A, full=True), TypeError, ["qr:", "'full'", "mode, gauge"]),
        (
            lambda: lv.vjp("inv", general(2, 3)),
            ValueError,
            ["inv:", "A has shape (2, 3)", "(n,n)->(n,n)", "(..., n, n)"],
        ),
        (lambda: lv.vjp("inv", general(3)), ValueError, ["inv:", "A has shape (3,)", "(..., n, n)"]),
        (lambda: lv.vjp("qr", [[1.0]]), TypeError, ["qr:", "A is of type list", "asarray"]),
        (lambda: lv.vjp("qr", np.eye(2, dtype=int)), TypeError, ["qr:", "A has dtype int64", "convert it"]),
        (lambda: lv.vjp("solve", A), ValueError, ["solve:", "expected 2 inputs", "(A, B), got 1"]),
        (lambda: lv.vjp("solve", A, general(4, 2)), ValueError, ["solve:", "B has shape (4, 2)", "m = 3"]),
        (lambda: lv.vjp("solve", A, general(4, 3, 1)), ValueError, ["solve:", "(2,)", "(4,)", "broadcast"]),
        (lambda: lv.vjp("solve", A, strict), TypeError, ["solve:", "B belongs to array_api_strict", "numpy"]),
        (lambda: lv.vjp("solve", strict, elsewhere), ValueError, ["solve:", "CPU_DEVICE", "device1", "move"]),
        (lambda: lv.vjp("trace", A)[1]("x"), TypeError, ["trace:", "cotangent of t is of type str"]),
        (lambda: lv.jvp("trace", (A,), (3.0,)), TypeError, ["trace:", "tangent of A is of type float"]),
        (lambda: lv.vjp("inv", A)[1](3), TypeError, ["inv:", "cotangent of X is of type int"]),
        (lambda: lv.jvp("inv", (A,), None), TypeError, ["inv:", "in a tuple", "of type NoneType"]),
        (lambda: lv.jvp("inv", (A,), ([1.0],)), TypeError, ["inv:", "got a list; convert it to an array"]),
        (lambda: lv.vjp("lu_solve", A, np.arange(3.0), A), TypeError, ["lu_solve:", "pivots", "integers"]),
        (
            lambda: lv.vjp("lu_solve", general(2, 3, 3), np.asarray([[0, 1, 3], [0, 1, 2]]), A),
            IndexError,
            ["rows 0 to 3", "count from zero"],
        ),
        (lambda: lv.vjp("tensordot", A, A, axes=10**12), ValueError, ["tensordot:", "axes=10000"]),
        (lambda: lv.vjp("projector_h", A, cut=np.nan), ValueError, ["projector_h:", "cut=nan"]),
        (lambda: lv.vjp("svd_threshold", A, tau=-1.0), ValueError, ["tau=-1.0", "of at least 0"]),
        (lambda: lv.vjp("inv", A)[1](A, A), ValueError, ["inv:", "expected 1 cotangent (X)", "got 2"]),
        (
            lambda: lv.vjp("inv", A)[1](A[0]),
            ValueError,
            ["inv:", "the cotangent of X has shape (3, 3)", "(2, 3, 3)"],
        ),
        (
            lambda: lv.vjp("inv", A)[1](elsewhere),
            TypeError,
            ["inv:", "the cotangent of X", "array_api_strict"],
        ),
        (
            lambda: lv.vjp("inv", strict)[1](elsewhere),
            ValueError,
            ["inv:", "the cotangent of X", "CPU_DEVICE"],
        ),
        (lambda: lv.vjp("inv", A)[1](1.0), TypeError, ["inv:", "the cotangent of X is of type float"]),
        (lambda: lv.vjp("inv", A)[1](A.astype(int)), TypeError, ["inv:", "the cotangent of X", "int64"]),
        (lambda: lv.jvp("inv", (A,), (A[0],)), ValueError, ["inv:", "the tangent of A has shape (3, 3)"]),
        (lambda: lv.RULES["inv"].vjp((A,), (A, A), (A,)), ValueError, ["inv:", "expected 1 output"]),
        (
            lambda: lv.vjp("vector_norm", A, ord="fro"),
            ValueError,
            ["vector_norm:", "ord='fro'", "a real number"],
        ),
        (
            lambda: lv.jvp("inv", (A,), (1j * A,)),
            TypeError,
            ["inv:", "the tangent of A is complex", "real part"],
        ),
        (lambda: lv.vjp("qr", [[1.0]], xp=np), TypeError, ["qr:", "A is of type list"]),
        (
            lambda: lv.RULES["qr"].vjp((None,), (A, A), (A, A)),
            TypeError,
            ["qr:", "A is of type NoneType", ".shape"],
        ),
        (lambda: lv.vjp("pinv", A, rtol="x"), ValueError, ["pinv:", "rtol='x'", "a real number"]),
        (lambda: lv.vjp("vector_norm", A, axis=5), ValueError, ["vector_norm:", "axis=5", "-3 to 2"]),
        (lambda: lv.vjp("vector_norm", A, axis=(0, 0)), ValueError, ["vector_norm:", "each once"]),
        (
            lambda: replace(lv.RULES["inv"], op=lambda A, xp: A).forward(A),
            TypeError,
            ["inv:", "returned ndarray", "tuple of 1"],
        ),
        (lambda: replace(lv.RULES["inv"], inputs=("X",)), ValueError, ["inv:", "not distinct"]),
        (lambda: replace(lv.RULES["inv"], signature="n,n->n"), ValueError, ["'n,n->n'", "form"]),
        (lambda: replace(lv.RULES["inv"], inputs=("A", "B")), ValueError, ["inv:", "1 inputs", "'A', 'B'"]),
        (lambda: replace(lv.RULES["inv"], saves=("Y",)), ValueError, ["inv:", "saves has Y"]),
        (
            lambda: replace(lv.RULES["inv"], keeps=("X", "F")),
            ValueError,
            ["inv:", "keeps has F", "op_fwd or op_keep"],
        ),
        (
            lambda: replace(lv.RULES["inv"], keeps=("F",), op_fwd=lambda A, xp: ((A,), (A,))),
            ValueError,
            ["inv:", "without op_keep", "add A to saves"],
        ),
    ],
)
def test_errors_help(call, error, words):
    with pytest.raises(error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def test_a_result_of_a_wrong_shape_is_not_summed_away():
    wrong = replace(lv.RULES["inv"], op_vjp=lambda X, X_bar, xp: (X_bar[..., :2],))
    _, pullback = lv.vjp(wrong, A)
    with pytest.raises(ValueError, match=r"result of shape \(2, 3, 2\)"):
        pullback(A)


@pytest.mark.parametrize("name", lv.RULES)
def test_a_rule_can_be_pickled_and_copied(name):
    rule = lv.RULES[name]
    for other in (pickle.loads(pickle.dumps(rule)), copy.deepcopy(rule)):
        for part in ("name", "signature", "saves", "keeps", "constant", "extras", "slots", "saved"):
            assert getattr(other, part) == getattr(rule, part)
        assert dict(other.params) == dict(rule.params)
        assert other.op_vjp is rule.op_vjp
