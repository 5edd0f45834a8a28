"""PyTorch, JAX and autograd, with their own functions or with ours, and where results are kept."""

import functools
import importlib.metadata
import json
from pathlib import Path

import numpy as np

from linalg_vjp import RULES

from ..bench import peers
from ..hosts import hosts as frameworks
from .pytensor import PyTensor
from .tensorflow import TensorFlow

RESULTS = Path(__file__).parent / "results"


def with_residuals(solve):
    """A solver as the rule has it: the squares that are left, for every shape."""
    return lambda A, B: peers.with_residuals(solve(A, B), A, B)


def found_in(modules, name, params):
    """Functions of that name, for rules that no table here knows."""
    for module in modules:
        if function := getattr(module, name, None):
            yield functools.partial(function, **params)
            yield function
            yield functools.partial(of_list, function)


def of_list(function, *inputs):
    return function(inputs)


class Compared:
    """A framework of tests/hosts, and its functions by the names of the rules."""

    label = note = ""

    def numpy(self, x):
        return np.asarray(x)

    def second_gradient(self, f):
        """Of a slope; zero where the slope does not depend on an input."""
        return self.gradient(f)

    def candidates(self, name, params):
        """What may be the rule's function, the likeliest first; the values decide."""
        raise NotImplementedError


class Torch(Compared, frameworks.Torch):
    label, package = "PyTorch", "torch"
    note = "`cholesky_inverse` treats the diagonal of the factor as real."

    def numpy(self, x):
        return x.detach().resolve_conj().numpy()

    def candidates(self, name, params):
        torch = self.torch
        table = {
            "matrix_transpose": lambda A: A.mT,
            "lu_factor": self.lu_factor,
            "lu_solve": self.lu_solve,
        }
        if name in table:
            yield table[name]
            return
        try:
            function = peers.torch_function(name)
        except (AttributeError, NotImplementedError):
            return
        yield functools.partial(function, **RULES[name].typical)
        yield from found_in((torch.linalg, torch), name, params)

    def lu_factor(self, A):
        """With pivots from zero on; PyTorch counts from one."""
        LU, pivots = self.torch.linalg.lu_factor(A)
        return LU, pivots - 1

    def lu_solve(self, LU, pivots, B):
        return self.torch.linalg.lu_solve(LU, (pivots + 1).to(self.torch.int32), B)


class Jax(Compared, frameworks.Jax):
    label, package = "JAX", "jax"

    def candidates(self, name, params):
        jax = self.jax
        if name == "qr_pivoted":
            yield lambda A: jax.lax.linalg.qr(A, pivoting=True, full_matrices=False)
            return
        try:
            function = peers.jax_function(name)
        except NotImplementedError:
            return
        yield function
        yield from found_in((jax.numpy.linalg, jax.scipy.linalg, jax.lax.linalg, jax.numpy), name, params)


class Autograd(Compared, frameworks.Autograd):
    label, package = "autograd", "autograd"
    note = "`solve_banded` has a derivative only for a single matrix and a vector."

    def candidates(self, name, params):
        import autograd.numpy as anp
        import autograd.scipy.linalg as asl

        table = {
            "eig": anp.linalg.eig,
            "lstsq": with_residuals(lambda A, B: anp.linalg.lstsq(A, B)[0]),
            "lu": asl.lu,
            "lu_solve": lambda LU, pivots, B: asl.lu_solve((LU, pivots), B),
            "solve_banded": lambda ab, B: asl.solve_banded((len(ab) - 1 - params["u"], params["u"]), ab, B),
            "cross": anp.cross,
            "tensordot": anp.tensordot,
            "solve_triangular": asl.solve_triangular,
            "trace": anp.trace,
            "diagonal": lambda A: anp.diagonal(A, axis1=-1, axis2=-2),
            "matrix_transpose": lambda A: anp.swapaxes(A, -1, -2),
        }
        if name in table:
            yield table[name]
            return
        yield peers.autograd_function(name)
        yield from found_in((anp.linalg, asl, anp), name, params)


class OursOnTorch(Torch):
    label, note = "ours on PyTorch", ""

    def candidates(self, name, params):
        yield functools.partial(getattr(self.adapter, name), **params)


class OursOnJax(Jax):
    label = "ours on JAX"

    def candidates(self, name, params):
        yield functools.partial(getattr(self.adapter, name), **params)


class OursOnAutograd(Autograd):
    label, note = "ours on autograd", ""

    def candidates(self, name, params):
        yield functools.partial(self.adapter.function(RULES[name]), **params)


HOSTS = {
    "torch": Torch,
    "jax": Jax,
    "autograd": Autograd,
    "tensorflow": TensorFlow,
    "pytensor": PyTensor,
    "ours-torch": OursOnTorch,
    "ours-jax": OursOnJax,
    "ours-autograd": OursOnAutograd,
}


def version_of(host):
    """Without what a build adds to it."""
    module = importlib.import_module(host.package)
    found = getattr(module, "__version__", None) or importlib.metadata.version(host.package)
    return found.partition("+")[0]


def load_results(name):
    """What a run of a host found; nothing before the first."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return {"version": "", "date": "", "rules": {}}
    return json.loads(path.read_text(encoding="utf-8"))
