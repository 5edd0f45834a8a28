"""In each host, pullbacks and pushforwards use kept values, and no derivative factorizes again."""

from collections import Counter

import array_api_compat.numpy as standard_numpy
import pytest

import linalg_vjp as lv

from ..random_inputs import regular
from ..said_by_torch import SAID_BY_TORCH
from .jaxprs import equations

pytestmark = SAID_BY_TORCH

# These iterate in the forward, and again in a derivative, which inverts other matrices.
ITERATED = ("logm", "sqrtm", "fractional_matrix_power", "signm")
FORMS = [(name, dict(rule.typical)) for name, rule in lv.RULES.items() if name not in ITERATED]
FORMS += [("pinv", {"rtol": 0.1})]
# Operations that cost at least n^3, except products and triangular solves.
NUMPY = (
    "cholesky",
    "det",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
)


def inputs_of(name, *batch):
    return regular(name, *batch, dtype="float32")


def floating(name, outputs):
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    named = zip(lv.RULES[name].outputs, outputs, strict=True)
    return [y for label, y in named if label not in lv.RULES[name].constant]


def factorized(name):
    """How often a rule calls one factorization: for each input of one Hermitian space, and at least once.

    None if the forward iterates, so that the number varies.
    """
    if lv.RULES[name].page == "solve_are":
        return None
    if lv.RULES[name].page == "solve_sylvester":  # it needs two Schur forms
        return 2
    spaces = [*lv.RULES[name].space.values()]
    return max(1, spaces.count("hermitian"), spaces.count("positive"))


@pytest.mark.parametrize(("name", "params"), FORMS, ids=str)
def test_torch(name, params):
    """Count the operators that PyTorch dispatches."""
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    from torch.utils._python_dispatch import TorchDispatchMode

    from linalg_vjp.adapters import torch as L

    seen = Counter()
    heavy = ("lu_factor", "linalg_qr", "svd", "linalg_eig", "linalg_inv", "cholesky_ex", "solve_ex", "_det")

    class Counting(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            op = function.__name__.partition(".")[0]
            if op == "linalg_lu" or any(word in op for word in heavy):
                seen[op] += 1
            return function(*args, **(kwargs or {}))

    def loss(*x):
        return sum((y**3).sum().real for y in floating(name, L.OPERATIONS[name](*x, **params)))

    inputs = [torch.asarray(x) for x in inputs_of(name, 2)]
    live = [i for i, x in enumerate(inputs) if x.dtype.is_floating_point]

    def of_live(*x):
        return loss(*(x[live.index(i)] if i in live else one for i, one in enumerate(inputs)))

    with Counting():
        value = of_live(*(inputs[i].requires_grad_() for i in live))
        forward = seen.copy()
        value.backward()
    assert seen == forward
    assert factorized(name) in (None, max(forward.values(), default=1))
    inputs = [x.detach() for x in inputs]
    plain = [inputs[i] for i in live]
    for derive in (
        lambda: torch.func.grad(of_live)(*plain),
        lambda: torch.func.vjp(of_live, *plain)[1](torch.ones(())),
        lambda: torch.func.jvp(of_live, tuple(plain), tuple(plain)),
    ):
        seen.clear()
        with Counting():
            derive()
        assert seen == forward
    seen.clear()
    with Counting(), torch.no_grad():
        loss(*inputs)
    assert sum(seen.values()) <= sum(forward.values())  # without gradients, nothing is kept


@pytest.mark.parametrize(("name", "params"), FORMS, ids=str)
def test_jax(name, params):
    """Count the operations in the program that JAX traces."""
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    inputs = tuple(map(jax.numpy.asarray, inputs_of(name, 2)))
    heavy = ("lu", "svd", "eig", "eigh", "geqrf", "geqp3", "qr", "cholesky", "schur")

    def found(function, *x):
        return Counter(e.primitive.name for e in equations(function, *x) if e.primitive.name in heavy)

    def outputs(*x):
        return floating(name, L.OPERATIONS[name](*x, **params))

    live = [i for i, x in enumerate(inputs) if jax.numpy.issubdtype(x.dtype, jax.numpy.inexact)]
    plain = [inputs[i] for i in live]

    def of_live(*x):
        return outputs(*(x[live.index(i)] if i in live else one for i, one in enumerate(inputs)))

    made, pull = jax.vjp(of_live, *plain)
    assert not found(pull, made)
    assert not found(jax.linearize(of_live, *plain)[1], *plain)
    whole = found(lambda *x: jax.grad(lambda *x: sum((y**3).sum().real for y in of_live(*x)))(*x), *plain)
    assert factorized(name) is None or max(whole.values(), default=0) <= factorized(name)


@pytest.mark.parametrize(("name", "params"), FORMS, ids=str)
def test_mlx(name, params, monkeypatch):
    mx = pytest.importorskip("mlx.core", reason="not run: mlx is not installed")
    from linalg_vjp._namespaces import mlx as standard
    from linalg_vjp.adapters import mlx as L

    seen = Counter()
    for op in NUMPY:
        monkeypatch.setattr(standard.linalg, op, counted(op, getattr(standard.linalg, op), seen))
    inputs = [mx.array(x) for x in inputs_of(name, 2)]

    def loss(*x):
        return sum(mx.real((y**3).sum()) for y in floating(name, L.OPERATIONS[name](*x, **params)))

    loss(*inputs)
    forward = seen.copy()
    seen.clear()
    mx.grad(loss)(*inputs)
    # On MLX, solve and slogdet keep the matrix instead of an LU, so the pullback of solve solves again.
    assert seen - forward == (Counter(solve=1) if name in ("solve", "tensorsolve") else Counter())


@pytest.mark.parametrize(("name", "params"), FORMS, ids=str)
def test_autograd(name, params, monkeypatch):
    """Our own functions factorize only in the forward."""
    autograd = pytest.importorskip("autograd", reason="not run: autograd is not installed")
    from linalg_vjp.adapters import autograd as adapter

    seen = Counter()
    for op in NUMPY:
        count_numpy(monkeypatch, op, seen)
    inputs = tuple(x.astype("float64") if x.dtype.kind == "f" else x for x in inputs_of(name))
    function = adapter.function(lv.RULES[name])

    def outputs(A):
        cubes = [y**3 for y in floating(name, function(A, *inputs[1:], **params))]
        return sum(autograd.numpy.real(autograd.numpy.sum(y)) for y in cubes)

    pull, _ = autograd.core.make_vjp(outputs, inputs[0])
    seen.clear()
    pull(1.0)
    pull(2.0)
    assert not seen


@pytest.mark.parametrize("name", ["svdvals", "eigvalsh", "det", "slogdet"])
def test_autograd_s_own_primitives(name, monkeypatch):
    """autograd calls NumPy itself. The first pullback factorizes and keeps it, the later ones reuse it."""
    autograd = pytest.importorskip("autograd", reason="not run: autograd is not installed")
    from linalg_vjp.adapters import autograd as adapter

    adapter.install()
    try:
        f = getattr(autograd.numpy.linalg, name)
        pull, ans = autograd.core.make_vjp(
            lambda A: f(A)[1] if name == "slogdet" else f(A), inputs_of(name)[0]
        )
        pull(ans)
        seen = Counter()
        for op in NUMPY:
            count_numpy(monkeypatch, op, seen)
        pull(ans)
        assert not seen
    finally:
        adapter.uninstall()


def count_numpy(patch, op, seen):
    patch.setattr(standard_numpy.linalg, op, counted(op, getattr(standard_numpy.linalg, op), seen))


def counted(op, function, seen):
    def call(*args, **keywords):
        seen[op] += 1
        return function(*args, **keywords)

    return call


def test_numpy(monkeypatch):
    """Pullbacks of lv.vjp do not factorize."""
    for name, params in FORMS:
        inputs = inputs_of(name, 2)
        with monkeypatch.context() as patch:
            seen = Counter()
            for op in NUMPY:
                count_numpy(patch, op, seen)
            _, pull = lv.vjp(name, *inputs, **params)
            outputs = lv.RULES[name].forward(*inputs, **params)
            seen.clear()
            pull(*[y if y.dtype.kind in "fc" else None for y in outputs])
            assert not seen, name
