"""Tests of cholesky_solve and cholesky_inverse. A real lower factor, a zero triangle, one B hide mistakes."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, reverse_axes, same, transpose, wide, wrong

RULE = lv.RULES["cholesky_solve"]


def factor(*shape, dtype="float64"):
    """A factor without zeros, as unread entries must not matter. Its diagonal may be complex."""
    return general(*shape, shape[-1], dtype=dtype) + 3 * np.eye(shape[-1], dtype=dtype)


def triangle(L, upper):
    return np.triu(L) if upper else np.tril(L)


def of_factor(L, upper, op=adjoint):
    T = triangle(L, upper)
    return op(T) @ T if upper else T @ op(T)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("shape", [(3, 2), (3, 1), (1, 1), (1, 3), (0, 2), (2, 0), (0, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, upper, dtype, target):
    L, B = factor(2, shape[0], dtype=dtype), general(2, *shape, dtype=dtype, seed=1)
    check_rule(RULE, [target.asarray(L), target.asarray(B)], upper=upper)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_it_solves(upper, dtype, target):
    L, B = factor(2, 3, dtype=dtype), general(2, 3, 2, dtype=dtype, seed=1)
    (X,) = RULE.forward(target.asarray(L), target.asarray(B), upper=upper)
    np.testing.assert_allclose(of_factor(L, upper) @ to_numpy(X), B, rtol=1e-10)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_after_cholesky(upper, dtype, target):
    """The gradient through both rules is that of a solve with A."""
    G, B = general(3, 3, dtype=dtype), target.asarray(general(3, 2, dtype=dtype, seed=1))
    A = target.asarray(G @ adjoint(G) + np.eye(3))
    L, to_A = lv.vjp("cholesky", A, upper=upper)
    X, to_L = lv.vjp("cholesky_solve", L, B, upper=upper)
    L_bar, B_bar = to_L(X)
    A_bar = to_numpy(to_A(L_bar)[0])
    X_direct, to_both = lv.vjp("solve", A, B)
    A_wanted, B_wanted = map(to_numpy, to_both(X_direct))
    np.testing.assert_allclose(to_numpy(X), to_numpy(X_direct), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(to_numpy(B_bar), B_wanted, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(A_bar, (A_wanted + adjoint(A_wanted)) / 2, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("batch_L", "batch_B"), [((2,), ()), ((), (2,)), ((2, 1), (3,)), ((0,), ()), ((), (0,)), ((1, 2), (2, 1))]
)
@pytest.mark.parametrize("upper", [False, True])
def test_broadcasting(batch_L, batch_B, upper, target):
    L = target.asarray(factor(*batch_L, 3))
    B = target.asarray(general(*batch_B, 3, 2, dtype="complex128"))
    check_rule(RULE, [L, B], upper=upper)


@pytest.mark.parametrize("batch", [(), (2,), (3,), (2, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_vector(batch, dtype, target):
    """A 1-D B is one vector for all factors of the batch, even if a batch axis has the same length."""
    L, b = target.asarray(factor(*batch, 3, dtype=dtype)), target.asarray(general(3, dtype=dtype, seed=1))
    X, _ = lv.vjp("cholesky_solve", L, b)
    assert tuple(X.shape) == (*batch, 3)
    check_rule(RULE, [L, b])


@pytest.mark.parametrize(
    ("dtype_L", "dtype_B"), [("float64", "complex128"), ("complex128", "float64"), ("float32", "complex128")]
)
@pytest.mark.parametrize("upper", [False, True])
def test_mixed_dtypes(dtype_L, dtype_B, upper, target):
    L, B = target.asarray(factor(3, dtype=dtype_L)), target.asarray(general(3, 2, dtype=dtype_B, seed=1))
    X, pullback = lv.vjp("cholesky_solve", L, B, upper=upper)
    assert [x.dtype for x in pullback(X)] == [L.dtype, B.dtype]
    check_rule(RULE, [L, B], upper=upper)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("way", ["fwd", "linearize"])
def test_junk_that_is_not_read(upper, way, target):
    """NaN in unread entries of the factor or its tangent does no harm, and their cotangent is zero."""
    L, B = factor(2, 4), general(2, 4, 2, seed=1)
    read = np.tri(4, dtype=bool).T if upper else np.tri(4, dtype=bool)
    results = []
    for filled in (L, np.where(read, L, np.nan)):
        inputs = target.asarray(filled), target.asarray(B)
        (X,), linear = RULE.fwd(*inputs, upper=upper)
        if way == "linearize":
            linear = RULE.linearize(inputs, (X,), upper=upper)
        results.append([to_numpy(x) for x in (X, *linear.vjp((X,)), *linear.jvp(inputs))])
        assert np.all(results[-1][1][..., ~read] == 0)
    for clean, junk in zip(*results, strict=True):
        np.testing.assert_array_equal(junk, clean)


def test_the_diagonal_may_have_any_phase(target):
    """Changing the phase of each column gives another factor of the same matrix."""
    L, B = factor(3, dtype="complex128"), target.asarray(general(3, 2, dtype="complex128", seed=1))
    phases = np.exp(1j * np.arange(3.0))
    (X,), (turned,) = (RULE.forward(target.asarray(M), B) for M in (L, np.tril(L) * phases))
    np.testing.assert_allclose(to_numpy(turned), to_numpy(X), rtol=1e-10, atol=1e-12)
    check_rule(RULE, [target.asarray(L * phases), B])


def test_one_tangent_alone():
    L, B = factor(2, 3), general(3, 2, seed=1)
    X, X_dot = lv.jvp("cholesky_solve", (L, B), (None, B))
    np.testing.assert_allclose(X_dot, X, rtol=1e-12)
    _, X_dot = lv.jvp("cholesky_solve", (L, B), (L, None))  # the tangent of A is 2 A
    np.testing.assert_allclose(X_dot, -2 * X, rtol=1e-10)


def test_zero_on_the_diagonal_is_not_finite():
    X, _ = lv.vjp("cholesky_solve", np.diag([0.0, 1.0]), np.ones(2))
    assert not np.isfinite(X[0])


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("size", [0, 1, 3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_inverse(upper, size, dtype, target):
    L = factor(2, size, dtype=dtype)
    (X,) = lv.RULES["cholesky_inverse"].forward(target.asarray(L), upper=upper)
    np.testing.assert_allclose(of_factor(L, upper) @ to_numpy(X), [np.eye(size)] * 2, atol=2e-5)
    check_rule("cholesky_inverse", [target.asarray(L)], upper=upper)


@pytest.mark.parametrize("upper", [False, True])
def test_inverse_without_what_is_not_read(upper, target):
    L = factor(4, dtype="complex128")
    read = np.tri(4, dtype=bool).T if upper else np.tri(4, dtype=bool)
    (X,), linear = lv.RULES["cholesky_inverse"].fwd(target.asarray(L), upper=upper)
    junk = target.asarray(np.where(read, L, np.nan))
    (Y,), other = lv.RULES["cholesky_inverse"].fwd(junk, upper=upper)
    (L_bar,) = map(to_numpy, other.vjp((Y,)))
    np.testing.assert_array_equal(to_numpy(Y), to_numpy(X))
    np.testing.assert_array_equal(L_bar, to_numpy(linear.vjp((X,))[0]))
    assert np.all(L_bar[~read] == 0)
    np.testing.assert_array_equal(
        *(to_numpy(one.jvp((x,))[0]) for one, x in ((linear, target.asarray(L)), (other, junk)))
    )


@pytest.mark.parametrize("upper", [False, True])
def test_inverse_is_that_of_the_matrix(upper, target):
    """cholesky followed by cholesky_inverse has the Hermitian part of the gradient of inv."""
    G = general(3, 3, dtype="complex128")
    A = target.asarray(G @ adjoint(G) + np.eye(3))
    L, to_A = lv.vjp("cholesky", A, upper=upper)
    X, to_L = lv.vjp("cholesky_inverse", L, upper=upper)
    X_bar = target.asarray(general(3, 3, dtype="complex128", seed=1))
    found = to_numpy(to_A(*to_L(X_bar))[0])
    (direct,) = map(to_numpy, lv.vjp("inv", A)[1](X_bar))
    np.testing.assert_allclose(found, (direct + adjoint(direct)) / 2, rtol=1e-8, atol=1e-10)


# The mistakes of rules/cholesky_solve.md.
def both(B_bar, X, op=adjoint):
    return B_bar @ op(X) + X @ op(B_bar)


def elementwise(B_bar, X):
    return 2 * B_bar * X * np.ones(X.shape[-2]) if X.shape[-1] == 1 else both(B_bar, X)


def formula(mask=triangle, read=triangle, of=of_factor, product=both, part=same):
    """B_bar = A^-1 X_bar, S = B_bar X^H + X B_bar^H, and L_bar = -tril(S L) or -triu(U S)."""

    def op_vjp(L, X, Y, X_bar, *, upper, xp):
        T = read(L, upper)
        real = not np.iscomplexobj(L) or not np.any(np.imag(L))
        B_bar = np.linalg.solve(of(T, upper), part(X_bar) if real else X_bar)
        S = product(B_bar, X)
        return -mask(T @ S if upper else S @ T, upper), B_bar

    return wrong("cholesky_solve", op_vjp=op_vjp)


def with_real_diagonal(L_bar, upper):
    T = triangle(L_bar, upper)
    return T - 1j * np.imag(T) * np.eye(T.shape[-1]) if np.iscomplexobj(T) else T


def inverse_formula(
    sum_of=lambda X_bar: X_bar + adjoint(X_bar), mask=triangle, twice=lambda N: N + adjoint(N)
):
    def op_vjp(X, K, X_bar, *, upper, xp):
        S = sum_of(X_bar)
        return (-mask(adjoint(K) @ S @ X if upper else X @ S @ adjoint(K), upper),)

    def op_jvp(X, K, L_dot, *, upper, xp):
        T = triangle(L_dot, upper)
        return (-twice(K @ T @ X if upper else X @ T @ K),)

    return wrong("cholesky_inverse", op_vjp=op_vjp, op_jvp=op_jvp)


RIGHT = formula() | inverse_formula()
MISTAKES = {
    "One of the two terms is forgotten": formula(product=lambda B_bar, X: B_bar @ adjoint(X)),
    "What is not read gets a cotangent": formula(mask=lambda L_bar, upper: L_bar),
    "The cotangent of the inverse is taken for Hermitian": inverse_formula(sum_of=lambda X_bar: 2 * X_bar),
    "The whole matrix is the cotangent of the factor": inverse_formula(mask=lambda L_bar, upper: L_bar),
    "The tangent of the inverse has one of two terms": inverse_formula(twice=lambda N: 2 * N),
    "What is not read is read": formula(
        read=lambda L, upper: L, of=lambda L, upper: adjoint(L) @ L if upper else L @ adjoint(L)
    ),
    "The product of an upper factor is in the other order": formula(of=lambda T, upper: T @ adjoint(T)),
    "Transposes in place of adjoints": formula(
        of=lambda T, upper: of_factor(T, upper, transpose), product=lambda B_bar, X: both(B_bar, X, transpose)
    ),
    "The diagonal is taken for real": formula(mask=with_real_diagonal),
    "The elementwise product for the outer product of vectors": formula(product=elementwise),
    "What was broadcast is not summed": given_other_inputs("cholesky_solve", wide),
    "A real input gets a complex cotangent": given_other_inputs("cholesky_solve", lambda x, outputs: x + 0j),
    "The imaginary part is dropped with a real L": formula(part=np.real),
    "All axes are reversed, and not the last two": formula(
        product=lambda B_bar, X: both(B_bar, X, reverse_axes)
    ),
}
