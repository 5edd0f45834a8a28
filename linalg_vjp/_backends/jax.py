"""The primitives on JAX: its own functions, which are batched and work under every transformation."""

from typing import Any

import jax
import jax.numpy as jnp

from .._namespaces import Array, Namespace
from . import generic
from . import schur as forms
from ._jax_iteration import linear_solve, peek, repeat, scan
from .generic import (
    add_diagonal,
    inv,
    largest,
    mirror,
    no_second,
    no_third,
    permute_rows,
    plain_norm,
    row_sum,
    shortcut,
    square_root,
    tril,
    tril_half,
    triu,
    whole,
)

__all__ = [
    "add_diagonal",
    "after",
    "again",
    "cholesky",
    "choose",
    "fixed",
    "inv",
    "inv_or_nan",
    "inverse_permutation",
    "largest",
    "linear_solve",
    "lu",
    "lu_diagonal",
    "lu_factor",
    "lu_inverse",
    "lu_packed",
    "lu_solve",
    "mirror",
    "peek",
    "permute_rows",
    "plain_norm",
    "qr_pivoted",
    "repeat",
    "row_sum",
    "scan",
    "schur",
    "schur_factor",
    "schur_solve",
    "shortcut",
    "solve_bands",
    "solve_triangular",
    "square_root",
    "tril",
    "tril_half",
    "triu",
    "whole",
]


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


def _schur(A: Array) -> Any:
    """LAPACK's T and Z; NaN where A is not finite, because LAPACK may hang. JAX has it only on CPUs."""
    if 0 in A.shape:
        return A, A
    finite = jnp.all(jnp.isfinite(A), axis=(-2, -1), keepdims=True)
    T, Z = jax.lax.linalg.schur(jnp.where(finite, A, 0))
    return jnp.where(finite, T, jnp.nan), jnp.where(finite, Z, jnp.nan)


def schur(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """T and Z; NaN where LAPACK's form of a real matrix has 2 x 2 blocks."""
    T, Z = _schur(A)
    there = jnp.all(jnp.tril(T, -1) == 0, axis=(-2, -1), keepdims=True)
    return jnp.where(there, T, jnp.nan), jnp.where(there, Z, jnp.nan)


def schur_factor(A: Array, xp: Namespace) -> Array:
    """T and Z, stacked and complex, because `schur_solve` needs triangles."""
    return jnp.stack(_schur(A.astype(jnp.result_type(A.dtype, jnp.complex64))), axis=-3)


def schur_solve(T: Array, S: Array, C: Array, xp: Namespace, *, ops: str) -> Array:
    """Y with op(T) Y + Y op(S) = C, one column per step of a single loop."""
    if 0 in C.shape:
        return C
    F, G, apart = forms.equation(T, S, jnp, ops)
    one, n = jnp.eye(F.shape[-1], dtype=F.dtype), C.shape[-1]

    def column(X: Array, j: Any) -> Array:
        return jax.lax.dynamic_index_in_dim(X, j, axis=-1)

    def step(i: Any, Y: Array) -> Array:
        j = i if ops[1] == "N" else n - 1 - i
        g = column(G, j)
        shifted = F + jax.lax.dynamic_index_in_dim(g, j, axis=-2) * one
        c = column(C, j) - Y @ g  # columns that are still to come are zero
        y = solve_triangular(shifted, c, jnp, upper=ops[0] == "N", trans="N", unit_diagonal=False)
        return jax.lax.dynamic_update_slice_in_dim(Y, y, j, axis=-1)

    return jnp.where(apart, jax.lax.fori_loop(0, n, step, jnp.zeros_like(C)), jnp.nan)


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    m, n = A.shape[-2:]
    k = min(m, n)
    factors, _, rows = jax.lax.linalg.lu(A)
    L = jnp.tril(factors[..., :, :k], -1) + jnp.eye(m, k, dtype=A.dtype)
    return inverse_permutation(rows, xp), L, jnp.triu(factors[..., :k, :])


def solve_bands(C: Array, B: Array, xp: Namespace, *, l: int) -> Array:
    """JAX's own function for a tridiagonal matrix; it does not pivot either."""
    if (C.shape[-2], l) != (3, 1) or 0 in B.shape or C.shape[-1] < 3:
        return generic.solve_bands(C, B, xp, l=l)
    return jax.lax.linalg.tridiagonal_solve(C[..., 0, :], C[..., 1, :], C[..., 2, :], B)


def lu_packed(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U in one array, and the pivots."""
    F, pivots, _ = jax.lax.linalg.lu(A)
    return F, pivots


def qr_pivoted(A: Array, xp: Namespace, *, mode: str) -> tuple[Array, Array, Array]:
    """LAPACK's pivoted QR; jax.scipy.linalg.qr accepts no batch."""
    Q, R, p = jax.lax.linalg.qr(A, pivoting=True, full_matrices=mode == "complete")
    return Q, R, p


def lu_factor(A: Array, xp: Namespace, *, strict: bool) -> tuple[Array, Array]:
    """L and U in one array, and the rows in their new order: A[rows] = L U."""
    F, _, rows = jax.lax.linalg.lu(A)
    return F, rows


def inverse_permutation(p: Array, xp: Namespace) -> Array:
    """The vector q with X[p][q] = X; XLA takes longer for a sort than for the LU of small matrices."""
    i = jnp.arange(p.shape[-1], dtype=p.dtype)
    return jnp.sum(jnp.where(p[..., :, None] == i, i[:, None], 0), axis=-2, dtype=p.dtype)


def after(X: Array, Y: Array) -> Array:
    """X, made to depend on an entry of Y.

    In JAX 0.10.2 a compiled program hangs when two LAPACK calls run over a batch at the same time, and
    jax.lax.optimization_barrier does not prevent that.
    """
    if 0 in Y.shape:
        return X
    y = Y[..., :1, :1]
    return X + jnp.where(jnp.isfinite(y), 0 * y, 0)


def lu_diagonal(F: Array, pivots: Array) -> Array:
    """The diagonal of U, with a minus sign for each row that came before an odd number of rows above it."""
    i = jnp.arange(pivots.shape[-1])
    above = (pivots[..., :, None] < pivots[..., None, :]) & (i[:, None] > i)
    u = jnp.diagonal(F, axis1=-2, axis2=-1)
    return jnp.where(jnp.sum(above, axis=-1) % 2 == 1, -u, u)


def lu_inverse(F: Array, pivots: Array, xp: Namespace) -> Array:
    """A^-1."""
    return lu_solve(F, pivots, jnp.eye(F.shape[-1], dtype=F.dtype), xp, adjoint=False)


def cholesky(A: Array, xp: Namespace, *, upper: bool) -> Array:
    """The factor from one triangle; jax.numpy.linalg.cholesky averages both."""
    L = jax.lax.linalg.cholesky(A.conj().mT if upper else A, symmetrize_input=False)
    return L.conj().mT if upper else L


def choose(condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
    """One of the two, chosen at run time. Outside of a program, JAX would compile both in each call."""
    if isinstance(condition, jax.core.Tracer):
        condition = _everywhere(condition)
    if not isinstance(condition, jax.core.Tracer):
        return (quick if condition else exact)(*arrays)
    return jax.lax.cond(condition, quick, exact, *arrays)


@jax.custom_batching.custom_vmap  # type: ignore[untyped-decorator]
def _everywhere(condition: Array) -> Array:
    """Under vmap, whether it holds for all. JAX would compute both choices, and could not transpose them."""
    return condition


@_everywhere.def_vmap  # type: ignore[untyped-decorator]
def _all(size: int, batched: list[bool], condition: Array) -> tuple[Array, bool]:
    return _everywhere(jnp.all(condition, axis=0)), False


@jax.custom_jvp  # type: ignore[untyped-decorator]
def _rests(*at: Array) -> Array:
    """1; its derivative rule makes it 0 where JAX differentiates it."""
    return jnp.ones(())


_rests.defjvp(lambda at, dots: (jnp.zeros(()), jnp.zeros(())))


def again(at: tuple[Array, ...], once: Any, twice: Any, *arrays: Array) -> Any:
    """once(*arrays), unless JAX differentiates through the arrays of `at`; XLA drops the branch not taken."""
    if not any(isinstance(x, jax.core.Tracer) for x in (*at, *arrays)):
        return once(*arrays)
    if twice is None:
        return once(*map(_once, arrays))
    return jax.lax.cond(_rests(*at) > 0, once, twice, *arrays)


@jax.custom_jvp  # type: ignore[untyped-decorator]
def _once(X: Array) -> Array:
    return X


_once.defjvp(lambda at, dots: no_second())


def fixed(f: Any, X: Array) -> Array:
    """f(X), a constant."""
    return _fixed(f(jax.lax.stop_gradient(X)), X)


@jax.custom_jvp  # type: ignore[untyped-decorator]
def _fixed(Y: Array, X: Array) -> Array:
    return Y


@jax.custom_jvp  # type: ignore[untyped-decorator]
def _still_fixed(Y: Array, X: Array) -> Array:
    return Y


_fixed.defjvp(lambda at, dots: (_still_fixed(*at), jnp.zeros_like(at[0])))
_still_fixed.defjvp(lambda at, dots: no_third())


def inv_or_nan(A: Array, xp: Namespace) -> Array:
    """A^-1; JAX does not raise for a singular matrix."""
    return jnp.linalg.inv(A)


def lu_solve(F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
    """A^-1 B or A^-H B."""
    rows: Array = pivots
    batch = jnp.broadcast_shapes(F.shape[:-2], B.shape[:-2])
    F, rows, B = (
        jnp.broadcast_to(x, (*batch, *core))
        for x, core in ((F, F.shape[-2:]), (rows, rows.shape[-1:]), (B, B.shape[-2:]))
    )
    if adjoint:
        Y = solve_triangular(F, B, jnp, upper=True, trans="C", unit_diagonal=False)
        Z = solve_triangular(F, Y, jnp, upper=False, trans="C", unit_diagonal=True)
        return permute_rows(Z, inverse_permutation(rows, jnp), jnp)
    Y = solve_triangular(F, permute_rows(B, rows, jnp), jnp, upper=False, trans="N", unit_diagonal=True)
    return solve_triangular(F, Y, jnp, upper=True, trans="N", unit_diagonal=False)
