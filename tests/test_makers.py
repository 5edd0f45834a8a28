"""The makers of rules: `linear`, `bilinear` and `frechet` return rules like any other."""

import pickle

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import CheckError, check_rule
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load

from .random_inputs import general

C = "complex128"
BUILT_IN = ["trace", "matmul", "kron", "inv"]


def mean(A, *, weight=1.0, xp):
    return weight * xp.mean(A, axis=-1)


def mean_bar(y_bar, A, *, weight=1.0, xp):
    return weight * y_bar[..., None] * xp.ones(A.shape[-1:], dtype=y_bar.dtype) / A.shape[-1]


def commutator(A, B, *, xp):
    """A B - B A."""
    return A @ B - B @ A


def commutator_bar(Y_bar, A, B, *, xp):
    """The adjoint of B -> A B - B A. The adjoint of A -> A B - B A is minus this, with B for A."""
    Ah = xp.conj(A).mT
    return Ah @ Y_bar - Y_bar @ Ah


def cube(A, *, xp):
    return A @ A @ A


def cube_fwd(A, *, xp):
    return (A @ A @ A,), (A @ A,)


def cube_derivative(A, S, E, *, xp):
    """E S + A E A + S E, with S the square of A."""
    return E @ S + A @ E @ A + S @ E


MEAN = lv.linear(
    "mean", "(n)->()", op=mean, adjoint=mean_bar, params={"weight": lv.one_of(1.0, 2.5)}
)  # fmt: skip
COMMUTATOR = lv.bilinear(
    "commutator", "(n,n),(n,n)->(n,n)", op=commutator,
    A_bar=lambda Y_bar, A, B, *, xp: -commutator_bar(Y_bar, B, A, xp=xp), B_bar=commutator_bar,
)  # fmt: skip
CUBE = lv.frechet(
    "cube", "(n,n)->(n,n)", op=cube, op_fwd=cube_fwd, derivative=cube_derivative, keeps=("A", "S")
)  # fmt: skip
OWN = [MEAN, COMMUTATOR, CUBE]


def inputs_of(rule, *batch, dtype="float64"):
    return [general(*batch, 3, 3, dtype=dtype, seed=i) for i in range(len(rule.inputs))]


@pytest.mark.parametrize("dtype", ["float64", C])
@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.name)
def test_what_is_made_satisfies_the_laws(rule, dtype):
    check_rule(rule, inputs_of(rule, dtype=dtype))
    check_rule(rule, inputs_of(rule, 2, dtype=dtype))
    check_rule(rule, [*inputs_of(rule, 2, 1, dtype=dtype)[:1], *inputs_of(rule, 2, dtype=dtype)[1:]])


def test_keywords_reach_every_formula():
    check_rule(MEAN, [general(2, 4)], weight=2.5)
    check_rule(lv.RULES["trace"], [general(2, 4, 3)], offset=-2)


@pytest.mark.parametrize("library", ["array-api-strict", "torch", "jax"])
@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.name)
def test_in_every_library(rule, library):
    backend = load(library)
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    arrays = inputs_of(rule, 2, dtype=C)
    inputs = list(map(backend.namespace().asarray, arrays))
    (Y, pullback), (Z, theirs) = lv.vjp(rule, *arrays), lv.vjp(rule, *inputs)
    dots = [lv.jvp(rule, given, given)[1] for given in (inputs, arrays)]
    for got, wanted in [(Z, Y), dots, *zip(theirs(Z), pullback(Y), strict=True)]:
        np.testing.assert_allclose(to_numpy(got), wanted, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", BUILT_IN)
def test_one_that_is_built_in_is_pickled_by_its_name(name):
    rule = lv.RULES[name]
    assert pickle.loads(pickle.dumps(rule)) is rule
    for function in (rule.op_vjp, rule.op_jvp):
        assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("rule", [*(lv.RULES[name] for name in BUILT_IN), *OWN], ids=lambda rule: rule.name)
def test_the_bare_functions_have_names_and_words(rule):
    for function, suffix, word in ((rule.op_vjp, "vjp", "Pullback"), (rule.op_jvp, "jvp", "Pushforward")):
        assert function.__name__ == function.__qualname__ == f"{rule.name}_{suffix}"
        assert function.__doc__.startswith(f"{word} of `{rule.name}`.")


def test_the_words_are_those_of_the_formula():
    assert CUBE.op_vjp.__doc__ == "Pullback of `cube`. E S + A E A + S E, with S the square of A."
    assert COMMUTATOR.op_jvp.__doc__ == "Pushforward of `commutator`. A B - B A."
    assert MEAN.op_vjp.__doc__ == "Pullback of `mean`."
    assert {rule.op_vjp.__module__ for rule in OWN} == {__name__}
    assert MEAN.op.__name__ == "mean"


def never(*args, **kw):
    raise AssertionError("this was to cost nothing")


def test_none_costs_nothing():
    A = general(3, 3)
    linear = lv.linear("f", "(n)->(n)", op=never, adjoint=never)
    assert linear.op_vjp(A, None) == linear.op_jvp(A, None) == (None,)
    bilinear = lv.bilinear("f", "(n),(n)->(n)", op=never, A_bar=never, B_bar=never)
    assert bilinear.op_vjp(A, A, None) == (None, None)
    assert bilinear.op_jvp(A, A, None, None) == (None,)
    frechet = lv.frechet("f", "(n,n)->(n,n)", op=never, derivative=never)
    assert frechet.op_vjp(A, None) == frechet.op_jvp(A, None) == (None,)


def test_a_bilinear_tangent_alone_is_one_product():
    calls = []

    def product(A, B, *, xp):
        calls.append((A, B))
        return A @ B

    rule = lv.bilinear("product", "(n,n),(n,n)->(n,n)", op=product, A_bar=never, B_bar=never)
    A, B, E = general(3, 3, 3)
    rule.op_jvp(A, B, None, E), rule.op_jvp(A, B, E, None)
    assert [(X is A, Y is B) for X, Y in calls] == [(True, False), (False, True)]


def test_what_a_linear_rule_keeps_is_no_array():
    (_,), linear = MEAN.fwd(general(5))
    assert [type(x).__name__ for x in linear.kept] == ["Like"]
    (t,), linear = lv.RULES["trace"].fwd(general(3, 4), offset=1)
    assert linear.vjp((np.ones_like(t),))[0].tolist() == np.eye(3, 4, k=1).tolist()


def test_names_and_fields_of_ones_own():
    rule = lv.bilinear(
        "outer", "(m),(n)->(m,n)", inputs=("u", "v"), outputs=("M",), domain="every pair",
        op=lambda u, v, *, xp: u[..., :, None] * v[..., None, :],
        A_bar=lambda M_bar, u, v, *, xp: xp.vecdot(v[..., None, :], M_bar),
        B_bar=lambda M_bar, u, v, *, xp: xp.vecdot(u[..., None, :], M_bar.mT),
    )  # fmt: skip
    assert (rule.inputs, rule.outputs, rule.saves) == (("u", "v"), ("M",), ("u", "v"))
    assert rule.domain == "every pair"
    check_rule(rule, [general(2, 3, dtype=C), general(2, 2, dtype=C, seed=1)])


def caught(right, wrong, *inputs, match=None):
    """The checker rejects a wrong rule, and the correct rule passes at the same input."""
    check_rule(right, inputs)
    with pytest.raises(CheckError, match=match):
        check_rule(wrong, inputs)


def test_an_adjoint_of_something_else():
    def of_fewer(y_bar, A, *, weight=1.0, xp):
        return weight * y_bar[..., None] * xp.ones(A.shape[-1:]) / (A.shape[-1] - 1)

    caught(MEAN, lv.linear("mean", "(n)->()", op=mean, adjoint=of_fewer), general(4))


@pytest.mark.parametrize("part", ["A_bar", "B_bar"])
def test_a_conjugate_left_out_of_a_bilinear_rule(part):
    right = {
        "A_bar": lambda Y_bar, A, B, *, xp: Y_bar @ xp.conj(B).mT,
        "B_bar": lambda Y_bar, A, B, *, xp: xp.conj(A).mT @ Y_bar,
    }
    wrong = {
        "A_bar": lambda Y_bar, A, B, *, xp: Y_bar @ B.mT,
        "B_bar": lambda Y_bar, A, B, *, xp: A.mT @ Y_bar,
    }

    def made(parts):
        return lv.bilinear("product", "(m,k),(k,n)->(m,n)", op=lambda A, B, *, xp: A @ B, **parts)

    broken = made(right | {part: wrong[part]})
    caught(made(right), broken, general(2, 3, dtype=C), general(3, 2, dtype=C))
    check_rule(broken, [general(2, 3), general(3, 2)])  # real arrays do not show the mistake


def test_a_function_that_is_not_one_for_frechet():
    """f(A) = i A^2 has f(A^H) != f(A)^H, so its pullback is wrong although its derivative is right."""

    def made(factor):
        return lv.frechet(
            "square", "(n,n)->(n,n)",
            op=lambda A, *, xp: factor * (A @ A), derivative=lambda A, E, *, xp: factor * (A @ E + E @ A),
        )  # fmt: skip

    caught(made(2), made(2j), general(3, 3, dtype=C), match="cotangents")


def test_a_derivative_as_if_matrices_commuted():
    wrong = lv.frechet(
        "cube", "(n,n)->(n,n)", op=cube, op_fwd=cube_fwd, keeps=("A", "S"),
        derivative=lambda A, S, E, *, xp: 3 * S @ E,
    )  # fmt: skip
    caught(CUBE, wrong, general(3, 3))
