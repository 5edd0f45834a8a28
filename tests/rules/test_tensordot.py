"""Tests of tensordot. Real arrays, two axes each, or pairs in the same order can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import given_other_inputs, wrong

RULE = lv.RULES["tensordot"]
FORMS = [
    ((2, 3, 4), (3, 4, 2), 2),
    ((2, 3), (3, 2), 1),
    ((2, 1), (3,), 0),
    ((2, 3, 4), (4, 5, 3), ((1, 2), (2, 0))),
    ((2, 3, 4), (4, 5, 2), ((-1, 0), (0, -1))),
    ((2, 3), (4,), ((), ())),
    ((3,), (3,), 1),
    ((), (), 0),
    ((0, 2), (2, 0), 1),
    ((2, 0), (0, 2), 1),
]


@pytest.mark.parametrize(("a", "b", "axes"), FORMS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_forms(a, b, axes, dtype, target):
    A, B = general(*a, dtype=dtype), general(*b, dtype=dtype, seed=1)
    inputs = [target.asarray(A), target.asarray(B)]
    (Y,) = RULE.forward(*inputs, axes=axes)
    np.testing.assert_allclose(to_numpy(Y), np.tensordot(A, B, axes), rtol=1e-4, atol=1e-5)
    check_rule(RULE, inputs, batched=False, axes=axes)


def test_real_with_complex(target):
    A, B = target.asarray(general(2, 3)), target.asarray(general(3, 2, dtype="complex128", seed=1))
    check_rule(RULE, [A, B], batched=False, axes=1)


@pytest.mark.parametrize("axes", [3, ((0,), (0,)), ((0, 0), (1, 1)), ((5,), (0,))])
def test_axes_that_do_not_fit(axes):
    with pytest.raises(ValueError, match=r"tensordot: A has shape \(2, 3\), B has \(3, 4\) and axes="):
        lv.vjp("tensordot", np.ones((2, 3)), np.ones((3, 4)), axes=axes)


@pytest.mark.parametrize("axes", [-1, (0, 1), "ij", ((0,),)])
def test_no_axes(axes):
    with pytest.raises(ValueError, match="is not a number of axes, or a pair of tuples of axes"):
        lv.vjp("tensordot", np.ones((2, 3)), np.ones((3, 4)), axes=axes)


# The mistakes of rules/tensordot.md.
def formula(op=np.conj, back=np.argsort):
    def op_vjp(A, B, Y_bar, *, axes, xp):
        if isinstance(axes, int):
            axes = range(A.ndim - axes, A.ndim), range(axes)
        of_A, of_B = ([i % x.ndim for i in of] for x, of in zip((A, B), axes, strict=True))
        a = [i for i in range(A.ndim) if i not in of_A]
        b = [i for i in range(B.ndim) if i not in of_B]
        A_bar = np.tensordot(Y_bar, op(B), (range(len(a), Y_bar.ndim), b))  # axes a, then those of B
        B_bar = np.tensordot(op(A), Y_bar, (a, range(len(a))))
        into_A = [of_A[of_B.index(i)] for i in sorted(of_B)]
        into_B = [of_B[of_A.index(i)] for i in sorted(of_A)]
        return A_bar.transpose(back(a + into_A)), B_bar.transpose(back(into_B + b))

    return wrong("tensordot", op_vjp=op_vjp)


def kept(order):
    """Leaves the axes in the order of the product, which square shapes do not show."""
    return range(len(order))


RIGHT = formula()
MISTAKES = {
    "The conjugate is forgotten": formula(op=lambda X: X),
    "The axes are not put back": formula(back=kept),
    "A real input gets a complex cotangent": given_other_inputs("tensordot", lambda x, outputs: x + 0j),
}
