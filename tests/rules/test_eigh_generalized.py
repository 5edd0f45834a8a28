"""Tests of eigh_generalized. B = I, a tie at which B is constant, or type 1 can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_loss, check_rule
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.ties import tied_pencil

from ..random_inputs import DTYPES, general, hermitian, positive
from .mistakes import (
    adjoint,
    broadened,
    exactly_tied,
    given_other_inputs,
    one_triangle,
    reverse_axes,
    same,
    skew,
    through_ties,
    tied,
    transpose,
    untied,
    wrong,
    zeros_for_none,
)
from .mistakes import hermitian as hermitian_part

TYPES = (1, 2, 3)
RULES = ("eigh_generalized", "eigvalsh_generalized")


def pencil(*shape, dtype="float64"):
    return hermitian(*shape, dtype=dtype), positive(*shape, dtype=dtype, seed=1)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(name, type, n, dtype, target):
    check_rule(name, list(map(target.asarray, pencil(2, n, dtype=dtype))), type=type)


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("clusters", [[2, 1], [1, 3], [2, 2], [3]], ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_ties(type, clusters, dtype, target):
    """Losses of V V^H for each eigenspace have exact gradients, and no part along the gauge."""
    at = tied_pencil(np.random.default_rng(0), clusters, dtype, type)
    inputs = list(map(target.asarray, at.inputs))
    check_loss("eigh_generalized", inputs, at.loss, at.cotangents, gauge="check", type=type)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives(name, type, dtype):
    check_rule(name, list(pencil(3, dtype=dtype)), type=type, twice=True)


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_decomposition_is_that_of_scipy(type, dtype, target):
    A, B = pencil(4, dtype=dtype)
    found = lv.RULES["eigh_generalized"].forward(target.asarray(A), target.asarray(B), type=type)
    w, V = map(to_numpy, found)
    (values,) = lv.RULES["eigvalsh_generalized"].forward(target.asarray(A), target.asarray(B), type=type)
    wanted, vectors = scipy.linalg.eigh(A, B, type=type)
    close = {"rtol": 1000 * np.finfo(dtype).eps, "atol": 1000 * np.finfo(dtype).eps}
    np.testing.assert_allclose(w, wanted, **close)
    np.testing.assert_allclose(to_numpy(values), wanted, **close)
    np.testing.assert_allclose(np.abs(V), np.abs(vectors), **close)


@pytest.mark.parametrize("dtypes", [("float64", "complex128"), ("complex128", "float64")], ids=str)
@pytest.mark.parametrize("type", TYPES)
def test_a_real_and_a_complex_matrix(type, dtypes, target):
    A, B = (
        target.asarray(make(3, dtype=dtype))
        for make, dtype in zip((hermitian, positive), dtypes, strict=True)
    )
    check_rule("eigh_generalized", [A, B], type=type)
    check_rule("eigvalsh_generalized", [A, B], type=type)


def test_with_the_identity_it_is_the_ordinary_one():
    A, V_bar = hermitian(4), general(4, 4, seed=1)
    (w, V), pullback = lv.vjp("eigh", A)
    for type in TYPES:
        (u, W), generalized = lv.vjp("eigh_generalized", A, np.eye(4), type=type)
        np.testing.assert_allclose(u, w, atol=1e-14)
        signs = np.sign(np.sum(V * W, axis=0))
        np.testing.assert_allclose(generalized(w, V_bar * signs)[0], pullback(w, V_bar)[0], atol=1e-13)


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("A", [np.diag([1.0, 1.0, -2.0]), np.zeros((3, 3))], ids=str)
def test_values_alone_at_ties(A, type):
    """The sum of w^2 is tr((A B^-1)^2), or tr((A B)^2)."""
    B = np.diag([2.0, 2.0, 5.0])
    K = np.linalg.inv(B) if type == 1 else B
    A_bar = 2 * K @ A @ K
    B_bar = -A_bar @ A @ K if type == 1 else 2 * A @ B @ A
    for name in RULES:
        outputs, pullback = lv.vjp(name, A, B, type=type)
        w = outputs.eigenvalues if name == "eigh_generalized" else outputs
        bars = pullback(*((2 * w, None) if name == "eigh_generalized" else (2 * w,)))
        np.testing.assert_allclose(bars[0], A_bar, atol=1e-14)
        np.testing.assert_allclose(bars[1], B_bar, atol=1e-14)


def test_values_alone_form_no_gaps(monkeypatch):
    for name in ("eigenvalue_gaps", "over_gaps"):
        monkeypatch.setattr(f"linalg_vjp._rules.eigh_generalized.{name}", None)  # calling it would fail
    (w, _), pullback = lv.vjp("eigh_generalized", *pencil(3))
    pullback(w, None)
    w, pullback = lv.vjp("eigvalsh_generalized", *pencil(3))
    pullback(w)


@pytest.mark.parametrize("scale", [2.0**-200, 2.0**200])
@pytest.mark.parametrize("type", TYPES)
def test_what_is_tied_depends_on_no_unit(type, scale):
    """V scales as B^(-1/2), and the cotangents scale inversely."""
    at = tied_pencil(np.random.default_rng(0), [2, 2], "float64", type)
    size = scale**-0.5 if type == 3 else scale**0.5
    (w, V), pullback = lv.vjp("eigh_generalized", *at.inputs, type=type, gauge="check")
    (_, W), scaled = lv.vjp("eigh_generalized", at.A, scale * at.B, type=type, gauge="check")
    np.testing.assert_allclose(np.abs(size * W), np.abs(V), rtol=1e-12)
    V_bar = at.cotangents(w, V)[1]
    for found, wanted in zip(scaled(None, size * V_bar), pullback(None, V_bar), strict=True):
        assert np.max(np.abs(found)) > 0
        ratio = np.max(np.abs(found)) / np.max(np.abs(wanted))
        np.testing.assert_allclose(found / ratio, wanted, rtol=1e-9, atol=1e-11)


def test_everything_is_finite_at_ties():
    B = positive(3)
    for A in (2 * B, np.zeros((3, 3))):
        (w, V), pullback = lv.vjp("eigh_generalized", A, B)
        assert all(np.all(np.isfinite(bar)) for bar in pullback(w, general(*V.shape)))
        _, dots = lv.jvp("eigh_generalized", (A, B), (hermitian(3), hermitian(3, seed=1)))
        assert all(np.all(np.isfinite(d)) for d in dots)


@pytest.mark.parametrize("type", TYPES)
def test_the_cotangents_are_hermitian(type):
    (w, V), pullback = lv.vjp("eigh_generalized", *pencil(2, 4, dtype="complex128"), type=type)
    bars = pullback(general(*w.shape, seed=1), general(*V.shape, dtype="complex128", seed=2))
    for bar in bars:
        np.testing.assert_allclose(bar, np.conj(bar.mT), atol=1e-11)


@pytest.mark.parametrize("type", TYPES)
def test_gauge(type):
    """The gauge at a tie of two vectors is V -> V W. Their scale is not a gauge."""
    A, B = tied_pencil(np.random.default_rng(0), [2, 1], "float64", type).inputs
    (w, V), pullback = lv.vjp("eigh_generalized", A, B, type=type, gauge="check")
    U, turn = np.linalg.inv(V).T, np.zeros((3, 3))
    turn[0, 1], turn[1, 0] = 1, -1
    with pytest.raises(lv.GaugeError, match="eigh_generalized: the cotangent of eigenvectors"):
        pullback(w, U @ turn)
    (_, _), project = lv.vjp("eigh_generalized", A, B, type=type)
    for bar in project(None, U @ turn):
        np.testing.assert_allclose(bar, 0, atol=1e-14)
    A_bar, B_bar = pullback(None, U @ np.abs(turn))
    np.testing.assert_allclose(A_bar, 0, atol=1e-13)
    assert np.linalg.norm(B_bar) > 0.1


# The mistakes of rules/eigh_generalized.md.
def formula(
    E=untied,
    project=skew,
    norms=hermitian_part,
    means=lambda w, T: (w[..., :, None] + w[..., None, :]) / 2 * T,
    op=adjoint,
    result=same,
    of_type=same,
    through_gaps=False,
    third=1.0,
    second="U",
    moves=1.0,
):
    """A_bar = P T P^H, B_bar = Q (s M o T + t herm(X) / 2) Q^H. An argument replaces one part."""

    def sides(V, U, type):
        type = of_type(type)
        U = V if U is None else U
        P, Q = (U if type == 2 and second == "U" else V), (U if type == 3 else V)
        return P, Q, -1.0 if type == 1 else 1.0, third if type == 3 else -1.0

    def op_vjp(w, V, U, w_bar, V_bar, *, type, gauge, xp):
        P, Q, s, t = sides(V, U, type)
        X = op(V) @ zeros_for_none(V_bar, V)
        T = np.eye(w.shape[-1]) * zeros_for_none(w_bar, w)[..., None, :]
        if through_gaps or V_bar is not None:
            T = T + E(w) * project(X)
        R = moves * s * means(w, T) + t / 2 * norms(X)
        return result(P @ T @ op(P)), result(Q @ R @ op(Q))

    def of_values(w, V, U, w_bar, *, type, xp):
        P, Q, s, _ = sides(V, U, type)
        scaled = moves * s * w * w_bar
        return result((P * w_bar[..., None, :]) @ op(P)), result((Q * scaled[..., None, :]) @ op(Q))

    return wrong("eigh_generalized", op_vjp=op_vjp) | wrong("eigvalsh_generalized", op_vjp=of_values)


def lost(name):
    """Lacks N_ij / 2 off the diagonal of a tied block."""

    def op_vjp(w, V, U, w_bar, V_bar, *, type, gauge, xp):
        X, within = adjoint(V) @ zeros_for_none(V_bar, V), tied(w) & ~np.eye(w.shape[-1], dtype=bool)
        bars = list(lv.RULES[name].op_vjp(w, V, U, w_bar, V_bar, type=type, gauge=gauge, xp=xp))
        Q = U if type == 3 else V
        t = 1 if type == 3 else -1
        bars[1] = bars[1] - t / 2 * Q @ np.where(within, hermitian_part(X), 0) @ adjoint(Q)
        return tuple(bars)

    return wrong(name, op_vjp=op_vjp)


def spread(x, outputs):
    """A matrix broadcast to the batch of the eigenvalues, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape[:-1], *x.shape[-2:]))


RIGHT = formula()
MISTAKES = {
    "A tie hides B": lost("eigh_generalized"),
    "The vectors keep their length": formula(norms=lambda X: 0 * X),
    "One eigenvalue in place of the mean": formula(means=lambda w, T: w[..., None, :] * T),
    "B moves no eigenvalue": formula(moves=0.0),
    "Every type is the first": formula(of_type=lambda type: 1),
    "The third type is normalized as the second": formula(third=-1.0),
    "U is not V in the second type": formula(second="V"),
    "The cotangent of w goes through the gaps": formula(E=through_ties, through_gaps=True),
    "Ties divide by zero": formula(E=through_ties),
    "The gaps are broadened": formula(E=broadened),
    "A tie must be exact": formula(E=exactly_tied),
    "A triangle in place of the Hermitian cotangent": formula(result=one_triangle),
    "Not made Hermitian": formula(project=same),
    "Transposes in place of adjoints": formula(op=transpose),
    "What was broadcast is not summed": given_other_inputs("eigh_generalized", spread),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
