"""Tests of tensorinv and tensorsolve. Real arrays, or equal shapes of both groups of axes, hide mistakes."""

import math

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, transpose, wrong


def regular(*shape, rows, dtype="float64"):
    A = general(*shape, dtype=dtype)
    return A + np.asarray(4 * np.eye(rows), dtype).reshape(shape)


@pytest.mark.parametrize(
    ("shape", "ind"),
    [((2, 2, 2, 2), 2), ((2, 3, 6), 2), ((4, 2, 2), 1), ((3, 3), 1), ((1, 1), 1), ((0, 2, 0), 2)],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_inverses(shape, ind, dtype, target):
    A = regular(*shape, rows=math.prod(shape[:ind]), dtype=dtype)
    (X,) = lv.RULES["tensorinv"].forward(target.asarray(A), ind=ind)
    if A.size:
        np.testing.assert_allclose(to_numpy(X), np.linalg.tensorinv(A, ind), rtol=1e-3, atol=1e-4)
    check_rule("tensorinv", [target.asarray(A)], batched=False, ind=ind)


SOLVES = [
    ((2, 2, 2, 2), (2, 2), None),
    ((2, 3, 6), (2, 3), None),
    ((3, 3), (3,), None),
    ((2, 3, 6), (6,), (1, 0)),
]
SOLVES += [((2, 4, 2), (2, 2), (1,)), ((2, 4, 2), (2, 2), (-2,)), ((0, 2, 0), (0, 2), None)]


@pytest.mark.parametrize(("shape", "b", "axes"), SOLVES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_solutions(shape, b, axes, dtype, target):
    last = [i % len(shape) for i in axes or ()]
    order = [*(i for i in range(len(shape)) if i not in last), *last]
    A = regular(*(shape[i] for i in order), rows=math.prod(b), dtype=dtype).transpose(np.argsort(order))
    B = general(*b, dtype=dtype, seed=1)
    inputs = [target.asarray(np.ascontiguousarray(A)), target.asarray(B)]
    (X,) = lv.RULES["tensorsolve"].forward(*inputs, axes=axes)
    if A.size:
        wanted = np.linalg.tensorsolve(A, B, None if axes is None else last)
        np.testing.assert_allclose(to_numpy(X), wanted, rtol=1e-3, atol=1e-4)
    check_rule("tensorsolve", inputs, batched=False, axes=axes)


def test_mixed_dtypes(target):
    A, B = regular(2, 2, 4, rows=4), general(2, 2, dtype="complex128", seed=1)
    check_rule("tensorsolve", [target.asarray(A), target.asarray(B)], batched=False)


def test_shapes_that_do_not_fit():
    with pytest.raises(
        ValueError, match=r"tensorinv: A has shape \(2, 3, 4\) and ind=2; the first 2 axes must"
    ):
        lv.vjp("tensorinv", np.ones((2, 3, 4)))
    with pytest.raises(
        ValueError, match=r"tensorsolve: A has shape \(2, 3, 6\) and B \(3, 2\), with axes=None"
    ):
        lv.vjp("tensorsolve", np.ones((2, 3, 6)), np.ones((3, 2)))


# The mistakes of rules/tensorsolve.md.
def inverted(op=adjoint, shaped=lambda A_bar, shape: A_bar.reshape(shape)):
    def op_vjp(X, X_bar, *, ind, xp):
        split = X.ndim - ind
        size = math.prod(X.shape[:split])
        M = op(X.reshape(size, size))
        A_bar = -(M @ X_bar.reshape(size, size) @ M)
        return (shaped(A_bar, X.shape[split:] + X.shape[:split]),)

    return wrong("tensorinv", op_vjp=op_vjp)


def solved(op=adjoint, back=np.argsort):
    def op_vjp(A, X, X_bar, *, axes, xp):
        last = [i % A.ndim for i in axes or ()]
        order = [*(i for i in range(A.ndim) if i not in last), *last]
        turned = A.transpose(order)
        B_bar = np.linalg.solve(op(turned.reshape(X.size, X.size)), X_bar.reshape(-1))
        S = -np.outer(B_bar, X.conj()).reshape(turned.shape)
        return S.transpose(back(order)).reshape(A.shape), B_bar.reshape(turned.shape[: A.ndim - X.ndim])

    def op_jvp(A, X, *dots, axes, xp):
        rule = lv.RULES["tensorsolve"]
        return rule.op_jvp(A, X, *rule.op_keep(A, X, axes=axes, xp=xp), *dots, axes=axes, xp=xp)

    return wrong("tensorsolve", keeps=(), op_fwd=None, op_keep=None, op_vjp=op_vjp, op_jvp=op_jvp)


RIGHT = inverted() | solved()
MISTAKES = {
    "Transposes in place of adjoints": inverted(op=transpose),
    "The axes keep the order of the inverse": inverted(
        shaped=lambda A_bar, shape: A_bar.reshape(shape[::-1])
    ),
    "The axes are not put back": solved(back=lambda order: range(len(order))),
    "The inverse in place of its adjoint": solved(op=lambda M: M),
}
