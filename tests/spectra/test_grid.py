"""The grid of small, tied and nearly tied values: part of it runs by day, all of it at night."""

import numpy as np
import pytest

import linalg_vjp as lv

from .grid import LIMIT, by_rule, by_torch, eigh_cases, possible, svd_cases, units
from .points import FAMILIES, point

BY_DAY = {"seed": 0, "dtypes": ("float32", "complex128")}
SHAPES = ((4, 4, False), (5, 3, True))
ALL = pytest.mark.nightly


def gradient(case, how=by_rule):
    with np.errstate(all="ignore"):
        return how(case)


@pytest.mark.parametrize("family", FAMILIES)
def test_right_where_the_cotangents_hold_the_gradient(family):
    chosen = {**BY_DAY, "families": [family]}
    for case in (*svd_cases(shapes=SHAPES, **chosen), *eigh_cases(**chosen)):
        if possible(case):
            assert units(case, gradient(case)) <= LIMIT, case.name
        else:
            assert np.all(np.isfinite(gradient(case))), case.name


@pytest.mark.parametrize("family", [name for name in FAMILIES if name.startswith(("rank", "simple"))])
def test_right_with_the_factors_of_pytorch(family):
    """Except functions of a value that PyTorch finds to be exactly zero, where the derivative is lost."""
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    for case in svd_cases(families=[family], shapes=SHAPES, **BY_DAY):
        U, S, Vh = (x.numpy() for x in torch.linalg.svd(torch.asarray(case.A), **case.params))
        if possible(case) and not (case.name[1].startswith("U ") and np.min(S) == 0):
            found = gradient(case, lambda case, factors=(U, S, Vh): by_rule(case, factors))
            assert units(case, found) <= LIMIT, case.name


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cases", [svd_cases, eigh_cases])
def test_right_wherever_pytorch_is(cases, seed):
    """Except the derivative at an exact zero, and one case in a thousand because of rounding."""
    pytest.importorskip("torch", reason="not run: torch is not installed")
    count, worse = 0, []
    for case in cases(seed):
        count += 1
        wrong = not units(case, gradient(case)) <= LIMIT
        assert not (wrong and possible(case)), case.name
        if wrong and units(case, gradient(case, by_torch)) <= LIMIT and case.name[0] != "exact zero":
            worse.append(case.name)
    assert len(worse) <= count / 1000 + 1, worse


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("n", [60, pytest.param(200, marks=ALL), pytest.param(500, marks=ALL)])
def test_the_null_space_of_a_large_matrix(n, dtype):
    """tr(M P), where P projects onto the null space, has the gradient -2 P M (A^+)^H."""
    random = np.random.default_rng(n)
    A, _ = point("rank n / 2", random, n, n, "complex128" if dtype.startswith("c") else "float64")
    r = n - n // 2
    M = random.standard_normal((n, n))
    M = (M + M.T) / 2
    U, S, Vh = np.linalg.svd(A)
    P = U[:, r:] @ np.conj(U[:, r:].T)
    wanted = -2 * P @ M @ (U[:, :r] / S[:r]) @ Vh[:r]
    (U, S, Vh), pullback = lv.vjp("svd", A.astype(dtype))
    U_bar = np.zeros_like(U)
    U_bar[:, r:] = 2 * M.astype(dtype) @ U[:, r:]
    difference = np.linalg.norm(pullback(U_bar, None, None)[0] - wanted)
    assert difference <= LIMIT * np.finfo(dtype).eps * np.linalg.norm(wanted)


@pytest.mark.parametrize("name", ["rank n - 1", "rank n - 2", "rank n / 2"])
def test_functions_of_tiny_values_by_tangents(name):
    """With gauge="keep", d(U S Vh) is dA, even if values are zero to rounding."""
    random = np.random.default_rng(0)
    A, _ = point(name, random, 5, 4, "float64")
    A_dot = random.standard_normal(A.shape)
    (U, S, Vh), (U_dot, S_dot, Vh_dot) = lv.jvp("svd", (A,), (A_dot,), full_matrices=False, gauge="keep")
    found = (U_dot * S) @ Vh + (U * S_dot) @ Vh + (U * S) @ Vh_dot
    np.testing.assert_allclose(found, A_dot, atol=1e-13)


def test_a_zero_keeps_its_slope():
    """The gradient of <M, U S Vh> at an exact zero is M with gauge="keep"."""
    M = np.arange(9.0).reshape(3, 3)
    (U, S, Vh), pullback = lv.vjp("svd", np.diag([2.0, 1.0, 0.0]), gauge="keep")
    MV, MhU = M @ Vh.T, M.T @ U
    (A_bar,) = pullback(MV * S, np.sum(U * MV, axis=0), (MhU * S).T)
    np.testing.assert_allclose(A_bar, M, atol=1e-14)


def test_jax_keeps_what_it_is_told_to_keep():
    """JAX transposes a pushforward, so U S Vh of rank n - 1 needs gauge="keep"."""
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    random = np.random.default_rng(0)
    A, _ = point("rank n - 1", random, 4, 4, "float32")
    M = random.standard_normal((4, 4)).astype("float32")

    def loss(A):
        U, S, Vh = L.svd(A, full_matrices=False, gauge="keep")
        return (M * ((U * S) @ Vh)).sum()

    np.testing.assert_allclose(jax.grad(loss)(A), M, atol=1e-5)
