"""Tests of expm_multiply. A Hermitian matrix, a small norm, or a zero trace can hide mistakes."""

import mpmath
import numpy as np
import pytest
import scipy.linalg
import scipy.sparse.linalg

import linalg_vjp as lv
from linalg_vjp._rules import expm_multiply as steps
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, same, transpose, wrong


def enough(A):
    """Keywords that allow as many steps as A needs, for libraries that cannot look at values."""
    return {"max_steps": steps._steps(np.asarray(A), 1, np).run}


@pytest.mark.parametrize(("n", "k"), [(0, 2), (1, 1), (3, 1), (3, 2), (2, 4), (2, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_sizes(n, k, dtype, target):
    inputs = general(2, n, n, dtype=dtype), general(n, k, dtype=dtype, seed=1)
    check_rule("expm_multiply", [target.asarray(x) for x in inputs], max_steps=5)


@pytest.mark.parametrize("size", [1e-12, 1e-3, 1.0, 3.49, 3.51, 10.0, 100.0])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_norms(size, dtype, target):
    """The exponentials of these matrices are rotations, so they do not overflow."""
    A = general(3, 3, dtype=dtype)
    A = A - adjoint(A)
    A = size * A / np.max(np.sum(np.abs(A), axis=-1))
    inputs = [target.asarray(x) for x in (A, general(3, 2, dtype=dtype, seed=1))]
    check_rule("expm_multiply", inputs, limit=100, **enough(A))


GRCAR = np.triu(np.tri(4, k=3)) - np.eye(4, k=-1)
KAHAN = np.diag(0.9 ** np.arange(4)) @ (np.eye(4) - 0.4 * np.triu(np.ones((4, 4)), 1))
FAMILIES = {
    "Grcar": GRCAR,
    "Grcar, of norm 100": 25 * GRCAR,
    "Grcar, of norm 100, falling": -25 * GRCAR,
    "Kahan": KAHAN,
    "Kahan, of norm 60, falling": -30 * KAHAN,
    "Frank": np.asarray([[4.0, 3, 2, 1], [3, 3, 2, 1], [0, 2, 2, 1], [0, 0, 1, 1]]),
    "nearly defective": np.asarray([[1.0, 1.0], [1e-10, 1.0]]),
    "badly scaled": np.asarray([[1.0, 1e4], [1e-4, 1.0]]),
    "a large corner": np.asarray([[1.0, 2.0, 1e5], [0.0, -1.0, 3.0], [0.0, 0.0, -2.0]]),
    "a large corner, far apart": np.asarray([[10.0, 1e3], [0.0, -50.0]]),
    "nilpotent, of norm 300": 100 * np.triu(np.ones((4, 4)), 1),
    "far apart, of norm 60": np.diag([-30.0, 30.0]),
    "a multiple of the identity": -80 * np.eye(2),
    "zero": np.zeros((3, 3)),
}


@pytest.mark.parametrize("A", FAMILIES.values(), ids=FAMILIES)
def test_far_from_normal(A, target):
    check_rule("expm_multiply", [target.asarray(x) for x in (A, general(len(A), 2))], limit=100, **enough(A))


@pytest.mark.parametrize("A", FAMILIES.values(), ids=FAMILIES)
def test_second_derivatives(A):
    """This includes A = 0, where two terms of the series have a second derivative."""
    check_rule("expm_multiply", [A[:3, :3], general(len(A), 1)[:3]], twice=True, **enough(A))


def test_a_larger_matrix(target):
    """A matrix of size 30 and norm 100, compared with SciPy's exponential of a block matrix."""
    A = general(30, 30)
    A, B, Y_bar = (
        (A - A.T) * (100 / np.max(np.sum(abs(A - A.T), axis=-1))),
        general(30, 2),
        general(30, 2, seed=1),
    )
    Y, pullback = lv.vjp("expm_multiply", target.asarray(A), target.asarray(B), **enough(A))
    found = [to_numpy(x) for x in (Y, *pullback(target.asarray(Y_bar)))]
    wanted = [scipy.linalg.expm(A) @ B, of_blocks(A.T, Y_bar @ B.T), scipy.linalg.expm(A.T) @ Y_bar]
    for x, y in zip(found, wanted, strict=True):
        np.testing.assert_allclose(x, y, rtol=0, atol=1e-12 * np.max(abs(y)))


def test_the_value_is_that_of_scipy(target):
    A, B = general(5, 5), general(5, 3)
    Y = lv.vjp("expm_multiply", target.asarray(A), target.asarray(B), **enough(A))[0]
    np.testing.assert_allclose(to_numpy(Y), scipy.sparse.linalg.expm_multiply(A, B), rtol=1e-12, atol=1e-13)


def test_the_polynomial_is_long_enough():
    """For the largest norm of a step, the rest of the series of the derivative is below rounding."""
    for bits, largest in steps.LARGEST.items():
        rest = mpmath.nsum(lambda j, x=largest: x**j / mpmath.factorial(j), [steps.DEGREE, mpmath.inf])
        assert rest < 2.0 ** -(53 if bits == 64 else 24)
    assert steps.POWER * (steps.POWER - 1) <= steps.DEGREE


def test_how_many_steps_are_taken():
    """The norm of A minus its mean, or the norm of powers, determines the steps of each matrix."""
    A = np.stack([1e-3 * GRCAR, 25 * GRCAR, FAMILIES["nilpotent, of norm 300"], -200 * np.eye(4)])
    found = steps._steps(A, 30, np)
    assert found.own[:, 0, 0].tolist() == [1, 16, 1, 1]
    assert found.run == 16
    assert steps._steps(FAMILIES["badly scaled"], 30, np).run == 2  # its norm is 10000


def test_what_is_not_finite_stays_in_its_place(target):
    A, B = general(3, 2, 2), general(3, 2, 1, seed=1)
    A[1, 0, 0] = np.nan
    Y, pullback = lv.vjp("expm_multiply", target.asarray(A), target.asarray(B), max_steps=2)
    for found in (Y, *pullback(target.asarray(np.ones_like(B)))):
        found = to_numpy(found)
        assert np.all(np.isfinite(found[[0, 2]]))
        assert np.any(np.isnan(found[1]))


def of_too_many_steps():
    """A rotation that needs 8 steps, one that needs more, and one that needs fewer."""
    turn = np.asarray([[0.0, 1.0], [-1.0, 0.0]])
    return np.stack([28.0 * turn, 29.0 * turn, 0.1 * turn])


def expected(found, wanted):
    found, wanted = np.asarray(found), np.asarray(wanted)
    np.testing.assert_allclose(found[[0, 2]], wanted[[0, 2]], rtol=1e-12, atol=1e-12)
    assert np.all(np.isnan(found[1]))


def test_too_many_steps_are_nan_on_jax():
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    A, B = of_too_many_steps(), general(3, 2, 1)
    wanted, pullback = lv.vjp("expm_multiply", A, B)  # NumPy takes as many steps as needed
    with jax.enable_x64():
        for one in (jax.jit(f := lambda A, B: L.expm_multiply(A, B, max_steps=8)), jax.vmap(f)):
            found, pull = jax.vjp(one, A, B)
            expected(found, wanted)
            for bar, right in zip(pull(jax.numpy.ones_like(found)), pullback(np.ones_like(B)), strict=True):
                expected(bar, right)
            expected(jax.jvp(one, (A, B), (A, B))[1], lv.jvp("expm_multiply", (A, B), (A, B))[1])


def test_too_many_steps_are_nan_on_pytorch():
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    from linalg_vjp.adapters import torch as L

    A, B = of_too_many_steps(), general(3, 2, 1)
    wanted, pullback = lv.vjp("expm_multiply", A, B)
    A, B = torch.asarray(A), torch.asarray(B)
    f = torch.func.vmap(lambda A, B: L.expm_multiply(A, B, max_steps=8))
    found, pull = torch.func.vjp(f, A, B)
    expected(found, wanted)
    for bar, right in zip(pull(torch.ones_like(found)), pullback(np.ones_like(B)), strict=True):
        expected(bar, right)


@pytest.mark.parametrize("name", ["expm", "expm_multiply"])
def test_a_gradient_of_vmap_on_jax(name):
    """Values that pass through idle steps are also transposed under vmap."""
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    inputs = (general(3, 2, 2), general(3, 2, 1))[: len(lv.RULES[name].inputs)]
    bar, *_ = lv.vjp(name, *inputs)[1](np.ones_like(inputs[-1]))
    with jax.enable_x64():
        each = jax.vmap(L.OPERATIONS[name])
        np.testing.assert_allclose(jax.grad(lambda *x: each(*x).sum())(*inputs), bar, rtol=1e-12)
        found = jax.grad(lambda *x: jax.vmap(each)(*x).sum())(*(x[None] for x in inputs))
        np.testing.assert_allclose(found[0], bar, rtol=1e-12)


@pytest.mark.parametrize("value", [0, -1, 2.0, None])
def test_a_bad_number_of_steps(value):
    with pytest.raises((ValueError, TypeError), match=r"max_steps.*positive integer"):
        lv.vjp("expm_multiply", np.eye(2), np.eye(2), max_steps=value)


# The mistakes of rules/expm_multiply.md.
def of_blocks(X, E):
    """The derivative of exp at X: the corner block of an exponential of twice the size."""
    n = len(X)
    return scipy.linalg.expm(np.block([[X, E], [0 * X, X]]))[:n, n:]


def formula(at=adjoint, op=adjoint, frechet=of_blocks, mean=True, share=True, start=False, swap=False):
    """The pullback in up to thirty steps, each with its exact exponential."""

    def of_one(A, B, bar):
        n = len(A)
        s = int(np.clip(np.ceil(np.linalg.norm(A, 1)), 1, 30)) if n else 1
        X = A / s
        H = at(X if mean else X - np.trace(X) / max(n, 1) * np.eye(n))
        starts = [scipy.linalg.expm(i * X) @ B for i in range(s)] if n else [B]
        A_bar = np.zeros_like(A)
        for Y in reversed(starts):
            E = bar @ op(B if start else Y)
            if n:
                A_bar = A_bar + frechet(H, op(E) if swap else E) / (s if share else 1)
                bar = scipy.linalg.expm(H) @ bar
        return A_bar, bar

    def op_vjp(A, B, Y_bar, *, max_steps, xp):
        A, B = (np.broadcast_to(x, (*Y_bar.shape[:-2], *x.shape[-2:])) for x in (A, B))
        flat = zip(*(x.reshape(-1, *x.shape[-2:]) for x in (A, B, Y_bar)), strict=True) if Y_bar.size else ()
        each = [of_one(*x) for x in flat]
        if not each:
            return np.zeros_like(A), np.zeros_like(B)
        A_bars, B_bars = zip(*each, strict=True)
        return np.stack(A_bars).reshape(A.shape), np.stack(B_bars).reshape(B.shape)

    return wrong("expm_multiply", op_vjp=op_vjp)


def commuting(X, E):
    return scipy.linalg.expm(X) @ E


def spread(x, outputs):
    """A matrix broadcast to the batch of the result, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:]))


RIGHT = formula()
MISTAKES = {
    "The derivative is that of a number": formula(frechet=commuting),
    "A in place of its adjoint": formula(at=same),
    "Transposes in place of adjoints": formula(at=transpose, op=transpose),
    "The outer product is the other one": formula(swap=True),
    "The shift is forgotten on the way back": formula(mean=False),
    "The cotangent of A is not divided by the steps": formula(share=False),
    "All steps start from B": formula(start=True),
    "The batch of B is not summed for one A": given_other_inputs("expm_multiply", spread),
}
