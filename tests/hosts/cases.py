"""Losses for every rule, including ones that hosts get wrong, and their true derivatives.

The true derivatives are differences of NumPy's forward. A loss takes the functions `L` of a host, its
arithmetic `h`, and arrays. It does not depend on a gauge. Losses are in `losses/`, and `load` imports them.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import scipy.linalg
import scipy.sparse.linalg
from numpy.random import default_rng

from linalg_vjp import RULES

CASES = []


class Case(NamedTuple):
    title: str
    numbers: str
    loss: Callable
    inputs: tuple[np.ndarray, ...]
    hermitian: bool  # the inputs and all directions are Hermitian
    twice: bool  # whether the loss has a second derivative


def case(title, *points, hermitian=False, regular=False, twice=True):
    """Add a loss at given points, or at random real and complex inputs of given shapes."""

    def add(loss):
        for dtype in ("real", "complex") if isinstance(points[0], tuple) else ("real",):
            inputs = tuple(
                random(crc32(title.encode()), i, x, dtype) if isinstance(x, tuple) else x
                for i, x in enumerate(points)
            )
            if hermitian:
                inputs = tuple(A @ np.conj(A.mT) + np.eye(A.shape[-1]) for A in inputs)
            if regular:
                inputs = (inputs[0] + 3 * np.eye(inputs[0].shape[-1]), *inputs[1:])
            CASES.append(Case(title, dtype, loss, inputs, hermitian, twice))

    return add


def random(seed, i, shape, dtype):
    rng = default_rng([seed, i])
    x = rng.standard_normal(shape)
    return x + 1j * rng.standard_normal(shape) if dtype == "complex" else x


def projector(h, X):
    return X @ h.adjoint(X)


AT = {
    "rank 2 of 3": np.asarray([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]),
    "rank 2 of 4": np.asarray([[1.0, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]),
    "rank 1 of 4": np.outer(np.arange(1.0, 5), np.arange(2.0, 6)),
    "orthogonal": np.asarray([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]]),
    "tied": np.asarray([[2.0, 0, 1], [0, 1, 0], [1, 0, 2]]),  # eigenvalues 1, 1, 3
}


def of_values(A, f):
    U, S, Vh = np.linalg.svd(A, full_matrices=False)
    return (U * f(S)) @ Vh


class Arithmetic:
    """The arithmetic of losses for a host with functions `xp`. The weights are the same for all hosts."""

    def __init__(self, xp, asarray):
        self.xp, self.asarray = xp, asarray

    def adjoint(self, X):
        return self.xp.conj(self.xp.swapaxes(X, -1, -2))

    def scaled(self, U, S):
        """The columns of U, each times a real number."""
        return U * S

    def abs2(self, X):
        return self.xp.real(X * self.xp.conj(X))

    def sum(self, X):
        return self.xp.sum(X)

    def pair(self, W, X):
        """Re<W, X>."""
        return self.xp.sum(self.xp.real(self.xp.conj(W) * X))

    def weigh(self, *arrays):
        total = 0.0
        for i, X in enumerate(arrays):
            dtype = "complex" if "complex" in str(X.dtype) else "real"
            total = total + self.pair(self.asarray(random(99, i, tuple(X.shape), dtype)), X)
        return total


class Forwards:
    """Functions of NumPy and SciPy, under the names of the rules."""

    def __getattr__(self, name):
        return getattr(np.linalg, name)

    @staticmethod
    def funm_hermitian(A, f):
        w, V = np.linalg.eigh(A)
        return (V * {"sqrt": np.sqrt, "exp": np.exp}[f](w)) @ np.conj(V.T)

    @staticmethod
    def trace_funm(A, f):
        return np.sum(np.logaddexp(0, np.linalg.eigvalsh(A)))

    @staticmethod
    def projector_h(A, k):
        V = np.linalg.eigh(A)[1][..., -k:]
        return V @ np.conj(V.mT)

    @staticmethod
    def projector(A, k=None):
        U = np.linalg.svd(A, full_matrices=False)[0][..., :k]
        return U @ np.conj(U.mT)

    @staticmethod
    def nearest_psd(A):
        w, V = np.linalg.eigh(A)
        return (V * np.maximum(w, 0)) @ np.conj(V.mT)

    @staticmethod
    def svd_function(A, f):
        return of_values(A, np.tanh)

    @staticmethod
    def low_rank(A, k):
        return of_values(A, lambda S: np.where(np.arange(len(S)) < k, S, 0))

    @staticmethod
    def svd_threshold(A, tau):
        return of_values(A, lambda S: np.maximum(S - tau, 0))

    @staticmethod
    def svd_truncated(A, k):
        U, S, Vh = np.linalg.svd(A)
        return U[:, :k], S[:k], Vh[:k]

    @staticmethod
    def eigh_truncated(A, k):
        w, V = np.linalg.eigh(A)
        return w[-k:], V[:, -k:]

    @staticmethod
    def polar(A):
        return scipy.linalg.polar(A)

    @staticmethod
    def orthogonal_procrustes(A, B, special=False):
        R, scale = scipy.linalg.orthogonal_procrustes(A, B)
        assert not special or np.linalg.det(R) > 0  # then R is the nearest rotation
        return R, scale

    @staticmethod
    def eigh_generalized(A, B, type=1):
        return scipy.linalg.eigh(A, B, type=type)

    @staticmethod
    def eigvalsh_generalized(A, B, type=1):
        return scipy.linalg.eigvalsh(A, B, type=type)

    @staticmethod
    def sylvester_h(H, K, C):
        return scipy.linalg.solve_sylvester(H, K, C)

    @staticmethod
    def solve_sylvester(A, B, Q):
        return scipy.linalg.solve_sylvester(A, B, Q)

    @staticmethod
    def solve_continuous_lyapunov(A, Q):
        return scipy.linalg.solve_continuous_lyapunov(A, Q)

    @staticmethod
    def solve_discrete_lyapunov(A, Q):
        return scipy.linalg.solve_discrete_lyapunov(A, Q)

    @staticmethod
    def solve_continuous_are(A, B, Q, R):
        return scipy.linalg.solve_continuous_are(A, B, Q, R)

    @staticmethod
    def solve_discrete_are(A, B, Q, R):
        return scipy.linalg.solve_discrete_are(A, B, Q, R)

    @staticmethod
    def schur(A, output):
        return scipy.linalg.schur(A, output=output)

    @staticmethod
    def expm(A):
        return scipy.linalg.expm(A)

    @staticmethod
    def expm_multiply(A, B):
        pairs = zip(A, np.broadcast_to(B, (*A.shape[:-2], *B.shape[-2:])), strict=True)
        return np.stack([scipy.sparse.linalg.expm_multiply(*pair) for pair in pairs])

    @staticmethod
    def sqrtm(A):
        return scipy.linalg.sqrtm(A)

    @staticmethod
    def logm(A):
        return scipy.linalg.logm(A)

    @staticmethod
    def fractional_matrix_power(A, t):
        return scipy.linalg.fractional_matrix_power(A, t)

    @staticmethod
    def signm(A):
        return scipy.linalg.signm(A)

    @staticmethod
    def lu(A):
        return scipy.linalg.lu(A)

    @staticmethod
    def solve_triangular(A, B, upper):
        return scipy.linalg.solve_triangular(A, B, lower=not upper)

    @staticmethod
    def qr_pivoted(A):
        return scipy.linalg.qr(A, mode="economic", pivoting=True)

    @staticmethod
    def cholesky_inverse(L):
        return np.linalg.inv(L @ np.conj(L.mT))

    @staticmethod
    def householder_product(A, tau):
        Q = np.eye(*A.shape)
        for i in reversed(range(len(tau))):
            v = np.where(np.arange(len(A)) > i, A[:, i], np.arange(len(A)) == i)
            Q = Q - tau[i] * np.outer(v, v.conj() @ Q)
        return Q

    @staticmethod
    def lu_factor(A):
        return scipy.linalg.lu_factor(A)

    @staticmethod
    def lu_solve(F, pivots, B):
        return scipy.linalg.lu_solve((F, pivots), B)

    @staticmethod
    def tridiagonal_solve(dl, d, du, B):
        return np.linalg.solve(np.diag(d) + np.diag(dl[1:], -1) + np.diag(du[:-1], 1), B)

    @staticmethod
    def solve_banded(ab, B, u):
        return scipy.linalg.solve_banded((len(ab) - 1 - u, u), ab, B)


def direction(case, seed):
    D = [
        random(seed, i, x.shape, "complex" if x.dtype.kind == "c" else "real")
        for i, x in enumerate(case.inputs)
    ]
    return [d + np.conj(d.mT) for d in D] if case.hermitian else D


def differences(f, h=2e-4):
    """The derivative of f at 0, by fourth-order differences."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def truth(case, *directions):
    """The derivative of the loss along a direction, or the second derivative along two."""
    h = Arithmetic(np, np.asarray)

    def at(x, rest):
        if not rest:
            return float(np.real(case.loss(Forwards(), h, *x)))  # the cond of NumPy 2.1 is complex
        return differences(lambda t: at([a + t * d for a, d in zip(x, rest[0], strict=True)], rest[1:]))

    return at(case.inputs, directions)


def load():
    """All losses, grouped by page."""
    pages = list(dict.fromkeys(rule.page for rule in RULES.values()))
    for page in pages:
        if (Path(__file__).parent / "losses" / f"{page}.py").exists():
            importlib.import_module(f".losses.{page}", __package__)
    # Collecting doctests may have imported them in another order.
    return sorted(CASES, key=lambda case: pages.index(case.loss.__module__.rpartition(".")[2]))
