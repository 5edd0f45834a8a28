"""The functions installed into PyTorch: which calls they change, which they leave alone, and for how long."""

import inspect
import pickle

import numpy as np
import pytest

import linalg_vjp as lv

from ..random_inputs import general
from ..said_by_torch import SAID_BY_TORCH

torch = pytest.importorskip("torch", reason="not run: torch is not installed")

from linalg_vjp.adapters import torch as L  # noqa: E402

from .test_program_torch import gradient, square  # noqa: E402

pytestmark = SAID_BY_TORCH


@pytest.mark.parametrize("name", lv.RULES)
def test_installation_reaches_torch_linalg_alone(name):
    """A rule that torch.linalg lacks is not added to it."""
    with L.install():
        assert (name in L.REPLACED or name in L.OWN) == hasattr(torch.linalg, name)


TIED = 2 * torch.eye(3, dtype=torch.float64)
CALLS = {
    "torch.linalg.svd": lambda A: (lambda U, S, Vh: (U @ Vh)[0, 1])(*torch.linalg.svd(A)),
    "torch.svd": lambda A: (lambda U, S, V: (U @ V.mH)[0, 1])(*torch.svd(A)),
    "Tensor.svd": lambda A: (lambda U, S, V: (U @ V.mH)[0, 1])(*A.svd()),
    "torch.det": lambda A: torch.det(A - TIED + torch.diag(TIED[0])),
    "Tensor.det": lambda A: (A - TIED).det() + (A - TIED).matrix_exp()[0, 1],
    "torch.linalg.qr": lambda A: torch.linalg.qr((A + 1)[:, :2], mode="complete").R.sum(),
}


@pytest.mark.parametrize("loss", CALLS.values(), ids=CALLS)
def test_installed_functions_have_these_gradients(loss):
    """Gradients are right where PyTorch's own are NaN, raise, or are right; under transforms too."""
    own = {name: getattr(torch.linalg, name) for name in L.REPLACED}
    with L.install():
        found = [gradient(loss, TIED), torch.func.grad(loss)(TIED), torch.func.jacfwd(loss)(TIED)]
        found.append(torch.func.vmap(torch.func.grad(loss))(torch.stack([TIED, TIED]))[1])
        h = 1e-6 * torch.asarray(general(3, 3))
        difference = (loss(TIED + h) - loss(TIED - h)) / 2
    for G in found:
        torch.testing.assert_close((G * h).sum(), difference, rtol=1e-5, atol=1e-10)
    assert own == {name: getattr(torch.linalg, name) for name in L.REPLACED}
    assert "det" not in vars(torch.Tensor)


def test_installation_does_not_reach_our_own_calls():
    """Our functions call torch.linalg, which is then ours. There is no recursion, and no doubled call."""
    seen = []
    with L.install():
        A = square().requires_grad_()
        for name in ("solve", "vector_norm", "inv", "svd", "lstsq"):
            given = (A, A) if name in ("solve", "lstsq") else (A,)
            y = getattr(torch.linalg, name)(*given)
            y = y[0] if isinstance(y, tuple) else y
            (G,) = torch.autograd.grad(y.sum(), A, create_graph=True)
            torch.autograd.grad((G**2).sum(), A)
            seen.append(type(y.grad_fn).__name__)
    assert set(seen) <= {"PlainBackward", "SliceBackward0", "SelectBackward0"}
    own = torch.linalg.inv
    with L.install():
        with pytest.raises(ValueError, match="inside"), L.install():
            raise ValueError("inside")
        assert torch.linalg.inv is not own
    assert torch.linalg.inv is own


@pytest.mark.parametrize(
    "call",
    [
        lambda A: torch.linalg.norm(A, axis=0),
        lambda A: torch.linalg.vector_norm(x=A, ord=3, axis=1, keepdims=True),
        lambda A: torch.linalg.cholesky(x=A @ A.mT),
        lambda A: torch.inverse(input=A),
        lambda A: torch.cholesky_solve(input=A, input2=A.tril()),
        lambda A: A.cholesky_solve(input2=A.tril()),
        lambda A: torch.slogdet(A),
        lambda A: torch.linalg.inv(A, out=torch.empty(0, dtype=A.dtype)),
        lambda A: torch.linalg.lstsq(A, b=A, rcond=0.6, driver="gels").solution,
        lambda A: torch.linalg.matrix_power(A, np.int64(2)),
        lambda A: torch.linalg.vecdot(A[0], A, dim=0),
        lambda A: torch.linalg.vector_norm(A, dim=np.int64(1)),
        lambda A: torch.linalg.matmul(A.long(), A.long()),
    ],
)
def test_calls_of_a_program(call):
    """Alternative argument names, NumPy numbers and old functions give the same results when installed."""
    wanted = call(square())
    with L.install():
        found = call(square())
    assert type(found) is type(wanted)
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize(
    "f",
    [L.norm, L.matrix_norm, L.vector_norm, L.cond, lambda A: L.cond(A, "fro"), lambda A: L.schur(A @ A.mT).T],
)
def test_our_own_functions_while_installed(f):
    """Our formulas call torch.linalg as well: in values, and in second derivatives."""
    A = square()
    with L.install():
        assert f(A).isfinite().all()
        hessian = torch.func.hessian(lambda A: f(A).abs().sum())(A)
    torch.testing.assert_close(hessian, torch.func.hessian(lambda A: f(A).abs().sum())(A))


def test_norms_are_compiled_while_installed():
    def f(A):
        return torch.linalg.norm(A) + torch.linalg.vector_norm(A, 3) + torch.linalg.matrix_norm(A, "nuc")

    with L.install():
        compiled = torch.compile(f, backend="aot_eager", fullgraph=True)
        torch.testing.assert_close(gradient(compiled, square()), gradient(f, square()))


@pytest.mark.parametrize("how", [{"atol": 0.01}, {"rtol": torch.tensor(0.01)}], ids=str)
def test_tensors_that_torch_func_hides(how):
    A = square(2)
    loss = lambda A: L.pinv(A, **how).sum()  # noqa: E731
    own = lambda A: torch.linalg.pinv(A, **how).sum()  # noqa: E731
    for f in (torch.func.grad, torch.func.jacfwd):
        torch.testing.assert_close(torch.func.vmap(f(loss))(A), torch.func.vmap(f(own))(A))


def test_subclasses_and_modes_are_asked():
    class Answering(torch.Tensor):
        @classmethod
        def __torch_function__(cls, f, types, args=(), kwargs=None):
            return f.__name__

    A = square().as_subclass(Answering)
    with L.install():
        assert torch.linalg.inv(A) == "linalg_inv"
        assert torch.linalg.solve(square(), B=A) == "linalg_solve"
        assert isinstance(torch.linalg.inv(torch.nn.Parameter(square())).grad_fn, torch.autograd.graph.Node)


def test_installation_is_held_by_each_block():
    own = torch.linalg.svd
    first, second = L.install(), L.install()
    with first:
        pass
    assert torch.linalg.svd is not own
    with second:
        pass
    assert torch.linalg.svd is own
    late = L.install()
    L.uninstall()
    assert torch.linalg.svd is own
    with late:
        assert torch.linalg.svd is not own
    assert torch.linalg.svd is own


def test_installed_functions_are_pickled():
    with L.install():
        for function in (torch.linalg.svd, torch.det, torch.Tensor.inverse):
            assert pickle.loads(pickle.dumps(function)) is function
        assert "full_matrices" in inspect.signature(torch.linalg.svd).parameters


def test_a_diagonal_is_a_view():
    """Programs write to a matrix through its diagonal, so `diagonal` stays PyTorch's own."""
    A = torch.zeros(2, 2)
    with L.install():
        torch.linalg.diagonal(A).fill_(1.0)
        L.diagonal(A).add_(1.0)
    assert torch.equal(A, 2 * torch.eye(2))


def test_the_gauge_of_a_program():
    """PyTorch raises for a loss that depends on the phase of complex vectors. So do ours on request."""
    A = square(dtype="complex128")

    def loss(A):
        return torch.linalg.svd(A).U.sum().real

    with pytest.raises(RuntimeError, match="svd_backward"):
        gradient(loss, A)
    with L.install():
        assert gradient(loss, A).isfinite().all()
        L.set_gauge("check")
        try:
            with pytest.raises(lv.GaugeError, match="svd: the cotangent"):
                gradient(loss, A)
            gradient(lambda A: (torch.linalg.svd(A).U.abs() ** 4).sum(), A)
        finally:
            L.set_gauge("project")
    with pytest.raises(ValueError, match="set_gauge: gauge='maybe' is not"):
        L.set_gauge("maybe")
