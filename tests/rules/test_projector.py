"""Tests of projector. A square or real matrix can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, same, transpose, wrong
from .mistakes import hermitian as hermitian_part
from .test_svd_function import VALUES, of_values


@pytest.mark.parametrize("params", [{"k": 1}, {"k": 2}, {}, {"cut": 0.3}], ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1), (0, 2), (2, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, params, target):
    values = np.asarray([2.0, 1.0, 0.5])[: min(shape)]
    A = np.stack([of_values(*values, shape=shape, dtype=dtype)] * 2) if min(shape) else np.zeros((2, *shape))
    check_rule("projector", [target.asarray(A.astype(dtype))], **params)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("values", VALUES, ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_at_ties_and_zeros(dtype, shape, values, k):
    if values[k - 1] - values[k] < 2.0**-20:
        pytest.skip("not run: the cut goes through a tie, or nearly")
    check_rule("projector", [of_values(*values, shape=shape, dtype=dtype)], twice=True, k=k)


@pytest.mark.parametrize("params", [{}, {"cut": 1.0}, {"cut": 9.0}, {"k": 3}], ids=str)
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4)])
@pytest.mark.parametrize("values", [(2, 2, 2), (3, 3, 0.5)], ids=str)
def test_of_the_range_and_of_a_cut(values, shape, params):
    check_rule("projector", [of_values(*values, shape=shape)], twice=True, **params)


@pytest.mark.parametrize("params", [{"k": 1}, {"cut": 1.0}, {}], ids=str)
def test_a_cut_through_a_tie_has_no_derivative(params, target):
    """Another matrix of the batch keeps its derivative. By default, a matrix below full rank has none."""
    values = [1.0, 1.0 + 2.0**-50] if params else [1.0, 2.0**-54]
    tied, other = (np.concatenate([np.diag(x), np.zeros((1, 2))]) for x in (values, [0.5, 2.0]))
    A, bar = target.asarray(np.stack([tied, other])), target.asarray(general(2, 3, 3))
    P, pullback = lv.vjp("projector", A, **params)
    dot = target.asarray(general(2, 3, 2))
    found, pushed = to_numpy(pullback(bar)[0]), to_numpy(lv.jvp("projector", (A,), (dot,), **params)[1])
    assert np.all(np.isfinite(to_numpy(P)))
    for x in (found, pushed):
        assert np.any(np.isnan(x[0]))
        assert np.all(np.isfinite(x[1]))


def test_a_least_squares_residual():
    """The derivative of the projector onto the range is (I - P) A_dot A^+ + its adjoint (Golub, Pereyra)."""
    A, A_dot = general(5, 2), general(5, 2, seed=1)
    P, P_dot = lv.jvp("projector", (A,), (A_dot,))
    half = (np.eye(5) - P) @ A_dot @ np.linalg.pinv(A)
    np.testing.assert_allclose(P_dot, half + half.T, atol=1e-14)


# The mistakes of rules/projector.md.
def formula(op=adjoint, part=hermitian_part, gaps=False, across=True, outside=True):
    def pulled(A, U, S, Vh, P_bar, *, k, cut, xp):
        m, n = A.shape[-2:]
        if 0 in (m, n):
            return (A * 0,)
        kept = cut < S if k is None else np.broadcast_to(np.arange(S.shape[-1]) < k, S.shape)
        split = kept[..., :, None] != kept[..., None, :]
        gap = np.abs(S[..., :, None] ** 2 - S[..., None, :] ** 2)
        W = np.where(split, 1 / np.where(split, gap, 1), 0) * across
        if gaps:
            tied = np.abs(S[..., :, None] - S[..., None, :]) <= 1e-14
            W = np.where(tied & ~np.eye(S.shape[-1], dtype=bool), np.nan, W)
        G = part(P_bar)
        J = op(U) @ G @ U
        inside = U @ (W * J * S[..., None, :])
        if m > n and outside:
            inside = inside + (G @ U - U @ J) * np.where(kept, 1 / np.where(kept, S, 1), 0)[..., None, :]
        return (2 * inside @ Vh,)

    return wrong("projector", op_vjp=pulled)


RIGHT = formula()
MISTAKES = {
    "Through singular vectors": formula(gaps=True),
    "The subspace turns in the range alone": formula(outside=False),
    "Only what leaves the range counts": formula(across=False),
    "The cotangent is not Hermitian": formula(part=same),
    "Transposes in place of adjoints": formula(op=transpose),
}
