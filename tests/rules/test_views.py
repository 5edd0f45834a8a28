"""Tests of matrix_transpose and diagonal. A square matrix or the main diagonal can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, reverse_axes, same, wrong


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 3), (4, 2), (2, 4), (0, 3), (3, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["matrix_transpose", "diagonal"])
def test_shapes(name, shape, dtype, target):
    check_rule(name, [target.asarray(general(2, *shape, dtype=dtype))])


@pytest.mark.parametrize("offset", [-5, -3, -2, -1, 0, 1, 2, 4, 9])
@pytest.mark.parametrize("shape", [(3, 3), (5, 2), (2, 4), (0, 2)])
def test_offsets(shape, offset, target):
    """Offsets inside the matrix, at its edge, and beyond it."""
    check_rule("diagonal", [target.asarray(general(*shape, dtype="complex128"))], offset=offset)


@pytest.mark.parametrize("batch", [(), (3,), (2, 3), (0,), (2, 0), (1, 1)])
def test_batches(batch, target):
    check_rule("diagonal", [target.asarray(general(*batch, 3, 3))], offset=1)


def test_what_is_not_finite_stays_in_its_place(target):
    """Other entries stay zero, because nothing multiplies zero by infinity."""
    _, pullback = lv.vjp("diagonal", target.asarray(np.eye(3)))
    A_bar = to_numpy(pullback(target.asarray(np.asarray([np.inf, np.nan, 1.0])))[0])
    np.testing.assert_array_equal(A_bar, np.diag([np.inf, np.nan, 1.0]))


# The mistakes of rules/views.md.
def transpose_formula(change):
    return wrong("matrix_transpose", op_vjp=lambda A, Y_bar, *, xp: (change(Y_bar),))


def diagonal_formula(place):
    """A_bar of each matrix, from its shape, the cotangent and the offset."""

    def op_vjp(A, d_bar, *, offset, xp):
        A_bar = np.zeros(A.shape, d_bar.dtype)
        for index in np.ndindex(*A.shape[:-2]):
            place(A_bar[index], d_bar[index], offset)
        return (A_bar,)

    return wrong("diagonal", op_vjp=op_vjp)


def right(A_bar, d_bar, offset):
    for i, v in enumerate(d_bar):
        A_bar[i + max(0, -offset), i + max(0, offset)] = v


def wrapped(A_bar, d_bar, offset):
    """Writes to every (n + 1)-th entry in memory, from the first entry of the diagonal to the end."""
    n = A_bar.shape[1]
    flat, start = A_bar.reshape(-1), offset if offset >= 0 else -offset * n
    places = range(start, flat.size, n + 1)
    for t, place in enumerate(places if len(d_bar) else ()):
        flat[place] = d_bar[t % len(d_bar)]


RIGHT = transpose_formula(lambda Y_bar: Y_bar.mT) | diagonal_formula(right)
MISTAKES = {
    "The adjoint in place of the transpose": transpose_formula(adjoint),
    "All axes are reversed, and not the last two": transpose_formula(
        lambda Y_bar: reverse_axes(np.conj(Y_bar))
    ),
    "The cotangent comes back as it is": transpose_formula(same),
    "The offset is forgotten": diagonal_formula(lambda A, d, offset: right(A, d[: min(A.shape)], 0)),
    "The offset has the other sign": diagonal_formula(
        lambda A, d, offset: right(A, d[: len(np.diagonal(A, -offset))], -offset)
    ),
    "The diagonal is a stride through memory": diagonal_formula(wrapped),
    "The cotangent is conjugated": diagonal_formula(lambda A, d, offset: right(A, np.conj(d), offset)),
}
