"""Tests of svd. Mistakes are likely for S_bar alone at a tie, zeros, the phase, and a tall U alone."""

import warnings

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_loss, check_rule
from linalg_vjp.testing.ties import tied_svd

from ..random_inputs import DTYPES, general
from .mistakes import (
    adjoint,
    broadened,
    exactly_tied,
    reciprocal,
    reverse_axes,
    skew,
    through_ties,
    transpose,
    untied,
    wrong,
    zeros_for_none,
)

SVD, SVDVALS = lv.RULES["svd"], lv.RULES["svdvals"]
SHAPES = [(3, 3), (5, 2), (2, 5), (1, 1), (4, 1), (1, 4), (0, 0), (3, 0), (0, 3)]
# The shape, the sizes of the clusters of singular values, and the number of zeros.
TIES = [
    (4, 4, [2, 1], 1),
    (4, 4, [2, 2], 0),
    (4, 4, [1, 1], 2),
    (5, 3, [2, 1], 0),
    (5, 3, [1, 1], 1),
    (3, 5, [1], 2),
    (3, 5, [3], 0),
    (3, 3, [], 3),
    (2, 2, [1], 1),
    (1, 1, [], 1),
    (4, 2, [], 2),
]


@pytest.mark.parametrize("full_matrices", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, full_matrices, dtype, target):
    A = target.asarray(general(2, *shape, dtype=dtype))
    check_rule(SVD, [A], full_matrices=full_matrices)
    check_rule(SVDVALS, [A])


@pytest.mark.parametrize("full_matrices", [False, True])
@pytest.mark.parametrize("form", TIES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_ties_and_zeros(form, full_matrices, dtype, target):
    """Losses that do not depend on the basis have exact gradients, and no part along the gauge."""
    tied = tied_svd(np.random.default_rng(0), *form, dtype)
    A = target.asarray(tied.A)
    check_loss(SVD, [A], tied.loss, tied.cotangents, full_matrices=full_matrices, gauge="check")


@pytest.mark.parametrize("A", [np.eye(3), np.zeros((3, 3)), np.diag([2.0, 2.0, 0.0])], ids=str)
def test_values_alone_at_ties(A):
    """The sum of the squares of S is the squared Frobenius norm, so its gradient is 2 A, also at ties."""
    for name in ("svd", "svdvals"):
        outputs, pullback = lv.vjp(name, A)
        S = outputs.S if name == "svd" else outputs
        bars = (None, 2 * S, None) if name == "svd" else (2 * S,)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            np.testing.assert_allclose(pullback(*bars)[0], 2 * A, atol=1e-15)


def test_values_alone_form_no_gaps(monkeypatch):
    for name in ("gaps", "sums", "reciprocals", "quotients"):
        monkeypatch.setattr(f"linalg_vjp._rules.svd.{name}", None)  # calling it would fail
    (_, S, _), pullback = lv.vjp("svd", general(4, 3))
    pullback(None, S, None)
    S, pullback = lv.vjp("svdvals", general(4, 3))
    pullback(S)


def test_zero_singular_values_have_a_slope_of_zero():
    """A zero singular value is a kink like |x|, and its subgradient of least norm is zero."""
    S, pullback = lv.vjp("svdvals", np.zeros((2, 3)))
    np.testing.assert_array_equal(pullback(np.ones_like(S))[0], np.zeros((2, 3)))


def test_everything_is_finite_at_ties():
    for A in (np.eye(3), np.zeros((4, 2)), np.ones((2, 4))):
        (U, S, Vh), pullback = lv.vjp("svd", A)
        bars = (general(*U.shape), general(*S.shape), general(*Vh.shape))
        assert np.all(np.isfinite(pullback(*bars)[0]))
        _, dots = lv.jvp("svd", (A,), (general(*A.shape),))
        assert all(np.all(np.isfinite(d)) for d in dots)


@pytest.mark.parametrize(
    ("A", "bars"),
    [
        (np.eye(2), (np.asarray([[0.0, 1.0], [0.0, 0.0]]), None, None)),
        (np.zeros((2, 2)), (None, None, np.asarray([[0.0, 1.0], [0.0, 0.0]]))),
        (np.asarray([[2.0 + 0j]]), (np.asarray([[1j]]), None, None)),
        (np.eye(3, 1), (np.asarray([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]]), None, None)),
        (np.eye(1, 3), (None, None, np.asarray([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]]))),
        (np.zeros((2, 1)), (np.asarray([[0.0, 0], [1, 0]]), None, None)),
    ],
    ids=["tie", "zeros", "phase", "extra columns of U", "extra rows of Vh", "a null vector"],
)
def test_gauge(A, bars):
    (U, _, Vh), pullback = lv.vjp("svd", A, gauge="check")
    U_bar, _, Vh_bar = bars
    bars = (None if U_bar is None else U @ U_bar, None, None if Vh_bar is None else Vh_bar @ Vh)
    with pytest.raises(lv.GaugeError, match=r"svd: .* along the gauge"):
        pullback(*bars)


def test_a_small_singular_value_is_no_zero():
    """In float32, the left vector of a singular value of 3e-6 still has a derivative with 1/s."""
    Q = np.linalg.qr(general(5, 3))[0]
    A = (Q * [1, 0.1, 3e-6]).astype("float32")
    (U, S, Vh), pullback = lv.vjp("svd", A, full_matrices=False)
    wanted = lv.svd_vjp(*(x.astype("float64") for x in (U, S, Vh)), general(5, 3, seed=1), None, None)[0]
    (got,) = pullback(general(5, 3, dtype="float32", seed=1), None, None)
    assert np.linalg.norm(got - wanted) < 1e-2 * np.linalg.norm(wanted)


# The mistakes of rules/svd.md.
def sums(S):
    """s_j + s_i."""
    return S[..., None, :] + S[..., :, None]


def reciprocal_of(D, S):
    """1 / D, with 0 where D is zero to the rounding of S."""
    largest = np.max(S, axis=-1, initial=0).reshape(S.shape[:-1] + (1,) * (D.ndim - S.ndim + 1))
    return reciprocal(D, abs(D) <= 8 * 2.0**-52 * largest)


def apart(S):
    """G_ij = 1 / (s_j + s_i), or 0 if both are zero."""
    return reciprocal_of(sums(S), S)


def no_phase(S):
    return np.where(np.eye(S.shape[-1]), 0, apart(S))


def squared(S):
    return sums(S) * untied(S**2)


def split(Q, Q_bar, k, extra):
    """Q_bar within the span of the first k columns of Q, and beyond it. `extra` scales the other columns."""
    Q1, Q0, Q1_bar, Q0_bar = Q[..., :k], Q[..., k:], Q_bar[..., :k], Q_bar[..., k:]
    C = adjoint(Q1) @ Q1_bar
    return C, Q1_bar - Q1 @ C - extra * (Q0 @ adjoint(Q0_bar) @ Q1)


def formula(E=untied, G=apart, inverse=reciprocal_of, beyond=True, extra=1, op=adjoint, through_gaps=False):
    """The formula of the page. An argument replaces one part by a mistake."""

    def op_vjp(U, S, Vh, U_bar, S_bar, Vh_bar, *, full_matrices, gauge, xp):
        (m, n), k, V = (U.shape[-2], Vh.shape[-1]), S.shape[-1], adjoint(Vh)
        P = np.eye(k) * np.where(S > 0, zeros_for_none(S_bar, S), 0)[..., None, :]
        J, U_perp = split(U, zeros_for_none(U_bar, U), k, extra)
        K, V_perp = split(V, op(zeros_for_none(Vh_bar, Vh)), k, extra)
        if through_gaps or U_bar is not None or Vh_bar is not None:
            P = P + E(S) * skew(J + K) + G(S) * skew(J - K)
        A_bar = U[..., :k] @ P @ Vh[..., :k, :]
        over_S = inverse(S, S)[..., None, :]
        if beyond and U_bar is not None and m > k:
            A_bar = A_bar + U_perp * over_S @ Vh[..., :k, :]
        if beyond and Vh_bar is not None and n > k:
            A_bar = A_bar + U[..., :k] * over_S @ adjoint(V_perp)
        return (A_bar,)

    return wrong("svd", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The cotangent of S goes through the gaps": formula(E=through_ties, through_gaps=True),
    "Ties divide by zero": formula(E=through_ties),
    "Zeros divide by zero": formula(inverse=lambda D, S: 1 / D),
    "Two zeros are divided by their sum": formula(G=lambda S: 1 / sums(S)),
    "The singular values are squared": formula(E=squared),
    "The gaps are broadened": formula(E=broadened),
    "The phase between U and V is forgotten": formula(G=no_phase),
    "The part outside the span is forgotten": formula(beyond=False),
    "The extra columns are forgotten": formula(extra=0),
    "The transpose of Vh_bar in place of its adjoint": formula(op=transpose),
    "A tie must be exact": formula(E=exactly_tied),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
