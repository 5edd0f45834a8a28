"""TensorFlow, which runs in its own environment, with its linear algebra under the names of the rules."""

from types import SimpleNamespace

import numpy as np

from .cases import Arithmetic
from .host import Composed, Host, Several


class Casting(Arithmetic):
    """Converts factors: TensorFlow does not multiply a complex array by a real one."""

    def scaled(self, U, S):
        import tensorflow as tf

        return U * tf.cast(S, U.dtype)


class TensorFlow(Host):
    """Cotangents need no conversion. Tangents come from TensorFlow's ForwardAccumulator."""

    module = "tensorflow"

    def __init__(self):
        import tensorflow as tf

        from linalg_vjp.adapters import tensorflow as adapter

        self.tf, self.adapter, L = tf, adapter, tf.linalg

        def svd(A, full_matrices=True):
            S, U, V = L.svd(A, full_matrices=full_matrices)
            return U, S, L.adjoint(V)

        def solve(A, B):
            return L.solve(A, B[..., None])[..., 0] if len(B.shape) < len(A.shape) else L.solve(A, B)

        own = SimpleNamespace(
            qr=lambda A, mode="reduced": L.qr(A, full_matrices=mode == "complete"),
            cholesky=L.cholesky,
            svd=svd,
            svdvals=lambda A: L.svd(A, compute_uv=False),
            eigh=L.eigh,
            eigvalsh=L.eigvalsh,
            eig=L.eig,
            eigvals=L.eigvals,
            solve_triangular=lambda A, B, upper: L.triangular_solve(A, B, lower=not upper),
            inv=L.inv,
            solve=solve,
            det=L.det,
            slogdet=L.slogdet,
            logdet=L.logdet,
            pinv=L.pinv,
            lstsq=lambda A, B: (L.lstsq(A, B, fast=False),),
            cholesky_solve=L.cholesky_solve,
            vector_norm=lambda x, ord=2, axis=None: tf.norm(x, ord=ord, axis=axis),
            matrix_norm=lambda A, ord="fro": tf.norm(A, ord=ord, axis=(-2, -1)),
            trace=L.trace,
            diagonal=L.diag_part,
            cross=L.cross,
            matmul=L.matmul,
            expm=L.expm,
            logm=L.logm,
            sqrtm=L.sqrtm,
            tridiagonal_solve=lambda l, d, u, B: L.tridiagonal_solve((u, d, l), B, "sequence"),
        )
        xp = SimpleNamespace(
            conj=tf.math.conj,
            real=tf.math.real,
            sum=tf.reduce_sum,
            swapaxes=lambda X, i, j: L.matrix_transpose(X),
        )
        self.h = Casting(xp, lambda x: tf.constant(np.asarray(x, order="C")))
        self.own = Several(own, Composed(own, self.h))

    def functions(self, ours):
        return self.adapter if ours else self.own

    def gradient(self, f):
        def gradient(*inputs):
            bars = self.slopes(f, inputs, "none")
            if any(bar is None for bar in bars):
                raise NotImplementedError("no gradient")
            return bars

        return gradient

    def slopes(self, f, inputs, unconnected):
        with self.tf.GradientTape() as tape:
            tape.watch(inputs)
            value = f(*inputs)
        return tape.gradient(value, inputs, unconnected_gradients=unconnected)

    def along(self, f, inputs, tangents):
        with self.tf.autodiff.ForwardAccumulator(inputs, tangents) as accumulator:
            value = f(*inputs)
        dot = accumulator.jvp(value)
        if dot is None:
            raise NotImplementedError("no tangent")
        return dot
