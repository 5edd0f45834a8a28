"""TensorFlow's functions by the names of the rules, and its derivatives."""

import numpy as np

from ..hosts import tensorflow


class TensorFlow(tensorflow.TensorFlow):
    """Its tables of functions, of which the values decide."""

    label, package, note = "TensorFlow", "tensorflow", ""

    def numpy(self, x):
        return np.asarray(x)

    def second_gradient(self, f):
        return lambda *inputs: self.slopes(f, inputs, "zero")

    def candidates(self, name, params):
        tf, L = self.tf, self.tf.linalg
        import tensorflow.experimental.numpy as tnp

        def lu(A):
            factors, p = L.lu(A)
            m, n = A.shape[-2:]
            if m != n:
                raise NotImplementedError("its gradient is of square matrices")
            L1 = L.band_part(factors, -1, 0)
            L1 = L.set_diag(L1, tf.ones(A.shape[:-1], A.dtype))
            return L.matrix_transpose(tf.one_hot(p, m, dtype=tf.float64)), L1, L.band_part(factors, 0, -1)

        def svd(A):
            s, u, v = L.svd(A)
            return u, s, L.adjoint(v)

        def lstsq(A, B):
            X = L.lstsq(A, B)
            return X, tf.reduce_sum(tf.abs(A @ X - B) ** 2, -2)

        def slogdet(A):
            found = L.slogdet(A)
            return found.sign, found.log_abs_determinant

        def lu_solve(LU, pivots, B):
            return L.lu_solve(LU, rows(np.asarray(pivots)), B)

        table = {
            "lu": lu,
            "lu_solve": lu_solve,
            "tridiagonal_solve": lambda dl, d, du, B: L.tridiagonal_solve(
                (du, d, dl), B, diagonals_format="sequence"
            ),
            "svd": svd,
            "svdvals": lambda A: L.svd(A, compute_uv=False),
            "lstsq": lstsq,
            "slogdet": slogdet,
            "solve_triangular": lambda A, B: L.triangular_solve(A, B, lower=False),
            "vector_norm": lambda x: tf.norm(x, 3, axis=-1),
            "diagonal": L.diag_part,
            "kron": tnp.kron,
            "outer": tnp.outer,
        }
        if name in table:
            yield table[name]
        elif function := getattr(L, name, None):
            yield function
            yield lambda *x: function(*x, **params)


def rows(pivots):
    """The order of the rows, which TensorFlow has in place of the exchanges of rows."""
    order = np.broadcast_to(np.arange(pivots.shape[-1]), pivots.shape).copy()
    for each, changes in zip(
        order.reshape(-1, order.shape[-1]), pivots.reshape(-1, order.shape[-1]), strict=True
    ):
        for i, j in enumerate(changes):
            each[[i, j]] = each[[j, i]]
    return order
