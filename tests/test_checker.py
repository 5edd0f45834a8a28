"""The checker on rules of a user's own, and the code and texts in its errors."""

from dataclasses import replace

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import CheckError, check_loss, check_rule, ties, vectors

from .random_inputs import general, hermitian
from .test_planted import C, pasted, planted


def test_a_rule_without_an_oracle_is_checked_by_differences():
    rule = replace(lv.RULES["inv"], name="inverse")
    check_rule(rule, [general(2, 3, 3)])
    wrong = replace(
        rule, op_jvp=lambda X, A_dot, xp: (X @ A_dot @ X,), op_vjp=lambda X, B, xp: (X.mT @ B @ X.mT,)
    )
    with pytest.raises(CheckError, match="by differences"):
        check_rule(wrong, [general(2, 3, 3)])


def test_the_error_can_be_pasted():
    wrong = planted("inv", vjp=lambda r, *_: (2 * r[0],))
    with pytest.raises(CheckError) as error:
        check_rule(wrong, [general(2, 2, 2)], seed=3)
    exec(pasted(error.value), {})  # the correct rule passes at the same input


def test_a_rule_of_your_own_with_an_index_and_nothing_saved():
    """Three rules: one has a constant integer input, one saves nothing, one has three inputs."""
    take = lv.Rule(
        "take",
        "(n),(m)->(m)",
        inputs=("x", "i"),
        outputs=("y",),
        saves=("i", "x"),
        constant=("i",),
        op=lambda x, i, xp: (xp.take(x, i),),
        op_vjp=lambda i, x, y_bar, xp: (np.bincount(i, y_bar, x.shape[0]), None),
        op_jvp=lambda i, x, x_dot, i_dot, xp: (x_dot[i],),
    )
    check_rule(take, [general(5), np.asarray([1, 3, 3])])
    trace = lv.Rule(
        "trace",
        "(n,n)->()",
        inputs=("A",),
        outputs=("t",),
        saves=(),
        op=lambda A, xp: (xp.linalg.trace(A),),
        op_vjp=lambda t_bar, xp: (t_bar[..., None, None] * xp.eye(3),),
        op_jvp=lambda A_dot, xp: (xp.linalg.trace(A_dot),),
    )
    check_rule(trace, [general(2, 3, 3)])
    (t,), A = trace.forward(general(3, 3)), general(3, 3)
    np.testing.assert_array_equal(trace.vjp((A,), (t,), (None,))[0], np.zeros((3, 3)))
    triple = lv.Rule(
        "triple",
        "(n,n),(n,n),(n,n)->(n,n)",
        inputs=("A", "B", "C"),
        outputs=("Y",),
        saves=("A", "B", "C"),
        op=lambda A, B, C, xp: (A @ B @ C,),
        op_vjp=lambda A, B, C, Y, xp: (
            Y @ np.conj(B @ C).mT,
            np.conj(A.mT) @ Y @ np.conj(C.mT),
            np.conj(A @ B).mT @ Y,
        ),
        op_jvp=lambda A, B, C, a, b, c, xp: (
            sum(
                Y
                for Y in (
                    a is not None and a @ B @ C,
                    b is not None and A @ b @ C,
                    c is not None and A @ B @ c,
                )
                if Y is not False
            ),
        ),
    )
    check_rule(triple, [general(2, 3, 3), general(3, 3, dtype=C), general(1, 3, 3, seed=2)])


def test_what_is_no_batch_is_said():
    for params in ({}, {"axis": 0}):
        with pytest.raises(ValueError, match="batched=False"):
            check_rule(lv.RULES["vector_norm"], [general(3, 4, 5)], **params)


def test_the_error_says_all_that_it_takes():
    wrong = planted("eigh", vjp=lambda r, *_: (2 * r[0],))
    E = hermitian(2, seed=4)
    with pytest.raises(CheckError) as error:
        check_rule(wrong, [hermitian(2)], tangents=[E], limit=5)
    assert f"tangents=[array({E.tolist()}, dtype=float64)], limit=5" in str(error.value)


def test_wrong_arguments_of_the_tools():
    """What does not fit is named, by every function that takes it."""
    A = np.eye(2)
    with pytest.raises(ValueError, match=r"inv: expected 1 cotangent \(X\), got 2"):
        check_loss("inv", [A], lambda X: X[0, 0], lambda X: (X, X))
    with pytest.raises(TypeError, match="inv: the cotangents must be in a tuple"):
        check_loss("inv", [A], lambda X: X[0, 0], lambda X: X)
    with pytest.raises(KeyError, match="no rule 'qrr'; did you mean 'qr'"):
        vectors.load("qrr")
    with pytest.raises(ValueError, match=r"3 values and there are 1 zeros, but a matrix of shape \(3, 5\)"):
        ties.tied_svd(np.random.default_rng(0), 3, 5, [2, 1], 1, "float64")
    with pytest.raises(ValueError, match="inv: space of A is 'foo', not one of hermitian"):
        replace(lv.RULES["inv"], space={"A": "foo"})
    with pytest.raises(ValueError, match="inv: typical has foo, but may only have names from an empty list"):
        replace(lv.RULES["inv"], typical={"foo": 1})


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda I: check_rule("inv", [I.astype(int)]), "inv: A has dtype int64"),
        (lambda I: check_rule("inv", []), r"inv: expected 1 input \(A\), got 0"),
        (lambda I: check_rule("inv", ["x"]), "inv: A is of type str"),
        (lambda I: check_rule("inv", [I], tangents=[I, I]), r"expected 1 tangent \(A\), got 2"),
        (lambda I: check_loss("inv", [I[None]], None, None), "check_loss takes one matrix"),
        (
            lambda I: check_loss("eigh", [I], lambda w, V: w[0], lambda w, V: (1j * w, None)),
            "the cotangent of eigenvalues is complex",
        ),
        (lambda I: replace(lv.RULES["inv"], op_vjp=None), "inv: op_vjp must be a function, got None"),
        (lambda I: replace(lv.RULES["inv"], params={"k": 3}), "the keyword k must be a Param"),
        (
            lambda I: replace(lv.RULES["inv"], params={"k": lv.Param(3, (1, 2), "1 or 2")}),
            "default is allowed",
        ),
        (lambda I: replace(lv.RULES["inv"], axis="dim"), "axis is 'dim', which is not a keyword"),
        (lambda I: replace(lv.RULES["inv"], name="my rule"), "'my rule' cannot be a name"),
        (lambda I: replace(lv.RULES["inv"], outputs=("1Y",)), "'1Y' cannot be a name"),
        (lambda I: replace(lv.RULES["inv"], saves="A"), "saves must be a tuple of names, got 'A'"),
    ],
)
def test_wrong_arguments_of_the_checker(call, words):
    with pytest.raises((TypeError, ValueError), match=words):
        call(np.eye(2))
