"""One backward pass by each contender: ours on each library, and PyTorch's, JAX's and autograd's own.

A contender is a pair of functions without arguments: the backward pass alone, with the saved values of the
forward, and the forward together with the backward. Each function returns when the work is done.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

import linalg_vjp as lv
from linalg_vjp.testing._exact import normal
from linalg_vjp.testing.oracles import page_of

from ..door import door
from ..random_inputs import is_hermitian, live_of, regular
from .peers import OTHERWISE_IN_TORCH, autograd_function, jax_function, torch_function

# Tensor rules are not compared: they are products, inverses and solves of reshaped matrices.
COMPARED = [name for name, rule in lv.RULES.items() if ("*",) not in rule.sides.inputs]


class Contender(NamedTuple):
    """The two functions that are timed."""

    backward: Callable[[], object]
    whole: Callable[[], object]


def matrices(batch, n, dtype):
    """A batch of random matrices, or one matrix."""
    shape = (batch, n, n) if batch > 1 else (n, n)
    A = normal(np.random.default_rng([batch, n]), shape, dtype) / np.sqrt(n)
    return A.astype(dtype)


def inputs_of(name, batch, n, dtype):
    """Well-conditioned inputs, the same for all contenders."""
    rule, A = lv.RULES[name], matrices(batch, n, dtype)
    space = rule.space.get(rule.inputs[0])
    if space in ("hermitian", "positive"):
        A = (A @ np.conj(A.mT) + np.eye(n, dtype=dtype)).astype(dtype)
    elif space or rule.family == "solvers":
        A = A + 2 * np.eye(n, dtype=dtype)
    if rule.sides.inputs[0] == ("3",):
        A = A[..., :3]
    if "upper" in rule.params:  # PyTorch reads both halves in the pullback of cholesky_solve
        A = np.triu(A) if rule.params["upper"].default else np.tril(A)
    cores = rule.sides.inputs
    alike = len({len(core) for core in cores}) == 1 and "w" not in cores[0]
    if alike and len(cores) <= (1 if is_hermitian(name) else 2):
        inputs, page = [A, np.flip(A, axis=-1).copy()][: len(rule.inputs)], page_of(name)
        params = {key: param.default for key, param in rule.params.items()} | dict(rule.typical)
        return tuple(page.arranged(inputs, params) if hasattr(page, "arranged") else inputs)
    inputs = regular(name, *A.shape[:-2], n=n, others=n, dtype=dtype)
    return tuple(A if i == 0 and x.shape == A.shape else x for i, x in enumerate(inputs))


def cotangents(name, outputs):
    """A cotangent for each output that can be differentiated, at the scale of the output, in its own memory.

    NumPy multiplies a matrix by its own transpose in another way, which is slower for small matrices. No loss
    meets that case.
    """
    constant = lv.RULES[name].constant
    return [
        None if label in constant else 1.5 * y
        for label, y in zip(lv.RULES[name].outputs, outputs, strict=True)
    ]


def _ours(name, inputs, wait=lambda x: x):
    rule, params = lv.RULES[name], lv.RULES[name].typical
    outputs, pull = lv.vjp(name, *inputs, **params)
    bars = cotangents(name, outputs if isinstance(outputs, tuple) else (outputs,))

    def whole():
        return wait(lv.vjp(rule, *inputs, **params)[1](*bars))

    return Contender(lambda: wait(pull(*bars)), whole)


def numpy_ours(name, inputs):
    return _ours(name, inputs)


def cupy_ours(name, inputs):
    import cupy

    def wait(results):
        cupy.cuda.Device().synchronize()
        return results

    return _ours(name, tuple(map(cupy.asarray, inputs)), wait)


def _wait_for_torch(results):
    import torch

    if results[0].device.type == "cuda":
        torch.cuda.synchronize()
    return results


def torch_ours(name, inputs, device="cpu"):
    import torch

    return _ours(name, tuple(torch.asarray(x, device=device) for x in inputs), _wait_for_torch)


def torch_own(name, inputs, device="cpu"):
    words = {"axis": "dim"}
    params = {words.get(k, k): v for k, v in lv.RULES[name].typical.items()}
    return through_torch(name, torch_function(name), inputs, params, device)


def torch_adapter(name, inputs):
    from linalg_vjp.adapters import torch as L

    function = L.OPERATIONS[name] if name in OTHERWISE_IN_TORCH else door(L, name)
    return through_torch(name, function, inputs, lv.RULES[name].typical)


def through_torch(name, function, inputs, params, device="cpu"):
    """A function that PyTorch differentiates."""
    import torch

    whole = [torch.asarray(x, device=device) for x in inputs]
    of_live, live = live_of(name, lambda *x: function(*x, **params), whole)
    leaves = [x.requires_grad_() for x in live]

    def forward():
        outputs = of_live(*leaves)
        return [y for y in (outputs if isinstance(outputs, tuple) else (outputs,)) if y.requires_grad]

    outputs = forward()
    bars = [1.5 * y.detach() for y in outputs]
    return Contender(
        lambda: _wait_for_torch(torch.autograd.grad(outputs, leaves, bars, retain_graph=True)),
        lambda: _wait_for_torch(torch.autograd.grad(forward(), leaves, bars)),
    )


def jax_own(name, inputs):
    import jax

    f, inputs = live_of(name, jax_function(name), tuple(map(jax.numpy.asarray, inputs)))
    forward = jax.jit(lambda *x: jax.vjp(f, *x))
    outputs, pull = forward(*inputs)
    bars = jax.tree.map(lambda y: 1.5 * y if jax.numpy.issubdtype(y.dtype, jax.numpy.inexact) else y, outputs)
    backward = jax.jit(lambda pull, bars: pull(bars))
    return Contender(
        lambda: jax.block_until_ready(backward(pull, bars)),
        lambda: jax.block_until_ready(backward(forward(*inputs)[1], bars)),
    )


def jax_ours(name, inputs):
    import jax

    rule, params = lv.RULES[name], lv.RULES[name].typical
    if rule.shapes:
        raise NotImplementedError("a compiled function returns no shapes")
    inputs = tuple(map(jax.numpy.asarray, inputs))
    frames = []  # the shapes and keywords of the compiled call

    @jax.jit
    def forward(*x):
        outputs, linear = rule.fwd(*x, **params)
        frames.append(linear.frame)
        return outputs, linear.kept

    @jax.jit
    def backward(kept, bars):
        return lv.Linearization(frames[0], kept).vjp(bars)

    outputs, kept = forward(*inputs)
    bars = cotangents(name, outputs)
    return Contender(
        lambda: jax.block_until_ready(backward(kept, bars)),
        lambda: jax.block_until_ready(backward(forward(*inputs)[1], bars)),
    )


def autograd_own(name, inputs):
    from autograd.builtins import tuple as boxed
    from autograd.core import make_vjp

    f = autograd_function(name)

    def of_all(x):
        return f(*(x[i] for i in range(len(inputs))))

    pull, outputs = make_vjp(of_all, boxed(inputs))
    bars = tuple(1.5 * y for y in outputs) if isinstance(outputs, tuple) else 1.5 * outputs
    return Contender(lambda: pull(bars), lambda: make_vjp(of_all, boxed(inputs))[0](bars))


CONTENDERS = {
    "cpu": {
        "numpy": numpy_ours,
        "torch": torch_ours,
        "jax": jax_ours,
        "torch's own": torch_own,
        "jax's own": jax_own,
        "autograd's own": autograd_own,
    },
    "cuda": {
        "cupy": cupy_ours,
        "torch": partial(torch_ours, device="cuda"),
        "jax": jax_ours,  # on its default device
        "torch's own": partial(torch_own, device="cuda"),
        "jax's own": jax_own,
    },
}
