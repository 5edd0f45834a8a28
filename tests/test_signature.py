"""The signature of a rule: optional axes, fixed sizes, and a last input that may be repeated."""

import itertools
import pickle

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp import _batches
from linalg_vjp._signature import parse, repeated
from linalg_vjp.testing import check_rule

from .random_inputs import general
from .toy_rules import BLOCKS, CHAIN, CROSS, FORM, SCALED_SUM, blocks


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("p", [(), (3,)])
@pytest.mark.parametrize("q", [(), (2,)])
def test_two_axes_that_may_be_missing(p, q, dtype):
    """A vector on either side or on both sides of a matrix or a batch of matrices."""
    for batch in ((), (2,), (5,), (2, 1)):
        inputs = (
            general(*p, 4, dtype=dtype),
            general(*batch, 4, 5, seed=1),
            general(5, *q, dtype=dtype, seed=2),
        )
        (Y,) = FORM.forward(*inputs)
        assert Y.shape == (*batch, *p, *q)
        check_rule(FORM, inputs)
        (Y,) = lv.RULES["matmul"].forward(inputs[0], inputs[1])
        assert Y.shape == (*batch, *p, 5)


@pytest.mark.parametrize(
    "shapes",
    [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((4, 2, 3), (3,)), ((3,), (4, 3, 2)), ((1,), (1, 1))],
)
@pytest.mark.parametrize(
    "dtypes", [("float64", "float64"), ("float64", "complex128"), ("complex128", "float32")]
)
def test_matmul_is_that_of_numpy(shapes, dtypes):
    A, B = (general(*s, dtype=d, seed=i) for i, (s, d) in enumerate(zip(shapes, dtypes, strict=True)))
    np.testing.assert_allclose(lv.vjp("matmul", A, B)[0], A @ B, rtol=1e-12)
    check_rule(lv.RULES["matmul"], [A, B])


def test_the_kept_values_of_a_vector_are_vectors():
    """Axes of size one are added only for the formula."""
    A, b = general(2, 3, 3), general(3)
    (y,), linear = lv.RULES["matmul"].fwd(A, b)
    assert [x.shape for x in linear.kept] == [(2, 3, 3), (3,)]
    assert [x.shape for x in linear.vjp((y,))] == [(2, 3, 3), (3,)]
    assert linear.jvp((A, None))[0].shape == (2, 3)
    (x,), linear = lv.RULES["cholesky_solve"].fwd(np.tril(A) + 3 * np.eye(3), b)
    assert [y.shape for y in linear.vjp((x,))] == [(2, 3, 3), (3,)]


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_a_fixed_size(dtype):
    check_rule(CROSS, [general(3, dtype=dtype), general(2, 3, dtype=dtype, seed=1)])
    check_rule(CROSS, [general(2, 1, 3, dtype=dtype), general(3, dtype=dtype, seed=1)])


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("sizes", [(3, 2), (2, 3, 4), (1, 3, 2, 2), (2, 2, 2, 2, 2)])
def test_a_chain_of_products(sizes, dtype):
    """Each factor has its own sizes."""
    pairs = list(itertools.pairwise(sizes))
    check_rule(CHAIN, [general(*pair, dtype=dtype, seed=i) for i, pair in enumerate(pairs)])
    batch = [general(*([2] * (i % 2)), *pair, dtype=dtype, seed=i) for i, pair in enumerate(pairs)]
    check_rule(CHAIN, batch)


@pytest.mark.parametrize(
    "shapes",
    [[(2, 3)], [(2, 3), (1, 1)], [(3, 1), (2, 2), (1, 4)], [(5, 2, 2), (3, 1)], [(5, 1, 2), (1, 2, 1)]],
)
def test_blocks_of_any_number(shapes):
    inputs = [general(*shape, seed=i) for i, shape in enumerate(shapes)]
    check_rule(BLOCKS, inputs)
    Y, pullback = lv.vjp(BLOCKS, *inputs)
    for bar, X in zip(pullback(Y), inputs, strict=True):
        np.testing.assert_allclose(bar, X * (np.prod(Y.shape[:-2]) / np.prod(X.shape[:-2])))
    _, dot = lv.jvp(BLOCKS, inputs, [None, *inputs[1:]])
    np.testing.assert_array_equal(dot, blocks(0 * inputs[0], *inputs[1:], xp=np)[0])


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_an_input_before_those_that_repeat(count, dtype):
    As = [general(2, 3 - i, 2, dtype=dtype, seed=i) for i in range(count)]
    check_rule(SCALED_SUM, [general(2, dtype=dtype, seed=7), *As])
    check_rule(SCALED_SUM, [general(dtype=dtype, seed=7), *As])


def test_a_repeated_input_in_chunks(monkeypatch):
    inputs = [general(9, 2, 3), general(9, 3, 2), general(9, 2, 2)]
    for rule in (CHAIN, BLOCKS):
        wanted = lv.vjp(rule, *inputs)[1](np.ones_like(rule.forward(*inputs)[0]))
        with monkeypatch.context() as patch:
            patch.setattr(_batches, "CHUNK", 10)
            Y, pullback = lv.vjp(rule, *inputs)
            for mine, plain in zip(pullback(np.ones_like(Y)), wanted, strict=True):
                np.testing.assert_array_equal(mine, plain)


def test_the_rule_of_a_number_of_inputs():
    three = CHAIN.of(3)
    assert three.signature == "(m1,n1),(m2,n2),(m3,n3)->(p,q)"
    assert three.inputs == three.saves == three.keeps == ("A1", "A2", "A3")
    assert CHAIN.of(3) is three
    assert BLOCKS.of(2).shapes == ("A1", "A2")
    assert SCALED_SUM.of(3).inputs == ("c", "A1", "A2")
    assert FORM.of(3) is FORM
    assert lv.RULES["qr"].of(1) is lv.RULES["qr"]


def plain_sum(*As, xp):
    return (sum(As),)


def copies(*arguments, xp):
    return tuple(arguments[-1] for _ in arguments[:-1])


def test_what_repeats_in_a_record():
    """The spaces of the repeated inputs, constant inputs, and a stored linearization."""
    rule = lv.Rule(
        "plain_sum", "(m,m)...->(m,m)", inputs=("A",), outputs=("Y",), saves=("A",), shapes=("A",),
        op=plain_sum, op_vjp=copies, op_jvp=lambda *arguments, xp: (sum(arguments[len(arguments) // 2 :]),),
        space={"A": "hermitian"},
    )  # fmt: skip
    assert dict(rule.of(2).space) == {"A1": "hermitian", "A2": "hermitian"}
    frozen = lv.Rule(
        "frozen", "(m,m),(m,m)...->(m,m)", inputs=("B", "A"), outputs=("Y",), saves=(), constant=("A",),
        op=plain_sum, op_vjp=lambda Y_bar, xp: (Y_bar, None, None), op_jvp=lambda B_dot, *rest, xp: (B_dot,),
    )  # fmt: skip
    Y, pullback = lv.vjp(frozen, np.eye(2), np.eye(2), np.eye(2))
    assert pullback(Y)[1:] == (None, None)
    assert lv.jvp(frozen, (np.eye(2),) * 3, (np.eye(2), None, None))[1].tolist() == np.eye(2).tolist()


def test_a_linearization_of_many_inputs_is_stored():
    inputs = [general(2, 3), general(3, 2), general(2, 2)]
    (Y,), linear = CHAIN.fwd(*inputs)
    other = pickle.loads(pickle.dumps(linear))
    for mine, plain in zip(other.vjp((Y,)), linear.vjp((Y,)), strict=True):
        np.testing.assert_array_equal(mine, plain)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lv.vjp("matmul", general(2, 3), general(4)), ["B has shape (4,)", "(..., k) with k = 3"]),
        (
            lambda: lv.vjp("matmul", general(2), general(4, 2)),
            ["B has shape (4, 2)", "(..., k, n) with k = 2"],
        ),
        (lambda: lv.vjp("matmul", np.ones(()), general(4)), ["A has shape ()", "(..., k)"]),
        (
            lambda: lv.vjp("matmul", general(2, 3), general(3, 2))[1](general(2)),
            ["of Y has shape (2,)", "(2, 2)"],
        ),
        (lambda: lv.vjp("matmul", general(2, 3, 3), general(4, 3, 2)), ["(2,) and (4,)", "do not broadcast"]),
        (lambda: lv.vjp(CROSS, general(3), general(2)), ["B has shape (2,)", "(..., 3)"]),
        (lambda: lv.vjp(CHAIN, general(2, 3), general(3)), ["A2 has shape (3,)", "(..., m2, n2)"]),
        (
            lambda: lv.vjp(CHAIN, general(2, 3), general(3, 2))[1](general(2, 3)),
            ["of Y", "(2, 3)", "(2, 2)"],
        ),
        (lambda: lv.jvp(CHAIN, [general(2, 2)] * 2, [None]), ["expected 2 tangents", "(A1, A2), got 1"]),
        (lambda: lv.vjp(CHAIN), ["chain", "expected at least 1 input (A)", "got 0"]),
        (lambda: lv.vjp(SCALED_SUM), ["scaled_sum", "got 0"]),
        (
            lambda: lv.vjp(SCALED_SUM, np.ones(())),
            ["scaled_sum", "expected at least 2 inputs", "(c, A), got 1"],
        ),
    ],
)
def test_errors_help(call, words):
    with pytest.raises(ValueError, match=r"^(matmul|vector_cross|chain|scaled_sum):") as caught:
        call()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(m,n)",
        "(m,n)->",
        "(m n)->(m)",
        "(m,n)->(m,?)",
        "(m,n)...,(n)->(m)",
        "(m)->(m)...",
        "(3?)->(3)",
        "(2m)->()",
    ],
)
def test_what_is_no_signature(text):
    with pytest.raises(ValueError, match="is not of the form"):
        parse(text)


def test_the_parts_of_a_signature():
    parts = parse("(m?,k),(k,3)...->(m?,3)")
    assert parts.inputs == (("m", "k"), ("k", "3"))
    assert parts.outputs == (("m", "3"),)
    assert (parts.optional, parts.repeats) == ({"m"}, True)
    assert parts.missing([(2, 3), (3, 3)]) == set()
    assert parts.missing([(3,), (3, 3)]) == {"m"}
    assert repeated("(m?,k),(n,3)...->(m?,3)", 2) == "(m?,k),(n1,3),(n2,3)->(m?,3)"


def test_a_chain():
    """The first axis of each repeated input is the last axis of the input before it."""
    assert repeated("(m?,k),(k,n?)...->(m?,n?)", 1) == "(m?,k),(k,n?)->(m?,n?)"
    assert repeated("(m?,k),(k,n?)...->(m?,n?)", 3) == "(m?,k),(k,k1),(k1,k2),(k2,n?)->(m?,n?)"


def test_all_axes():
    parts = parse("(*),(n)->(*)")
    assert parts.inputs == (("*",), ("n",))
    assert parts.missing([(), (2,)]) == parts.missing([(2, 3, 4), (2,)]) == set()
