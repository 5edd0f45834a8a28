"""Schur forms, from LAPACK and from eigenvectors, and the Sylvester equations of their triangles."""

import mpmath
import numpy as np
import pytest

from linalg_vjp._backends import generic, primitives
from linalg_vjp._backends import numpy as native
from linalg_vjp._backends import schur as eigenvectors
from linalg_vjp._matrix import schur
from linalg_vjp._triangular_sylvester import triangular_sylvester, triangular_sylvester_adjoint
from linalg_vjp.testing._exact import to_numpy

from .random_inputs import DTYPES, general


def turned(A):
    Q, _ = np.linalg.qr(general(*A.shape, seed=7))
    return Q @ A @ Q.T


def jordan(n):
    return 2 * np.eye(n) + np.eye(n, k=1)


def pairs(n):
    """Jordan blocks of size 2."""
    w = np.repeat(general(n), 2)[:n]
    return np.diag(w) + np.diag((np.arange(n - 1) + 1.0) % 2, 1)


def grcar(n):
    return sum(np.eye(n, k=k) for k in range(4)) - np.eye(n, k=-1)


def frank(n):
    i, j = np.indices((n, n))
    return np.where(j >= i - 1, n - np.maximum(i, j), 0.0)


def kahan(n):
    above = np.triu(np.ones((n, n)), 1)
    return np.diag(np.sin(1.2) ** np.arange(n)) @ (np.eye(n) - np.cos(1.2) * above)


HARD = {
    "Jordan": jordan,
    "Jordan, turned": lambda n: turned(jordan(n)),
    "nilpotent, turned": lambda n: turned(np.triu(general(n, n), 1)),
    "one eigenvalue, turned": lambda n: turned(np.triu(general(n, n), 1) + np.eye(n)),
    "pairs, turned": lambda n: turned(pairs(n)),
    "pairs": lambda n: np.triu(general(n, n, seed=1), 2) + pairs(n) + 1e-16 * general(n, n),
    "Grcar": grcar,
    "Frank": frank,
    "Kahan, turned": lambda n: turned(kahan(n)),
    "lower triangular": lambda n: np.tril(general(n, n)),
    "tied": np.eye,
    "a permutation": lambda n: np.eye(n)[::-1].copy(),
}


def error(A, T, Z):
    """The error of A = Z T Z^H and of Z^H Z = I, in units of eps."""
    assert not np.any(np.tril(T, -1))
    eps, Zh = np.finfo(A.dtype).eps, np.conj(Z.mT)
    return max(
        np.max(np.linalg.norm(Z @ T @ Zh - A, axis=(-2, -1)) / np.linalg.norm(A, axis=(-2, -1))) / eps,
        np.max(np.linalg.norm(Zh @ Z - np.eye(A.shape[-1]), axis=(-2, -1))) / eps,
    )


def forms(target, A):
    """T and Z from the primitive of a library."""
    if target.backend.name == "dask":
        pytest.skip("not run: chunks are another library's")
    T, Z = schur(target.asarray(A), target.backend.namespace())
    return to_numpy(T), to_numpy(Z)


def finest(target, kind):
    """The name of the most precise real or complex dtype of a library."""
    return [dtype for dtype in target.backend.dtypes if dtype.startswith(kind)][-1]


@pytest.mark.parametrize("n", [4, 16])
@pytest.mark.parametrize("name", HARD)
def test_hard_matrices(name, n, target):
    A = HARD[name](n).astype(finest(target, "complex"))
    assert error(A, *forms(target, A)) < 10 * n + 20


@pytest.mark.parametrize("shape", [(5, 5), (2, 3, 3), (2, 1, 4, 4), (1, 1), (0, 0), (0, 2, 2), (2, 0, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes_and_dtypes(shape, dtype, target):
    A = general(*shape, dtype=dtype)
    if dtype.startswith("float"):
        A = A + A.mT + 0.1 * np.triu(A)  # all eigenvalues are real
    T, Z = forms(target, A)
    assert (T.dtype, T.shape) == (Z.dtype, Z.shape) == (A.dtype, A.shape)
    assert A.size == 0 or error(A, T, Z) < 100


def test_a_real_matrix_without_a_real_form_is_nan_alone(target):
    dtype = finest(target, "float")
    A = np.asarray([np.diag([1, 2]), [[1, 2], [-2, 1]], [[1, np.nan], [0, 1]], [[1, 2], [2, 1]]], dtype)
    T, Z = forms(target, A)
    assert np.all(np.isnan([T[1:3], Z[1:3]]))
    assert error(A[::3], T[::3], Z[::3]) < 10


def test_numpy_without_scipy(monkeypatch):
    monkeypatch.setattr(native, "GEES", {})
    A = general(3, 4, 4, dtype="complex128")
    assert error(A, *native.schur(A, np)) < 100


def test_where_values_cannot_be_looked_at():
    A = np.stack([turned(jordan(9)), np.diag(np.arange(9.0)), general(9, 9)]).astype("complex128")
    assert error(A, *generic.schur(A, np)) < 100


def test_many_rows():
    """Many rows are processed in passes, not one at a time."""
    A = np.triu(general(80, 80)).astype("complex128") / 9 + np.diag(np.arange(80.0))
    Q, _ = np.linalg.qr(general(80, 80, dtype="complex128", seed=2))
    A = Q @ A @ np.conj(Q.T)
    for found in (generic.schur(A, np), eigenvectors.schur(A, np, choose=native.choose)):
        assert error(A, *found) < 1000


@pytest.mark.parametrize("name", HARD)
def test_equations_of_hard_matrices(name, target):
    """A X + X A = C by `schur_factor` and `schur_solve`: rounding errors of T do no harm."""
    if target.backend.name == "dask":
        pytest.skip("not run: chunks are another library's")
    n, dtype, xp = 20, finest(target, "complex"), target.backend.namespace()
    A = HARD[name](n).astype(dtype) + 2 * np.eye(n, dtype=dtype)
    C, p = general(n, n, dtype=dtype, seed=3), primitives(xp)
    K = p.schur_factor(target.asarray(A), xp)
    T, Z = K[0, :, :], K[1, :, :]
    Zh = xp.conj(Z.mT)
    X = to_numpy(Z @ p.schur_solve(T, T, Zh @ target.asarray(C) @ Z, xp, ops="NN") @ Zh)
    size = 2 * np.linalg.norm(A) * np.linalg.norm(X) + np.linalg.norm(C)
    assert np.linalg.norm(A @ X + X @ A - C) < 10 * np.finfo(dtype).eps * size


def exact_solution(T, S, C, kept):
    """X with T X - X S = C at the entries that are kept, and zero elsewhere, at 50 digits."""
    m, n = C.shape
    with mpmath.workdps(50):
        rows = [(i, j) for i in range(m) for j in range(n) if kept[i, j]]
        M = mpmath.matrix(len(rows), len(rows))
        for a, (i, j) in enumerate(rows):
            for b, (k, l) in enumerate(rows):
                M[a, b] = (T[i, k] if j == l else 0) - (S[l, j] if i == k else 0)
        x = mpmath.lu_solve(M, mpmath.matrix([C[at].item() for at in rows])) if rows else []
        X = np.zeros((m, n), complex)
        for at, value in zip(rows, x, strict=True):
            X[at] = complex(value)
        return X


@pytest.mark.parametrize(("m", "n"), [(3, 3), (4, 2), (2, 5), (1, 1)])
@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize("strict", [False, True])
def test_triangular_equations(m, n, adjoint, strict, target):
    if target.backend.name == "dask":
        pytest.skip("not run: chunks are another library's")
    dtype = finest(target, "complex")
    T = np.triu(general(2, m, m, dtype=dtype)) + 3 * np.diag(np.arange(m)).astype(dtype)
    S = np.triu(general(2, n, n, dtype=dtype, seed=1) - 1)
    if strict and m == n:
        S = T
    kept = np.tril(np.ones((m, n), bool), -1) if strict else np.ones((m, n), bool)
    gaps = np.einsum("...ii->...i", T)[..., :, None] - np.einsum("...ii->...i", S)[..., None, :]
    E, C = np.where(kept, 1 / np.where(kept, gaps, 1), 0).astype(dtype), general(2, m, n, dtype=dtype, seed=2)
    solver = triangular_sylvester_adjoint if adjoint else triangular_sylvester
    arrays = [target.asarray(x.astype(dtype)) for x in (T, S, C, E)]
    X = to_numpy(solver(*arrays, target.backend.namespace()))
    for one in range(2):
        t, s = (np.conj(x[one].T) if adjoint else x[one] for x in (T, S))
        wanted = exact_solution(t, s, C[one], kept)
        assert np.max(abs(X[one] - wanted), initial=0) < 1e3 * np.finfo(dtype).eps * np.max(
            abs(wanted), initial=1
        )
    assert not np.any(X[..., ~kept])


def test_triangular_equations_without_unknowns():
    T, S = np.zeros((2, 0, 0)), np.eye(3)
    for X, shape in (
        (triangular_sylvester(T, S, np.zeros((2, 0, 3)), np.zeros((2, 0, 3)), np), (2, 0, 3)),
        (triangular_sylvester(S, T, np.zeros((2, 3, 0)), np.zeros((2, 3, 0)), np), (2, 3, 0)),
    ):
        assert X.shape == shape
