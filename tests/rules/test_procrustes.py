"""Tests of orthogonal_procrustes. A real M, a positive determinant, or distinct values can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, same, transpose, wrong

NAME = "orthogonal_procrustes"


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (1, 1), (3, 1), (2, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, special, target):
    A, B = (target.asarray(general(2, *shape, dtype=dtype, seed=seed)) for seed in (1, 2))
    check_rule(NAME, [A, B], special=special)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_the_solution_is_that_of_scipy(dtype):
    A, B = general(5, 3, dtype=dtype), general(5, 3, dtype=dtype, seed=1)
    for mine, wanted in zip(lv.vjp(NAME, A, B)[0], scipy.linalg.orthogonal_procrustes(A, B), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_a_rotation_is_the_nearest_of_all(seed):
    A, B = general(5, 3, seed=seed), general(5, 3, seed=seed + 10)
    R, scale = lv.vjp(NAME, A, B, special=True)[0]
    assert np.linalg.det(R) == pytest.approx(1)
    assert scale == pytest.approx(np.sum((A @ R) * B))
    turns = general(3, 3, seed=seed + 20)
    near = R @ scipy.linalg.expm(0.05 * (turns - turns.T))
    assert np.linalg.norm(A @ R - B) < np.linalg.norm(A @ near - B)


def rotation(dtype):
    turn = general(3, 3, dtype=dtype)
    Q = scipy.linalg.expm(turn - np.conj(turn.T))
    return np.asarray(Q, dtype)


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("values", [(1, 1, 1), (2, 2, 1), (2, 1, 1), (1, 1 + 2.0**-30, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_second_derivatives_at_ties(dtype, values, special):
    A = np.linalg.qr(general(4, 3, dtype=dtype))[0]
    check_rule(NAME, [A * np.asarray(values), A @ rotation(dtype)], special=special, twice=True)


@pytest.mark.parametrize("values", [(2, 2, -1), (1, 1, 0), (2, 1, -0.5)], ids=str)
def test_second_derivatives_of_the_nearest_rotation(values):
    """The nearest orthogonal matrix is a reflection, or all points lie in a plane."""
    A, R = np.linalg.qr(general(4, 3))[0], rotation("float64")
    check_rule(NAME, [A * np.asarray(values), A @ R], special=True, twice=True)


# The mistakes of rules/procrustes.md.
def formula(whole=False, op=adjoint, order=False, gaps=False, sign=same):
    def op_vjp(A, B, R, w, Q, R_bar, scale_bar, *, special, xp):
        R_bar = np.zeros_like(R) if R_bar is None else R_bar
        H = op(R) @ op(A) @ B
        w, Q = np.linalg.eigh((H + op(H)) / 2)
        w = sign(w)
        sums = w[..., :, None] + w[..., None, :]
        zero = np.abs(sums) <= 1e-14 * np.max(np.abs(w), axis=-1, initial=0)[..., None, None]
        G = op(Q) @ op(R) @ R_bar @ Q
        C = np.where(zero, 0, (G if whole else G - op(G)) / np.where(zero, 1, sums))
        if gaps:
            near = np.abs(w[..., :, None] - w[..., None, :]) <= 1e-14
            C = np.where(near & ~np.eye(w.shape[-1], dtype=bool), np.nan, C)
        C = Q @ C @ op(Q)
        if scale_bar is not None:
            C = C + scale_bar[..., None, None] * np.eye(R.shape[-1])
        bars = B @ op(R @ C), A @ R @ C
        return bars[::-1] if order else bars

    return wrong(NAME, op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "Through singular vectors": formula(gaps=True),
    "The least singular value keeps its sign": formula(sign=np.abs),
    "The right-hand side is not skew": formula(whole=True),
    "The cotangents change places": formula(order=True),
    "Transposes in place of adjoints": formula(op=transpose),
}
