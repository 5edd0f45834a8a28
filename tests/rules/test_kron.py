"""Tests of kron. A symmetric factor, or one with a single row, column or entry, can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import given_other_inputs, same, wide, wrong

KRON = lv.RULES["kron"]


@pytest.mark.parametrize(
    ("shape_A", "shape_B"),
    [
        ((2, 2), (2, 2)),
        ((3, 2), (2, 4)),
        ((1, 3), (2, 1)),
        ((1, 1), (1, 1)),
        ((1, 1), (2, 3)),
        ((2, 3), (1, 1)),
        ((0, 2), (2, 2)),
        ((2, 2), (2, 0)),
        ((0, 0), (0, 0)),
    ],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape_A, shape_B, dtype, target):
    A, B = general(2, *shape_A, dtype=dtype), general(2, *shape_B, dtype=dtype, seed=1)
    check_rule(KRON, [target.asarray(A), target.asarray(B)])


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_numpy_says_the_same_of_one_matrix(dtype, target):
    """For one matrix NumPy agrees. For stacks, NumPy also multiplies the batch axes."""
    A, B = general(2, 3, dtype=dtype), general(3, 4, dtype=dtype, seed=1)
    (Y,) = KRON.forward(target.asarray(A), target.asarray(B))
    np.testing.assert_allclose(to_numpy(Y), np.kron(A, B), rtol=1e-12)


@pytest.mark.parametrize(
    ("batch_A", "batch_B"),
    [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ()), ((), (0,)), ((1,), (1,)), ((1, 2), (2, 1))],
)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_broadcasting(batch_A, batch_B, dtype, target):
    A, B = general(*batch_A, 2, 3, dtype=dtype), general(*batch_B, 3, 1, dtype=dtype, seed=1)
    (Y,) = KRON.forward(target.asarray(A), target.asarray(B))
    assert tuple(Y.shape) == (*np.broadcast_shapes(batch_A, batch_B), 6, 3)
    check_rule(KRON, [target.asarray(A), target.asarray(B)])


@pytest.mark.parametrize(
    ("dtype_A", "dtype_B"),
    [("float64", "complex128"), ("complex128", "float64"), ("float32", "float64"), ("float32", "complex128")],
)
def test_mixed_dtypes(dtype_A, dtype_B, target):
    A, B = target.asarray(general(2, 3, dtype=dtype_A)), target.asarray(general(3, 2, dtype=dtype_B, seed=1))
    Y, pullback = lv.vjp("kron", A, B)
    assert [x.dtype for x in pullback(Y)] == [A.dtype, B.dtype]
    check_rule(KRON, [A, B])


def test_one_tangent_alone():
    A, B = general(2, 3), general(3, 2, seed=1)
    for dots in ((None, B), (A, None)):
        _, Y_dot = lv.jvp("kron", (A, B), dots)
        np.testing.assert_allclose(Y_dot, np.kron(A, B), rtol=1e-12)


@pytest.mark.parametrize("shape", [(), (3,)])
def test_a_factor_that_is_no_matrix(shape):
    with pytest.raises(ValueError, match=r"B has shape .* requires"):
        lv.vjp("kron", np.eye(2), np.ones(shape))


# The mistakes of rules/kron.md.
def blocks(Y_bar, m, n, p, q):
    """Y_bar with axes i, k, j, l, where its entries are Y_bar[i p + k, j q + l]."""
    return Y_bar.reshape(*Y_bar.shape[:-2], m, p, n, q)


def factors_exchanged(Y_bar, m, n, p, q):
    return Y_bar.reshape(*Y_bar.shape[:-2], p, m, q, n).swapaxes(-4, -3).swapaxes(-2, -1)


def columns_exchanged(Y_bar, m, n, p, q):
    return Y_bar.reshape(*Y_bar.shape[:-2], m, p, q, n).swapaxes(-2, -1)


def formula(split=blocks, conj=np.conj, B_axes="kl", part=same):
    """A_bar[i, j] = <B, Y_bar[i, :, j, :]> and B_bar = sum of conj(A[i, j]) Y_bar[i, :, j, :]."""

    def op_vjp(A, B, Y_bar, *, xp):
        parts = split(Y_bar, *A.shape[-2:], *B.shape[-2:])
        back = parts if np.iscomplexobj(A) else part(parts)
        return (
            np.einsum(f"...ikjl,...{B_axes}->...ij", parts, conj(B)),
            np.einsum("...ikjl,...ij->...kl", back, conj(A)),
        )

    return wrong("kron", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "The factors are in the other order": formula(split=factors_exchanged),
    "The columns are in the other order": formula(split=columns_exchanged),
    "The trace of a product for the inner product": formula(B_axes="lk"),
    "The conjugate is forgotten": formula(conj=same),
    "What was broadcast is not summed": given_other_inputs("kron", wide),
    "A real input gets a complex cotangent": given_other_inputs("kron", lambda x, outputs: x + 0j),
    "The imaginary part is dropped with a real A": formula(part=np.real),
}
