"""The primitives on PyTorch: its own functions, batched, on every device, in torch.func and torch.compile."""

import functools
import math
import sys
from typing import Any

import torch

# Imported by name, so that they stay PyTorch's own when an adapter replaces functions of torch.linalg.
from torch.linalg import cholesky as own_cholesky
from torch.linalg import inv_ex as own_inv_ex
from torch.linalg import lu as own_lu
from torch.linalg import lu_factor as own_lu_factor
from torch.linalg import lu_factor_ex as own_lu_factor_ex
from torch.linalg import lu_solve as own_lu_solve
from torch.linalg import solve_triangular as own_solve_triangular

from .._namespaces import Array, Namespace, namespace
from . import generic
from . import schur as forms
from .generic import (
    after,
    again,
    fixed,
    inv,
    inverse_permutation,
    linear_solve,
    plain_norm,
    row_sum,
    scan,
    solve_bands,
    square_root,
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


def tril(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros above its k-th diagonal."""
    return torch.where(_lower(X, k), X, 0.0) if _many_small(X) else torch.tril(X, k)


def triu(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros below its k-th diagonal."""
    return torch.where(_lower(X, k - 1), 0.0, X) if _many_small(X) else torch.triu(X, k)


def _many_small(X: Array) -> bool:
    # Measured: for these, torch.tril takes up to twenty times as long as a mask.
    return bool(X.ndim > 2 and max(X.shape[-2:]) <= 32)


def _lower(X: Array, k: int = 0) -> Array:
    """True up to the k-th diagonal; in column-major order if X is, as LAPACK leaves it."""
    ones = torch.ones(X.shape[-2:], dtype=torch.bool, device=X.device)
    return ones.mT.contiguous().triu(-k).mT if X.stride(-2) < X.stride(-1) else ones.tril(k)


def largest(X: Array, axis: Any, xp: Namespace) -> Array:
    """The maximum along `axis`; the axes stay."""
    return torch.amax(X, dim=() if axis is None else axis, keepdim=True)


def add_diagonal(X: Array, d: Array, xp: Namespace) -> Array:
    """X + diag(d)."""
    return X + torch.diag_embed(d)


def tril_half(X: Array, xp: Namespace) -> Array:
    """The lower half of X with half of its diagonal."""
    Y = tril(X, xp)
    Y.diagonal(dim1=-2, dim2=-1).mul_(0.5)
    return Y


def mirror(X: Array, xp: Namespace) -> Array:
    """The Hermitian matrix with the lower half of X, and with the real part of its diagonal."""
    if X.is_complex():
        Y = tril_half(X, xp)
        return Y + Y.mH
    return torch.where(_lower(X), X, X.mT) if X.ndim > 2 else torch.tril(X) + torch.tril(X, -1).mT


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
    return own_solve_triangular(A, B, upper=upper, unitriangular=unit_diagonal)


def schur(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """T and Z by the generic method, because PyTorch has no Schur form."""
    return forms.schur(A, xp, choose=choose)


def schur_factor(A: Array, xp: Namespace) -> Array:
    """T and Z, stacked."""
    return forms.schur_factor(A, xp, choose=choose)


def schur_solve(T: Array, S: Array, C: Array, xp: Namespace, *, ops: str) -> Array:
    """Y with op(T) Y + Y op(S) = C."""
    return forms.by_columns(T, S, C, xp, ops, solve_triangular)


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    m, n = A.shape[-2:]
    k = min(m, n)
    if A.ndim == 2 and m and torch._C._functorch.maybe_current_level() is None:
        P, L, U = own_lu(A)
        return torch.argmax(P.real, dim=-1), L, U
    F, pivots, _ = own_lu_factor_ex(A)
    # Measured: taking the triangles here needs a third of the time of torch.linalg.lu's own unpacking.
    P, _, _ = torch.lu_unpack(F, pivots, unpack_data=False)
    rows = torch.arange(m, dtype=torch.float64, device=A.device)  # autocast rounds products in float32
    p = (P.real.to(torch.float64) @ rows).to(torch.int64)
    L, U = tril(F[..., :, :k], None, -1), triu(F[..., :k, :], None)
    L.diagonal(dim1=-2, dim2=-1).fill_(1.0)
    return p, L, U


def lu_factor(A: Array, xp: Namespace, *, strict: bool) -> tuple[Array, Array]:
    """L and U in one array, and LAPACK's pivots."""
    F, pivots, *_ = own_lu_factor(A) if strict else own_lu_factor_ex(A)
    return F, pivots


def qr_pivoted(A: Array, xp: Namespace, *, mode: str) -> tuple[Array, Array, Array]:
    """Q, R and p by the generic method, because PyTorch has no pivoted QR."""
    return generic.qr_pivoted(A, xp, mode=mode, rows=permute_rows)


def lu_packed(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U in one array, and the pivots; LAPACK counts them from one."""
    F, pivots, _ = own_lu_factor_ex(A)
    return F, pivots.to(torch.int64) - 1


def lu_diagonal(F: Array, pivots: Array) -> Array:
    """The diagonal of U, with a minus sign for each row that was swapped; LAPACK's pivots count from one."""
    places = torch.arange(1, pivots.shape[-1] + 1, dtype=pivots.dtype, device=pivots.device)
    u = F.diagonal(dim1=-2, dim2=-1)
    return torch.where(pivots == places, u, -u)


def lu_inverse(F: Array, pivots: Array, xp: Namespace) -> Array:
    """A^-1."""
    one = torch.eye(F.shape[-1], dtype=F.dtype, device=F.device)
    return own_lu_solve(F, pivots, one.expand(F.shape))


def cholesky(A: Array, xp: Namespace, *, upper: bool) -> Array:
    """The factor from one triangle."""
    return own_cholesky(A, upper=upper)


def choose(condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
    """The quick way if the condition holds, else the exact one; the exact one if the value is hidden.

    Values are hidden in torch.func and torch.compile, on the meta device, and in subclasses such as fake
    tensors.
    """
    return (quick if not _hidden(condition) and bool(condition) else exact)(*arrays)


shortcut = choose


def peek(X: Array) -> float | None:
    """The largest number in a real X, 0 if it is empty; None if the value is hidden."""
    return None if _hidden(X) else float(X.detach().max()) if X.numel() else 0.0


repeat = functools.partial(generic.repeat, look=peek)


def whole(f: Any, *arrays: Array, xp: Namespace) -> Array:
    """f as a PyTorch operation if values are hidden, so that its loop sees them, and stops.

    Measured for the gradient of one square root of 4 x 4: torch.compile takes 28 seconds with it, and more
    than five minutes with all steps of the loop; torch.vmap is seven times faster.
    """
    if not any(map(_hidden, arrays)):
        return f(*arrays, xp=xp)
    return _whole(f.__module__, f.__name__, list(arrays))


@torch.library.custom_op(f"{__name__.replace('.', '_')}::whole", mutates_args=())  # type: ignore[untyped-decorator]
def _whole(module: str, name: str, arrays: list[torch.Tensor]) -> torch.Tensor:
    """Find f by its name, because PyTorch passes no functions to an operation."""
    f = getattr(sys.modules[module], name)
    return f(*arrays, xp=namespace(None, *arrays)).contiguous()


@_whole.register_fake  # type: ignore[untyped-decorator]
def _fake(module: str, name: str, arrays: list[torch.Tensor]) -> torch.Tensor:
    return torch.empty_like(arrays[-1], memory_format=torch.contiguous_format)


@_whole.register_vmap  # type: ignore[untyped-decorator]
def _mapped(
    info: Any, in_dims: Any, module: str, name: str, arrays: list[torch.Tensor]
) -> tuple[torch.Tensor, int]:
    pairs = zip(arrays, in_dims[2], strict=True)
    first = [x.expand(info.batch_size, *x.shape) if d is None else x.movedim(d, 0) for x, d in pairs]
    return _whole(module, name, first), 0


def inv_or_nan(A: Array, xp: Namespace) -> Array:
    """A^-1 without the error of torch.linalg.inv."""
    return own_inv_ex(A)[0]


def _hidden(X: Array) -> bool:
    hidden = type(X) is not torch.Tensor or X.is_meta or torch.compiler.is_compiling()
    return hidden or torch._C._functorch.maybe_current_level() is not None


def lu_solve(F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
    """A^-1 B or A^-H B."""
    if adjoint and not F.is_complex():  # measured: up to a fifth faster
        return own_lu_solve(F, pivots, B.mT, left=False).mT
    return own_lu_solve(F, pivots, B, adjoint=adjoint)
