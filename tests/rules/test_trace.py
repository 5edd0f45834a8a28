"""Tests of trace. A square matrix, the main diagonal, or a single matrix can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import wrong

TRACE = lv.RULES["trace"]


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 3), (4, 2), (2, 4), (0, 3), (3, 0), (1, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, target):
    check_rule(TRACE, [target.asarray(general(2, *shape, dtype=dtype))])


@pytest.mark.parametrize("offset", [-5, -3, -2, -1, 0, 1, 2, 4, 9])
@pytest.mark.parametrize("shape", [(3, 3), (5, 2), (2, 4)])
def test_offsets(shape, offset, target):
    """Offsets inside the matrix, at its edge, and beyond it."""
    check_rule(TRACE, [target.asarray(general(*shape, dtype="complex128"))], offset=offset)


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("batch", [(), (3,), (2, 3), (0,), (2, 0), (1, 1)])
def test_batches(batch, offset, target):
    check_rule(TRACE, [target.asarray(general(*batch, 3, 3))], offset=offset)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_output_has_the_dtype_of_the_input(dtype, target):
    """Several libraries would sum in another dtype."""
    A = target.asarray(general(3, 2, dtype=dtype))
    t, pullback = lv.vjp("trace", A)
    assert t.dtype == A.dtype
    assert pullback(t)[0].dtype == A.dtype


@pytest.mark.parametrize("offset", [np.int64(1), np.int32(-1)])
def test_an_offset_may_be_an_integer_of_numpy(offset, target):
    A = general(3, 3)
    t, pullback = lv.vjp("trace", target.asarray(A), offset=offset)
    np.testing.assert_allclose(to_numpy(t), np.trace(A, offset=offset), rtol=1e-12)
    bar = to_numpy(pullback(target.asarray(np.asarray(2.0)))[0])
    np.testing.assert_array_equal(bar, 2 * np.eye(3, k=offset))


@pytest.mark.parametrize("offset", [1.0, "1", None])
def test_an_offset_that_is_no_integer(offset):
    with pytest.raises(ValueError, match=r"offset=.* is not an integer"):
        lv.vjp("trace", np.eye(2), offset=offset)


# The mistakes of rules/trace.md.
def formula(matrix):
    """A_bar, from the shape of A, the cotangent of the trace of each matrix, and the offset."""
    return wrong(
        "trace",
        op_vjp=lambda A, t_bar, *, offset, xp: (matrix(*A.shape[-2:], t_bar[..., None, None], offset),),
    )


def wrapped(m, n, t_bar, offset):
    """Writes to every (n + 1)-th entry in memory."""
    flat = np.zeros(m * n)
    flat[(offset if offset >= 0 else -offset * n) :: n + 1] = 1
    return t_bar * flat.reshape(m, n)


RIGHT = formula(lambda m, n, t_bar, offset: t_bar * np.eye(m, n, k=offset))
MISTAKES = {
    "The offset is forgotten": formula(lambda m, n, t_bar, offset: t_bar * np.eye(m, n)),
    "The offset has the other sign": formula(lambda m, n, t_bar, offset: t_bar * np.eye(m, n, k=-offset)),
    "An offset beyond the edge is moved to the edge": formula(
        lambda m, n, t_bar, offset: t_bar * np.eye(m, n, k=min(max(offset, 1 - m), n - 1))
    ),
    "The diagonal is a stride through memory": formula(wrapped),
    "The cotangent is conjugated": formula(
        lambda m, n, t_bar, offset: np.conj(t_bar) * np.eye(m, n, k=offset)
    ),
    "A batch of cotangents is broadcast along the columns": formula(
        lambda m, n, t_bar, offset: t_bar[..., 0, 0] * np.eye(m, n, k=offset)
    ),
}
