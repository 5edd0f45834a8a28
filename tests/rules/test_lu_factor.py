"""Tests of lu_factor and lu_solve. A self-inverse order, a real matrix, or trans="N" can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp._namespaces import array_namespace
from linalg_vjp._permutations import rows_of
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, transpose, wrong

SHAPES = [(3, 3), (4, 2), (2, 4), (1, 1), (1, 3), (3, 1), (0, 0), (0, 2), (2, 0)]
FACTOR, SOLVE = lv.RULES["lu_factor"], lv.RULES["lu_solve"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, target):
    check_rule(FACTOR, [target.asarray(general(2, *shape, dtype=dtype))])


@pytest.mark.parametrize("shape", [(5, 5), (6, 3), (3, 6)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_it_is_scipy_s(shape, dtype, target):
    A = general(3, *shape, dtype=dtype)
    LU, pivots = map(to_numpy, FACTOR.forward(target.asarray(A)))
    for one, F, row in zip(A, LU, pivots, strict=True):
        wanted, wanted_row = scipy.linalg.lu_factor(one)
        np.testing.assert_allclose(F, wanted, rtol=2e-4, atol=1e-5)
        np.testing.assert_array_equal(row, wanted_row)


@pytest.mark.parametrize("m", [1, 2, 5, 8])
@pytest.mark.parametrize("k", [0, 1, 3, 5, 8])
def test_the_order_of_the_rows(m, k, target):
    if target.backend.split_batches:
        pytest.skip(f"not run: {target.backend.name} runs a formula on blocks of another library")
    random = np.random.default_rng([m, k])
    pivots = np.stack([random.integers(np.minimum(np.arange(min(k, m)), m - 1), m) for _ in range(2)])
    order = np.tile(np.arange(m), (2, 1))
    for one, row in zip(order, pivots, strict=True):
        for i, other in enumerate(row):
            one[[i, other]] = one[[other, i]]
    given = target.asarray(pivots)
    np.testing.assert_array_equal(to_numpy(rows_of(given, m, array_namespace(given))), order)


@pytest.mark.parametrize("trans", ["N", "T", "C"])
@pytest.mark.parametrize("shape", [(3, 2), (1, 1), (0, 2), (3, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_solutions(trans, shape, dtype, target):
    n, k = shape
    A, B = general(2, n, n, dtype=dtype) + 2 * np.eye(n, dtype=dtype), general(2, n, k, dtype=dtype, seed=1)
    LU, pivots = FACTOR.forward(target.asarray(A))
    (X,) = SOLVE.forward(LU, pivots, target.asarray(B), trans=trans)
    op = {"N": A, "T": A.mT, "C": adjoint(A)}[trans]
    np.testing.assert_allclose(op @ to_numpy(X), B, rtol=1e-3, atol=1e-4)
    check_rule(SOLVE, [LU, pivots, target.asarray(B)], trans=trans)


@pytest.mark.parametrize("trans", ["N", "T", "C"])
def test_vectors_and_broadcasting(trans, target):
    LU, pivots = FACTOR.forward(target.asarray(general(2, 1, 3, 3, dtype="complex128")))
    check_rule(SOLVE, [LU, pivots, target.asarray(general(3))], trans=trans)
    check_rule(SOLVE, [LU, pivots, target.asarray(general(4, 3, 2))], trans=trans)


def test_both_together_are_solve(target):
    A, B = (target.asarray(general(2, 3, n, dtype="complex128", seed=n)) for n in (3, 2))
    (LU, pivots), to_A = lv.vjp("lu_factor", A)
    X, to_both = lv.vjp("lu_solve", LU, pivots, B)
    LU_bar, nothing, B_bar = to_both(X)
    assert nothing is None
    direct, pullback = lv.vjp("solve", A, B)
    for found, wanted in zip((X, *to_A(LU_bar, None), B_bar), (direct, *pullback(X)), strict=True):
        np.testing.assert_allclose(to_numpy(found), to_numpy(wanted), rtol=1e-8, atol=1e-9)


# The mistakes of rules/lu_factor.md.
def order_of(pivots, m):
    rows = np.broadcast_to(np.arange(m), (*pivots.shape[:-1], m)).copy()
    for index in np.ndindex(*pivots.shape[:-1]):
        for i, other in enumerate(pivots[index]):
            rows[index][[i, other]] = rows[index][[other, i]]
    return rows


def backwards(pivots, m):
    """Applies the last exchange first."""
    rows = np.broadcast_to(np.arange(m), (*pivots.shape[:-1], m)).copy()
    for index in np.ndindex(*pivots.shape[:-1]):
        for i, other in reversed(list(enumerate(pivots[index]))):
            rows[index][[i, other]] = rows[index][[other, i]]
    return rows


def factored(order=order_of):
    def op_keep(LU, pivots, *, xp):
        return (np.argsort(order(pivots, LU.shape[-2]), axis=-1),)

    return wrong("lu_factor", op_keep=op_keep)


def solved(order=order_of, below=-1, op=adjoint, turned=lambda trans: trans, conjugate="T"):
    """The formulas of the page for trans="N", and for other values with the factors exchanged."""

    def op_fwd(LU, pivots, B, *, trans, xp):
        (X,), (Y, _) = SOLVE.op_fwd(LU, pivots, B, trans=trans, xp=xp)
        return (X,), (Y, order(pivots, LU.shape[-1]))

    def op_vjp(LU, X, Y, rows, X_bar, *, trans, xp):
        n, trans = LU.shape[-1], turned(trans)
        L, U = np.tril(LU, -1) + np.eye(n), np.triu(LU)
        put_back = np.argsort(rows, axis=-1)

        def taken(X, p):
            p = np.broadcast_to(p, (*np.broadcast_shapes(X.shape[:-2], p.shape[:-1]), n))
            return np.take_along_axis(np.broadcast_to(X, (*p.shape, X.shape[-1])), p[..., None], axis=-2)

        if trans == "N":
            G = np.linalg.solve(op(U), X_bar)
            W = np.linalg.solve(op(L), G)
            return -np.tril(W @ op(Y), below) - np.triu(G @ op(X)), None, taken(W, put_back)
        if trans == conjugate:
            X, Y, X_bar = X.conj(), Y.conj(), X_bar.conj()
        G = np.linalg.solve(L, taken(X_bar, rows))
        B_bar = np.linalg.solve(U, G)
        LU_bar = -np.tril(taken(X, rows) @ op(G), below) - np.triu(Y @ op(B_bar))
        return LU_bar, None, B_bar.conj() if trans == conjugate else B_bar

    return wrong("lu_solve", op_fwd=op_fwd, op_keep=None, op_vjp=op_vjp)


RIGHT = factored() | solved()
MISTAKES = {
    "The exchanges are taken in the other order": factored(backwards),
    "The pivots are taken for a permutation": solved(lambda pivots, m: pivots),
    "The diagonal goes to both factors": solved(below=0),
    "The factors are solved with in the order of N": solved(turned=lambda trans: "N"),
    "T is taken for C": solved(conjugate=""),
    "Transposes in place of adjoints": solved(op=transpose),
    "What was broadcast is not summed": given_other_inputs(
        "lu_solve",
        lambda x, outputs: np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:])) if x.ndim == 2 else x,
    ),
}
