"""Tests of matmul. Mistakes are likely for vectors, broadcasting, and a real with a complex factor."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, reverse_axes, same, transpose, wide, wrong

MATMUL = lv.RULES["matmul"]


@pytest.mark.parametrize(
    "sizes",
    [(3, 3, 3), (4, 2, 3), (2, 4, 1), (1, 1, 1), (1, 3, 1), (2, 0, 3), (0, 2, 2), (2, 2, 0), (0, 0, 0)],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(sizes, dtype, target):
    m, k, n = sizes
    A, B = general(2, m, k, dtype=dtype), general(2, k, n, dtype=dtype, seed=1)
    check_rule(MATMUL, [target.asarray(A), target.asarray(B)])


@pytest.mark.parametrize(
    ("batch_A", "batch_B"),
    [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ()), ((), (0,)), ((1,), (1,)), ((1, 2), (2, 1))],
)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_broadcasting(batch_A, batch_B, dtype, target):
    A, B = general(*batch_A, 2, 3, dtype=dtype), general(*batch_B, 3, 2, dtype=dtype, seed=1)
    check_rule(MATMUL, [target.asarray(A), target.asarray(B)])


@pytest.mark.parametrize("batch", [(), (2,), (3,), (2, 3), (0,)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("side", ["left", "right"])
def test_vector(batch, dtype, side, target):
    """A 1-D factor is one vector for all matrices of the batch, even if a batch axis has the same length."""
    M, v = general(*batch, 3, 3, dtype=dtype), general(3, dtype=dtype, seed=1)
    factors = (v, M) if side == "left" else (M, v)
    Y = lv.RULES["matmul"].forward(*(target.asarray(x) for x in factors))[0]
    assert tuple(Y.shape) == (*batch, 3)
    np.testing.assert_allclose(to_numpy(Y), np.matmul(*factors), rtol=1e-4, atol=1e-5)
    check_rule(MATMUL, [target.asarray(x) for x in factors])


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_two_vectors(n, dtype, target):
    """The sum of the products, without conjugation."""
    check_rule(MATMUL, [target.asarray(general(n, dtype=dtype, seed=i)) for i in (0, 1)])


@pytest.mark.parametrize(
    ("dtype_A", "dtype_B"),
    [("float64", "complex128"), ("complex128", "float64"), ("float32", "float64"), ("float32", "complex128")],
)
@pytest.mark.parametrize("shapes", [((2, 3), (3, 2)), ((3,), (2, 3, 2)), ((2, 3), (3,)), ((3,), (3,))])
def test_mixed_dtypes(dtype_A, dtype_B, shapes, target):
    A, B = general(*shapes[0], dtype=dtype_A), general(*shapes[1], dtype=dtype_B, seed=1)
    A, B = target.asarray(A), target.asarray(B)
    Y, pullback = lv.vjp("matmul", A, B)
    assert [x.dtype for x in pullback(Y)] == [A.dtype, B.dtype]
    check_rule(MATMUL, [A, B])


def test_one_tangent_alone():
    A, B = general(2, 3, 3), general(3, 2, seed=1)
    _, Y_dot = lv.jvp("matmul", (A, B), (None, B))
    np.testing.assert_allclose(Y_dot, A @ B, rtol=1e-12)
    _, Y_dot = lv.jvp("matmul", (A, B), (A, None))
    np.testing.assert_allclose(Y_dot, A @ B, rtol=1e-12)


@pytest.mark.parametrize(
    ("shapes", "wanted"),
    [
        (((2, 3), (2, 3)), r"B has shape \(2, 3\).*requires"),
        (((), (2, 2)), r"A has shape \(\).*requires"),
        (((2, 2, 2), (3, 2, 2)), "do not broadcast"),
    ],
)
def test_shapes_that_do_not_fit(shapes, wanted):
    with pytest.raises(ValueError, match=wanted):
        lv.vjp("matmul", *(np.ones(shape) for shape in shapes))


# The mistakes of rules/matmul.md.
def formula(op=adjoint, left=np.matmul, right=np.matmul, part=same):
    """A_bar = Y_bar B^H and B_bar = A^H Y_bar. An argument replaces one part by a mistake."""

    def op_vjp(A, B, Y_bar, *, xp):
        back = Y_bar if np.iscomplexobj(A) else part(Y_bar)
        return left(Y_bar, op(B)), right(op(A), back)

    return wrong("matmul", op_vjp=op_vjp)


def elementwise(Y_bar, Bh):
    return Y_bar * adjoint(Bh).conj() * np.ones(Bh.shape[-1]) if Bh.shape[-2] == 1 else Y_bar @ Bh


def first_conjugated(A, B, Y_bar, *, xp):
    """Would be right for y = conj(a) b."""
    if A.shape[-2] == B.shape[-1] == 1:
        return np.conj(Y_bar) * B.mT, A.mT * Y_bar
    return Y_bar @ adjoint(B), adjoint(A) @ Y_bar


RIGHT = formula()
MISTAKES = {
    "Transposes in place of adjoints": formula(op=transpose),
    "The factors are in the other order": formula(
        left=lambda Y_bar, Bh: Bh @ Y_bar, right=lambda Ah, Y_bar: Y_bar @ Ah
    ),
    "The elementwise product for the outer product of vectors": formula(left=elementwise),
    "The product of two vectors conjugates the first": wrong("matmul", op_vjp=first_conjugated),
    "What was broadcast is not summed": given_other_inputs("matmul", wide),
    "A real input gets a complex cotangent": given_other_inputs("matmul", lambda x, outputs: x + 0j),
    "The imaginary part is dropped with a real A": formula(part=np.real),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
