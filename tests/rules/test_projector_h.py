"""Tests of projector_h and nearest_psd. Distinct eigenvalues can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, same, transpose, wrong
from .mistakes import hermitian as hermitian_part

CUTS = [("projector_h", {}), ("projector_h", {"k": 2}), ("projector_h", {"cut": 0.5}), ("nearest_psd", {})]


def of_values(w, *batch, dtype="float64", seed=0):
    """Hermitian matrices with these eigenvalues."""
    V, _ = np.linalg.qr(general(*batch, len(w), len(w), dtype=dtype, seed=seed))
    A = (V * np.asarray(w, V.real.dtype)) @ adjoint(V)
    return np.asarray((A + adjoint(A)) / 2, dtype)


@pytest.mark.parametrize("w", [(), (2.0,), (-1.0, 1.0), (-2.0, -1.0, 1.0, 3.0)], ids=str)
@pytest.mark.parametrize(("name", "params"), CUTS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(name, params, w, dtype, target):
    check_rule(name, [target.asarray(of_values(w, 2, dtype=dtype))], **params)


TIES = {
    "both sides": (-1.0, -1.0, 2.0, 2.0),
    "nearly": (-1.0, -1.0 - 2.0**-40, 2.0, 2.0 + 2.0**-27),
    "far": (-1e-3, -1e3, 1e3, 1e-3),
    "all": (2.0, 2.0, 2.0, 2.0),
}


@pytest.mark.parametrize("w", TIES.values(), ids=TIES)
@pytest.mark.parametrize(("name", "params"), CUTS, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_at_ties(name, params, w, dtype):
    if params == {"k": 2} and w == TIES["all"]:
        pytest.skip("not run: the cut goes through a tie")
    A = np.diag(w).astype(dtype) if w == TIES["far"] else of_values(w, dtype=dtype)
    cut = {"cut": 0.0} if w == TIES["far"] and "cut" in params else params
    check_rule(name, [A], twice=True, **cut)


@pytest.mark.parametrize("params", [{"k": 1}, {"cut": 1.0}])
def test_a_cut_through_a_tie_has_no_derivative(params, target):
    """Another matrix of the batch keeps its derivative."""
    values = [1.0, 1.0 + 2.0**-50]
    A = target.asarray(np.stack([np.diag(values), np.diag([0.5, 2.0])]))
    bar = target.asarray(general(2, 2, 2))
    P, pullback = lv.vjp("projector_h", A, **params)
    found, pushed = to_numpy(pullback(bar)[0]), to_numpy(lv.jvp("projector_h", (A,), (bar,), **params)[1])
    assert np.all(np.isfinite(to_numpy(P)))
    for x in (found, pushed):
        assert np.all(np.isnan(x[0]))
        assert np.all(np.isfinite(x[1]))


def test_the_nearest_is_the_nearest():
    A = of_values((-2.0, -1.0, 0.0, 3.0))
    Y = lv.vjp("nearest_psd", A)[0]
    assert np.min(np.linalg.eigvalsh(Y)) >= -1e-14
    for seed in range(5):
        G = Y + 0.1 * of_values((0.0, 1.0, 2.0, 0.5), seed=seed)
        assert np.linalg.norm(Y - A) < np.linalg.norm(G - A)


def test_of_more_than_there_are_and_of_none():
    A = of_values((1.0, 2.0))
    np.testing.assert_allclose(lv.vjp("projector_h", A, k=5)[0], np.eye(2), atol=1e-15)
    np.testing.assert_array_equal(lv.vjp("projector_h", A, k=0)[0], np.zeros((2, 2)))
    with pytest.raises(ValueError, match="k=-1 is not a nonnegative integer or None"):
        lv.vjp("projector_h", A, k=-1)


# The mistakes of rules/projector_h.md.
def formula(part=hermitian_part, op=adjoint, gaps=False, still=False, zeros=False):
    def pulled(A, V_bar, choose, f, slope):
        w, V = np.linalg.eigh(A)
        kept = choose(w)
        across = kept[..., :, None] != kept[..., None, :]
        value, gap = np.where(kept, f(w), 0), w[..., :, None] - w[..., None, :]
        quotient = (value[..., :, None] - value[..., None, :]) / np.where(across, gap, 1)
        D = np.where(across, quotient, slope * kept[..., None, :])
        diagonal = np.eye(w.shape[-1], dtype=bool)
        if gaps:
            D = np.where((np.abs(gap) <= 1e-14 * np.max(np.abs(w), initial=0)) & ~diagonal, np.nan, D)
        if still:
            D = np.where(diagonal, D, 0)
        return (V @ (D * (op(V) @ part(V_bar) @ V)) @ op(V),)

    def projector(A, w, V, P_bar, *, k, cut, xp):
        def choose(w):
            return (
                w > cut if k is None else np.broadcast_to(np.arange(w.shape[-1]) >= w.shape[-1] - k, w.shape)
            )

        return pulled(A, P_bar, choose, np.ones_like, 0)

    def psd(A, w, V, Y_bar, *, xp):
        def choose(w):
            limit = 1e-14 * np.max(np.abs(w), axis=-1, initial=0)[..., None]
            return w >= -limit if zeros else w > limit

        return pulled(A, Y_bar, choose, same, 1)

    return wrong("projector_h", op_vjp=projector) | wrong("nearest_psd", op_vjp=psd)


RIGHT = formula()
MISTAKES = {
    "Through the eigenvectors": formula(gaps=True),
    "The subspace stays": formula(still=True),
    "The cotangent is not Hermitian": formula(part=same),
    "Transposes in place of adjoints": formula(op=transpose),
    "Two zeros are kept": formula(zeros=True),
}
