"""The primitives on JAX: its own, which run batched and under every transformation."""

import jax
import jax.numpy as jnp

from .._namespace import Array, Namespace
from .generic import permute_rows, tril, triu

__all__ = ["lu", "permute_rows", "solve_triangular", "tril", "triu"]


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    """X of shape (..., m, n) with op(A) X = B."""
    return jax.lax.linalg.triangular_solve(
        A,
        B,
        left_side=True,
        lower=not upper,
        transpose_a=trans != "N",
        conjugate_a=trans == "C",
        unit_diagonal=unit_diagonal,
    )


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    m, n = A.shape[-2:]
    k = min(m, n)
    factors, _, rows = jax.lax.linalg.lu(A)
    L = jnp.tril(factors[..., :, :k], -1) + jnp.eye(m, k, dtype=A.dtype)
    return jnp.argsort(rows, axis=-1), L, jnp.triu(factors[..., :k, :])
