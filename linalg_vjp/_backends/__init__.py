"""The primitives that the Array API standard lacks, one module per array library.

`Primitives` says what each module has. `generic` does all of it in pure Array API, and serves every library
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
    """What a module of this folder has; matrices lie in the last two axes of arrays of any batch."""

    def solve_triangular(
        self, A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
    ) -> Array:
        """op(A)^-1 B for equal dtypes and batches, where op is "N", "T" (transpose) or "C" (adjoint)."""

    def lu(self, A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
        """p, L and U with A = (L @ U)[p], partial pivoting, p a vector."""

    def lu_packed(self, A: Array, xp: Namespace) -> tuple[Array, Array]:
        """L and U in one array, and with which row each row changed places, counted from zero."""

    def qr_pivoted(self, A: Array, xp: Namespace, *, mode: str) -> tuple[Array, Array, Array]:
        """Q, R and p with A[:, p] = Q R, column pivoting, p a vector."""

    def solve_bands(self, C: Array, B: Array, xp: Namespace, *, l: int) -> Array:
        """A^-1 B for C[k + l, i] = A[i, i + k] and equal dtypes and batches; nothing of the size of A."""

    def cholesky(self, A: Array, xp: Namespace, *, upper: bool) -> Array:
        """L with A = L L^H from the lower triangle of A alone; U with A = U^H U from the upper one."""

    def inv(self, A: Array, xp: Namespace) -> Array:
        """A^-1."""

    def inv_or_nan(self, A: Array, xp: Namespace) -> Array:
        """A^-1; of a singular matrix what is not finite, and never an error."""

    def lu_factor(self, A: Array, xp: Namespace, *, strict: bool) -> tuple[Array, Array | None]:
        """L and U in one array, and pivots of any form, for `lu_solve`.

        With `strict` a library that has an error for a singular matrix raises it.

        A library without a factorization that serves twice gives A itself, and None.
        """

    def lu_solve(self, F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
        """A^-1 B or A^-H B from what `lu_factor` gave; batches broadcast."""

    def schur(self, A: Array, xp: Namespace) -> tuple[Array, Array]:
        """T and Z with A = Z T Z^H in the dtype of A, T upper triangular and Z unitary: a result for users.

        Both are NaN where a real A has complex eigenvalues, or A is not finite.
        """

    def schur_factor(self, A: Array, xp: Namespace) -> Array:
        """T and Z, stacked, with A = Z T Z^H and unitary Z, for `schur_solve`; NaN where A is not finite.

        They are in a form that the library solves with: T may have entries below its diagonal, the 2 x 2
        blocks of a real A or what rounding has left. Otherwise they are complex.
        """

    def schur_solve(self, T: Array, S: Array, C: Array, xp: Namespace, *, ops: str) -> Array:
        """Y with op(T) Y + Y op(S) = C, from what `schur_factor` gave, for equal dtypes and batches.

        `ops` has a letter for each, "N" for the matrix and "C" for its adjoint. Y is NaN where the
        eigenvalues of both add up to zero, to rounding.
        """

    def square_root(self, A: Array, iteration: Any, xp: Namespace) -> Array:
        """The principal square root of a general matrix: the library's own, or iteration(A, xp).

        It is NaN for a matrix without one. Rounding may be left in it.
        """

    def lu_inverse(self, F: Array, pivots: Array, xp: Namespace) -> Array:
        """A^-1 from what `lu_factor` gave; of a singular matrix anything."""

    def lu_diagonal(self, F: Array, pivots: Array) -> Array:
        """The diagonal of U, with the signs of the permutation: its product is the determinant."""

    def choose(self, condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
        """quick(*arrays) where the condition, one truth value, holds; else exact(*arrays).

        A library that may not look at values takes what is always right.
        """

    def shortcut(self, condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
        """`choose` where little is saved: a library that compiles takes what is right for all.

        One truth value for a whole batch would have to travel between the devices that share it.
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
        """So many steps, one after the other: step(i, carry, part) is the next carry and a tuple of arrays.

        Returned are the last carry, and these arrays, each stacked along a new first axis, in the order of i;
        nothing of no steps. Along their first axis `parts` have one for each step. With `reverse` the last i
        comes first. The carry keeps its shapes and dtypes: a library that compiles has the step once in its
        program.
        """

    def peek(self, X: Array) -> float | None:
        """The largest of some real numbers, 0 of none; None where the library may not look at values."""

    def repeat(self, step: Any, most: int, *arrays: Array, xp: Namespace) -> tuple[Array, ...]:
        """step(*arrays) for the arrays, until no number of the first one is positive; at most so many times.

        A library that may not look at values takes all steps: they leave alone what has come to its end.
        """

    def whole(self, f: Any, *arrays: Array, xp: Namespace) -> Array:
        """f(*arrays, xp), an array like the last one, as one call where a library traces operations.

        f is a function of a module, and has no derivative but that of the rule which calls it.
        """

    def linear_solve(
        self, at: tuple[Array, ...], apply: Any, solve: Any, solve_transposed: Any, B: Array
    ) -> Array:
        """X = solve(B), for which apply(X) = B. Both read the arrays of `at` besides.

        A library that derives its pullbacks from pushforwards takes solve_transposed for the transpose.
        """

    def again(self, at: tuple[Array, ...], once: Any, twice: Any, *arrays: Array) -> Any:
        """once(*arrays), or twice(*arrays) where a host differentiates the result through the arrays of `at`.

        Both have the same value, `twice` the right derivative; None in its place makes that an error.
        """

    def fixed(self, f: Any, X: Array) -> Array:
        """f(X), a constant: no derivative flows through it, and a second one is an error."""

    def after(self, X: Array, Y: Array) -> Array:
        """X; a library that runs what is independent at the same time computes with it after Y is there."""

    def permute_rows(self, X: Array, p: Array, xp: Namespace) -> Array:
        """X[p], matrix by matrix."""

    def inverse_permutation(self, p: Array, xp: Namespace) -> Array:
        """The vector q with X[p][q] = X."""

    def largest(self, X: Array, axis: Any, xp: Namespace) -> Array:
        """The maximum along axes that stay, of size one."""

    def plain_norm(self, x: Array, p: float, axis: Any, xp: Namespace) -> Array:
        """The p-norm along axes that stay, of size one; no warning is given where it leaves the floats."""

    def row_sum(self, X: Array, axis: Any, xp: Namespace) -> Array:
        """The sum along axes that stay, of size one."""

    def tril(self, X: Array, xp: Namespace, k: int = 0) -> Array:
        """X with zeros above its k-th diagonal."""

    def triu(self, X: Array, xp: Namespace, k: int = 0) -> Array:
        """X with zeros below its k-th diagonal."""

    def tril_half(self, X: Array, xp: Namespace) -> Array:
        """The lower half of X with half of its diagonal."""

    def mirror(self, X: Array, xp: Namespace) -> Array:
        """The Hermitian matrix that has the lower half of X; of the diagonal the real part counts."""

    def add_diagonal(self, X: Array, d: Array, xp: Namespace) -> Array:
        """X + diag(d)."""


@functools.cache
def primitives(xp: Namespace) -> Primitives:
    """The primitives of a namespace, imported at the first use; one may bring its own."""
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
