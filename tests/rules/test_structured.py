"""Tests of block_diag and toeplitz. Square blocks, real vectors, or no batch can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import given_other_inputs, wrong

SHAPES = [[(2, 2)], [(2, 1), (1, 3)], [(1, 1), (0, 2), (2, 0), (2, 2)], [(0, 0)]]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_blocks(shapes, dtype, target):
    blocks = [general(*shape, dtype=dtype, seed=i) for i, shape in enumerate(shapes)]
    (Y,) = lv.RULES["block_diag"].forward(*map(target.asarray, blocks))
    np.testing.assert_array_equal(to_numpy(Y), scipy.linalg.block_diag(*blocks))
    check_rule("block_diag", list(map(target.asarray, blocks)))


@pytest.mark.parametrize("sizes", [(3, 3), (4, 2), (2, 4), (1, 1), (1, 3), (3, 1), (0, 2), (2, 0), (0, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_toeplitz(sizes, dtype, target):
    c, r = general(sizes[0], dtype=dtype), general(sizes[1], dtype=dtype, seed=1)
    (T,) = lv.RULES["toeplitz"].forward(target.asarray(c), target.asarray(r))
    np.testing.assert_array_equal(to_numpy(T), scipy.linalg.toeplitz(c, r) if T.size else to_numpy(T))
    check_rule("toeplitz", [target.asarray(c), target.asarray(r)])


@pytest.mark.parametrize(("lead", "other"), [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ())])
def test_broadcasting(lead, other, target):
    blocks = general(*lead, 2, 1), general(*other, 1, 2, dtype="complex128", seed=1)
    check_rule("block_diag", list(map(target.asarray, blocks)))
    vectors = general(*lead, 3), general(*other, 2, dtype="complex128", seed=1)
    check_rule("toeplitz", list(map(target.asarray, vectors)))


def test_the_first_entry_of_the_row_is_not_read():
    c, r = general(3), general(3, seed=1)
    T, pullback = lv.vjp("toeplitz", c, np.where(np.arange(3) == 0, np.nan, r))
    np.testing.assert_array_equal(T, scipy.linalg.toeplitz(c, r))
    assert pullback(T)[1][0] == 0


# The mistakes of rules/structured.md.
def blocks_of(size):
    def op_vjp(*arguments, xp):
        *blocks, Y_bar = arguments
        bars, top, left = [], 0, 0
        for A in blocks:
            m, n = A.shape[-2:]
            bar = Y_bar[..., top : top + m, left : left + n]
            fits = bar.shape[-2:] == (m, n)
            bars.append(bar if fits else np.zeros((*Y_bar.shape[:-2], m, n)))
            top, left = top + size(m, n), left + size(n, m)
        return tuple(bars)

    return wrong("block_diag", op_vjp=op_vjp)


def sums(start=1, turn=lambda T_bar: T_bar, end=lambda r_bar: r_bar):
    def op_vjp(c, r, T_bar, *, xp):
        m, q = T_bar.shape[-2:]
        T = turn(T_bar)

        def sum_of(k):
            return np.sum(np.diagonal(T, k, -2, -1), axis=-1)

        zero = np.zeros(T_bar.shape[:-2])
        c_bar = [sum_of(-i) for i in range(m)] or [zero][:0]
        r_bar = [sum_of(j) if j >= start else zero for j in range(q)]
        none = np.zeros((*T_bar.shape[:-2], 0))
        return (
            np.stack(c_bar, axis=-1) if c_bar else none,
            end(np.stack(r_bar, axis=-1)) if r_bar else none,
        )

    return wrong("toeplitz", op_vjp=op_vjp)


RIGHT = blocks_of(lambda m, n: m) | sums()
MISTAKES = {
    "The blocks are taken from the diagonal of squares": blocks_of(max),
    "What was broadcast is not summed": given_other_inputs(
        "toeplitz", lambda x, outputs: np.broadcast_to(x, (*outputs[0].shape[:-2], x.shape[-1]))
    ),
    "The diagonal goes to both vectors": sums(start=0),
    "Rows and columns are exchanged": sums(
        turn=lambda T: np.swapaxes(T, -2, -1) if T.shape[-1] == T.shape[-2] else T
    ),
    "The cotangent of r is conjugated": sums(end=np.conj),
    "A real input gets a complex cotangent": given_other_inputs("toeplitz", lambda x, outputs: x + 0j),
}
