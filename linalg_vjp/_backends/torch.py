"""The primitives on PyTorch: its own, batched on every device, and under torch.func and torch.compile."""

import torch

from .._namespace import Array, Namespace
from .generic import largest, row_sum

__all__ = [
    "largest",
    "lu",
    "lu_factor",
    "lu_solve",
    "permute_rows",
    "row_sum",
    "solve_triangular",
    "tril",
    "triu",
]


def tril(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros above its k-th diagonal."""
    return torch.tril(X, k)


def triu(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros below its k-th diagonal."""
    return torch.triu(X, k)


def permute_rows(X: Array, p: Array, xp: Namespace) -> Array:
    """X[p], matrix by matrix; PyTorch wants indices of 64 bits."""
    return torch.take_along_dim(X, p.to(torch.int64)[..., None], dim=-2)


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


def lu_factor(A: Array) -> tuple[Array, Array]:
    """L and U in one array, and LAPACK's pivots."""
    F, pivots = torch.linalg.lu_factor(A)
    return F, pivots


def lu_solve(F: Array, pivots: Array, B: Array, adjoint: bool) -> Array:
    """A^-1 B or A^-H B."""
    return torch.linalg.lu_solve(F, pivots, B, adjoint=adjoint)
