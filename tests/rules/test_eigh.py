"""Tests of eigh. Mistakes are likely for w_bar alone at a tie, the phase, and the Hermitian projection."""

import warnings

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_loss, check_rule
from linalg_vjp.testing.ties import tied_eigh

from ..random_inputs import DTYPES, general, hermitian
from .mistakes import (
    adjoint,
    broadened,
    exactly_tied,
    gaps,
    one_triangle,
    reciprocal,
    reverse_axes,
    same,
    skew,
    through_ties,
    transpose,
    untied,
    wrong,
    zeros_for_none,
)

EIGH, EIGVALSH = lv.RULES["eigh"], lv.RULES["eigvalsh"]


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, dtype, target):
    A = target.asarray(hermitian(2, n, dtype=dtype))
    check_rule(EIGH, [A])
    check_rule(EIGVALSH, [A])


@pytest.mark.parametrize("clusters", [[2, 1], [1, 3], [2, 2], [3], [1, 1, 1]], ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_ties(clusters, dtype, target):
    """Losses of the projectors onto eigenspaces have exact gradients, and no part along the gauge."""
    tied = tied_eigh(np.random.default_rng(0), clusters, dtype)
    check_loss(EIGH, [target.asarray(tied.A)], tied.loss, tied.cotangents, gauge="check")


@pytest.mark.parametrize("A", [np.eye(3), np.zeros((3, 3)), np.diag([1.0, 1.0, -2.0])], ids=str)
def test_values_alone_at_ties(A):
    """The sum of the squares of w is the squared Frobenius norm, so its gradient is 2 A, also at ties."""
    for name in ("eigh", "eigvalsh"):
        outputs, pullback = lv.vjp(name, A)
        w = outputs.eigenvalues if name == "eigh" else outputs
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            bars = (2 * w, None) if name == "eigh" else (2 * w,)
            np.testing.assert_allclose(pullback(*bars)[0], 2 * A, atol=1e-15)


def test_values_alone_form_no_gaps(monkeypatch):
    for name in ("eigenvalue_gaps", "over_gaps"):
        monkeypatch.setattr(f"linalg_vjp._rules.eigh.{name}", None)  # calling it would fail
    (w, _), pullback = lv.vjp("eigh", hermitian(3))
    pullback(w, None)
    w, pullback = lv.vjp("eigvalsh", hermitian(3))
    pullback(w)


def test_everything_is_finite_at_ties():
    for A in (np.eye(3), np.zeros((3, 3))):
        (w, V), pullback = lv.vjp("eigh", A)
        assert np.all(np.isfinite(pullback(w, general(*V.shape))[0]))
        _, dots = lv.jvp("eigh", (A,), (hermitian(3),))
        assert all(np.all(np.isfinite(d)) for d in dots)


def test_the_cotangent_is_hermitian():
    (w, V), pullback = lv.vjp("eigh", hermitian(2, 4, dtype="complex128"))
    (A_bar,) = pullback(general(*w.shape, seed=1), general(*V.shape, dtype="complex128", seed=2))
    np.testing.assert_allclose(A_bar, np.conj(A_bar.mT), atol=1e-13)


@pytest.mark.parametrize(
    ("A", "turn"),
    [(np.eye(2), np.asarray([[0.0, 1.0], [0.0, 0.0]])), (np.diag([1.0 + 0j, 2.0]), np.diag([1j, 0]))],
    ids=["tie", "phase"],
)
def test_gauge(A, turn):
    (w, V), pullback = lv.vjp("eigh", A, gauge="check")
    with pytest.raises(lv.GaugeError, match="eigh: the cotangent of eigenvectors"):
        pullback(w, V @ turn)
    (_, _), project = lv.vjp("eigh", A)
    np.testing.assert_allclose(project(None, V @ turn)[0], 0, atol=1e-15)


def test_close_eigenvalues_are_no_tie():
    """A large matrix in float32 has close eigenvalues. The threshold for ties must not spoil the gradient."""
    A = hermitian(300, dtype="float32", seed=3)
    (w, V), pullback = lv.vjp("eigh", A)
    V_bar = general(300, 300, dtype="float32", seed=1)
    gaps = w[None, :].astype("float64") - w[:, None]
    np.fill_diagonal(gaps, np.inf)
    C = V.T.astype("float64") @ V_bar
    wanted = V @ ((C - C.T) / 2 / gaps) @ V.T
    assert np.linalg.norm(pullback(None, V_bar)[0] - wanted) < 1e-3 * np.linalg.norm(wanted)


def test_the_gauge_of_one_matrix_is_not_hidden_by_another():
    (w, V), pullback = lv.vjp("eigh", np.stack([np.eye(2), np.diag([1.0, 2.0])]), gauge="check")
    V_bar = np.stack([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 1e12], [0.0, 0.0]]])
    with pytest.raises(lv.GaugeError):
        pullback(None, V_bar)
    with pytest.raises(lv.GaugeError):
        pullback(None, V_bar * np.nan)


# The mistakes of rules/eigh.md.
def largest_entry(w):
    """Measures ties in units of the largest w, which is wrong if that is negative or small."""
    return reciprocal(gaps(w), abs(gaps(w)) <= 32 * 2.0**-52 * w[..., -1:, None])


def formula(E=untied, project=skew, op=adjoint, result=same, through_gaps=False):
    """A_bar = V (diag(w_bar) + E o skew(V^H V_bar)) V^H. An argument replaces one part."""

    def op_vjp(w, V, w_bar, V_bar, *, gauge, xp):
        Vh = op(V)
        P = np.eye(w.shape[-1]) * zeros_for_none(w_bar, w)[..., None, :]
        if through_gaps or V_bar is not None:
            P = P + E(w) * project(Vh @ zeros_for_none(V_bar, V))
        return (result(V @ P @ Vh),)

    def of_values(V, w_bar, *, xp):
        return (result((V * w_bar[..., None, :]) @ op(V)),)

    return wrong("eigh", op_vjp=op_vjp) | wrong("eigvalsh", op_vjp=of_values)


RIGHT = formula()
MISTAKES = {
    "The cotangent of w goes through the gaps": formula(E=through_ties, through_gaps=True),
    "Ties divide by zero": formula(E=through_ties),
    "The gaps are broadened": formula(E=broadened),
    "The gaps have the wrong sign": formula(E=lambda w: -untied(w)),
    "A triangle in place of the Hermitian cotangent": formula(result=one_triangle),
    "Not made Hermitian": formula(project=same),
    "Transposes in place of adjoints": formula(op=transpose),
    "A tie must be exact": formula(E=exactly_tied),
    "The size of w is taken for its largest entry": formula(E=largest_entry),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
