"""torch.linalg's functions in its own words: its names, positions, keywords and results.

Each turns the call into that of a rule, and the result into PyTorch's. Where a rule has more to say, such as
`gauge`, the function takes that keyword, too. Products, which PyTorch differentiates rightly, stay its own.
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import torch
from torch.linalg import lstsq as own_lstsq
from torch.linalg import lu as own_lu
from torch.linalg import lu_factor as own_lu_factor
from torch.linalg import pinv as own_pinv
from torch.linalg import svdvals as own_svdvals

from .._namespaces import Array
from ._torch import level
from ._torch_words import OPERATIONS, gauge_or_default, replaces

Axes = Any  # a dimension, several of them, or None


@replaces
def cholesky(A: Array, *, upper: bool = False) -> Any:
    """L with A = L L^H, or U with A = U^H U for `upper`."""
    return OPERATIONS["cholesky"](A, upper=upper)


@replaces
def cond(A: Array, p: Any = None) -> Any:
    """The condition number in the norm p, by default 2."""
    return OPERATIONS["cond"](A, p=p)


@replaces
def det(A: Array) -> Any:
    """The determinant."""
    return OPERATIONS["det"](A)


@replaces
def eig(A: Array, *, gauge: Any = None) -> Any:
    """Eigenvalues and eigenvectors."""
    return torch.return_types.linalg_eig(OPERATIONS["eig"](A, gauge=gauge_or_default(gauge)))


@replaces
def eigvals(A: Array) -> Any:
    """Eigenvalues."""
    return OPERATIONS["eigvals"](A)


@replaces
def eigh(A: Array, UPLO: str = "L", *, gauge: Any = None) -> Any:
    """`eigh` of the Hermitian matrix whose lower ("L") or upper ("U") triangle is that of A."""
    return torch.return_types.linalg_eigh(OPERATIONS["eigh"](_lower(A, UPLO), gauge=gauge_or_default(gauge)))


@replaces
def eigvalsh(A: Array, UPLO: str = "L") -> Any:
    """`eigvalsh` of the Hermitian matrix whose lower ("L") or upper ("U") triangle is that of A."""
    return OPERATIONS["eigvalsh"](_lower(A, UPLO))


@replaces
def householder_product(A: Array, tau: Array) -> Any:
    """The first columns of a product of Householder reflectors."""
    return OPERATIONS["householder_product"](A, tau)


@replaces
def inv(A: Array) -> Any:
    """The inverse."""
    return OPERATIONS["inv"](A)


@replaces
def lstsq(A: Array, B: Array, rcond: Any = None, *, driver: str | None = None) -> Any:
    """The least-squares solution of least norm. Which other results are filled depends on `driver`.

    Rank and singular values are PyTorch's, from a solution of its own without gradient. A compiled program
    has residuals always, and neither of these.
    """
    vector = B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]
    cut = None if driver == "gels" or (driver is None and A.is_cuda) else rcond  # which gels has not
    X, squares = OPERATIONS["lstsq"](A, B[..., None] if vector else B, rtol=cut)
    solution = X[..., 0] if vector else X
    if torch.compiler.is_compiling():
        rank, S = A.new_empty(0, dtype=torch.int64), squares.new_empty(0)
        return torch.return_types.linalg_lstsq((solution, squares, rank, S))
    _, residuals, rank, S = own_lstsq(A.detach(), B.detach(), rcond, driver=driver)
    return torch.return_types.linalg_lstsq((solution, squares if residuals.numel() else residuals, rank, S))


@replaces
def lu(A: Array, *, pivot: bool = True, p_indices: bool = False) -> Any:
    """P, L and U with A = P L U; a permutation of rows in place of P for `p_indices`."""
    if not pivot:
        return own_lu(A, pivot=False)
    P, L, U = OPERATIONS["lu"](A, p_indices=p_indices)
    return torch.return_types.linalg_lu((P if p_indices else P.to(A.dtype), L, U))


@replaces
def lu_factor(A: Array, *, pivot: bool = True) -> Any:
    """L and U in one matrix, and pivots counted from one."""
    if not pivot:
        return own_lu_factor(A, pivot=False)
    LU, pivots = OPERATIONS["lu_factor"](A)
    return torch.return_types.linalg_lu_factor((LU, (pivots + 1).to(torch.int32)))


@replaces
def lu_solve(LU: Array, pivots: Array, B: Array, *, left: bool = True, adjoint: bool = False) -> Any:
    """X with A X = B, or A^H X = B, or with left=False X A = B or X A^H = B, by the LU of `lu_factor`."""
    op, rows = OPERATIONS["lu_solve"], pivots.to(torch.int64) - 1
    if left:
        return op(LU, rows, B, trans="C" if adjoint else "N")
    return op(LU, rows, B.mH, trans="N").mH if adjoint else op(LU, rows, B.mT, trans="T").mT


@replaces
def matrix_exp(A: Array) -> Any:
    """The exponential of a matrix."""
    return OPERATIONS["expm"](A)


@replaces
def matrix_norm(
    A: Array, ord: Any = "fro", dim: Sequence[int] = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """The norm of matrices in the two dimensions `dim`."""
    A, dim = A if dtype is None else A.to(dtype), tuple(dim)
    N = OPERATIONS["matrix_norm"](torch.moveaxis(A, dim, (-2, -1)), ord)
    if keepdim:
        for i in sorted(d % A.ndim for d in dim):
            N = N.unsqueeze(i)
    return N


@replaces
def norm(input: Array, ord: Any = None, dim: Axes = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """A vector norm of one dimension or all, or a matrix norm of two."""
    axes = (dim,) if isinstance(dim, Integral) else None if dim is None else tuple(dim)
    if axes is None and ord is not None and input.ndim == 2:
        axes = (0, 1)
    if ord is not None and axes is not None and len(axes) == 2:
        return matrix_norm(input, ord, axes, keepdim, dtype=dtype)
    if isinstance(ord, str):
        raise ValueError(f"norm: ord={ord!r} is of matrices; give two dimensions as dim")
    return vector_norm(input, 2 if ord is None else ord, axes, keepdim, dtype=dtype)


@replaces
def pinv(A: Array, rcond: Any = None, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Any:
    """The pseudo-inverse without the singular values of at most max(atol, rtol times the largest)."""
    rtol = rcond if rtol is None else rtol
    if level() is not None and (atol is not None or isinstance(rtol, torch.Tensor)):
        # torch.func hides tensors among the keywords, of which a rule makes constants.
        return own_pinv(A, atol=atol, rtol=rtol, hermitian=hermitian)
    if hermitian:
        A = _of_lower_triangle(A)
    if atol is not None:
        S = own_svdvals(A.detach())
        largest = S[..., 0] if S.shape[-1] else S.sum(-1)
        own = max(A.shape[-2:]) * torch.finfo(largest.dtype).eps
        least = torch.as_tensor(atol, dtype=largest.dtype, device=A.device) / largest
        given = torch.where(least > 0, 0.0, own) if rtol is None else rtol
        rtol = torch.maximum(least, torch.as_tensor(given, dtype=largest.dtype, device=A.device))
    return OPERATIONS["pinv"](A, rtol=rtol)


@replaces
def qr(A: Array, mode: str = "reduced", *, gauge: Any = None) -> Any:
    """Q and R with A = Q R; for mode="r" an empty Q."""
    Q, R = OPERATIONS["qr"](A, mode="reduced" if mode == "r" else mode, gauge=gauge_or_default(gauge))
    return torch.return_types.linalg_qr((A.new_empty(0) if mode == "r" else Q, R))


@replaces
def slogdet(A: Array) -> Any:
    """The sign of the determinant, and the logarithm of its modulus."""
    return torch.return_types.linalg_slogdet(OPERATIONS["slogdet"](A))


@replaces
def solve(A: Array, B: Array, *, left: bool = True) -> Any:
    """X with A X = B, or X A = B with left=False; B of the shape of A without its last axis is of vectors."""
    op = OPERATIONS["solve"]
    if not (hasattr(A, "ndim") and hasattr(B, "ndim")):
        return op(A, B)  # an error that says which is no tensor
    if left and 1 < B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]:
        return op(A, B[..., None])[..., 0]
    return op(A, B) if left else op(A.mT, B.mT).mT


@replaces
def solve_triangular(
    A: Array, B: Array, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Any:
    """X with A X = B, or X A = B with left=False, for a triangular A."""
    op = OPERATIONS["solve_triangular"]
    if left:
        return op(A, B, upper=upper, unitriangular=unitriangular)
    return op(A.mT, B.mT, upper=not upper, unitriangular=unitriangular).mT


@replaces
def svd(A: Array, full_matrices: bool = True, *, driver: str | None = None, gauge: Any = None) -> Any:
    """U, S and V^H. Which `driver` computes them is PyTorch's choice here."""
    factors = OPERATIONS["svd"](A, full_matrices=full_matrices, gauge=gauge_or_default(gauge))
    return torch.return_types.linalg_svd(factors)


@replaces
def svdvals(A: Array, *, driver: str | None = None) -> Any:
    """The singular values. Which `driver` computes them is PyTorch's choice here."""
    return OPERATIONS["svdvals"](A)


@replaces
def tensorinv(A: Array, ind: int = 2) -> Any:
    """The inverse of a tensor as a map of its last dimensions to the first `ind`."""
    return OPERATIONS["tensorinv"](A, ind=ind)


@replaces
def tensorsolve(A: Array, B: Array, dims: Sequence[int] | None = None) -> Any:
    """X with tensordot(A, X) = B, after the dimensions `dims` of A are moved to its end."""
    if dims is not None:
        A = torch.movedim(A, tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    return OPERATIONS["tensorsolve"](A, B.reshape(A.shape[: B.ndim]))


@replaces
def vector_norm(
    x: Array, ord: float = 2, dim: Axes = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """The norm over the dimensions `dim`; over all of them for None and for ()."""
    x = x if dtype is None else x.to(dtype)
    dim = dim if dim is None or isinstance(dim, Integral) else tuple(dim) or None
    return OPERATIONS["vector_norm"](x, ord, dim=dim, keepdim=keepdim)


def _lower(A: Array, UPLO: str) -> Array:
    if UPLO not in ("L", "l", "U", "u"):
        raise ValueError(f'UPLO={UPLO!r} is neither "L", the lower triangle, nor "U", the upper one')
    return A if UPLO in ("L", "l") else A.mH


def _of_lower_triangle(A: Array) -> Array:
    """The Hermitian matrix of the triangle that PyTorch reads; its gradient is Hermitian."""
    mean, lower, d = (A + A.mH) / 2, torch.tril(A, -1), torch.diagonal(A, dim1=-2, dim2=-1)
    read = lower + lower.mH + torch.diag_embed(d.real)
    return mean + (read - mean).detach()
