"""The hosts: their own functions and ours, and how each differentiates."""

from types import SimpleNamespace

import numpy as np

from linalg_vjp import RULES

from .cases import Arithmetic


class Host:
    """A framework with its own linear algebra and ours.

    `backward` and `forward` give the derivative of a case's loss along a direction, by either mode; `twice`
    that of the gradient's part along one direction, along another.
    """

    module = ""
    double = True

    def close(self):
        """Leave the host as it was."""

    def functions(self, ours):
        """The functions by the names of the rules; with `ours`, differentiated by this library."""
        raise NotImplementedError

    def gradient(self, f):
        """Of a scalar function of arrays, a tuple for all of them, in the host's own convention."""
        raise NotImplementedError

    def along(self, f, inputs, tangents):
        """The derivative of a scalar function along a direction, in forward mode."""
        raise NotImplementedError

    def bar(self, x):
        """A cotangent of this library's from the host's, to pair with."""
        return x

    def loss(self, case, ours):
        L = self.functions(ours)
        return lambda *inputs: case.loss(L, self.h, *inputs)

    def backward(self, case, ours, D):
        bars = self.gradient(self.loss(case, ours))(*map(self.h.asarray, case.inputs))
        return float(sum(self.h.pair(self.bar(b), self.h.asarray(d)) for b, d in zip(bars, D, strict=True)))

    def forward(self, case, ours, D):
        asarray = self.h.asarray
        f = self.loss(case, ours)
        return float(self.along(f, [asarray(x) for x in case.inputs], [asarray(d) for d in D]))

    def twice(self, case, ours, D, E):
        f = self.gradient(self.loss(case, ours))
        D, E = [self.h.asarray(d) for d in D], [self.h.asarray(e) for e in E]

        def slope(*inputs):
            return sum(self.h.pair(self.bar(b), d) for b, d in zip(f(*inputs), D, strict=True))

        bars = self.gradient(slope)(*map(self.h.asarray, case.inputs))
        return float(sum(self.h.pair(self.bar(b), e) for b, e in zip(bars, E, strict=True)))


class Composed:
    """What a host lacks, as its users compose it of what it has."""

    def __init__(self, own, h):
        self.own, self.h = own, h

    def eigh_generalized(self, A, B, type=1):
        L = self.own.cholesky(B)
        Lh = self.h.adjoint(L)
        if type == 1:
            half = self.own.solve_triangular(L, A, upper=False)
            w, Y = self.own.eigh(self.own.solve_triangular(L, self.h.adjoint(half), upper=False))
        else:
            w, Y = self.own.eigh(Lh @ A @ L)
        return w, (L @ Y if type == 3 else self.own.solve_triangular(Lh, Y, upper=True))

    def eigvalsh_generalized(self, A, B, type=1):
        return self.eigh_generalized(A, B, type)[0]

    def projector_h(self, A, k):
        V = self.own.eigh(A)[1][..., -k:]
        return V @ self.h.adjoint(V)

    def projector(self, A, k=None):
        U = self.own.svd(A, full_matrices=False)[0][..., :k]
        return U @ self.h.adjoint(U)

    def nearest_psd(self, A):
        w, V = self.own.eigh(A)
        return (V * (w + abs(w)) / 2) @ self.h.adjoint(V)

    def polar(self, A):
        U, S, Vh = self.own.svd(A, full_matrices=False)
        return U @ Vh, (self.h.adjoint(Vh) * S) @ Vh

    def orthogonal_procrustes(self, A, B, special=False):
        U, S, Vh = self.own.svd(self.h.adjoint(A) @ B, full_matrices=False)
        return U @ Vh, self.h.sum(S)  # that of the losses is a rotation

    def svd_truncated(self, A, k):
        U, S, Vh = self.own.svd(A, full_matrices=False)
        return U[..., :, :k], S[..., :k], Vh[..., :k, :]

    def eigh_truncated(self, A, k):
        w, V = self.own.eigh(A)
        return w[..., -k:], V[..., -k:]

    def low_rank(self, A, k):
        U, S, Vh = self.own.svd(A, full_matrices=False)
        return (U[..., :, :k] * S[..., :k]) @ Vh[..., :k, :]

    def svd_threshold(self, A, tau):
        U, S, Vh = self.own.svd(A, full_matrices=False)
        return (U * ((S - tau) + abs(S - tau)) / 2) @ Vh


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
        # The names of autograd's own functions, where it has one.
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
        """Where autograd has no function that `install` takes for a rule, ours is that of the rule."""
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


class Several:
    """The functions of several modules, of the first that has one."""

    def __init__(self, *modules):
        self.modules = modules

    def __getattr__(self, name):
        for module in self.modules:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)


class Torch(Host):
    module = "torch"

    def __init__(self):
        import torch

        from linalg_vjp.adapters import torch as adapter

        self.torch, self.adapter = torch, adapter
        xp = SimpleNamespace(conj=torch.conj, real=_real, sum=torch.sum, swapaxes=torch.swapaxes)
        self.h = Arithmetic(xp, torch.asarray)

        def through_eig(f):
            """A function of a matrix, as users compose it."""

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
        # torch.polar is another function.
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


HOSTS = {"autograd": Autograd, "torch": Torch, "jax": Jax, "mlx": Mlx}
