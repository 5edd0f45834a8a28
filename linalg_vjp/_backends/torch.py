"""The primitives on PyTorch: its own, batched on every device, and under torch.func and torch.compile."""

import math
from typing import Any

import torch

from .._namespaces import Array, Namespace
from .generic import row_sum

__all__ = [
    "add_diagonal",
    "largest",
    "lu",
    "lu_factor",
    "lu_solve",
    "permute_rows",
    "row_sum",
    "solve_triangular",
    "tril",
    "tril_half",
    "triu",
]


def tril(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros above its k-th diagonal."""
    return torch.where(_ones(X).tril(k), X, 0.0) if _many_small(X) else torch.tril(X, k)


def triu(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros below its k-th diagonal."""
    return torch.where(_ones(X).triu(k), X, 0.0) if _many_small(X) else torch.triu(X, k)


def _many_small(X: Array) -> bool:
    # Measured: there torch.tril takes up to twenty times as long as a mask.
    return bool(X.ndim > 2 and X.shape[-1] <= 16)


def _ones(X: Array) -> Array:
    return torch.ones(X.shape[-2:], dtype=torch.bool, device=X.device)


def largest(X: Array, axis: Any, xp: Namespace) -> Array:
    """The maximum along axes that stay."""
    return torch.amax(X, dim=() if axis is None else axis, keepdim=True)


def add_diagonal(X: Array, d: Array, xp: Namespace) -> Array:
    """X + diag(d)."""
    return X + torch.diag_embed(d)


def tril_half(X: Array, xp: Namespace) -> Array:
    """The lower half with half of the diagonal."""
    n = X.shape[-1]
    half = torch.ones((n, n), dtype=X.real.dtype, device=X.device)
    return tril(X, xp) * half.fill_diagonal_(0.5)


def permute_rows(X: Array, p: Array, xp: Namespace) -> Array:
    """X[p], matrix by matrix; torch.take_along_dim takes several times as long."""
    if X.ndim == 2:
        return X.index_select(0, p.to(torch.int64))
    *batch, m, n = X.shape
    count = math.prod(batch)
    first = m * torch.arange(count, device=p.device)[:, None]
    rows = first + p.expand(*batch, m).reshape(count, m)
    return X.reshape(count * m, n).index_select(0, rows.reshape(-1)).reshape(X.shape)


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    """X of shape (..., m, n) with op(A) X = B."""
    if trans != "N":
        A, upper = A.mT, not upper
    if trans == "C" and A.is_complex():
        A = A.conj()
    return torch.linalg.solve_triangular(A, B, upper=upper, unitriangular=unit_diagonal)


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    P, L, U = torch.linalg.lu(A)
    # No product of floats: torch.autocast would round the numbers of the rows.
    p = torch.argmax(P.real, dim=-1) if A.shape[-2] else torch.zeros(A.shape[:-1], dtype=torch.int64)
    return p.to(A.device), L, U


def lu_factor(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U in one array, and LAPACK's pivots."""
    F, pivots = torch.linalg.lu_factor(A)
    return F, pivots


def lu_solve(F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
    """A^-1 B or A^-H B."""
    return torch.linalg.lu_solve(F, pivots, B, adjoint=adjoint)
