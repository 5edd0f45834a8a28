"""The functions of torch.linalg, with the same names, arguments and results, computed by the rules.

Each function converts its arguments, calls a rule, and converts the result. It also takes keywords that only
the rule has, such as `gauge`. Products are not here: PyTorch's own derivatives of them are correct.
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
    """Cholesky decomposition: L with A = L L^H, or with `upper` U with A = U^H U."""
    return OPERATIONS["cholesky"](A, upper=upper)


@replaces
def cond(A: Array, p: Any = None) -> Any:
    """Condition number with respect to inversion, in the norm p (default: 2)."""
    return OPERATIONS["cond"](A, p=p)


@replaces
def det(A: Array) -> Any:
    """Determinant."""
    return OPERATIONS["det"](A)


@replaces
def eig(A: Array, *, gauge: Any = None) -> Any:
    """Eigenvalues and eigenvectors of a general matrix."""
    return torch.return_types.linalg_eig(OPERATIONS["eig"](A, gauge=gauge_or_default(gauge)))


@replaces
def eigvals(A: Array) -> Any:
    """Eigenvalues of a general matrix."""
    return OPERATIONS["eigvals"](A)


@replaces
def eigh(A: Array, UPLO: str = "L", *, gauge: Any = None) -> Any:
    """Eigenvalues and eigenvectors of a Hermitian matrix. `UPLO` selects the triangle of A that is read."""
    return torch.return_types.linalg_eigh(OPERATIONS["eigh"](_lower(A, UPLO), gauge=gauge_or_default(gauge)))


@replaces
def eigvalsh(A: Array, UPLO: str = "L") -> Any:
    """Eigenvalues of a Hermitian matrix. `UPLO` selects the triangle of A that is read."""
    return OPERATIONS["eigvalsh"](_lower(A, UPLO))


@replaces
def householder_product(A: Array, tau: Array) -> Any:
    """First n columns of the product of the Householder reflectors that A and tau describe."""
    return OPERATIONS["householder_product"](A, tau)


@replaces
def inv(A: Array) -> Any:
    """Matrix inverse."""
    return OPERATIONS["inv"](A)


@replaces
def lstsq(A: Array, B: Array, rcond: Any = None, *, driver: str | None = None) -> Any:
    """Least-squares solution of least norm. As in PyTorch, `driver` decides which other results are filled.

    The rank and singular values come from PyTorch's own lstsq and have no gradient. Under torch.compile the
    residuals are always filled, and the rank and singular values are empty.
    """
    vector = B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]
    cut = None if driver == "gels" or (driver is None and A.is_cuda) else rcond  # gels ignores rcond
    X, squares = OPERATIONS["lstsq"](A, B[..., None] if vector else B, rtol=cut)
    solution = X[..., 0] if vector else X
    if torch.compiler.is_compiling():
        rank, S = A.new_empty(0, dtype=torch.int64), squares.new_empty(0)
        return torch.return_types.linalg_lstsq((solution, squares, rank, S))
    _, residuals, rank, S = own_lstsq(A.detach(), B.detach(), rcond, driver=driver)
    return torch.return_types.linalg_lstsq((solution, squares if residuals.numel() else residuals, rank, S))


@replaces
def lu(A: Array, *, pivot: bool = True, p_indices: bool = False) -> Any:
    """LU decomposition A = P L U. With `p_indices`, P is a vector of row indices.

    With pivot=False, this is PyTorch's own function.
    """
    if not pivot:
        return own_lu(A, pivot=False)
    P, L, U = OPERATIONS["lu"](A, p_indices=p_indices)
    return torch.return_types.linalg_lu((P if p_indices else P.to(A.dtype), L, U))


@replaces
def lu_factor(A: Array, *, pivot: bool = True) -> Any:
    """LU decomposition in compact form: L and U in one matrix, and pivots that count from one.

    With pivot=False, this is PyTorch's own function.
    """
    if not pivot:
        return own_lu_factor(A, pivot=False)
    LU, pivots = OPERATIONS["lu_factor"](A)
    return torch.return_types.linalg_lu_factor((LU, (pivots + 1).to(torch.int32)))


@replaces
def lu_solve(LU: Array, pivots: Array, B: Array, *, left: bool = True, adjoint: bool = False) -> Any:
    """Solve A X = B for X, given the `LU` and `pivots` of A from `lu_factor`.

    left=False solves X A = B. With `adjoint`, A^H takes the place of A.
    """
    op, rows = OPERATIONS["lu_solve"], pivots.to(torch.int64) - 1
    if left:
        return op(LU, rows, B, trans="C" if adjoint else "N")
    return op(LU, rows, B.mH, trans="N").mH if adjoint else op(LU, rows, B.mT, trans="T").mT


@replaces
def matrix_exp(A: Array) -> Any:
    """Matrix exponential."""
    return OPERATIONS["expm"](A)


@replaces
def matrix_norm(
    A: Array, ord: Any = "fro", dim: Sequence[int] = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """Norm of the matrices in the two dimensions `dim`."""
    A = A if dtype is None else _widened("matrix_norm", A, dtype)
    if not isinstance(dim, Sequence) or len(dim) != 2:
        raise TypeError(f"matrix_norm: dim must be two dimensions, such as (-2, -1), got {dim!r}")
    dim = tuple(dim)
    N = OPERATIONS["matrix_norm"](torch.moveaxis(A, dim, (-2, -1)), ord)
    if keepdim:
        for i in sorted(d % A.ndim for d in dim):
            N = N.unsqueeze(i)
    return N


@replaces
def norm(input: Array, ord: Any = None, dim: Axes = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Vector norm over one dimension or over all dimensions, or matrix norm over two dimensions."""
    axes = (dim,) if isinstance(dim, Integral) else None if dim is None else tuple(dim)
    if axes is None and ord is not None and input.ndim == 2:
        axes = (0, 1)
    if axes is None and ord is not None and input.ndim != 1:
        raise ValueError(
            f"norm: ord={ord!r} without dim needs a vector or a matrix, got {input.ndim} dimensions; pass "
            f"dim, or use vector_norm"
        )
    if ord is not None and axes is not None and len(axes) == 2:
        return matrix_norm(input, ord, axes, keepdim, dtype=dtype)
    if isinstance(ord, str):
        raise ValueError(f"norm: ord={ord!r} is a matrix norm; pass two dimensions as dim")
    return vector_norm(input, 2 if ord is None else ord, axes, keepdim, dtype=dtype)


@replaces
def pinv(A: Array, rcond: Any = None, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Any:
    """Pseudoinverse. Singular values of at most max(atol, rtol * the largest) count as zero.

    With `hermitian`, only the lower triangle of A is read.
    """
    if rcond is not None and rtol is not None:
        raise TypeError("pinv: got both rcond and rtol; pass rtol alone")
    rtol = rcond if rtol is None else rtol
    if level() is not None and (atol is not None or isinstance(rtol, torch.Tensor)):
        # Under torch.func a tensor keyword is a wrapper, which a rule cannot read as a constant.
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
    """QR decomposition A = Q R. With mode="r", Q is empty."""
    Q, R = OPERATIONS["qr"](A, mode="reduced" if mode == "r" else mode, gauge=gauge_or_default(gauge))
    return torch.return_types.linalg_qr((A.new_empty(0) if mode == "r" else Q, R))


@replaces
def slogdet(A: Array) -> Any:
    """Sign and log-modulus of the determinant."""
    return torch.return_types.linalg_slogdet(OPERATIONS["slogdet"](A))


@replaces
def solve(A: Array, B: Array, *, left: bool = True) -> Any:
    """Solve A X = B for X, or X A = B with left=False. A B of shape A.shape[:-1] is a batch of vectors."""
    op = OPERATIONS["solve"]
    if left and 1 < B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]:
        return op(A, B[..., None])[..., 0]
    return op(A, B) if left else op(A.mT, B.mT).mT


@replaces
def solve_triangular(
    A: Array, B: Array, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Any:
    """Solve A X = B for X with a triangular A, or X A = B with left=False."""
    op = OPERATIONS["solve_triangular"]
    if left:
        return op(A, B, upper=upper, unitriangular=unitriangular)
    return op(A.mT, B.mT, upper=not upper, unitriangular=unitriangular).mT


@replaces
def svd(A: Array, full_matrices: bool = True, *, driver: str | None = None, gauge: Any = None) -> Any:
    """Singular value decomposition: U, S and Vh. `driver` is ignored; PyTorch chooses its own.

    `gauge` is "project", "check", "keep" or a `Gauge`, and by default what `set_gauge` sets.
    """
    if driver is not None:
        _check_driver("svd", driver)
    factors = OPERATIONS["svd"](A, full_matrices=full_matrices, gauge=gauge_or_default(gauge))
    return torch.return_types.linalg_svd(factors)


@replaces
def svdvals(A: Array, *, driver: str | None = None) -> Any:
    """Singular values, in descending order. `driver` is ignored; PyTorch chooses its own."""
    if driver is not None:
        _check_driver("svdvals", driver)
    return OPERATIONS["svdvals"](A)


@replaces
def tensorinv(A: Array, ind: int = 2) -> Any:
    """Inverse of a tensor, as a linear map from its last dimensions to its first `ind` dimensions."""
    return OPERATIONS["tensorinv"](A, ind=ind)


@replaces
def tensorsolve(A: Array, B: Array, dims: Sequence[int] | None = None) -> Any:
    """Solve tensordot(A, X, X.ndim) = B for X, after moving the dimensions `dims` of A to its end."""
    if dims is not None:
        A = torch.movedim(A, tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    return OPERATIONS["tensorsolve"](A, B.reshape(A.shape[: B.ndim]))


@replaces
def vector_norm(
    x: Array, ord: float = 2, dim: Axes = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """Vector norm over the dimensions `dim`; None and () mean all of them."""
    x = x if dtype is None else _widened("vector_norm", x, dtype)
    dim = dim if dim is None or isinstance(dim, Integral) else tuple(dim) or None
    return OPERATIONS["vector_norm"](x, ord, dim=dim, keepdim=keepdim)


def _widened(function: str, x: Array, dtype: Any) -> Array:
    """x in this dtype, if it holds every value of x."""
    if x.is_complex() != dtype.is_complex or torch.promote_types(x.dtype, dtype) != dtype:
        raise TypeError(f"{function}: dtype={dtype} does not hold the values of a tensor of {x.dtype}")
    return x.to(dtype)


def _check_driver(function: str, driver: str) -> None:
    if driver not in ("gesvd", "gesvdj", "gesvda"):
        raise ValueError(f"{function}: driver={driver!r} is not one of None, 'gesvd', 'gesvdj', 'gesvda'")


def _lower(A: Array, UPLO: str) -> Array:
    if UPLO not in ("L", "l", "U", "u"):
        raise ValueError(f'UPLO must be "L" (the lower triangle) or "U" (the upper one), got {UPLO!r}')
    return A if UPLO in ("L", "l") else A.mH


def _of_lower_triangle(A: Array) -> Array:
    """The Hermitian matrix in the lower triangle, which PyTorch reads. Its gradient is Hermitian."""
    mean, lower, d = (A + A.mH) / 2, torch.tril(A, -1), torch.diagonal(A, dim1=-2, dim2=-1)
    read = lower + lower.mH + torch.diag_embed(d.real)
    return mean + (read - mean).detach()
