"""Tests of band matrices. A symmetric or real matrix, one diagonal, or one vector can hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, transpose, wrong

FORMS = [(1, 3), (2, 4), (1, 5), (0, 3), (2, 3), (0, 1), (1, 2), (0, 2)]  # u and w


def diagonals(*shape, dtype="float64"):
    dl, d, du = (general(*shape, dtype=dtype, seed=i) for i in range(3))
    return dl, d + d.dtype.type(6), du


def bands(u, *shape, dtype="float64"):
    ab = general(*shape, dtype=dtype)
    ab[..., u, :] += ab.dtype.type(8)
    return ab


def matrix(dl, d, du):
    """The tridiagonal matrix with these diagonals."""
    return np.diag(d) + np.diag(dl[1:], -1) + np.diag(du[: len(d) - 1], 1)


@pytest.mark.parametrize("shape", [(4, 2), (1, 1), (2, 3), (9, 1), (0, 2), (3, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_tridiagonal(shape, dtype, target):
    d, B = diagonals(2, shape[0], dtype=dtype), general(2, *shape, dtype=dtype, seed=5)
    inputs = [target.asarray(x) for x in (*d, B)]
    (X,) = lv.RULES["tridiagonal_solve"].forward(*inputs)
    for i in range(2):
        np.testing.assert_allclose(matrix(*(x[i] for x in d)) @ to_numpy(X)[i], B[i], rtol=1e-3, atol=1e-4)
    check_rule("tridiagonal_solve", inputs)


@pytest.mark.parametrize(("u", "w"), FORMS)
@pytest.mark.parametrize("shape", [(7, 2), (1, 1), (2, 3), (0, 2), (3, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_banded(u, w, shape, dtype, target):
    ab, B = bands(u, 2, w, shape[0], dtype=dtype), general(2, *shape, dtype=dtype, seed=5)
    inputs = [target.asarray(x) for x in (ab, B)]
    (X,) = lv.RULES["solve_banded"].forward(*inputs, u=u)
    if shape[0] >= w and shape[1]:
        wanted = [scipy.linalg.solve_banded((w - 1 - u, u), *pair) for pair in zip(ab, B, strict=True)]
        np.testing.assert_allclose(to_numpy(X), wanted, rtol=1e-3, atol=1e-4)
    check_rule("solve_banded", inputs, u=u)


def test_broadcasting(target):
    d = [general(2, 1, 4), *diagonals(3, 4, dtype="complex128")[1:]]
    check_rule("tridiagonal_solve", [target.asarray(x) for x in (*d, general(4, 2))])
    check_rule("tridiagonal_solve", [target.asarray(x) for x in (*diagonals(4), general(4))])
    check_rule("solve_banded", [target.asarray(x) for x in (bands(1, 2, 1, 3, 4), general(3, 4, 1))])
    check_rule("solve_banded", [target.asarray(x) for x in (bands(1, 3, 4), general(4, dtype="complex128"))])


@pytest.mark.parametrize("way", ["fwd", "linearize"])
def test_junk_that_is_not_read(way, target):
    """NaN in unread entries of the diagonals or tangents does no harm, and their cotangent is zero."""
    dl, d, du = diagonals(4)
    ab, B = bands(1, 4, 4), general(4, 2, seed=5)
    corners = np.zeros((4, 4), bool)
    corners[0, 0] = corners[2, 3] = corners[3, 2] = corners[3, 3] = True
    ends = np.arange(4)
    for name, clean, unread in (
        ("tridiagonal_solve", (dl, d, du), (ends == 0, ends < 0, ends == 3)),
        ("solve_banded", (ab,), (corners,)),
    ):
        rule, results = lv.RULES[name], []
        for fill in (0.0, np.nan):
            filled = [np.where(where, fill, x) for x, where in zip(clean, unread, strict=True)]
            inputs = [target.asarray(x) for x in (*filled, B)]
            (X,), linear = rule.fwd(*inputs)
            if way == "linearize":
                linear = rule.linearize(inputs, (X,))
            results.append([to_numpy(x) for x in (X, *linear.vjp((X,)), *linear.jvp(inputs))])
            for bar, where in zip(results[-1][1:], unread, strict=False):
                assert np.all(bar[where] == 0)
        for one, other in zip(*results, strict=True):
            np.testing.assert_array_equal(one, other)


def test_nothing_of_the_size_of_the_matrix(target):
    """The dense matrix of these 100000 rows would take 80 gigabytes."""
    if target.backend.split_batches or target.backend.name == "array-api-strict":
        pytest.skip(f"not run: {target.backend.name} takes long for so many rows")
    d, B = diagonals(100_000, dtype="float32"), general(100_000, dtype="float32", seed=5)
    (X,), linear = lv.RULES["tridiagonal_solve"].fwd(*(target.asarray(x) for x in (*d, B)))
    bars = [to_numpy(bar) for bar in linear.vjp((X,))]
    assert [bar.shape for bar in bars] == [(100_000,)] * 4
    residual = d[1] * to_numpy(X)
    residual[1:] += d[0][1:] * to_numpy(X)[:-1]
    residual[:-1] += d[2][:-1] * to_numpy(X)[1:]
    np.testing.assert_allclose(residual, B, atol=1e-4)


def test_numpy_pivots():
    """With a zero on the diagonal, elimination without row exchanges would divide by zero."""
    dl, d, du, B = np.asarray([0.0, 1.0]), np.zeros(2), np.asarray([2.0, 0.0]), np.asarray([2.0, 3.0])
    np.testing.assert_allclose(lv.vjp("tridiagonal_solve", dl, d, du, B)[0], [3.0, 1.0])
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        lv.vjp("tridiagonal_solve", d, d, d, B)


def test_wrong_bands():
    with pytest.raises(ValueError, match=r"solve_banded: ab has shape \(2, 3\) and u=2; ab needs a row for"):
        lv.vjp("solve_banded", np.ones((2, 3)), np.ones(3), u=2)
    with pytest.raises(ValueError, match="u=-1; ab needs"):
        lv.vjp("solve_banded", np.ones((2, 3)), np.ones(3), u=-1)


# The mistakes of rules/banded.md.
def full(C, l):
    """The matrices whose diagonals are stored by rows."""
    w, n = C.shape[-2:]
    A = np.zeros((*C.shape[:-2], n, n), C.dtype)
    for k in range(-l, w - l):
        for i in range(n):
            if 0 <= i + k < n:
                A[..., i, i + k] = C[..., k + l, i]
    return A


def by_rows(S, w, l, wrap=False):
    n = S.shape[-1]
    C = np.zeros((*S.shape[:-2], w, n), S.dtype)
    for k in range(-l, w - l):
        for i in range(n):
            if 0 <= i + k < n or wrap:
                C[..., k + l, i] = S[..., i, (i + k) % n]
    return C


def by_columns(C, l):
    """The same diagonals, stored by columns."""
    A, w = full(C, l), C.shape[-2]
    return by_rows(np.swapaxes(A, -2, -1), w, w - 1 - l)


def formula(op=adjoint, of_X=np.conj, order=lambda C: C, stored=by_columns, wrap=False):
    def pulled(C, l, X, X_bar):
        B_bar = np.linalg.solve(op(full(C, l)), X_bar)
        S = -B_bar @ np.swapaxes(of_X(X), -2, -1)
        return by_rows(S, C.shape[-2], l, wrap), B_bar

    def tridiagonal(C, X, X_bar, *, xp):
        E, B_bar = pulled(C, 1, X, X_bar)
        E = order(E)
        return E[..., 0, :], E[..., 1, :], E[..., 2, :], B_bar

    def banded(C, X, X_bar, *, u, xp):
        l = C.shape[-2] - 1 - u
        E, B_bar = pulled(C, l, X, X_bar)
        return stored(E, l), B_bar

    return wrong("tridiagonal_solve", op_vjp=tridiagonal) | wrong("solve_banded", op_vjp=banded)


RIGHT = formula()
MISTAKES = {
    "The inverse in place of its adjoint": formula(op=lambda A: A),
    "The transpose in place of the adjoint": formula(op=transpose),
    "The diagonals beside the main one are exchanged": formula(order=lambda E: E[..., ::-1, :]),
    "They are not shifted": formula(stored=lambda E, l: E[..., ::-1, :]),
    "A corner that is not read gets a cotangent": formula(wrap=True),
    "X is not conjugated": formula(of_X=lambda X: X),
    "What was broadcast is not summed": given_other_inputs(
        "tridiagonal_solve",
        lambda x, outputs: np.broadcast_to(x, (*outputs[0].shape[:-2], x.shape[-1])) if x.ndim == 1 else x,
    ),
}
