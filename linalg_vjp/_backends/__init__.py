"""The primitives that the Array API standard lacks, with one module for each array library.

`Primitives` states what each module has. `generic` has everything in pure Array API, and serves every library
without a module of its own.
"""

import functools
from typing import Any, Protocol

from .._namespaces import (
    Array,
    Namespace,
    is_cupy_namespace,
    is_jax_namespace,
    is_numpy_namespace,
    is_torch_namespace,
)

__all__ = ["Primitives", "primitives"]


class Primitives(Protocol):
    """What a module of this folder has. Matrices lie in the last two axes; all other axes are batch axes."""

    def solve_triangular(
        self, A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
    ) -> Array:
        """op(A)^-1 B for equal dtypes and batches; `trans` is "N", "T" (transpose) or "C" (adjoint)."""

    def lu(self, A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
        """p, L and U with A = (L @ U)[p], by partial pivoting; p is a vector."""

    def lu_packed(self, A: Array, xp: Namespace) -> tuple[Array, Array]:
        """L and U in one array, and the row that each row was swapped with, counted from zero."""

    def qr_pivoted(self, A: Array, xp: Namespace, *, mode: str) -> tuple[Array, Array, Array]:
        """Q, R and p with A[:, p] = Q R, by column pivoting; p is a vector."""

    def solve_bands(self, C: Array, B: Array, xp: Namespace, *, l: int) -> Array:
        """A^-1 B for C[k + l, i] = A[i, i + k] and equal dtypes and batches; no array has the size of A."""

    def cholesky(self, A: Array, xp: Namespace, *, upper: bool) -> Array:
        """L with A = L L^H, from the lower triangle of A alone; or U with A = U^H U, from the upper one."""

    def inv(self, A: Array, xp: Namespace) -> Array:
        """A^-1."""

    def inv_or_nan(self, A: Array, xp: Namespace) -> Array:
        """A^-1. For a singular matrix the result is not finite, and there is no error."""

    def lu_factor(self, A: Array, xp: Namespace, *, strict: bool) -> tuple[Array, Array | None]:
        """L and U in one array, and pivots of any form, for `lu_solve`.

        If `strict`, a library that detects singular matrices raises its error. A library without a
        factorization that can be reused returns A itself, and None.
        """

    def lu_solve(self, F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
        """A^-1 B or A^-H B from the result of `lu_factor`; batches broadcast."""

    def schur(self, A: Array, xp: Namespace) -> tuple[Array, Array]:
        """T and Z with A = Z T Z^H in the dtype of A; T is upper triangular and Z is unitary. Users see them.

        Both are NaN where a real A has complex eigenvalues, or where A is not finite.
        """

    def schur_factor(self, A: Array, xp: Namespace) -> Array:
        """T and Z, stacked, with A = Z T Z^H and a unitary Z, for `schur_solve`; NaN where A is not finite.

        They have the form that the library solves with: real for a real A, with 2 x 2 blocks on the diagonal
        of T, or complex. Rounding may leave entries below the diagonal of T.
        """

    def schur_solve(self, T: Array, S: Array, C: Array, xp: Namespace, *, ops: str) -> Array:
        """Y with op(T) Y + Y op(S) = C, from results of `schur_factor`, for equal dtypes and batches.

        `ops` has a letter for T and for S: "N" for the matrix, "C" for its adjoint. Y is NaN where an
        eigenvalue of one and an eigenvalue of the other add up to zero, to rounding.
        """

    def square_root(self, A: Array, iteration: Any, xp: Namespace) -> Array:
        """The principal square root of a general matrix: by the library's own function, or iteration(A, xp).

        It is NaN for a matrix without one. A rounding error may be left in it.
        """

    def lu_inverse(self, F: Array, pivots: Array, xp: Namespace) -> Array:
        """A^-1 from the result of `lu_factor`; any result for a singular matrix."""

    def lu_diagonal(self, F: Array, pivots: Array) -> Array:
        """The diagonal of U, with the signs of the permutation; its product is the determinant."""

    def choose(self, condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
        """quick(*arrays) if the condition, a single truth value, holds; else exact(*arrays).

        A library that cannot look at values takes `exact`, which is always right.
        """

    def shortcut(self, condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
        """`choose` for a quick way that saves little; a library that compiles takes `exact`.

        There, a truth value for a whole batch would travel between all devices that share the batch.
        """

    def scan(
        self,
        step: Any,
        carry: tuple[Array, ...],
        count: int,
        parts: tuple[Array, ...] = (),
        *,
        reverse: bool = False,
        xp: Namespace,
    ) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """Run `count` steps in order: step(i, carry, part) returns the next carry and a tuple of arrays.

        Returns the last carry, and these arrays, each stacked along a new first axis in the order of i;
        without steps, an empty tuple. Each array of `parts` has one entry for each step along its first axis.
        With `reverse`, the last i comes first. The carry keeps its shapes and dtypes, so that a compiled
        program contains the step once.
        """

    def peek(self, X: Array) -> float | None:
        """The largest number in a real X, 0 if it is empty; None if the library cannot look at values."""

    def repeat(self, step: Any, most: int, *arrays: Array, xp: Namespace) -> tuple[Array, ...]:
        """arrays = step(*arrays), until no number in the first array is positive; at most `most` times.

        A library that cannot look at values takes all steps. A step leaves finished matrices unchanged.
        """

    def whole(self, f: Any, *arrays: Array, xp: Namespace) -> Array:
        """f(*arrays, xp), an array like the last one; a library that traces operations sees a single call.

        f is a function of a module. It has no derivative, except through the rule that calls it.
        """

    def linear_solve(
        self, at: tuple[Array, ...], apply: Any, solve: Any, solve_transposed: Any, B: Array
    ) -> Array:
        """X = solve(B), with apply(X) = B. Both functions also read the arrays of `at`.

        A library that derives its pullbacks from pushforwards uses solve_transposed for the transpose.
        """

    def again(self, at: tuple[Array, ...], once: Any, twice: Any, *arrays: Array) -> Any:
        """once(*arrays); or twice(*arrays) if a host differentiates the result through the arrays of `at`.

        Both have the same value, and `twice` has the right derivative. If `twice` is None, that raises an
        error.
        """

    def fixed(self, f: Any, X: Array) -> Array:
        """f(X) as a constant: no derivative flows through it, and a second derivative raises an error."""

    def after(self, X: Array, Y: Array) -> Array:
        """X; a library that runs independent operations in parallel uses it only after Y is computed."""

    def permute_rows(self, X: Array, p: Array, xp: Namespace) -> Array:
        """X[p], matrix by matrix."""

    def inverse_permutation(self, p: Array, xp: Namespace) -> Array:
        """The vector q with X[p][q] = X."""

    def largest(self, X: Array, axis: Any, xp: Namespace) -> Array:
        """The maximum along `axis`; the axes stay, with size one."""

    def plain_norm(self, x: Array, p: float, axis: Any, xp: Namespace) -> Array:
        """The p-norm along `axis`, without warnings of overflow; the axes stay, with size one."""

    def row_sum(self, X: Array, axis: Any, xp: Namespace) -> Array:
        """The sum along `axis`; the axes stay, with size one."""

    def tril(self, X: Array, xp: Namespace, k: int = 0) -> Array:
        """X with zeros above its k-th diagonal."""

    def triu(self, X: Array, xp: Namespace, k: int = 0) -> Array:
        """X with zeros below its k-th diagonal."""

    def tril_half(self, X: Array, xp: Namespace) -> Array:
        """The lower half of X with half of its diagonal."""

    def mirror(self, X: Array, xp: Namespace) -> Array:
        """The Hermitian matrix with the lower half of X, and with the real part of its diagonal."""

    def add_diagonal(self, X: Array, d: Array, xp: Namespace) -> Array:
        """X + diag(d)."""


@functools.cache
def primitives(xp: Namespace) -> Primitives:
    """The primitives of a namespace, imported at the first use; a namespace may have its own."""
    own: Primitives | None = getattr(xp, "primitives", None)
    if own is not None:
        return own
    if is_numpy_namespace(xp):
        from . import numpy

        return numpy
    if is_cupy_namespace(xp):
        from . import cupy

        return cupy
    if is_torch_namespace(xp):
        from . import torch

        return torch
    if is_jax_namespace(xp):
        from . import jax

        return jax
    from . import generic

    return generic
