"""PyTensor's functions by the names of the rules, and its derivatives."""

from types import SimpleNamespace

import numpy as np

from ..hosts.cases import Arithmetic
from ..hosts.hosts import Host


class PyTensor(Host):
    """Its graphs are evaluated as they are, in Python: what it simplifies or compiles is not asked here."""

    label, package = "PyTensor", "pytensor"
    note = (
        "PyTensor was run in Python, without its rewrites and compilers, on arrays of known shape. For\n"
        "arrays of unknown shape, `qr` has no derivative. The real part of a complex number has no\n"
        "derivative, so no loss of complex arrays has one."
    )

    def __init__(self):
        import pytensor
        import pytensor.tensor as pt

        self.pytensor, self.pt = pytensor, pt
        self.mode = pytensor.compile.mode.Mode(linker="py", optimizer=None)
        xp = SimpleNamespace(conj=_if_complex(pt.conj), real=_if_complex(pt.real), sum=pt.sum)
        self.h = Arithmetic(xp, lambda x: pytensor.shared(np.array(x), shape=np.shape(x)))

    def numpy(self, x):
        return np.asarray(x.eval(mode=self.mode))

    def gradient(self, f):
        return lambda *inputs: self.pytensor.grad(f(*inputs), list(inputs))

    def second_gradient(self, f):
        return lambda *inputs: self.pytensor.grad(f(*inputs), list(inputs), disconnected_inputs="ignore")

    def along(self, f, inputs, tangents):
        return self.pytensor.gradient.Rop(f(*inputs), list(inputs), list(tangents))

    def candidates(self, name, params):
        pt, L = self.pt, self.pt.linalg
        table = {
            "qr": lambda A: L.qr(A, mode="economic"),
            "svd": lambda A: L.svd(A, full_matrices=False),
            "svdvals": lambda A: L.svd(A, compute_uv=False),
            "lu": L.lu,
            "lu_solve": lambda LU, pivots, B: L.lu_solve((LU, pivots), B, b_ndim=2),
            "solve_triangular": lambda A, B: L.solve_triangular(A, B, lower=False),
            "cholesky_solve": lambda C, B: L.cho_solve((C, True), B, b_ndim=2),
            "matrix_norm": lambda A: L.norm(A, "nuc", axis=(-2, -1)),
            "vector_norm": lambda x: L.norm(x, 3, axis=-1),
            "matrix_power": lambda A: L.matrix_power(A, 3),
            "lstsq": lambda A, B: self.residuals(A, B),
            "matrix_transpose": lambda A: A.mT,
            "trace": L.trace,
            "diagonal": lambda A: pt.diagonal(A, axis1=-2, axis2=-1),
            "outer": pt.outer,
            "multi_dot": L.matrix_dot,
        }
        if name in table:
            yield table[name]
        elif function := getattr(L, name, None) or getattr(pt, name, None):
            yield function
            yield lambda *x: function(*x, **params)

    def residuals(self, A, B):
        X = self.pt.linalg.lstsq(A, B, -1.0)[0]
        return X, self.pt.sum(abs(A @ X - B) ** 2, axis=-2)


def _if_complex(f):
    return lambda x: f(x) if "complex" in x.dtype else x
