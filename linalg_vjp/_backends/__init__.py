"""The primitives that the Array API standard lacks, one module per array library.

Each module offers the same names with the same arguments:

    solve_triangular(A, B, xp, *, upper, trans, unit_diagonal)   op(A) X = B, equal dtypes and batches
    lu(A, xp) -> (p, L, U)                                       A = (L @ U)[p], p a vector
    lu_factor(A) -> (F, pivots) or None                          L and U in one array, pivots in any form
    lu_solve(F, pivots, B, adjoint)                              A^-1 B or A^-H B from these
    permute_rows(X, p, xp)                                       X[p], matrix by matrix
    largest(X, axis, xp), row_sum(X, axis, xp)                   maximum and sum with keepdims
    tril(X, xp, k), triu(X, xp, k)                               zero above / below diagonal k
    add_diagonal(X, d, xp)                                       X + diag(d)
    tril_half(X, xp)                                             tril(X) with half of the diagonal

`generic` does all of it in pure Array API and serves every library without a module of its own. The modules
of NumPy and Dask also map a whole formula over parts of the batch: `by_chunks`.
"""

import functools
from typing import Any

from .._namespace import (
    Namespace,
    is_cupy_namespace,
    is_dask_namespace,
    is_jax_namespace,
    is_numpy_namespace,
    is_torch_namespace,
)

__all__ = ["by_chunks", "primitives"]


@functools.cache
def primitives(xp: Namespace) -> Any:
    """The module of primitives for a namespace, imported at the first use."""
    module: Any
    if is_numpy_namespace(xp):
        from . import numpy as module
    elif is_cupy_namespace(xp):
        from . import cupy as module
    elif is_torch_namespace(xp):
        from . import torch as module
    elif is_jax_namespace(xp):
        from . import jax as module
    else:
        from . import generic as module
    return module


@functools.cache
def by_chunks(xp: Namespace, batch: int) -> Any:
    """The function that maps a formula over parts of a batch of so many axes; None where there is none."""
    if is_dask_namespace(xp):
        from .dask import by_chunks

        return by_chunks
    if batch and is_numpy_namespace(xp):
        return functools.partial(primitives(xp).by_chunks, xp)
    return None
