"""Tests of schur. A normal matrix, one eigenvalue, real factors, or one output alone can hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, reverse_axes, transpose, wrong

SCHUR = lv.RULES["schur"]


def with_real_eigenvalues(*shape, dtype="float64", seed=0):
    """A matrix with eigenvalues 1, 2, ..., and eigenvectors that are not orthogonal."""
    A = general(*shape, dtype=dtype, seed=seed)
    Q, _ = np.linalg.qr(A)
    T = np.triu(A, 1) + np.diag(1 + np.arange(shape[-1])).astype(dtype)
    return Q @ T @ adjoint(Q)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("output", ["real", "complex"])
def test_sizes(output, n, dtype, target):
    make = with_real_eigenvalues if output == "real" else general
    check_rule(SCHUR, [target.asarray(make(2, n, n, dtype=dtype))], output=output)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_seeds(seed, dtype, target):
    check_rule(SCHUR, [target.asarray(general(4, 4, dtype=dtype, seed=seed))], output="complex")


@pytest.mark.parametrize("n", [2, 3, 4])
def test_second_derivatives(n):
    check_rule(SCHUR, [general(n, n, dtype="complex128")], output="complex", twice=True)
    check_rule(SCHUR, [general(n, n)], output="complex", twice=True)
    check_rule(SCHUR, [with_real_eigenvalues(n, n)], twice=True)


@pytest.mark.parametrize("A", [np.triu(np.ones((4, 4))) + np.diag(np.arange(4.0)), np.diag([1.0, 3, 2])])
@pytest.mark.parametrize("output", ["real", "complex"])
def test_what_is_triangular_already(A, output, target):
    dtype = [dtype for dtype in target.backend.dtypes if dtype.startswith("float")][-1]
    check_rule(SCHUR, [target.asarray(A.astype(dtype))], output=output)


def grcar(n):
    return sum(np.eye(n, k=k) for k in range(4)) - np.eye(n, k=-1)


def kahan(n):
    above = np.triu(np.ones((n, n)), 1)
    return np.diag(np.sin(1.2) ** np.arange(n)) @ (np.eye(n) - np.cos(1.2) * above)


@pytest.mark.parametrize("make", [grcar, kahan])
def test_far_from_normal(make, target):
    """The rule agrees with the oracle, although the eigenvalues of larger matrices are worse conditioned."""
    dtype = [dtype for dtype in target.backend.dtypes if dtype.startswith("complex")][-1]
    Q, _ = np.linalg.qr(general(5, 5, dtype="complex128"))
    for A in (make(5), Q @ make(5) @ adjoint(Q)):
        check_rule(SCHUR, [target.asarray(A.astype(dtype))], output="complex")


TURN = np.asarray([[1.0, 2.0], [-2.0, 1.0]])


def test_real_factors_of_a_matrix_without_them():
    A = np.stack([with_real_eigenvalues(2, 2), TURN])
    with pytest.raises(
        ValueError, match=r'schur: A is real and has complex eigenvalues.*pass output="complex"'
    ):
        lv.vjp("schur", A)
    T, _ = SCHUR.forward(A, output="complex")
    assert T.dtype == "complex128"


def test_a_matrix_without_real_factors_is_nan_alone_where_values_cannot_be_looked_at():
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    A = jax.numpy.asarray(np.stack([with_real_eigenvalues(2, 2), TURN]))
    bar = jax.jit(jax.grad(lambda A: L.schur(A).T.sum()))(A)
    assert np.isfinite(bar[0]).all()
    assert np.isnan(bar[1]).all()


def test_a_matrix_that_is_not_finite_is_nan_alone():
    A = np.stack([with_real_eigenvalues(2, 2), np.asarray([[1.0, np.nan], [0.0, 1.0]])])
    (T, Z), pullback = lv.vjp("schur", A)
    with np.errstate(all="ignore"):
        (A_bar,) = pullback(T, Z)
    for X in (T, Z, A_bar):
        assert np.isfinite(X[0]).all()
        assert np.isnan(X[1]).all()


def tied(dtype, defective):
    """A triangular T with eigenvalues 1, 1 and 3, and a unitary Z."""
    T = np.triu(general(3, 3, dtype=dtype, seed=3), 1) + np.diag([1.0, 1.0, 3.0])
    if not defective:
        T[0, 1] = 0
    Q, _ = np.linalg.qr(general(3, 3, dtype=dtype, seed=4))
    return T, Q


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("defective", [False, True])
@pytest.mark.parametrize("gauge", ["project", "check"])
def test_the_subspace_of_a_tie(dtype, defective, gauge):
    """The loss Re tr(M P), with the projector P onto the first two columns, agrees with its equation."""
    T, Z = tied(dtype, defective)
    M = general(3, 3, dtype=dtype, seed=5)
    M = M + adjoint(M)
    Z_bar = 2 * M @ Z * [1, 1, 0]
    (A_bar,) = SCHUR.vjp((Z @ T @ adjoint(Z),), (T, Z), (None, Z_bar), output="real", gauge=gauge)
    # The row of Z^H Z_dot below the block T11 is x with x T11 - 3 x = the row of Z^H A_dot Z.
    x_bar = (adjoint(Z) @ Z_bar)[2:, :2]
    P = np.zeros((3, 3), dtype)
    P[2:, :2] = x_bar @ np.linalg.inv(T[:2, :2] - 3 * np.eye(2)).conj().T
    np.testing.assert_allclose(A_bar, Z @ P @ adjoint(Z), atol=1e-12)
    if defective and dtype == "complex128":
        assert np.linalg.norm(A_bar) > 1


def test_cotangents_along_the_gauge():
    A = general(3, 3, dtype="complex128")
    (T, Z), pullback = lv.vjp("schur", A, gauge="check")
    with pytest.raises(lv.GaugeError, match="schur: the cotangent of T and Z has a part along the gauge"):
        pullback(None, 1j * Z)
    with pytest.raises(lv.GaugeError):
        pullback(1j * T @ np.diag([0.0, 1, 0]) + T, None)
    turn = np.diag([1.0, -2.0, 0.5])
    gradient = pullback(T, Z)[0]
    assert np.isfinite(gradient).all()
    project = lv.vjp("schur", A)[1]
    np.testing.assert_allclose(project(None, 1j * Z @ turn)[0], 0, atol=1e-12)
    T, Z = tied("float64", False)
    with pytest.raises(lv.GaugeError):
        SCHUR.vjp((Z @ T @ Z.T,), (T, Z), (None, general(3, 3)), gauge="check")


@pytest.mark.parametrize("exponent", [-300, 300])
def test_scales(exponent):
    A = with_real_eigenvalues(4, 4) * 2.0**exponent
    check_rule(SCHUR, [A])
    check_rule(SCHUR, [A + 0j])


def test_larger_matrices(target):
    """The pullback agrees with the pushforward, which satisfies the equation A Z = Z T."""
    n = 40
    dtype = [dtype for dtype in target.backend.dtypes if dtype.startswith("complex")][-1]
    if dtype == "complex64":
        pytest.skip("not run: single precision says little here")
    A, A_dot = general(2, n, n, dtype=dtype)
    T, Z = SCHUR.forward(target.asarray(A))
    T_dot, Z_dot = map(to_numpy, SCHUR.jvp((target.asarray(A),), (T, Z), (target.asarray(A_dot),)))
    T, Z = to_numpy(T), to_numpy(Z)
    K = adjoint(Z) @ Z_dot
    size = np.linalg.norm(T_dot) + np.linalg.norm(K) * np.linalg.norm(T)
    assert np.linalg.norm(K + adjoint(K)) < 1e-12 * np.linalg.norm(K)
    assert np.linalg.norm(T_dot + K @ T - T @ K - adjoint(Z) @ A_dot @ Z) < 1e-12 * size
    assert not np.tril(T_dot, -1).any()


# The mistakes of rules/schur.md.
def solved(T, R):
    """Q strictly lower triangular with low(Q T^H - T^H Q) = low(R), entry by entry."""
    n, Th, Q = T.shape[-1], adjoint(T), np.zeros(R.shape, np.result_type(T, R))
    for j in reversed(range(n)):
        for i in range(j + 1, n):
            rest = R[..., i, j]
            for k in range(j + 1, i):
                rest = rest + Th[..., i, k] * Q[..., k, j] - Q[..., i, k] * Th[..., k, j]
            Q[..., i, j] = rest / (Th[..., j, j] - Th[..., i, i])
    return Q


def by_gaps(T, R):
    return solved(T * np.eye(T.shape[-1]), R)


def formula(G=None, skew=lambda G: G - adjoint(G), solve=solved, op=adjoint):
    """A_bar, with parts that arguments replace. The cotangents may be None."""

    def op_vjp(T, Z, T_bar, Z_bar, *, output, gauge, xp):
        B = np.zeros_like(T) if T_bar is None else np.triu(T_bar)
        found = 0 * B if Z_bar is None else op(Z) @ Z_bar
        found = found + (op(T) @ B - B @ op(T) if G is None else G(T, B))
        return (Z @ (B + solve(T, skew(found))) @ op(Z),)

    return wrong("schur", op_vjp=op_vjp)


RIGHT = formula()
MISTAKES = {
    "T is taken for diagonal": formula(solve=by_gaps),
    "The diagonal of T moves alone": formula(G=lambda T, B: 0 * B),
    "Half of G": formula(skew=lambda G: G),
    "Transposes in place of adjoints": formula(op=transpose),
    "T in place of its adjoint": formula(G=lambda T, B: T @ B - B @ T),
    "A real input gets a complex cotangent": given_other_inputs("schur", lambda x, outputs: x + 0j),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
