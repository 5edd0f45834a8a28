"""Matrices with tied and zero eigenvalues or singular values, and losses that have a gradient there.

These losses depend on the vectors of a tied cluster only through quantities that do not depend on its basis:
the projector onto their span, or U_c V_c^H for a cluster of nonzero singular values. They give all values of
a cluster the same weight.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ._exact import conj, exact, normal

__all__ = ["TiedLoss", "tied_eigh", "tied_pencil", "tied_svd"]


class TiedLoss(NamedTuple):
    """A matrix, and a loss of its factors with the cotangents of the loss, in the form of `check_loss`."""

    A: Any
    loss: Callable[..., Any]
    cotangents: Callable[..., Sequence[Any]]
    B: Any = None  # the second matrix, if the rule takes two

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The inputs of the rule."""
        return (self.A,) if self.B is None else (self.A, self.B)


def tied_eigh(random: np.random.Generator, clusters: Sequence[int], dtype: Any) -> TiedLoss:
    """A Hermitian matrix whose eigenvalues come in clusters of these sizes."""
    n = sum(clusters)
    Q = _unitary(random, n, dtype)
    w = np.repeat(np.cumsum(random.uniform(0.5, 2, len(clusters))) - 1, clusters)
    A = (Q * w) @ np.conj(Q.T)
    A = np.asarray((A + np.conj(A.T)) / 2, dtype)
    blocks = _blocks(clusters)
    M = [_hermitian(random, n, dtype) for _ in blocks]
    g = random.standard_normal(len(blocks))

    def loss(w: Any, V: Any) -> Any:
        projected = sum(_real_trace(exact(Mc) @ _projector(V[:, c])) for Mc, c in zip(M, blocks, strict=True))
        return projected + sum(gc * w[c].sum() for gc, c in zip(g, blocks, strict=True))

    def cotangents(w: Any, V: Any) -> list[Any]:
        V_bar = [2 * Mc @ V[:, c] for Mc, c in zip(M, blocks, strict=True)]
        return [np.repeat(g, clusters), np.concatenate(V_bar, axis=1)]

    return TiedLoss(A, loss, cotangents)


def tied_pencil(random: np.random.Generator, clusters: Sequence[int], dtype: Any, type: int) -> TiedLoss:
    """A Hermitian and a positive definite matrix whose eigenvalues come in clusters of these sizes."""
    tied, n = tied_eigh(random, clusters, dtype), sum(clusters)
    G = np.eye(n) + normal(random, (n, n), dtype) / (4 * max(n, 1))
    H = G if type == 1 else np.linalg.inv(np.conj(G.T))
    A, B = H @ tied.A @ np.conj(H.T), G @ np.conj(G.T)
    A, B = (np.asarray((X + np.conj(X.T)) / 2, dtype) for X in (A, B))
    return tied._replace(A=A, B=B)


def tied_svd(
    random: np.random.Generator, m: int, n: int, clusters: Sequence[int], zeros: int, dtype: Any
) -> TiedLoss:
    """An m x n matrix whose singular values come in clusters of these sizes, followed by `zeros` zeros.

    The loss takes full and reduced factors.
    """
    k, r = min(m, n), sum(clusters)
    if r + zeros != k:
        raise ValueError(
            f"tied_svd: the clusters have {r} values and there are {zeros} zeros, but a matrix of shape "
            f"({m}, {n}) has {k} singular values"
        )
    U, V = _unitary(random, m, dtype), _unitary(random, n, dtype)
    s = np.repeat(3 - np.cumsum(random.uniform(0.3, 0.9, len(clusters))), clusters)
    A = np.asarray((U[:, :r] * s) @ np.conj(V[:, :r].T), dtype)
    blocks = _blocks(clusters)
    polar = [normal(random, (m, n), dtype) for _ in blocks]
    left = [_hermitian(random, m, dtype) for _ in (*blocks, 0)]
    right = [_hermitian(random, n, dtype) for _ in (*blocks, 0)]
    g = random.standard_normal(len(blocks))

    def loss(U: Any, S: Any, Vh: Any) -> Any:
        total, V = 0, conj(Vh.T)
        for i, c in enumerate(blocks):
            total += _real_trace(exact(np.conj(polar[i].T)) @ U[:, c] @ Vh[c])
            total += _real_trace(exact(left[i]) @ _projector(U[:, c]))
            total += _real_trace(exact(right[i]) @ _projector(V[:, c]))
            total += g[i] * S[c].sum()
        # The null spaces, each as the complement of the other columns, if the factor is square.
        if U.shape[0] == U.shape[1]:
            total -= _real_trace(exact(left[-1]) @ _projector(U[:, :r]))
        if V.shape[0] == V.shape[1]:
            total -= _real_trace(exact(right[-1]) @ _projector(V[:, :r]))
        return total

    def cotangents(U: Any, S: Any, Vh: Any) -> list[Any]:
        V = np.conj(Vh.T)
        U_bar, V_bar, S_bar = np.zeros_like(U), np.zeros_like(V), np.zeros_like(S)
        for i, c in enumerate(blocks):
            U_bar[:, c] = polar[i] @ V[:, c] + 2 * left[i] @ U[:, c]
            V_bar[:, c] = np.conj(polar[i].T) @ U[:, c] + 2 * right[i] @ V[:, c]
            S_bar[c] = g[i]
        if U.shape[0] == U.shape[1]:
            U_bar[:, r:] = 2 * left[-1] @ U[:, r:]
        if V.shape[0] == V.shape[1]:
            V_bar[:, r:] = 2 * right[-1] @ V[:, r:]
        return [U_bar, S_bar, np.conj(V_bar.T)]

    return TiedLoss(A, loss, cotangents)


def _blocks(clusters: Sequence[int]) -> list[slice]:
    ends = np.cumsum(clusters).tolist()
    return [slice(end - size, end) for end, size in zip(ends, clusters, strict=True)]


def _real_trace(X: Any) -> Any:
    return sum(x.real for x in np.diagonal(X))


def _projector(V: Any) -> Any:
    return V @ conj(V.T)


def _hermitian(random: np.random.Generator, n: int, dtype: Any) -> Any:
    X = normal(random, (n, n), dtype)
    return (X + np.conj(X.T)) / 2


def _unitary(random: np.random.Generator, n: int, dtype: Any) -> Any:
    return np.linalg.qr(normal(random, (n, n), dtype))[0]
