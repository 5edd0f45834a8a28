"""The hosts: their own functions and ours, and how each differentiates."""

from types import SimpleNamespace

import numpy as np

from linalg_vjp import RULES

from .cases import Arithmetic
from .host import Composed, Host, Several
from .tensorflow import TensorFlow


class Autograd(Host):
    module = "autograd"

    def __init__(self):
        import autograd
        import autograd.numpy as anp
        import autograd.scipy.linalg as asl

        from linalg_vjp.adapters import autograd as adapter

        self.autograd, self.adapter = autograd, adapter
        self.h = Arithmetic(anp, np.asarray)
        self.own = SimpleNamespace(**{name: getattr(anp.linalg, name) for name in dir(anp.linalg)})
        self.own.lu, self.own.expm, self.own.solve_sylvester = asl.lu, asl.expm, asl.solve_sylvester
        self.own.sqrtm = asl.sqrtm
        self.rules = SimpleNamespace(**{name: adapter.function(rule) for name, rule in RULES.items()})
        # autograd's own functions, under the names of the rules.
        self.own.svdvals = lambda A: anp.linalg.svd(A, full_matrices=False, compute_uv=False)
        self.own.vector_norm = lambda x, ord=None: anp.linalg.norm(x, ord)
        self.own.matrix_norm = lambda A, ord=None: anp.linalg.norm(
            A, ord, axis=(-2, -1) if A.ndim > 2 else None
        )
        self.own.solve_triangular = lambda A, B, upper: asl.solve_triangular(A, B, lower=not upper)
        self.composed = Several(self.own, Composed(self.own, self.h))
        taken = {name: f for name, f in vars(self.own).items() if name not in adapter.OTHERWISE}
        self.ours = Several(SimpleNamespace(**taken), self.rules)

    def functions(self, ours):
        """Our side is autograd's function with the rules installed, or else the function of the rule."""
        (self.adapter.install if ours else self.adapter.uninstall)()
        return self.ours if ours else self.composed

    def close(self):
        self.adapter.uninstall()

    def gradient(self, f):
        return lambda *x: tuple(self.autograd.grad(f, i)(*x) for i in range(len(x)))

    def along(self, f, inputs, tangents):
        make_jvp = self.autograd.differential_operators.make_jvp
        return sum(make_jvp(f, i)(*inputs)(dot)[1] for i, dot in enumerate(tangents))

    def bar(self, x):
        return self.h.xp.conj(x)


class Torch(Host):
    module = "torch"

    def __init__(self):
        import torch

        from linalg_vjp.adapters import torch as adapter

        self.torch, self.adapter = torch, adapter
        xp = SimpleNamespace(conj=torch.conj, real=_real, sum=torch.sum, swapaxes=torch.swapaxes)
        self.h = Arithmetic(xp, torch.asarray)

        def through_eig(f):
            """A function of a matrix, composed of `eig` as users would."""

            def composed(A):
                w, V = torch.linalg.eig(A)
                Y = V * f(w)[..., None, :] @ torch.linalg.inv(V)
                return Y if A.is_complex() else Y.real

            return composed

        renamed = SimpleNamespace(
            expm=torch.linalg.matrix_exp,
            sqrtm=through_eig(torch.sqrt),
            logm=through_eig(torch.log),
            fractional_matrix_power=lambda A, t: through_eig(lambda w: w**t)(A),
            signm=through_eig(lambda w: torch.sign(w.real).to(w.dtype)),
        )
        own = Several(renamed, torch.linalg, torch)
        # torch.polar is another function, so it comes last.
        self.own = Several(renamed, torch.linalg, Composed(own, self.h), torch)

    def functions(self, ours):
        return self.adapter if ours else self.own

    def gradient(self, f):
        return lambda *x: self.torch.func.grad(f, argnums=tuple(range(len(x))))(*x)

    def along(self, f, inputs, tangents):
        return self.torch.func.jvp(f, tuple(inputs), tuple(tangents))[1]


def _real(x):
    return x.real if x.is_complex() else x


class Jax(Host):
    module = "jax"

    def __init__(self):
        import jax

        from linalg_vjp.adapters import jax as adapter

        jax.config.update("jax_enable_x64", True)
        self.jax, self.adapter = jax, adapter
        self.h = Arithmetic(jax.numpy, jax.numpy.asarray)
        own = {name: getattr(jax.numpy.linalg, name) for name in dir(jax.numpy.linalg)}
        self.own = SimpleNamespace(**own)
        self.own.lu, self.own.expm = jax.scipy.linalg.lu, jax.scipy.linalg.expm
        self.own.solve_sylvester = jax.scipy.linalg.solve_sylvester
        self.own.schur, self.own.polar = jax.scipy.linalg.schur, jax.scipy.linalg.polar
        self.own.sqrtm = jax.scipy.linalg.sqrtm
        self.own.lu_factor = jax.scipy.linalg.lu_factor
        self.own.lu_solve = lambda F, pivots, B: jax.scipy.linalg.lu_solve((F, pivots), B)
        self.own.qr_pivoted = lambda A: jax.scipy.linalg.qr(A, mode="economic", pivoting=True)
        self.own.householder_product = jax.lax.linalg.householder_product
        self.own.tridiagonal_solve = jax.lax.linalg.tridiagonal_solve
        solve = jax.scipy.linalg.solve_triangular
        self.own.solve_triangular = lambda A, B, upper: solve(A, B, lower=not upper)
        self.own = Several(self.own, Composed(self.own, self.h))

    def functions(self, ours):
        return self.adapter if ours else self.own

    def gradient(self, f):
        return lambda *x: self.jax.grad(f, argnums=tuple(range(len(x))))(*x)

    def along(self, f, inputs, tangents):
        return self.jax.jvp(f, inputs, tangents)[1]

    def bar(self, x):
        return self.jax.numpy.conj(x)


class Mlx(Host):
    module = "mlx.core"
    double = False

    def __init__(self):
        import mlx.core as mx

        from linalg_vjp._namespaces import mlx as mlx_namespace
        from linalg_vjp.adapters import mlx as adapter

        self.mx, self.adapter = mx, adapter
        self.h = Arithmetic(mx, lambda x: mx.array(np.asarray(x, "c8" if np.iscomplexobj(x) else "f4")))
        self.own = SimpleNamespace(**vars(mlx_namespace.linalg))
        self.own.lu = lambda A: mx.linalg.lu(A, stream=mx.cpu)
        self.own.solve_triangular = lambda A, B, upper: mx.linalg.solve_triangular(
            A, B, upper=upper, stream=mx.cpu
        )

    def functions(self, ours):
        return self.adapter if ours else self.own

    def gradient(self, f):
        def gradient(*x):
            bars = self.mx.grad(f, argnums=list(range(len(x))))(*x)
            return bars if isinstance(bars, tuple) else (bars,)

        return gradient

    def along(self, f, inputs, tangents):
        return self.mx.jvp(f, inputs, tangents)[1][0]


HOSTS = {"autograd": Autograd, "torch": Torch, "jax": Jax, "mlx": Mlx, "tensorflow": TensorFlow}
