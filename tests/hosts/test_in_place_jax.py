"""The replacements of functions of jax.numpy.linalg and jax.scipy.linalg: arguments and results."""

import functools
import inspect
import pickle

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="not run: jax is not installed")
import jax.numpy as jnp  # noqa: E402
import jax.scipy.linalg as jsp  # noqa: E402

from linalg_vjp.adapters import jax as of_numpy  # noqa: E402
from linalg_vjp.adapters import jax_scipy as of_scipy  # noqa: E402

from ..random_inputs import general  # noqa: E402

MODULES = {"numpy": (jnp.linalg, of_numpy), "scipy": (jsp, of_scipy)}
PUBLIC = {
    which: sorted(name for name, f in vars(own).items() if callable(f) and not name.startswith("_"))
    for which, (own, _) in MODULES.items()
}
REPLACED = {"numpy": of_numpy.REPLACED, "scipy": of_scipy.REPLACED}


@pytest.mark.parametrize(("which", "name"), [(which, name) for which in MODULES for name in PUBLIC[which]])
def test_every_function_is_there_with_its_arguments(which, name):
    """Fails if a new JAX has a new function or a new argument."""
    own, ours = (getattr(module, name) for module in MODULES[which])
    if name not in REPLACED[which]:
        assert ours is own
        return
    mine = inspect.signature(ours).parameters
    for label, theirs in inspect.signature(own).parameters.items():
        assert mine[label].kind == theirs.kind, label
        assert mine[label].default == theirs.default or label == "gauge", label
    assert {*mine} - {*inspect.signature(own).parameters} <= {"gauge"}
    assert list(mine)[: len(inspect.signature(own).parameters)] == list(inspect.signature(own).parameters)
    assert pickle.loads(pickle.dumps(ours)) is ours


def square(*batch, n=3, dtype="float32"):
    return general(*batch, n, n, dtype=dtype) + 2 * np.eye(n, dtype=dtype)


def positive(*batch, n=3, dtype="float32"):
    A = square(*batch, n=n, dtype=dtype)
    return A @ A.conj().mT


A, B, S, C = square(), general(3, 2, dtype="float32"), positive(), square(dtype="complex64")
TALL, WIDE, BATCH = general(4, 2, dtype="float32"), general(2, 4, dtype="float32"), square(2)
X, Y, N = general(3, dtype="float32"), general(3, dtype="float32", seed=1), np.arange(9).reshape(3, 3) % 5
LOWER, TENSOR = np.tril(A), general(4, 6, 8, 3, dtype="float32")
LU, PIVOTS = map(np.asarray, jsp.lu_factor(A))
# The name of a function, its positional arguments, and its keywords.
CALLS = {
    "numpy": [
        ("cholesky", (S,), {}),
        ("cholesky", (S,), {"upper": True}),
        ("cholesky", (A @ S,), {"symmetrize_input": True}),
        ("cholesky", (np.tril(S),), {"symmetrize_input": False}),
        ("cholesky", (np.tril(S),), {"symmetrize_input": False, "upper": True}),
        ("cond", (A,), {}),
        ("cond", (A, 1), {}),
        ("cond", (N + 5 * np.eye(3, dtype=int),), {"p": "fro"}),
        ("cross", (X, BATCH), {}),
        ("cross", (A, A.T), {"axis": 0}),
        ("cross", (N, N.T), {}),
        ("det", (BATCH,), {}),
        ("det", (N,), {}),
        ("diagonal", (BATCH,), {"offset": 1}),
        ("diagonal", (N,), {}),
        ("eig", (C,), {}),
        ("eigh", (S,), {}),
        ("eigh", (A,), {"UPLO": "U"}),
        ("eigh", (S, "L", False), {}),
        ("eigh", (np.triu(S),), {"UPLO": "U", "symmetrize_input": False}),
        ("eigvals", (A,), {}),
        ("eigvalsh", (S, "U"), {}),
        ("eigvalsh", (np.tril(S),), {"symmetrize_input": False}),
        ("inv", (N + 5 * np.eye(3, dtype=int),), {}),
        ("inv", (), {"a": BATCH}),
        ("lstsq", (TALL, general(4, dtype="float32")), {}),
        ("lstsq", (TALL, general(4, 2, dtype="float32"), 0.1), {}),
        ("lstsq", (WIDE, general(2, 2, dtype="float32")), {"numpy_resid": True}),
        ("lstsq", (np.ones((4, 2), "float32"), np.ones((4, 2), "float32"), -1), {"numpy_resid": True}),
        ("matmul", (A, X), {}),
        ("matmul", (N, N), {}),
        ("matmul", (A, B), {"precision": "highest"}),
        ("matrix_norm", (BATCH,), {"ord": "nuc", "keepdims": True}),
        ("matrix_norm", (A,), {}),
        ("matrix_power", (A, -2), {}),
        ("matrix_power", (N, 2), {}),
        ("matrix_rank", (A,), {}),
        ("matrix_transpose", (BATCH,), {}),
        ("multi_dot", ([X, A, B],), {}),
        ("multi_dot", ([A, A, B],), {"precision": "highest"}),
        *[("norm", (A,), {"ord": ord}) for ord in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)],
        *[("norm", (X, ord), {}) for ord in (None, 1, 3, np.inf, 0)],
        ("norm", (BATCH,), {}),
        ("norm", (BATCH,), {"keepdims": True}),
        ("norm", (BATCH, 3, 0, True), {}),
        ("norm", (BATCH, 1, (0, 2)), {}),
        ("norm", (BATCH, "nuc", (2, 0), True), {}),
        ("norm", (N,), {}),
        ("outer", (X, Y), {}),
        ("pinv", (TALL,), {}),
        ("pinv", (np.ones((3, 2), "float32"), 1e-3), {}),
        ("pinv", (S,), {"hermitian": True, "rcond": 1e-4}),
        ("qr", (TALL,), {}),
        ("qr", (TALL, "complete"), {}),
        ("qr", (TALL, "r"), {}),
        ("qr", (TALL, "full"), {}),
        ("qr", (TALL,), {"mode": "raw"}),
        ("slogdet", (C,), {}),
        ("slogdet", (A,), {"method": "qr"}),
        ("solve", (A, N), {}),
        ("solve", (BATCH, X), {}),
        ("svd", (TALL,), {}),
        ("svd", (TALL, False), {}),
        ("svd", (TALL,), {"compute_uv": False}),
        ("svd", (S,), {"hermitian": True}),
        ("svd", (A, np.bool_(False)), {"hermitian": True}),
        ("svdvals", (BATCH,), {}),
        ("tensordot", (A, BATCH), {"axes": ([0], [1])}),
        ("tensordot", (A, A), {"axes": 2}),
        ("tensorinv", (TENSOR,), {"ind": 2}),
        ("tensorsolve", (TENSOR, general(4, 6, dtype="float32")), {}),
        ("tensorsolve", (general(2, 3, 6, dtype="float32"), B), {"axes": (0, 2)}),
        ("trace", (BATCH,), {"offset": 1}),
        ("trace", (N,), {}),
        ("vecdot", (X, BATCH), {}),
        ("vecdot", (BATCH, BATCH), {"axis": 1}),
        ("vecdot", (N, N), {}),
        ("vector_norm", (BATCH,), {"axis": (0, 2), "ord": 3, "keepdims": True}),
        ("vector_norm", (N,), {}),
        ("vector_norm", (BATCH,), {"axis": np.int64(1)}),
        ("norm", (BATCH,), {"axis": np.int64(1)}),
        ("matrix_norm", (A,), {"ord": "f"}),
        ("trace", (A,), {"dtype": "int32"}),
    ],
    "scipy": [
        ("block_diag", (A, X, 2.0), {}),
        ("cho_factor", (S,), {}),
        ("cho_factor", (S, True), {}),
        ("cho_solve", ((np.linalg.cholesky(S), True), B), {}),
        ("cho_solve", ((np.linalg.cholesky(S).T, False), X), {}),
        ("cholesky", (S,), {"lower": True}),
        ("cholesky", (np.tril(S),), {"lower": True}),
        ("cholesky", (np.triu(S),), {}),
        ("block_diag", (N, N), {}),
        ("toeplitz", (np.arange(3),), {}),
        ("cholesky", (S,), {"overwrite_a": True, "check_finite": False}),
        ("det", (A,), {}),
        ("eigh", (S,), {}),
        ("eigh", (S,), {"eigvals_only": True, "lower": False}),
        ("expm", (A,), {}),
        ("expm", (N,), {}),
        ("expm_frechet", (A, A.T), {}),
        ("expm_frechet", (A, A.T), {"compute_expm": False}),
        ("hilbert", (3,), {}),
        ("inv", (A,), {}),
        ("lu", (TALL,), {}),
        ("lu", (A, True), {}),
        ("lu_factor", (A,), {}),
        *[("lu_solve", ((LU, PIVOTS), B, trans), {}) for trans in (0, 1, 2)],
        ("polar", (TALL,), {}),
        ("polar", (A, "left"), {"method": "svd"}),
        ("qr", (TALL,), {}),
        ("qr", (TALL,), {"mode": "economic"}),
        ("qr", (TALL,), {"mode": "r"}),
        ("qr", (TALL,), {"mode": "economic", "pivoting": True}),
        ("qr", (TALL,), {"mode": "r", "pivoting": True}),
        ("schur", (S,), {}),
        ("schur", (np.asarray([[0.0, 1], [-1, 0]], "float32"),), {}),
        ("schur", (np.asarray([[0.0, 1], [-1, 0]], "float32"), "complex"), {}),
        ("solve", (A, B), {}),
        ("solve", (S, X), {"assume_a": "pos", "lower": True}),
        ("solve", (np.tril(S), X), {"assume_a": "pos", "lower": True}),
        ("solve", (S, B), {"assume_a": "her"}),
        ("solve_sylvester", (A, S, general(3, 3, dtype="float32")), {}),
        ("solve_triangular", (LOWER, B), {"lower": True}),
        ("solve_triangular", (LOWER, X, "T", True), {"unit_diagonal": True}),
        ("solve_triangular", (LOWER.T, B), {"trans": 2}),
        ("sqrtm", (S,), {}),
        ("svd", (TALL,), {}),
        ("svd", (TALL, False), {"lapack_driver": "gesdd"}),
        ("svd", (TALL,), {"compute_uv": False}),
        ("toeplitz", (X,), {}),
        ("toeplitz", (C[0], B[:, 0]), {}),
    ],
}
GAUGE = ("eig", "eigh", "svd", "qr", "schur")


@pytest.mark.parametrize(
    ("which", "call"), [(which, call) for which in CALLS for call in CALLS[which]], ids=lambda x: str(x)[:60]
)
@pytest.mark.parametrize(
    ("compiled", "x64"),
    [(False, False), (False, True), (True, False)],
    ids=["eager", "eager, x64", "compiled"],
)
def test_values_shapes_and_dtypes_are_the_hosts(which, call, compiled, x64):
    """The arrays are in single precision or integers, and JAX runs with and without double precision."""
    with jax.enable_x64(x64):
        compared(which, call, compiled)


def compared(which, call, compiled):
    name, args, keywords = call
    if compiled and (keywords.get("numpy_resid") or name == "hilbert"):
        pytest.skip("not run: JAX itself does not compile it")
    own, ours = (functools.partial(getattr(module, name), **keywords) for module in MODULES[which])
    if compiled:
        arrays = [i for i, x in enumerate(args) if isinstance(x, np.ndarray)]

        def compile(f):
            def of_arrays(*x):
                given = list(args)
                for i, one in zip(arrays, x, strict=True):
                    given[i] = one
                return f(*given)

            return lambda: jax.jit(of_arrays)(*(args[i] for i in arrays))

        found, wanted = compile(ours)(), compile(own)()
    else:
        found, wanted = ours(*args), own(*args)
    assert type(found) is type(wanted) or isinstance(wanted, jax.Array)
    found, wanted = jax.tree.leaves(found), jax.tree.leaves(wanted)
    for x, y in zip(found, wanted, strict=True):
        assert jnp.shape(x) == jnp.shape(y)
        assert jnp.result_type(x) == jnp.result_type(y)
        if name in GAUGE and x.dtype != int:
            x, y = np.abs(x), np.abs(y)
        np.testing.assert_allclose(x, y, rtol=2e-4, atol=2e-4)


def test_a_subset_of_singular_values():
    """JAX itself supports subset_by_index only on TPUs."""
    U, S, Vh = of_numpy.svd(A, False, subset_by_index=(1, 3))
    whole = jnp.linalg.svd(A)
    np.testing.assert_allclose(S, whole[1][1:3], rtol=1e-5)
    np.testing.assert_allclose(abs(U @ Vh), abs(whole[0][:, 1:3] @ whole[2][1:3]), atol=1e-5)
    S = of_numpy.svd(A, compute_uv=False, subset_by_index=(1, 3))
    np.testing.assert_allclose(S, whole[1][1:3], rtol=1e-5)


def test_where_a_function_has_values_and_no_derivative():
    """A real Schur form that is not triangular has JAX's values, and a root on the branch cut is NaN."""
    turn = jnp.asarray([[0.0, 1.0], [-1.0, 0.0]])
    gradient = jax.grad(lambda A: of_scipy.schur(A)[0].sum())(
        jnp.stack([turn, jnp.diag(jnp.asarray([1.0, 2.0]))])
    )
    assert jnp.isnan(gradient[0]).all()
    assert jnp.isfinite(gradient[1]).all()
    assert jnp.isnan(of_scipy.sqrtm(-jnp.eye(2))).all()


def test_a_pencil():
    """jax.scipy.linalg.eigh takes no b."""
    w, V = of_scipy.eigh(A + A.T, S)
    np.testing.assert_allclose((A + A.T) @ V, S @ V * w, atol=1e-4)
    np.testing.assert_allclose(of_scipy.eigh(A + A.T, S, eigvals_only=True), w, rtol=1e-4)


def test_errors():
    with pytest.raises(ValueError, match="UPLO='X' is not one of None, 'L', 'U'"):
        of_numpy.eigh(S, UPLO="X")
    with pytest.raises(ValueError, match="pinv: got both rtol and rcond"):
        of_numpy.pinv(S, 0.1, rcond=0.1)
    with pytest.raises(ValueError, match="norm: ord=3 needs one or two axes"):
        of_numpy.norm(BATCH, 3)
    with pytest.raises(ValueError, match="qr: mode='reduced' is not one of 'full', 'economic', 'r'"):
        of_scipy.qr(A, mode="reduced")
    with pytest.raises(ValueError, match="assume_a='tri' is not one of 'gen', 'sym', 'her', 'pos'"):
        of_scipy.solve(A, B, assume_a="tri")
    with pytest.raises(NotImplementedError, match="eigh: eigvals= is not supported"):
        of_scipy.eigh(S, eigvals=(0, 1))


def test_installed():
    """Installing replaces both modules, also inside JAX's transformations. Leaving restores JAX's own."""
    tied = jnp.asarray(2 * np.eye(3, dtype="float32"))

    def loss(A):
        U, _, Vh = jnp.linalg.svd(A)
        return (U @ Vh)[0, 1] + jsp.sqrtm(A)[0, 1].real

    own = {"numpy": dict(vars(jnp.linalg)), "scipy": dict(vars(jsp))}
    with of_numpy.install():
        gradients = [f(loss)(tied) for f in (jax.grad, lambda f: jax.jit(jax.grad(f)), jax.jacfwd)]
        many = jax.vmap(jax.grad(loss))(jnp.stack([tied, tied]))
        with of_numpy.install():  # a nested block changes nothing, nor does leaving it
            pass
        assert jnp.linalg.inv is not own["numpy"]["inv"]
    for G in (*gradients, *many):
        np.testing.assert_allclose(G[0, 1], 0.25 + 0.5 / np.sqrt(2), rtol=1e-5)
    assert own == {"numpy": dict(vars(jnp.linalg)), "scipy": dict(vars(jsp))}
    of_numpy.uninstall()
    assert own["numpy"] == dict(vars(jnp.linalg))
