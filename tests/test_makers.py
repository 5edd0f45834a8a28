"""The makers of rules: linear, bilinear, frechet, composite; what they make is a rule like any other."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import CheckError, check_rule
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load

from .random_inputs import general, hermitian, positive

C = "complex128"
BUILT_IN = ["trace", "matmul", "kron", "inv", "cholesky_solve"]


def commutator(A, B, *, xp):
    """A B - B A."""
    return A @ B - B @ A


def commutator_bar(Y_bar, A, B, *, xp):
    """The adjoint of B -> A B - B A; that of A -> A B - B A is minus the same, of B."""
    Ah = xp.conj(A).mT
    return Ah @ Y_bar - Y_bar @ Ah


def mean(A, *, weight=1.0, xp):
    return weight * xp.mean(A, axis=-1)


def mean_bar(y_bar, A, *, weight=1.0, xp):
    return weight * y_bar[..., None] * xp.ones(A.shape[-1:], dtype=y_bar.dtype) / A.shape[-1]


def cube_fwd(A, *, xp):
    return (A @ A @ A,), (A @ A,)


def cube_derivative(A, S, E, *, xp):
    """E S + A E A + S E, with S the square of A."""
    return E @ S + A @ E @ A + S @ E


def logdensity(use, S, x, *, upper=False):
    """-log det(L) - |L^-1 x|^2 / 2 for S = L L^H: a few steps, and one value used twice."""
    L = use(lv.RULES["cholesky"], S, upper=upper)
    y = use(lv.RULES["solve_triangular"], L, x, upper=upper, trans="C" if upper else "N")
    _, logdet = use(lv.RULES["slogdet"], L)
    return use(DIFFERENCE, use(NORM, y), logdet)


MEAN = lv.linear(
    "mean", "(n)->()", op=mean, adjoint=mean_bar, params={"weight": lv.Param(1.0, lambda w: True, "a number")}
)
COMMUTATOR = lv.bilinear(
    "commutator", "(n,n),(n,n)->(n,n)", op=commutator,
    A_bar=lambda Y_bar, A, B, *, xp: -commutator_bar(Y_bar, B, A, xp=xp), B_bar=commutator_bar,
)  # fmt: skip
CUBE = lv.frechet(
    "cube", "(n,n)->(n,n)", op=lambda A, *, xp: A @ A @ A, derivative=cube_derivative,
    keeps=("A", "S"), op_fwd=cube_fwd,
)  # fmt: skip
NORM = lv.RULES["vector_norm"]
DIFFERENCE = lv.Rule(
    "difference", "(),()->()", inputs=("a", "b"), outputs=("c",), saves=(),
    op=lambda a, b, *, xp: (a - b,),
    op_vjp=lambda c_bar, *, xp: (c_bar, None if c_bar is None else -c_bar),
    op_jvp=lambda a_dot, b_dot, *, xp: (
        (0 if a_dot is None else a_dot) - (0 if b_dot is None else b_dot),
    ),
)  # fmt: skip
LOGDENSITY = lv.composite(
    "logdensity", "(n,n),(n)->()", inputs=("S", "x"), steps=logdensity,
    params={"upper": lv.one_of(False, True)}, space={"S": "positive"},
)  # fmt: skip
OWN = [MEAN, COMMUTATOR, CUBE, LOGDENSITY]


def inputs_of(rule, *batch, dtype="float64"):
    if rule is LOGDENSITY:
        return [positive(3, dtype=dtype), general(3, dtype=dtype, seed=1)]  # the norm is of all axes
    return [general(*batch, 3, 3, dtype=dtype, seed=i) for i in range(len(rule.inputs))]


@pytest.mark.parametrize("dtype", ["float64", C])
@pytest.mark.parametrize("rule", OWN, ids=lambda rule: rule.name)
def test_what_is_made_satisfies_the_laws(rule, dtype):
    check_rule(rule, inputs_of(rule, dtype=dtype))
    if rule is not LOGDENSITY:
        check_rule(rule, inputs_of(rule, 2, dtype=dtype))
        check_rule(rule, [inputs_of(rule, 2, dtype=dtype)[0], *inputs_of(rule, 2, 1, dtype=dtype)[1:]])
    for key, param in rule.params.items():
        check_rule(rule, inputs_of(rule, dtype=dtype), **{key: 2.5 if key == "weight" else param.tried()[-1]})


@pytest.mark.parametrize("library", ["array-api-strict", "torch", "jax"])
@pytest.mark.parametrize("rule", [r for r in OWN if r is not LOGDENSITY], ids=lambda rule: rule.name)
def test_in_every_library(rule, library):
    backend = load(library)
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    arrays = inputs_of(rule, 2, dtype=C)
    Y, pullback = lv.vjp(rule, *arrays)
    inputs = list(map(backend.namespace().asarray, arrays))
    Z, theirs = lv.vjp(rule, *inputs)
    _, dot = lv.jvp(rule, arrays, arrays)
    pairs = [*zip(theirs(Z), pullback(Y), strict=True), (lv.jvp(rule, inputs, inputs)[1], dot), (Z, Y)]
    for got, wanted in pairs:
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
    assert rule.op.__name__ in (rule.name, "op")


def test_the_words_are_those_of_the_formula():
    assert CUBE.op_vjp.__doc__ == "Pullback of `cube`. E S + A E A + S E, with S the square of A."
    assert COMMUTATOR.op_jvp.__doc__ == "Pushforward of `commutator`. A B - B A."
    assert MEAN.op_vjp.__doc__ == "Pullback of `mean`."
    assert COMMUTATOR.op_vjp.__module__ == __name__
    assert "-log det(L)" in LOGDENSITY.op_jvp.__doc__


def never(*args, **kw):
    raise AssertionError("this was to cost nothing")


def test_none_costs_nothing():
    linear = replace(lv.linear("f", "(n)->(n)", op=never, adjoint=never))
    assert linear.op_vjp(None, None) == linear.op_jvp(None, None) == (None,)
    bilinear = lv.bilinear("f", "(n),(n)->(n)", op=never, A_bar=never, B_bar=never)
    a = general(3)
    assert bilinear.op_vjp(a, a, None) == (None, None)
    assert bilinear.op_jvp(a, a, None, None) == (None,)
    frechet = lv.frechet("f", "(n,n)->(n,n)", op=never, derivative=never)
    assert frechet.op_vjp(a, None) == frechet.op_jvp(a, None) == (None,)
    kept = LOGDENSITY.fwd(*inputs_of(LOGDENSITY))[1].kept
    assert LOGDENSITY.op_vjp(*kept, None) == (None, None)
    assert LOGDENSITY.op_jvp(*kept, None, None) == (None,)


def test_a_bilinear_tangent_alone_is_one_product():
    calls = []

    def product(A, B, *, xp):
        calls.append(1)
        return A @ B

    rule = lv.bilinear("product", "(n,n),(n,n)->(n,n)", op=product, A_bar=never, B_bar=never)
    A, B = general(2, 3, 3)
    np.testing.assert_array_equal(rule.op_jvp(A, B, None, B)[0], A @ B)
    np.testing.assert_array_equal(rule.op_jvp(A, B, A, None)[0], A @ B)
    assert len(calls) == 2


def test_a_linear_rule_keeps_no_array():
    (_,), linear = MEAN.fwd(general(5))
    assert [type(x).__name__ for x in linear.kept] == ["Like"]
    (y,), linear = lv.RULES["trace"].fwd(general(3, 4), offset=1)
    assert linear.vjp((y / y,))[0].tolist() == np.eye(3, 4, k=1).tolist()


# Composites.


def test_the_steps_keep_what_they_keep():
    """Each value once, and the factorization of a step; the derivatives factorize nothing."""
    assert LOGDENSITY.extras == (
        "step 1",
        "step 2",
        "step 3",
        "step 4",
        "step 5",
        "Xh of step 3",
        "g of step 4",
    )
    S, x = inputs_of(LOGDENSITY)
    (p,), linear = LOGDENSITY.fwd(S, x)
    L = np.linalg.cholesky(S)
    y = np.linalg.solve(L, x)
    np.testing.assert_allclose(p, np.linalg.norm(y) - np.linalg.slogdet(L)[1], rtol=1e-13)
    kept = dict(zip(LOGDENSITY.keeps, linear.kept, strict=True))
    np.testing.assert_allclose(kept["step 1"], L, rtol=1e-13)
    np.testing.assert_allclose(kept["Xh of step 3"], np.linalg.inv(L).T, atol=1e-13)
    np.testing.assert_allclose(kept["g of step 4"], y / np.linalg.norm(y), rtol=1e-13)
    wanted = LOGDENSITY.vjp((S, x), (p,), (p,))
    for mine, again in zip(linear.vjp((p,)), wanted, strict=True):
        np.testing.assert_allclose(mine, again, rtol=1e-13)


def test_a_value_that_is_used_twice_has_both_cotangents():
    """X X for X = A^-1, and A used by two steps: A A^-1 has no derivative."""
    inv, product = lv.RULES["inv"], lv.RULES["matmul"]

    def steps(use, A):
        X = use(inv, A)
        return use(product, X, X)

    square = lv.composite("square_of_inverse", "(n,n)->(n,n)", inputs=("A",), steps=steps)
    check_rule(square, [general(2, 3, 3, dtype=C)])
    one = lv.composite(
        "one", "(n,n)->(n,n)", inputs=("A",), steps=lambda use, A: use(product, A, use(inv, A))
    )
    A = general(3, 3)
    I, pullback = lv.vjp(one, A)
    np.testing.assert_allclose(pullback(general(3, 3, seed=1))[0], 0, atol=1e-13)
    np.testing.assert_allclose(lv.jvp(one, (A,), (A,))[1], 0, atol=1e-14)


def test_several_outputs_in_an_order_of_their_own():
    """An inner value is returned too, and some output of a step is not used."""

    def steps(use, A, B):
        X = use(lv.RULES["solve"], A, B)
        sign, logdet = use(lv.RULES["slogdet"], A)
        return logdet, use(lv.RULES["matmul"], A, X), X

    rule = lv.composite(
        "steps", "(m,m),(m,n?)->(),(m,n?),(m,n?)", inputs=("A", "B"), outputs=("logdet", "Y", "X"),
        steps=steps, real=("logdet",),
    )  # fmt: skip
    for shape in ((3, 2), (3,)):
        for dtype in ("float64", C):
            check_rule(rule, [general(2, 3, 3, dtype=dtype), general(*shape, dtype=dtype, seed=1)])
    outputs, pullback = lv.vjp(rule, general(3, 3), general(3))
    assert outputs._fields == ("logdet", "Y", "X")
    for given in (0, 1, 2):
        bars = [np.ones_like(y) if i == given else None for i, y in enumerate(outputs)]
        assert [x.shape for x in pullback(*bars)] == [(3, 3), (3,)]


def test_the_gauge_of_a_step():
    rule = lv.composite(
        "spectrum", "(n,n)->(n),(n,n)", inputs=("A",), outputs=("w", "V"), real=("w",), gauge=("V",),
        steps=lambda use, A, *, gauge: use(lv.RULES["eigh"], A, gauge=gauge),
        params={"gauge": lv.one_of("project", "check")}, space={"A": "hermitian"},
    )  # fmt: skip
    A = hermitian(3, dtype=C)
    (w, V), pullback = lv.vjp(rule, A, gauge="check")
    pullback(w, V)
    with pytest.raises(lv.GaugeError):
        pullback(w, V * 1j)
    np.testing.assert_allclose(lv.vjp(rule, A)[1](None, V * 1j)[0], 0, atol=1e-14)


# Mistakes.


def caught(right, wrong, *inputs, match=None, **params):
    check_rule(right, inputs, **params)
    with pytest.raises(CheckError, match=match):
        check_rule(wrong, inputs, **params)


def test_an_adjoint_of_something_else():
    def shorter(y_bar, A, *, weight=1.0, xp):
        return weight * y_bar[..., None] * xp.ones(A.shape[-1:]) / (A.shape[-1] - 1)

    caught(MEAN, lv.linear("mean", "(n)->()", op=mean, adjoint=shorter), general(4))


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

    def rule(parts):
        return lv.bilinear("product", "(m,k),(k,n)->(m,n)", op=lambda A, B, *, xp: A @ B, **parts)

    caught(rule(right), rule(right | {part: wrong[part]}), general(2, 3, dtype=C), general(3, 2, dtype=C))
    check_rule(rule(wrong), [general(2, 3), general(3, 2)])  # real arrays cannot see it


def test_a_function_that_is_no_frechet():
    """i A^2 is no function with f(A^H) = f(A)^H, though its derivative is right."""

    def made(factor):
        return lv.frechet(
            "square", "(n,n)->(n,n)",
            op=lambda A, *, xp: factor * (A @ A), derivative=lambda A, E, *, xp: factor * (A @ E + E @ A),
        )  # fmt: skip

    caught(made(2), made(2j), general(3, 3, dtype=C), match="<cotangents, tangents>|cotangent")


def test_a_derivative_in_the_wrong_order():
    wrong = replace(
        lv.frechet("cube", "(n,n)->(n,n)", op=lambda A, *, xp: A @ A @ A,
                   derivative=lambda A, S, E, *, xp: 3 * S @ E, keeps=("A", "S"), op_fwd=cube_fwd),
    )  # fmt: skip
    caught(CUBE, wrong, general(3, 3))


def test_a_step_that_is_wrong():
    """A composite is as right as its steps."""
    inv = lv.RULES["inv"]
    broken = replace(inv, op_vjp=lambda X, X_bar, *, xp: (X.mT @ X_bar @ X.mT,))

    def made(step):
        steps = lambda use, A: use(lv.RULES["slogdet"], use(step, A))[1]  # noqa: E731
        return lv.composite("f", "(n,n)->()", inputs=("A",), steps=steps)

    caught(made(inv), made(broken), general(3, 3))
