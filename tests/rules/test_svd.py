"""SVD: what hides mistakes is S_bar alone at a tie, zeros, the complex phase, a tall U alone."""

import warnings

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_loss, check_rule
from linalg_vjp.testing.ties import tied_svd

from ..random_inputs import DTYPES, general

SVD, SVDVALS = lv.RULES["svd"], lv.RULES["svdvals"]
SHAPES = [(3, 3), (5, 2), (2, 5), (1, 1), (4, 1), (1, 4), (0, 0), (3, 0), (0, 3)]
# Rows and columns, the sizes of the clusters of singular values, and how many are zero beside them.
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
    """Losses that ignore the choice of a basis: exact, and without a part along the gauge."""
    tied = tied_svd(np.random.default_rng(0), *form, dtype)
    A = target.asarray(tied.A)
    check_loss(SVD, [A], tied.loss, tied.cotangents, full_matrices=full_matrices, gauge="check")


@pytest.mark.parametrize("A", [np.eye(3), np.zeros((3, 3)), np.diag([2.0, 2.0, 0.0])], ids=str)
def test_values_alone_at_ties(A):
    """The sum of the squares of S is the squared Frobenius norm: its gradient is 2 A, ties or not."""
    for name in ("svd", "svdvals"):
        outputs, pullback = lv.vjp(name, A)
        S = outputs.S if name == "svd" else outputs
        bars = (None, 2 * S, None) if name == "svd" else (2 * S,)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            np.testing.assert_allclose(pullback(*bars)[0], 2 * A, atol=1e-15)


def test_values_alone_form_no_gaps(monkeypatch):
    monkeypatch.setattr("linalg_vjp._rules.svd.divisor", None)  # calling it would fail
    (_, S, _), pullback = lv.vjp("svd", general(4, 3))
    pullback(None, S, None)
    S, pullback = lv.vjp("svdvals", general(4, 3))
    pullback(S)


def test_zero_singular_values_have_a_slope_of_zero():
    """At a zero, a singular value is a kink like |x|: the subgradient of least norm is zero."""
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
    """At 3e-6 of the largest in float32 the left vector still moves by its 1/s."""
    Q = np.linalg.qr(general(5, 3))[0]
    A = (Q * [1, 0.1, 3e-6]).astype("float32")
    (U, S, Vh), pullback = lv.vjp("svd", A, full_matrices=False)
    wanted = lv.svd_vjp(*(x.astype("float64") for x in (U, S, Vh)), general(5, 3, seed=1), None, None)[0]
    (got,) = pullback(general(5, 3, dtype="float32", seed=1), None, None)
    assert np.linalg.norm(got - wanted) < 1e-2 * np.linalg.norm(wanted)


# The mistakes of rules/svd.md: what to write in place of what, in the code of the rule.
NO_NONE = (
    "U_bar, Vh_bar = (np.zeros_like(x) if y is None else y for x, y in ((U, U_bar), (Vh, Vh_bar)))\n    "
)
BY_GAPS = "divisor(S[..., None, :] - S[..., :, None], _largest(S)[..., None], TIED, xp)"
BY_SUMS = "divisor(S[..., None, :] + S[..., :, None], _largest(S)[..., None], ZERO, xp)"
GAPS, SUMS = "(S[..., None, :] - S[..., :, None])", "(S[..., None, :] + S[..., :, None])"
DIVIDED = {BY_GAPS: f"np.where(np.eye(S.shape[-1]), np.inf, {GAPS})"}
SQUARES = "divisor(S[..., None, :] ** 2 - S[..., :, None] ** 2, _largest(S)[..., None] ** 2, TIED, xp)"
MISTAKES = {
    "The cotangent of S goes through the gaps": {
        **DIVIDED,
        "if U_bar is None and": NO_NONE + "if U_bar is None and",
    },
    "Ties divide by zero": DIVIDED,
    "Zeros divide by zero": {"return 1 / divisor(S, _largest(S), ZERO, xp)": "return 1 / S"},
    "Two zeros are divided by their sum": {BY_SUMS: SUMS},
    "The singular values are squared": {BY_GAPS: f"{SQUARES} / {SUMS}"},
    "The gaps are broadened": {BY_GAPS: f"1 / ({GAPS} / ({GAPS} ** 2 + 1e-12) + 1e-300)"},
    "The phase between U and V is forgotten": {BY_SUMS: f"np.where(np.eye(S.shape[-1]), np.inf, {BY_SUMS})"},
    "The part outside the span is forgotten": {
        "return C, extra_cotangent(": "return C, 0 * extra_cotangent("
    },
    "The extra columns are forgotten": {
        "extra_cotangent(Q1, Q1_bar - Q1 @ C, Q[..., :, k:], Q_bar[..., :, k:], xp)": "Q1_bar - Q1 @ C"
    },
    "The transpose of Vh_bar in place of its adjoint": {"V_bar = adjoint(Vh_bar, xp)": "V_bar = Vh_bar.mT"},
    "A tie must be exact": {BY_GAPS: BY_GAPS.replace("TIED", "0")},
    "All axes are reversed, and not the last two": {
        "V_bar = adjoint(Vh_bar, xp)": "V_bar = np.conj(Vh_bar).T"
    },
}
