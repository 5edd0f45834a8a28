"""Tests of householder_product. One reflector, a zero upper triangle, a real V, or k = n hide mistakes."""

import numpy as np
import pytest
import scipy.linalg

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, transpose, wrong

RULE = lv.RULES["householder_product"]
SHAPES = [(3, 3, 3), (4, 2, 2), (4, 3, 1), (3, 3, 0), (1, 1, 1), (3, 0, 0), (0, 0, 0)]


def reflectors(m, n, k, *batch, dtype="float64"):
    return general(*batch, m, n, dtype=dtype), general(*batch, k, dtype=dtype, seed=1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype, target):
    check_rule(RULE, [target.asarray(x) for x in reflectors(*shape, 2, dtype=dtype)])


@pytest.mark.parametrize("shape", [(3, 3), (5, 2)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_after_lapack(shape, dtype, target):
    A = general(*shape, dtype=dtype)
    (packed, tau), _ = scipy.linalg.qr(A, mode="raw")
    (Q,) = map(to_numpy, RULE.forward(target.asarray(np.ascontiguousarray(packed)), target.asarray(tau)))
    np.testing.assert_allclose(Q, scipy.linalg.qr(A, mode="economic")[0], atol=1e-6)


@pytest.mark.parametrize(("lead", "lead_tau"), [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ())])
def test_broadcasting(lead, lead_tau, target):
    A, tau = general(*lead, 3, 3, dtype="complex128"), general(*lead_tau, 2, dtype="complex128", seed=1)
    check_rule(RULE, [target.asarray(A), target.asarray(tau)])


@pytest.mark.parametrize(("dtype", "dtype_tau"), [("float64", "complex128"), ("complex128", "float64")])
def test_mixed_dtypes(dtype, dtype_tau, target):
    A, tau = general(4, 3, dtype=dtype), general(2, dtype=dtype_tau, seed=1)
    check_rule(RULE, [target.asarray(A), target.asarray(tau)])


def test_junk_that_is_not_read(target):
    """NaN in unread entries of A or its tangent does no harm, and their cotangent is zero."""
    A, tau = reflectors(4, 3, 2)
    read = np.tri(4, 3, -1, dtype=bool) & (np.arange(3) < 2)
    results = []
    for filled in (A, np.where(read, A, np.nan)):
        inputs = target.asarray(filled), target.asarray(tau)
        (Q,), linear = RULE.fwd(*inputs)
        results.append([to_numpy(x) for x in (Q, *linear.vjp((Q,)), *linear.jvp(inputs))])
        assert np.all(results[-1][1][~read] == 0)
    for clean, junk in zip(*results, strict=True):
        np.testing.assert_array_equal(junk, clean)


def test_wrong_shapes():
    with pytest.raises(ValueError, match=r"householder_product: A has shape \(2, 3\) and tau \(1,\); A must"):
        lv.vjp("householder_product", np.ones((2, 3)), np.ones(1))
    with pytest.raises(ValueError, match="at most n reflectors"):
        lv.vjp("householder_product", np.ones((3, 2)), np.ones(3))


# The mistakes of rules/householder_product.md.
def formula(below=-1, op=adjoint, rows=True, of_S=1.0, divide=False, order=1, cut=np.tril):
    """The formulas of the page. An argument replaces one part by a mistake."""

    def op_vjp(A, tau, Q_bar, *, xp):
        m, n, k = *A.shape[-2:], tau.shape[-1]
        V = np.tril(A[..., :k], below) + (np.eye(m, k) if below == -1 else 0)
        G = adjoint(V) @ V
        S = np.triu(G, 1) if order == 1 else np.tril(G, -1)
        D = tau[..., None] * np.eye(k)
        I = np.eye(k)
        T = np.linalg.solve(I + D @ S, D)
        T_bar = -op(V) @ Q_bar @ V[..., :n, :]
        S_bar = -of_S * (np.triu if order == 1 else np.tril)(op(T) @ T_bar @ op(T), order)
        tau_bar = op(I - T @ S) @ T_bar @ op(I - S @ T)
        if divide:
            tau_bar = op(T) @ T_bar @ op(T) @ np.linalg.inv(op(D) @ op(D))
        V_bar = V @ (S_bar + op(S_bar)) - Q_bar @ V[..., :n, :] @ op(T)
        if rows:
            top = op(Q_bar) @ V @ T
            V_bar = V_bar - np.concatenate([top, np.zeros((*top.shape[:-2], m - n, k))], axis=-2)
        A_bar = np.zeros((*V_bar.shape[:-1], n), dtype=V_bar.dtype)
        A_bar[..., :k] = cut(V_bar, -1)
        return A_bar, np.diagonal(tau_bar, axis1=-2, axis2=-1)

    def op_jvp(A, tau, A_dot, tau_dot, *, xp):
        return RULE.op_jvp(*RULE.op_keep(A, tau, xp=xp), A_dot, tau_dot, xp=xp)

    return wrong("householder_product", keeps=(), op_fwd=None, op_keep=None, op_vjp=op_vjp, op_jvp=op_jvp)


RIGHT = formula()
MISTAKES = {
    "The diagonal of A is read": formula(below=0),
    "The reflectors are multiplied in the other order": formula(order=-1),
    "The rows of V beside the first n are forgotten": formula(rows=False),
    "S is taken for constant": formula(of_S=0.0),
    "Division by tau": formula(divide=True),
    "Transposes in place of adjoints": formula(op=transpose),
    "What is not read gets a cotangent": formula(cut=lambda X, k: X),
}
