"""Unusual arguments of the functions of the adapters, and pickling of these functions."""

import importlib
import pickle

import pytest

import linalg_vjp as lv

LIBRARIES = {"torch": "torch", "jax": "jax", "mlx": "mlx.core", "tensorflow": "tensorflow"}


def adapter(host):
    pytest.importorskip(
        LIBRARIES.get(host, host.removesuffix("_scipy")), reason=f"not run: {host} is not installed"
    )
    return importlib.import_module(f"linalg_vjp.adapters.{host}")


@pytest.mark.parametrize("name", lv.RULES)
@pytest.mark.parametrize("host", LIBRARIES)
def test_every_function_is_pickled_by_its_name(host, name):
    L = adapter(host)
    function = getattr(L, name)
    if function is getattr(L, "OWN", {}).get(name):
        return  # the host's own
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("host", ["torch", "mlx"])
def test_a_list_is_no_array(host):
    with pytest.raises(TypeError, match=r"inv: A must be (a PyTorch tensor|an MLX array), got list"):
        adapter(host).inv([[2.0, 0.0], [0.0, 4.0]])


def test_nothing_is_no_tensor():
    L = adapter("torch")
    import torch

    with pytest.raises(TypeError, match="solve: B must be a PyTorch tensor, got NoneType"):
        L.solve(torch.eye(2), None)


def test_errors_have_the_words_of_the_call():
    L = adapter("torch")
    import torch

    with pytest.raises(ValueError, match="vector_norm: dim=5 does not fit"):
        L.vector_norm(torch.ones(3), dim=5)
    with pytest.raises(ValueError, match="vector_norm: axis=5 does not fit"):
        L.OPERATIONS["vector_norm"](torch.ones(3), axis=5)


@pytest.mark.parametrize("host", [*LIBRARIES, "autograd"])
def test_a_rule_by_its_name(host):
    L = adapter(host)
    assert L.function("qr").__name__ == "qr"
    with pytest.raises(KeyError, match="no rule 'qrr'; did you mean 'qr'"):
        L.function("qrr")


@pytest.mark.parametrize("flag", ["left", "adjoint"])
def test_a_flag_that_is_no_truth_value(flag):
    L = adapter("torch")
    import torch

    LU, pivots = L.lu_factor(torch.eye(2))
    with pytest.raises(TypeError, match=f"lu_solve: {flag}=3 is not one of True, False"):
        L.lu_solve(LU, pivots, torch.eye(2), **{flag: 3})


def test_a_number_that_means_nothing():
    L = adapter("jax_scipy")
    import jax.numpy as jnp

    eye = jnp.eye(2)
    for call in (L.solve_triangular, lambda I, B, trans: L.lu_solve(L.lu_factor(I), B, trans)):
        with pytest.raises(ValueError, match="trans=5 is not one of 0, 1, 2, 'N', 'T', 'C'"):
            call(eye, eye, 5)
    for b in (None, eye):
        with pytest.raises(ValueError, match="type=7 is not one of 1, 2, 3"):
            L.eigh(eye, b, type=7)


@pytest.mark.parametrize("dim", [None, (), [], 0, -1, (0,), [0]], ids=str)
@pytest.mark.parametrize("x", [[3.0, 4.0], -2.0], ids=["vector", "scalar"])
def test_axes_of_a_norm_as_pytorch_means_them(x, dim):
    L = adapter("torch")
    import torch

    x = torch.tensor(x, requires_grad=True)
    mine, theirs = (
        L.vector_norm(x, dim=dim),
        torch.linalg.vector_norm(x, dim=tuple(dim) if dim == [0] else dim),
    )
    assert mine.shape == theirs.shape
    torch.testing.assert_close(mine, theirs)
    gradients = [torch.autograd.grad(y, x)[0] for y in (mine, theirs)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda L, A: L.vector_norm(A, dim=0, axis=1), "vector_norm: got dim and axis"),
        (lambda L, A: L.pinv(A, rcond=0.1, rtol=0.2), "pinv: got both rcond and rtol"),
        (lambda L, A: L.vector_norm(A + 0j, dtype=A.dtype), "vector_norm: dtype=.* does not hold"),
        (lambda L, A: L.matrix_norm(A.double(), dtype=A.dtype), "matrix_norm: dtype=.* does not hold"),
        (lambda L, A: L.norm(A[None], 2), "norm: ord=2 without dim needs a vector or a matrix"),
        (lambda L, A: L.matrix_norm(A, dim=0), "matrix_norm: dim must be two dimensions"),
        (lambda L, A: L.svd(A, driver="foo"), "svd: driver='foo' is not one of"),
        (lambda L, A: L.lu(A, pivot="x"), "lu: pivot='x' is not one of True, False"),
        (lambda L, A: L.lstsq(A, 3), "lstsq: B must be a PyTorch tensor, got int"),
        (lambda L, A: L.solve(A=A, B=3), "solve: B must be a PyTorch tensor, got int"),
        (lambda L, A: L.lu_solve(A, [1, 2], A), "lu_solve: pivots must be a PyTorch tensor, got list"),
        (lambda L, A: L.block_diag(A, 3), "block_diag: A2 must be a PyTorch tensor, got int"),
    ],
)
def test_arguments_that_pytorch_refuses(call, words):
    L = adapter("torch")
    import torch

    with pytest.raises((TypeError, ValueError), match=words):
        call(L, torch.eye(2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda L, S, A: L.svd(A, subset_by_index=(-1, 1)), r"svd: subset_by_index=\(-1, 1\) must lie"),
        (lambda L, S, A: L.svd(A, subset_by_index=(0, 3), compute_uv=False), "must lie in the 2 singular"),
        (lambda L, S, A: L.slogdet(A, method="foo"), "slogdet: method='foo' is not one of"),
        (lambda L, S, A: L.lstsq(A[0], A[0]), "lstsq: A has shape"),
        (lambda L, S, A: L.cholesky(A[:1]), "cholesky: A has shape"),
        (lambda L, S, A: S.polar(A, method="foo"), "polar: method='foo' is not one of"),
        (lambda L, S, A: S.solve_sylvester(A, A, A, method="foo"), "method='foo' is not one of"),
        (lambda L, S, A: S.qr(A, mode=[]), "qr: mode=\\[\\] is not one of"),
    ],
)
def test_arguments_that_jax_refuses(call, words):
    L, S = adapter("jax"), adapter("jax_scipy")
    import jax.numpy as jnp

    with pytest.raises(ValueError, match=words):
        call(L, S, jnp.eye(2))


def test_numbers_of_numpy():
    """A keyword may be an integer of NumPy."""
    S = adapter("jax_scipy")
    import numpy as np

    A, b = np.asarray([[2.0, 1.0], [0.0, 4.0]]), np.ones(2)
    for trans in (0, 1, 2):
        wanted = S.solve_triangular(A, b, trans=trans)
        assert S.solve_triangular(A, b, trans=np.int64(trans)).tolist() == wanted.tolist()
    assert S.eigh(A, type=np.int64(1), eigvals_only=True).shape == (2,)


def test_lists_as_jax_takes_them():
    S = adapter("jax_scipy")
    assert S.cholesky([[4, 2], [2, 5]]).tolist() == [[2, 1], [0, 2]]
    assert S.solve_triangular([[2.0, 0], [0, 4]], [2, 4]).tolist() == [1, 1]
