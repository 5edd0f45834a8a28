"""Tests of cond. A real matrix, distinct singular values, or batches of regular matrices hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, transpose, wrong

RULE = lv.RULES["cond"]
ORDERS = RULE.params["p"].tried()


@pytest.mark.parametrize("p", ORDERS)
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_orders(p, size, dtype, target):
    A = general(2, size, size, dtype=dtype)
    (kappa,) = RULE.forward(target.asarray(A), p=p)
    np.testing.assert_allclose(to_numpy(kappa), np.linalg.cond(A, p), rtol=2e-4)
    check_rule(RULE, [target.asarray(A)], p=p)


@pytest.mark.parametrize("p", [None, 2, -2])
@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (1, 3)])
def test_rectangular(p, shape, target):
    check_rule(RULE, [target.asarray(general(2, *shape, dtype="complex128"))], p=p)


@pytest.mark.parametrize("p", ORDERS)
@pytest.mark.parametrize("singular", [np.zeros((2, 2)), np.diag([0.0, 3.0])])
def test_singular(p, singular, target):
    """It gives inf with a NaN derivative, for this matrix only. For p=-2 it is a kink, and gives 0."""
    A = np.stack([singular, general(2, 2)])
    (kappa,), linear = RULE.fwd(target.asarray(A), p=p)
    kink = p == -2 and np.any(singular)
    assert to_numpy(kappa)[0] == (0 if kink else np.inf)
    (A_bar,) = map(to_numpy, linear.vjp((target.asarray(np.ones(2)),)))
    (alone,), other = RULE.fwd(target.asarray(A[1]), p=p)
    np.testing.assert_allclose(to_numpy(kappa)[1], to_numpy(alone), rtol=1e-12)
    np.testing.assert_allclose(A_bar[1], to_numpy(other.vjp((target.asarray(np.ones(())),))[0]), rtol=1e-10)
    assert np.all(A_bar[0] == 0 if kink else np.isnan(A_bar[0]))


def test_least_at_a_multiple_of_a_unitary_matrix():
    Q = np.linalg.qr(general(3, 3))[0]
    for p in (None, "nuc", "fro"):
        _, pullback = lv.vjp("cond", 4 * np.round(Q) if p is None else Q, p=p)
        np.testing.assert_allclose(pullback(np.ones(()))[0], 0, atol=1e-13)


def test_shapes_without_a_condition():
    with pytest.raises(ValueError, match=r"cond: A has shape \(0, 0\); an empty matrix has no condition"):
        lv.vjp("cond", np.zeros((0, 0)))
    with pytest.raises(ValueError, match=r"cond: A has shape \(3, 2\); p=1 needs a square A"):
        lv.vjp("cond", np.ones((3, 2)), p=1)


# The mistakes of rules/cond.md.
def shares(hit):
    return hit / np.sum(hit, axis=-1, keepdims=True)


def norm(A):
    """The Frobenius norm and its gradient."""
    N = np.linalg.matrix_norm(A, keepdims=True)
    return N, A / N


def formula(low=1.0, of_inverse=1.0, shares=shares, op=adjoint, last=adjoint, apart=True, within=64):
    """The gradient G for p=None and p="fro". Other values of p use the library's formula."""

    def op_fwd(A, *, p, xp):
        (kappa,), (G,) = RULE.op_fwd(A, p=p, xp=xp)
        if p is None:
            U, S, Vh = np.linalg.svd(A, full_matrices=False)
            lost = np.isinf(kappa)[..., None] & np.ones_like(S, dtype=bool)
            S = np.where(lost, 1.0, S)
            rounding = within * np.finfo(S.dtype).eps
            top, least = (shares(abs(S - s) <= rounding * s) for s in (S[..., :1], S[..., -1:]))
            slope = (top - low * (S[..., :1] / S[..., -1:]) * least) / S[..., -1:]
            slope = np.where(lost if apart else np.any(lost), np.nan, slope)
            G = (U * slope[..., None, :]) @ Vh
        elif p == "fro":
            X = np.linalg.inv(A)
            (N, G_A), (M, G_X) = norm(A), norm(X)
            G = M * G_A - of_inverse * N * (op(X) @ G_X @ last(X))
        return (kappa,), (G,)

    return wrong("cond", op_fwd=op_fwd)


def whole(hit):
    """The whole weight to the first of the tied values."""
    return hit & (np.cumsum(hit, axis=-1) == 1)


RIGHT = formula()
MISTAKES = {
    "The smallest singular value is taken for constant": formula(low=0.0),
    "The inverse is taken for constant": formula(of_inverse=0.0),
    "The whole tie goes to one value": formula(shares=whole),
    "Only exact ties count": formula(within=0),
    "Transposes in place of adjoints": formula(op=transpose, last=transpose),
    "A square of the inverse without its adjoint": formula(last=lambda X: X),
    "A singular matrix spoils its batch": formula(apart=False),
}
