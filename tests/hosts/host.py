"""Code that all hosts share: differentiating a case, and functions that users compose of others."""


class Host:
    """A framework with its own linear algebra and ours.

    `backward` and `forward` return the derivative of a case's loss along a direction, in reverse and forward
    mode. `twice` returns the derivative, along one direction, of <D, gradient> for another direction D.
    """

    module = ""
    double = True

    def close(self):
        """Restore the state of the host."""

    def functions(self, ours):
        """The functions under the names of the rules. With `ours`, this library differentiates them."""
        raise NotImplementedError

    def gradient(self, f):
        """The gradients of a scalar function of arrays, as a tuple, in the host's own convention."""
        raise NotImplementedError

    def along(self, f, inputs, tangents):
        """The derivative of a scalar function along a direction, in forward mode."""
        raise NotImplementedError

    def bar(self, x):
        """Convert a cotangent of the host to this library's convention."""
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
    """Functions that a host lacks, composed of functions that it has, as users would."""

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
        return U @ Vh, self.h.sum(S)  # in the losses, this is a rotation

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


class Several:
    """The functions of several modules; the first module that has a name wins."""

    def __init__(self, *modules):
        self.modules = modules

    def __getattr__(self, name):
        for module in self.modules:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)
