"""These functions in PyTorch programs: copies, workers, compilers, checkpoints and autocast."""

import io
import pickle
import subprocess
import sys

import numpy as np
import pytest

from ..random_inputs import general, positive
from ..said_by_torch import SAID_BY_TORCH

torch = pytest.importorskip("torch", reason="not run: torch is not installed")

from linalg_vjp.adapters import torch as L  # noqa: E402

pytestmark = SAID_BY_TORCH

# One function of each kind: with a named tuple, with a gauge, with products in the forward, with two inputs,
# from another module of PyTorch, and one that PyTorch lacks.
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
    """A module with our functions as attributes."""

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
    """With pickle and with torch.save."""
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
    """A dataset whose items are computed in a worker process."""

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
    """It gives one graph and no warning. inductor would need a C++ compiler."""
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
    """Products are not rounded to half precision, as in PyTorch's own linear algebra."""
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
