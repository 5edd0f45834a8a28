"""The primitives of `_backends/`: all code paths, which the shape selects, give the same results."""

import numpy as np
import pytest
import scipy.linalg

from linalg_vjp._backends import _numpy_lu, generic
from linalg_vjp._backends import numpy as native

from .random_inputs import DTYPES, general

# One matrix, a few, many small ones, large ones, empty batches, and empty matrices.
SHAPES = [
    (3, 3),
    (2, 3, 3),
    (200, 3, 3),
    (200, 2, 2),
    (2, 30, 30),
    (300, 13, 13),
    (0, 3, 3),
    (2, 0, 0),
    (1, 1),
]


@pytest.mark.parametrize("with_scipy", [True, False])
@pytest.mark.parametrize("trans", ["N", "T", "C"])
@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("unit_diagonal", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_solve_triangular(shape, upper, trans, unit_diagonal, with_scipy, monkeypatch):
    if not with_scipy:
        monkeypatch.setattr(native, "TRSM", {})
    m = shape[-1]
    params = {"upper": upper, "trans": trans, "unit_diagonal": unit_diagonal}
    for dtype in DTYPES:
        A = 0.3 * general(*shape, dtype=dtype) + 3 * np.eye(m, dtype=dtype)
        read = np.triu(A) if upper else np.tril(A)
        if unit_diagonal:
            read = np.where(np.eye(m, dtype=bool), 1, read)
        op = {"N": read, "T": read.mT, "C": np.conj(read.mT)}[trans]
        for B in (general(*shape[:-1], 2, dtype=dtype), general(*shape[:-2], 2, m, dtype=dtype).mT):
            wanted = np.linalg.solve(op.astype("complex128"), B)
            for module in (native, generic):
                X = module.solve_triangular(A, B, np, **params)
                assert X.dtype == B.dtype
                np.testing.assert_allclose(X, wanted, rtol=0, atol=300 * np.finfo(dtype).eps * max(1, m))


@pytest.mark.parametrize("with_scipy", [True, False])
@pytest.mark.parametrize("shape", [*SHAPES, (5, 3), (3, 5), (200, 4, 2), (2, 0, 3), (2, 3, 0)], ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_lu(shape, dtype, with_scipy, monkeypatch):
    if not with_scipy:
        monkeypatch.setattr(_numpy_lu, "GETRF", {})
    A = general(*shape, dtype=dtype)
    for module in (native, generic):
        p, L, U = module.lu(A, np)
        assert np.all(abs(L) <= 2**0.5 + 1e-6)  # partial pivoting by |re| + |im|, as in LAPACK
        np.testing.assert_array_equal(np.sort(p, axis=-1), np.broadcast_to(np.arange(shape[-2]), p.shape))
        product = np.take_along_axis(L @ U, p[..., None], axis=-2)
        np.testing.assert_allclose(product, A, rtol=0, atol=100 * np.finfo(dtype).eps)
        np.testing.assert_array_equal(L, np.tril(L))
        np.testing.assert_array_equal(U, np.triu(U))


@pytest.mark.parametrize("with_scipy", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_lu_that_serves_twice(shape, dtype, with_scipy, monkeypatch):
    """Either argument may lack batch axes, and the right-hand sides may have any number of columns."""
    if not with_scipy:
        monkeypatch.setattr(_numpy_lu, "GETRF", {})
    n = shape[-1]
    A = 0.3 * general(*shape, dtype=dtype) + np.roll(3 * np.eye(n, dtype=dtype), 1, axis=-1)
    tolerances = {"rtol": 0, "atol": 300 * np.finfo(dtype).eps * max(1, n)}
    F, pivots = native.lu_factor(A, np, strict=True)
    assert (pivots is None) == (not with_scipy and n > 8)
    for B in (
        general(*shape[:-1], 2, dtype=dtype),
        general(n, 0, dtype=dtype),
        general(5, *[1] * (len(shape) - 2), n, 3, dtype=dtype),
    ):
        for adjoint, op in ((False, A), (True, np.conj(A.mT))):
            X = native.lu_solve(F, pivots, B, np, adjoint=adjoint)
            assert X.dtype == A.dtype
            np.testing.assert_allclose(X, np.linalg.solve(op, B), **tolerances)
    wanted = np.linalg.inv(A)
    np.testing.assert_allclose(native.inv(A, np), wanted, **tolerances)
    if pivots is not None:
        np.testing.assert_allclose(native.lu_inverse(F, pivots, np), wanted, **tolerances)
        d = np.prod(native.lu_diagonal(F, pivots), axis=-1)
        np.testing.assert_allclose(d, np.linalg.det(A.astype("complex128")), rtol=1e3 * np.finfo(dtype).eps)


@pytest.mark.parametrize("shape", [(100, 3, 3), (2, 3, 3), (30, 30)], ids=str)
def test_a_singular_matrix_is_an_error_where_one_is_wanted(shape):
    A = np.zeros(shape)
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        native.lu_factor(A, np, strict=True)
    with pytest.raises(np.linalg.LinAlgError):
        native.inv(A, np)
    F, pivots = native.lu_factor(A, np, strict=False)
    np.testing.assert_array_equal(native.lu_diagonal(F, pivots), 0)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_square_root_by_scipy(shape, dtype):
    """Bad scaling of rows and columns, which a Schur form ignores, costs few digits."""
    n, eps = shape[-1], np.finfo(dtype).eps
    d = 2.0 ** np.linspace(-16, 16, n).astype(dtype)
    A = 0.3 * general(*shape, dtype=dtype) + 3 * np.eye(n, dtype=dtype)
    wanted = d[:, None] * _square_root_by_eig(A.astype("float64"), np) / d
    Y = native.square_root(d[:, None] * A / d, _square_root_by_eig, np)
    assert Y.dtype == dtype
    error, size = (np.linalg.norm(X, axis=(-2, -1)) for X in (Y - wanted, wanted))
    assert np.all(error <= 1000 * max(1, n) * eps * size)


@pytest.mark.parametrize("other", [np.zeros((2, 2)), -np.eye(2), np.full((2, 2), np.nan)], ids=str)
def test_no_square_root(other):
    """The result is NaN. If SciPy warns, the iteration takes over, and no warning is emitted."""
    A = np.stack([4 * np.eye(2), other])
    Y = native.square_root(A, lambda A, xp: np.stack([2 * np.eye(2), np.full((2, 2), np.nan)]), np)
    np.testing.assert_array_equal(Y[0], 2 * np.eye(2))
    assert np.all(np.isnan(Y[1]))


@pytest.mark.parametrize("dtype", [">f4", ">f8"])
def test_a_square_root_of_other_bytes(dtype):
    A = np.asarray([[4.0, 1.0], [0.5, 3.0]])
    Y = native.square_root(A.astype(dtype), _square_root_by_eig, np)
    np.testing.assert_allclose(Y @ Y, A, rtol=1e-6)


def _square_root_by_eig(A, xp):
    """The fallback, for matrices that SciPy does not compute."""
    w, V = np.linalg.eig(A)
    return np.real(V * np.sqrt(w)[..., None, :] @ np.linalg.inv(V)).astype(A.dtype)


def test_the_inverse_of_a_permutation():
    p = np.argsort(general(5, 7), axis=-1)
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp._backends import jax as compiled

    found = [native.inverse_permutation(p, np), compiled.inverse_permutation(jax.numpy.asarray(p), jax.numpy)]
    for q in found:
        np.testing.assert_array_equal(
            np.take_along_axis(p, np.asarray(q), axis=-1), np.tile(np.arange(7), (5, 1))
        )


def test_what_is_quick_is_chosen_where_values_can_be_looked_at():
    quick, exact = lambda x: x + 1, lambda x: x + 2
    assert native.choose(np.asarray(True), quick, exact, 0) == 1
    assert native.choose(np.asarray(False), quick, exact, 0) == generic.choose(None, quick, exact, 0) == 2
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    from torch._subclasses.fake_tensor import FakeTensorMode

    from linalg_vjp._backends import torch as tensors

    zero = torch.zeros(())
    assert tensors.choose(zero == 0, quick, exact, zero) == 1
    assert tensors.choose(zero == 1, quick, exact, zero) == 2
    seen = []
    torch.func.vmap(lambda x: tensors.choose(x == 0, seen.append, exact, x))(torch.zeros(2))
    tensors.choose(zero.to("meta") == 0, seen.append, exact, zero)
    with FakeTensorMode():
        tensors.choose(torch.zeros(()) == 0, seen.append, exact, zero)
    assert not seen


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_pivots_are_those_of_lapack(dtype):
    """A matrix has the same factors alone and in a large batch, on NumPy and on other libraries."""
    A = general(200, 4, 4, dtype=dtype)
    for i in range(50):
        wanted = scipy.linalg.lu(A[i], p_indices=True)[0]
        np.testing.assert_array_equal(generic.lu(A[i], np)[0], wanted)
        np.testing.assert_array_equal(native.lu(A[i], np)[0], wanted)
    np.testing.assert_array_equal(native.lu(A, np)[0][:50], np.stack([native.lu(X, np)[0] for X in A[:50]]))


def test_lu_of_a_singular_matrix():
    for A in (np.zeros((3, 3)), np.ones((3, 3)), np.diag([0.0, 1.0, 2.0])):
        p, L, U = generic.lu(A, np)
        np.testing.assert_array_equal((L @ U)[p], A)


@pytest.mark.parametrize("k", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 2), (2, 4), (0, 0), (3, 0)])
def test_triangles(shape, k):
    X = general(*shape)
    for module in (native, generic):
        np.testing.assert_array_equal(module.tril(X, np, k), np.tril(X, k))
        np.testing.assert_array_equal(module.triu(X, np, k), np.triu(X, k))


def test_junk_does_not_leak_through_a_mask():
    X = np.asarray([[1.0, np.nan], [np.inf, 1.0]])
    np.testing.assert_array_equal(native.tril(native.triu(X, np), np), np.eye(2))


@pytest.mark.parametrize(
    "shape", [(3, 3), (5, 4, 4), (5, 17, 17), (0, 3, 3), (2, 0, 0), (2, 3, 1, 1)], ids=str
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_half_and_added_diagonals(shape, dtype):
    X = general(*shape, dtype=dtype)
    d = general(*shape[:-1], dtype=X.real.dtype, seed=1)
    wanted = (np.tril(X) + np.tril(X, -1)) / X.dtype.type(2)
    for module in (native, generic):
        half = module.tril_half(X, np)
        assert half.dtype == X.dtype
        np.testing.assert_array_equal(half, wanted)
        mirrored = module.mirror(X, np)
        assert mirrored.dtype == X.dtype
        np.testing.assert_array_equal(mirrored, wanted + np.conj(wanted.mT))
        for Y in (X, X.mT):
            added = module.add_diagonal(Y, d, np)
            assert added.dtype == X.dtype
            np.testing.assert_array_equal(added, Y + np.eye(shape[-1], dtype=X.dtype) * d[..., None, :])
        if len(shape) > 2 and shape[0]:
            np.testing.assert_array_equal(
                module.add_diagonal(X[:1], d, np), X[:1] + module.add_diagonal(0 * X, d, np)
            )
            np.testing.assert_array_equal(
                module.add_diagonal(X, d[:1], np)[0], module.add_diagonal(X, d, np)[0]
            )


@pytest.mark.parametrize("shape", [(4, 2), (5, 4, 2), (2, 3, 4, 4), (0, 4, 4), (2, 0, 3), (2, 3, 0)], ids=str)
def test_rows_of_each_matrix(shape):
    X = general(*shape)
    p = np.argsort(general(*shape[:-1], seed=1), axis=-1)
    for q in (p, p.astype(np.int16)):
        np.testing.assert_array_equal(
            native.permute_rows(X, q, np), np.take_along_axis(X, p[..., None], axis=-2)
        )
    shared = np.argsort(general(shape[-2], seed=1))
    np.testing.assert_array_equal(native.permute_rows(X, shared, np), X[..., shared, :])


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("m", [1, 4, 5, 9, 14])
def test_no_triangle_warns_or_reads_the_other_one(m, upper):
    """A zero on the diagonal or an overflow gives inf or NaN, in that matrix only."""
    A = general(200, m, m) / m + 3 * np.eye(m)
    A = np.where(np.tri(m, dtype=bool) if not upper else np.tri(m, dtype=bool).T, A, np.nan)
    B = general(200, m, 2, seed=1)
    wanted = native.solve_triangular(A, B, np, upper=upper, trans="N", unit_diagonal=False)
    assert np.all(np.isfinite(wanted))
    A[0, 0, 0] = 0
    A[1] *= 1e-200
    B[1] = 1e200
    got = native.solve_triangular(A, B, np, upper=upper, trans="N", unit_diagonal=False)
    assert not np.any(np.isfinite(got[0, 0] if upper else got[0]))
    assert not np.any(np.isfinite(got[1, -1 if upper else 0]))
    np.testing.assert_array_equal(got[2:], wanted[2:])


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize(("w", "l"), [(1, 0), (3, 1), (4, 1), (5, 3), (2, 0), (2, 1)])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_many_short_bands_at_once(n, w, l, dtype):
    """They are solved with pivoting: the diagonal is not dominant."""
    count = 32 * n
    C, B = general(count, w, n, dtype=dtype), general(count, n, 2, seed=1, dtype=dtype)
    A = np.zeros((count, n, n), dtype)
    for k in range(w):
        for i in range(n):
            if 0 <= i + k - l < n:
                A[:, i, i + k - l] = C[:, k, i]
            else:
                C[:, k, i] = 0
    X = native.solve_bands(C, B, np, l=l)
    one_by_one = [native.solve_bands(C[i : i + 1], B[i : i + 1], np, l=l)[0] for i in range(count)]
    size = np.linalg.norm(A, axis=(-2, -1)) * np.linalg.norm(X, axis=(-2, -1))
    assert np.all(np.linalg.norm(A @ X - B, axis=(-2, -1)) <= 1e-14 * size)
    np.testing.assert_allclose(X, one_by_one, rtol=1e-9)
    with pytest.raises(np.linalg.LinAlgError):
        native.solve_bands(C * (np.arange(count) != 3)[:, None, None], B, np, l=l)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_loop_of_a_program_is_that_of_python(reverse):
    """It gives the last carry, and the results of all steps in the order of the parts, in both directions."""
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp._backends import jax as compiled

    def step(i, carry, part):
        new = 2 * carry[0] + part[0] + i
        return (new,), (new,)

    def looped(module, xp, x, parts):
        return module.scan(step, (x,), len(parts), (parts,), reverse=reverse, xp=xp)

    x, parts = general(3, dtype="float32"), general(4, 3, dtype="float32", seed=1)
    (last,), (made,) = looped(generic, np, x, parts)
    np.testing.assert_array_equal(made[0 if reverse else -1], last)
    program = jax.jit(lambda x, parts: looped(compiled, jax.numpy, x, parts))
    for found in (program(x, parts), looped(compiled, jax.numpy, x, parts)):
        np.testing.assert_allclose(found[0][0], last, rtol=1e-6)
        np.testing.assert_allclose(found[1][0], made, rtol=1e-6)
    assert "scan" in str(jax.make_jaxpr(lambda x: looped(compiled, jax.numpy, x, parts))(x))
