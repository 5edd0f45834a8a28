"""A rule made of other rules: its steps, what they keep, and how their derivatives combine."""

from dataclasses import replace

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import CheckError, check_rule
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load

from .random_inputs import general, hermitian, positive

C = "complex128"
INV, MATMUL, SLOGDET = (lv.RULES[name] for name in ("inv", "matmul", "slogdet"))
DIFFERENCE = lv.Rule(
    "difference", "(),()->()", inputs=("a", "b"), outputs=("c",), saves=(),
    op=lambda a, b, *, xp: (a - b,),
    op_vjp=lambda c_bar, *, xp: (c_bar, None if c_bar is None else -c_bar),
    op_jvp=lambda a_dot, b_dot, *, xp: ((0 if a_dot is None else a_dot) - (0 if b_dot is None else b_dot),),
)  # fmt: skip


def steps(use, S, X, *, upper=False):
    """|L^-1 X| - log det(L) for S = L L^H, in five steps. One value is used twice."""
    L = use(lv.RULES["cholesky"], S, upper=upper)
    Y = use(lv.RULES["solve_triangular"], L, X, upper=upper, trans="C" if upper else "N")
    _, logdet = use(SLOGDET, L)
    return use(DIFFERENCE, use(lv.RULES["matrix_norm"], Y), logdet)


LIKELIHOOD = lv.composite(
    "likelihood", "(n,n),(n,k)->()", inputs=("S", "X"), outputs=("p",), steps=steps,
    params={"upper": lv.one_of(False, True)}, space={"S": "positive"}, real=("p",),
)  # fmt: skip


def points(*batch, dtype="float64"):
    return [positive(*batch, 3, dtype=dtype), general(*batch, 3, 2, dtype=dtype, seed=1)]


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", ["float64", C])
def test_it_satisfies_the_laws(dtype, upper):
    for S, X in (points(dtype=dtype), points(2, dtype=dtype)):
        # Differences of the forward see only one triangle of S, so pass Hermitian tangents.
        tangents = [hermitian(*S.shape[:-1], dtype=dtype, seed=2), general(*X.shape, dtype=dtype, seed=3)]
        check_rule(LIKELIHOOD, [S, X], tangents=tangents, upper=upper)


def test_batches_broadcast():
    S, X = positive(2, 3), general(3, 2, seed=1)
    p, pullback = lv.vjp(LIKELIHOOD, S, X)
    S_bar, X_bar = pullback(np.ones_like(p))
    parts = [lv.vjp(LIKELIHOOD, S[i], X)[1](np.ones(())) for i in range(2)]
    np.testing.assert_allclose(S_bar, np.stack([part[0] for part in parts]), rtol=1e-12)
    np.testing.assert_allclose(X_bar, parts[0][1] + parts[1][1], rtol=1e-12)


@pytest.mark.parametrize("library", ["array-api-strict", "torch", "jax"])
def test_in_every_library(library):
    backend = load(library)
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    arrays = points(2, dtype=C)
    inputs = list(map(backend.namespace().asarray, arrays))
    (p, pullback), (q, theirs) = lv.vjp(LIKELIHOOD, *arrays), lv.vjp(LIKELIHOOD, *inputs)
    dots = [lv.jvp(LIKELIHOOD, given, given)[1] for given in (inputs, arrays)]
    for got, wanted in [(q, p), dots, *zip(theirs(q), pullback(p), strict=True)]:
        np.testing.assert_allclose(to_numpy(got), wanted, rtol=1e-11, atol=1e-11)


def test_the_steps_keep_what_they_keep():
    """A composite keeps each value once, and the extras of each step, for its derivatives."""
    S, X = points()
    (p,), linear = LIKELIHOOD.fwd(S, X)
    L = np.linalg.cholesky(S)
    Y = np.linalg.solve(L, X)
    np.testing.assert_allclose(p, np.linalg.norm(Y) - np.linalg.slogdet(L)[1], rtol=1e-13)
    kept = dict(zip(LIKELIHOOD.keeps, linear.kept, strict=True))
    extras = ("Xh of step 3", "G of step 4")
    assert tuple(kept) == ("S", "X", "p", *(f"step {i}" for i in range(1, 6)), *extras)
    np.testing.assert_allclose(kept["step 1"], L, rtol=1e-13)
    np.testing.assert_allclose(kept["step 2"], Y, rtol=1e-12)
    np.testing.assert_allclose(kept["Xh of step 3"], np.linalg.inv(L).T, atol=1e-13)
    np.testing.assert_allclose(kept["G of step 4"], Y / np.linalg.norm(Y), rtol=1e-12)
    for mine, again in zip(linear.vjp((p,)), LIKELIHOOD.vjp((S, X), (p,), (p,)), strict=True):
        np.testing.assert_allclose(mine, again, rtol=1e-13)


def test_the_bare_functions():
    kept = LIKELIHOOD.fwd(*points())[1].kept
    assert LIKELIHOOD.op_vjp(*kept, None) == (None, None)
    assert LIKELIHOOD.op_jvp(*kept, None, None) == (None,)
    assert LIKELIHOOD.op_vjp.__name__ == "likelihood_vjp"
    assert LIKELIHOOD.op_jvp.__doc__.startswith("Pushforward of `likelihood`. |L^-1 X|")
    assert LIKELIHOOD.op_jvp.__module__ == __name__


def test_nothing_is_factorized_twice():
    calls = []

    def counted(*args, **kw):
        calls.append(1)
        return SLOGDET.op_fwd(*args, **kw)

    step = replace(SLOGDET, op_fwd=counted)
    rule = lv.composite("logdet", "(n,n)->()", inputs=("A",), steps=lambda use, A: use(step, A)[1])
    A = general(3, 3)
    d, pullback = lv.vjp(rule, A)
    pullback(d), pullback(d)
    assert len(calls) == 1
    rule.fwd(A)[1].jvp((A,))
    assert len(calls) == 2
    rule.vjp((A,), (d,), (None,))
    rule.forward(A)
    assert len(calls) == 2


def test_nothing_flows_through_a_step_without_a_cotangent():
    step = replace(INV, op_vjp=lambda *args, **kw: pytest.fail("called"))

    def beside(use, A):
        return use(step, A), use(MATMUL, A, A)

    rule = lv.composite("beside", "(n,n)->(n,n),(n,n)", inputs=("A",), outputs=("X", "Y"), steps=beside)
    A = general(3, 3)
    (_, Y), pullback = lv.vjp(rule, A)
    np.testing.assert_allclose(pullback(None, Y)[0], Y @ A.T + A.T @ Y, rtol=1e-12)


def test_a_value_that_is_used_twice_has_both_cotangents():
    """X X for X = A^-1, and A A^-1 in two steps, whose derivative is zero."""

    def squared(use, A):
        X = use(INV, A)
        return use(MATMUL, X, X)

    check_rule(
        lv.composite("squared", "(n,n)->(n,n)", inputs=("A",), steps=squared), [general(2, 3, 3, dtype=C)]
    )
    one = lv.composite("one", "(n,n)->(n,n)", inputs=("A",), steps=lambda use, A: use(MATMUL, A, use(INV, A)))
    A = general(3, 3)
    np.testing.assert_allclose(lv.vjp(one, A)[1](general(3, 3, seed=1))[0], 0, atol=1e-13)
    np.testing.assert_allclose(lv.jvp(one, (A,), (A,))[1], 0, atol=1e-13)


def test_several_outputs_in_an_order_of_their_own():
    """An intermediate value is also returned, and one output of a step is unused. B may be a vector."""

    def taken(use, A, B):
        X = use(lv.RULES["solve"], A, B)
        _, logdet = use(SLOGDET, A)
        return logdet, use(MATMUL, A, X), X

    rule = lv.composite(
        "taken", "(m,m),(m,n?)->(),(m,n?),(m,n?)", inputs=("A", "B"), outputs=("logdet", "Y", "X"),
        steps=taken, real=("logdet",),
    )  # fmt: skip
    for shape in ((3, 2), (3,)):
        for dtype in ("float64", C):
            check_rule(rule, [general(2, 3, 3, dtype=dtype), general(*shape, dtype=dtype, seed=1)])
    outputs, pullback = lv.vjp(rule, general(3, 3), general(3))
    assert outputs._fields == ("logdet", "Y", "X")
    for given in range(3):
        bars = [np.ones_like(y) if i == given else None for i, y in enumerate(outputs)]
        assert [x.shape for x in pullback(*bars)] == [(3, 3), (3,)]


def test_the_gauge_of_a_step():
    """The gauge is a keyword of the pullback only, and the forward uses its default."""

    def spectrum(use, A, *, gauge="project"):
        return use(lv.RULES["eigh"], A, gauge=gauge)

    rule = lv.composite(
        "spectrum", "(n,n)->(n),(n,n)", inputs=("A",), outputs=("w", "V"), steps=spectrum, real=("w",),
        gauge=("V",), params={"gauge": lv.one_of("project", "check")}, space={"A": "hermitian"},
    )  # fmt: skip
    A = hermitian(3, dtype=C)
    (w, V), pullback = lv.vjp(rule, A, gauge="check")
    pullback(w, V)
    with pytest.raises(lv.GaugeError):
        pullback(w, V * 1j)
    np.testing.assert_allclose(lv.vjp(rule, A)[1](None, V * 1j)[0], 0, atol=1e-14)


def test_a_step_that_is_wrong_is_caught():
    broken = replace(INV, op_vjp=lambda X, X_bar, *, xp: (X.mT @ X_bar @ X.mT,))

    def made(step):
        return lv.composite(
            "f", "(n,n)->()", inputs=("A",), steps=lambda use, A: use(SLOGDET, use(step, A))[1]
        )  # fmt: skip

    check_rule(made(INV), [general(3, 3)])
    with pytest.raises(CheckError):
        check_rule(made(broken), [general(3, 3)])


@pytest.mark.parametrize(
    ("steps", "kind", "words"),
    [
        (lambda use, A: use("slogdet", A)[1], TypeError, "needs a Rule, such as RULES.*got 'slogdet'"),
        (lambda use, A: use(SLOGDET, A), ValueError, "one value for each of Y, got 2"),
        (lambda use, A: use(lv.RULES["solve"], A), ValueError, "solve: expected 2 inputs .*got 1"),
        (lambda use, A: use(INV, A, A), ValueError, "inv: expected 1 input .*got 2"),
        (lambda use, A: use(INV, A, foo=1), TypeError, "inv: unknown keyword 'foo'"),
        (lambda use, A: use(INV, 2 * A), TypeError, "unsupported operand"),
        (lambda use, A: use(INV, 0), TypeError, "f: a step may only use .*got 0; anything else"),
        (lambda use, A: None, TypeError, "f: a step may only .*got None"),
    ],
)
def test_steps_that_cannot_be_recorded(steps, kind, words):
    with pytest.raises(kind, match=words):
        lv.composite("f", "(n,n)->()", inputs=("A",), steps=steps)


def test_a_step_with_any_number_of_inputs():
    rule = lv.composite(
        "f", "(n,n)->(n,n)", inputs=("A",), steps=lambda use, A: use(lv.RULES["multi_dot"], A, A, A)
    )  # fmt: skip
    check_rule(rule, [general(3, 3)], oracle=lambda A, like: (A @ A @ A,))
