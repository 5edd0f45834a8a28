"""Install the functions into torch.linalg, and into torch and torch.Tensor where these have aliases."""

from typing import Any

import torch

from .._namespaces import Array
from . import _torch_linalg  # noqa: F401 - its functions are in REPLACED
from ._installed import Block, Function, Installation, Place
from ._torch_words import OPERATIONS, REPLACED

__all__ = ["install", "uninstall"]


def logdet(input: Array) -> Any:
    """Logarithm of the determinant; NaN if a real determinant is negative."""
    sign, logabsdet = REPLACED["slogdet"](input)
    if sign.is_complex():
        return torch.log(sign) + logabsdet
    return torch.where(sign < 0, torch.nan, logabsdet)


def pinverse(input: Array, rcond: float = 1e-15) -> Any:
    """Pseudoinverse."""
    return REPLACED["pinv"](input, rcond)


def cholesky(input: Array, upper: bool = False) -> Any:
    """Cholesky factor: L with A = L L^H, or with `upper` U with A = U^H U."""
    return REPLACED["cholesky"](input, upper=upper)


def cholesky_inverse(input: Array, upper: bool = False) -> Any:
    """Inverse of a matrix, given its Cholesky factor."""
    return OPERATIONS["cholesky_inverse"](input, upper=upper)


def cholesky_solve(input: Array, input2: Array, upper: bool = False) -> Any:
    """Solve A X = `input` for X, given the Cholesky factor `input2` of A."""
    return OPERATIONS["cholesky_solve"](input2, input, upper=upper)


def qr(input: Array, some: bool = True) -> Any:
    """QR decomposition: reduced, or with some=False complete."""
    return torch.return_types.qr(REPLACED["qr"](input, "reduced" if some else "complete"))


def slogdet(input: Array) -> Any:
    """Sign and log-modulus of the determinant."""
    return torch.return_types.slogdet(OPERATIONS["slogdet"](input))


def svd(input: Array, some: bool = True, compute_uv: bool = True) -> Any:
    """Singular value decomposition: U, S and V. With compute_uv=False, U and V are zeros."""
    if compute_uv:
        U, S, Vh = REPLACED["svd"](input, not some)
        return torch.return_types.svd((U, S, Vh.mH))
    *batch, m, n = input.shape
    zeros = (input.new_zeros(*batch, m, m), input.new_zeros(*batch, n, n))
    return torch.return_types.svd((zeros[0], REPLACED["svdvals"](input), zeros[1]))


# Functions of both torch and torch.Tensor, which take the tensor as their first argument.
ALIASES: dict[str, Function] = {
    "cholesky": cholesky,
    "cholesky_inverse": cholesky_inverse,
    "cholesky_solve": cholesky_solve,
    "det": REPLACED["det"],
    "inverse": REPLACED["inv"],
    "logdet": logdet,
    "matrix_exp": REPLACED["matrix_exp"],
    "pinverse": pinverse,
    "qr": qr,
    "slogdet": slogdet,
    "svd": svd,
}
OWNERS: tuple[Any, ...] = (torch, torch.Tensor)


def foreign(x: Any) -> bool:
    """Whether x, or an entry of a list, overrides PyTorch's functions, as GPyTorch's operators do."""
    if isinstance(x, list | tuple):
        return any(map(foreign, x))
    answer = getattr(type(x), "__torch_function__", None)
    return answer is not None and getattr(answer, "__func__", answer) not in PLAIN


PLAIN = (torch.Tensor.__torch_function__.__func__, torch.nn.Parameter.__torch_function__)
PLACES: list[Place] = [(torch.linalg, name, f) for name, f in REPLACED.items()]
PLACES += [(owner, name, f) for owner in OWNERS for name, f in ALIASES.items()]
INSTALLATION = Installation(PLACES, torch.compiler.is_dynamo_compiling, foreign)


def install() -> Block:
    """Put the functions of this adapter into PyTorch, until `uninstall` or the end of a `with` block.

    Any code that looks up torch.linalg.svd, torch.det or tensor.inverse when it runs will use them, including
    code deep inside a library. Names that were imported before (``from torch.linalg import svd``), exported
    programs, and PyTorch's own C++ code are not affected.

    Returns
    -------
    context manager
        Leaving it restores PyTorch's own functions, unless another block or `install` is still active.

    Examples
    --------
    >>> import torch
    >>> A = torch.eye(2, requires_grad=True)
    >>> with install():
    ...     U, S, Vh = torch.linalg.svd(A)
    >>> torch.autograd.grad((U @ Vh)[0, 1], A)[0].tolist()  # PyTorch's own derivative is NaN
    [[0.0, 0.5], [-0.5, 0.0]]
    """
    return INSTALLATION.put()


def uninstall() -> None:
    """Restore PyTorch's own functions."""
    INSTALLATION.take_out()
