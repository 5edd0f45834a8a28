"""Tests of qr. Mistakes are likely for one cotangent alone, the phase, wide matrices, and extra columns."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_loss, check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, half, inverse, reverse_axes, transpose, wrong, zeros_for_none

QR = lv.RULES["qr"]
SHAPES = [(3, 3), (5, 2), (2, 5), (1, 1), (4, 1), (1, 4), (0, 0), (3, 0), (0, 3)]


@pytest.mark.parametrize("mode", ["reduced", "complete"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, mode, dtype, target):
    check_rule(QR, [target.asarray(general(2, *shape, dtype=dtype))], mode=mode)


def test_small_entries_lose_nothing_of_R():
    """R^-1 is huge, and both R and Q have a cotangent."""
    A = np.asarray([[1e-10]])
    (Q, R), pullback = lv.vjp("qr", A)
    (A_bar,) = pullback(np.ones_like(Q), np.ones_like(R))
    assert A_bar == Q  # the derivative of |A| is sign(A), and Q is constant


def test_junk_below_the_diagonal_of_R_bar_is_not_read():
    A = general(3, 4)
    (Q, R), pullback = lv.vjp("qr", A)
    R_bar = general(*R.shape, seed=1)
    junk = np.where(np.tri(3, 4, k=-1, dtype=bool), np.nan, R_bar)
    np.testing.assert_array_equal(pullback(Q, junk)[0], pullback(Q, np.triu(R_bar))[0])


def extra_projector(M):
    """The loss tr(M Q2 Q2^T), which depends only on the span of the extra columns, and its cotangents."""

    def loss(Q, R):
        Q2 = Q[:, R.shape[1] :]
        return np.sum(M * (Q2 @ Q2.T))

    def cotangents(Q, R):
        n = R.shape[1]
        return [np.concatenate([np.zeros_like(Q[:, :n]), 2 * M @ Q[:, n:]], axis=1), None]

    return loss, cotangents


def test_complete_sees_the_span_of_the_extra_columns():
    M = general(5, 5)
    loss, cotangents = extra_projector(M + M.T)
    check_loss(QR, [general(5, 2)], loss, cotangents, mode="complete", gauge="check")


def test_gauge():
    (Q, R), pullback = lv.vjp("qr", general(5, 2), mode="complete", gauge="check")
    Q_bar = general(*Q.shape, seed=1)
    with pytest.raises(lv.GaugeError, match=r"qr: the cotangent of Q .* along the gauge"):
        pullback(Q_bar, None)
    (_, _), project = lv.vjp("qr", general(5, 2), mode="complete")
    turned = Q_bar.copy()
    turned[:, 2:] += Q[:, 2:] @ (np.tri(3) - np.tri(3).T)
    np.testing.assert_allclose(project(turned, None)[0], project(Q_bar, None)[0], rtol=1e-12)
    (_, _), reduced = lv.vjp("qr", general(5, 2), gauge="check")
    reduced(Q_bar[:, :2], None)  # the reduced factors have no gauge


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
def test_a_loss_may_depend_on_the_phase(shape):
    """The diagonal of R is real and so is its tangent. The sum of Q has a gradient."""
    A = general(*shape, dtype="complex128")
    _, (Q_dot, R_dot) = lv.jvp("qr", (A,), (general(*shape, dtype="complex128", seed=1),))
    assert np.max(abs(np.diagonal(R_dot).imag)) < 1e-14
    check_rule(QR, [A])


@pytest.mark.parametrize("mode", ["reduced", "complete"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_pivoting(shape, mode, dtype, target):
    A = general(2, *shape, dtype=dtype)
    Q, R, p = map(to_numpy, lv.RULES["qr_pivoted"].forward(target.asarray(A), mode=mode))
    np.testing.assert_allclose(Q @ R, np.take_along_axis(A, p[..., None, :], axis=-1), atol=1e-5)
    sizes = abs(np.linalg.diagonal(R))
    assert np.all(sizes[..., 1:] <= sizes[..., :-1])
    for one, order in zip(A, p, strict=True):
        np.testing.assert_array_equal(order, scipy.linalg.qr(one, pivoting=True)[2])
    check_rule("qr_pivoted", [target.asarray(A)], mode=mode)


def test_pivoting_of_equal_columns(target):
    """The first of two equal columns comes first, and a column of zeros comes last."""
    A = np.asarray([[0.0, 1.0, 2.0, 2.0], [0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 2.0, 2.0]])
    p = to_numpy(lv.RULES["qr_pivoted"].forward(target.asarray(A))[2])
    assert p[:2].tolist() == [2, 1]


# The mistakes of rules/qr.md.
def formula(sign=-1, lower=half, beyond=True, all_columns=True, extra=True, op=adjoint):
    """The formula of the page. An argument replaces one part by a mistake."""

    def op_vjp(Q, R, Q_bar, R_bar, *, mode, gauge, xp):
        m, n = Q.shape[-2], R.shape[-1]
        k = min(m, n)
        Q_bar, R_bar = zeros_for_none(Q_bar, Q), np.triu(zeros_for_none(R_bar, R))[..., :k, :]
        Q2, Q2_bar, Q, Q_bar, R = Q[..., k:], Q_bar[..., k:], Q[..., :k], Q_bar[..., :k], R[..., :k, :]
        if extra:
            Q_bar = Q_bar - Q2 @ adjoint(Q2_bar) @ Q
        columns = n if all_columns else k
        N = R_bar[..., :columns] @ op(R)[..., :columns, :] + sign * op(Q) @ Q_bar
        inside = Q @ lower(adjoint(N) - N)
        if beyond:
            inside = inside + Q_bar - Q @ op(Q) @ Q_bar
        A_bar = Q @ R_bar
        A_bar[..., :k] += inside @ inverse(adjoint(R[..., :k]))
        return (A_bar,)

    return wrong("qr", op_vjp=op_vjp)


def columns(A, p):
    return np.take_along_axis(A, p[..., None, :], axis=-1)


def pivoted(back=lambda A_bar, p: columns(A_bar, np.argsort(p, axis=-1)), there=columns):
    """The formulas of the library, with other orders of the columns."""

    def op_vjp(Q, R, p, Q_bar, R_bar, p_bar, **keywords):
        return (back(lv.qr_vjp(Q, R, Q_bar, R_bar, **keywords)[0], p),)

    def op_jvp(Q, R, p, A_dot, **keywords):
        return *lv.qr_jvp(Q, R, there(A_dot, p), **keywords), None

    return wrong("qr_pivoted", op_vjp=op_vjp, op_jvp=op_jvp)


def leading_columns(A, p):
    """Permutes only the first k columns, and leaves the others as they are in A."""
    k = min(A.shape[-2:])
    return np.concatenate([columns(A, p)[..., :k], A[..., k:]], axis=-1)


RIGHT = formula() | pivoted()
MISTAKES = {
    "One output has the wrong sign": formula(sign=1),
    "The whole diagonal in place of half": formula(lower=np.tril),
    "No diagonal": formula(lower=lambda X: np.tril(X, -1)),
    "The part of Q_bar outside the span of Q is forgotten": formula(beyond=False),
    "The columns of R after the k-th are forgotten": formula(all_columns=False),
    "The extra columns are forgotten": formula(extra=False),
    "Transposes in place of adjoints": formula(op=transpose),
    "The columns stay in the order of the factors": pivoted(back=lambda A_bar, p: A_bar),
    "The order in place of its inverse": pivoted(back=columns),
    "The columns after the k-th keep their place in the tangent": pivoted(there=leading_columns),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
