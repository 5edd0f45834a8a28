"""What programs do with PyTorch around these functions: copies, workers, compilers, checkpoints, autocast."""

import inspect
import io
import pickle
import subprocess
import sys

import numpy as np
import pytest

import linalg_vjp as lv

from ..random_inputs import general, positive
from ..said_by_torch import SAID_BY_TORCH

torch = pytest.importorskip("torch", reason="not run: torch is not installed")

from linalg_vjp.adapters import torch as L  # noqa: E402

pytestmark = SAID_BY_TORCH

# One function of each kind: with a named tuple, with a gauge, with products in the forward, of two inputs, of
# another module of PyTorch, and one that PyTorch has not.
KINDS = {
    "svd": lambda A: (L.svd(A).S ** 2).sum() + (L.svd(A).U ** 4).sum(),
    "qr": lambda A: (L.qr(A).R ** 2).sum(),
    "pinv": lambda A: (L.pinv(A) ** 2).sum(),
    "solve": lambda A: (L.solve(A, A.mT) ** 2).sum(),
    "matrix_exp": lambda A: L.matrix_exp(A / 4).sum(),
    "lu": lambda A: (L.lu(A).U ** 2).sum(),
    "polar": lambda A: (L.polar(A).U ** 3).sum(),
}
every_kind = pytest.mark.parametrize("loss", KINDS.values(), ids=KINDS)


def square(*batch, dtype="float64"):
    return torch.asarray(general(*batch, 4, 4, dtype=dtype) + 3 * np.eye(4, dtype=dtype))


def gradient(loss, A):
    leaf = A.clone().requires_grad_()
    return torch.autograd.grad(loss(leaf), leaf)[0]


class Module(torch.nn.Module):
    """A module that holds functions of ours."""

    def __init__(self, *functions):
        super().__init__()
        self.functions = functions
        self.weight = torch.nn.Parameter(square())

    def forward(self, x):
        for function in self.functions:
            x = function(self.weight @ x)
            x = x[0] if isinstance(x, tuple) else x
        return x


@pytest.mark.parametrize("name", ["svd", "eigh", "qr", "slogdet", "lu", "lu_factor", "lstsq", "polar", "inv"])
def test_results_and_modules_are_copied(name):
    """By pickle and by torch.save."""
    A = torch.asarray(positive(4))
    result = L.lstsq(A, A) if name == "lstsq" else getattr(L, name)(A)
    again = pickle.loads(pickle.dumps(result))
    assert type(again) is type(result)
    file = io.BytesIO()
    torch.save(Module(getattr(L, name), L.inv), file)
    file.seek(0)
    module = torch.load(file, weights_only=False)
    assert module.functions == (getattr(L, name), L.inv)


class Factors(torch.utils.data.Dataset):
    """Whose items are made in a worker."""

    def __len__(self):
        return 3

    def __getitem__(self, i):
        return tuple(L.svd(square() + i))


def test_workers_of_a_data_loader():
    own = {"batch_size": 3, "num_workers": 1, "timeout": 60, "multiprocessing_context": "spawn"}
    batches = list(torch.utils.data.DataLoader(Factors(), **own))
    torch.testing.assert_close(batches[0][1], torch.stack([L.svdvals(square() + i) for i in range(3)]))


COMPILED = """
import torch
from linalg_vjp.adapters import torch as L
A = torch.randn(3, 3, dtype=torch.float64)
for f in (lambda A: L.qr(A).R, lambda A: L.svd(A).S, L.inv, lambda A: L.polar(A).U):
    torch._dynamo.reset()
    leaf = A.clone().requires_grad_()
    torch.compile(f, backend="BACKEND", fullgraph=True)(leaf).sum().backward()
    other = A.clone().requires_grad_()
    f(other).sum().backward()
    torch.testing.assert_close(leaf.grad, other.grad)
"""


@pytest.mark.parametrize("backend", ["aot_eager", pytest.param("inductor", marks=pytest.mark.nightly)])
def test_compilation_says_nothing(backend):
    """In one graph, and without a warning; inductor wants a compiler of C++."""
    program = [sys.executable, "-W", "default", "-c", COMPILED.replace("BACKEND", backend)]
    run = subprocess.run(program, capture_output=True, text=True, timeout=600, check=False)
    said = [line for line in run.stderr.splitlines() if "linalg_vjp" in line or "lru_cache" in line]
    assert run.returncode == 0, run.stderr
    assert said == []


def test_export():
    module = Module(L.pinv, lambda A: L.qr(A, mode="complete").R, L.polar)
    program = torch.export.export(module, (square(),))
    torch.testing.assert_close(program.module()(square()), module(square()))


@every_kind
@pytest.mark.filterwarnings("ignore:Converting a tensor to a Python:torch.jit.TracerWarning")
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
def test_jit_trace(loss):
    A = square()
    traced = torch.jit.trace(loss, A, check_trace=False)
    B = A + 0.1 * A.mT
    torch.testing.assert_close(traced(B), loss(B))
    torch.testing.assert_close(gradient(traced, B), gradient(loss, B))


@every_kind
@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpoints(loss, reentrant):
    from torch.utils.checkpoint import checkpoint

    A = square(2)
    leaf = A.clone().requires_grad_()
    checkpoint(loss, leaf, use_reentrant=reentrant).backward()
    torch.testing.assert_close(leaf.grad, gradient(loss, A))


@every_kind
def test_deterministic_mode(loss):
    torch.use_deterministic_algorithms(True)
    try:
        torch.testing.assert_close(gradient(loss, square(2)), gradient(loss, square(2)), rtol=0, atol=0)
    finally:
        torch.use_deterministic_algorithms(False)


@every_kind
@pytest.mark.parametrize("within", [True, False], ids=["backward within", "backward after"])
def test_autocast_keeps_the_precision(loss, within):
    """As PyTorch's own linear algebra: its products are not rounded to half precision."""
    A = square(dtype="float32")
    leaf = A.clone().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(leaf)
        if within:
            value.backward()
    if not within:
        value.backward()
    assert value.dtype is torch.float32
    torch.testing.assert_close(value, loss(A), rtol=1e-6, atol=1e-5)
    torch.testing.assert_close(leaf.grad, gradient(loss, A), rtol=1e-5, atol=1e-5)


def test_autocast_makes_half_precision_single():
    A = square(dtype="float32").requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        product = A @ A
        assert product.dtype is torch.bfloat16
        X = L.inv(product)
        assert X.dtype is torch.linalg.inv(product).dtype is torch.float32
    X.sum().backward()
    assert A.grad.dtype is torch.float32


@pytest.mark.parametrize("name", lv.RULES)
def test_installation_reaches_torch_linalg_alone(name):
    """A rule that torch.linalg lacks is nowhere else."""
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
    """Where PyTorch's own is NaN, or raises, or is right: it is right with ours, under transforms too."""
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
    """Ours call torch.linalg, which is then ours: no call turns in a circle, and none is made twice."""
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
    """Other words, numbers of NumPy's and old functions, installed and not."""
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
    """Formulas call torch.linalg, too: once, twice and compiled."""
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
    """A program writes to a matrix by it, so that it stays PyTorch's."""
    A = torch.zeros(2, 2)
    with L.install():
        torch.linalg.diagonal(A).fill_(1.0)
        L.diagonal(A).add_(1.0)
    assert torch.equal(A, 2 * torch.eye(2))


def test_the_gauge_of_a_program():
    """PyTorch raises for a loss that depends on the phase of complex vectors; so do ours on request."""
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
