"""These functions in PyTorch's own place: torch.linalg, and what torch and torch.Tensor have of it."""

from typing import Any

import torch

from .._namespaces import Array
from . import _torch_linalg  # noqa: F401 - its functions are in REPLACED
from ._installed import Block, Function, Installation, Place
from ._torch_words import OPERATIONS, REPLACED

__all__ = ["install", "uninstall"]


def logdet(input: Array) -> Any:
    """The logarithm of the determinant: NaN where a real one is negative."""
    sign, logabsdet = REPLACED["slogdet"](input)
    if sign.is_complex():
        return torch.log(sign) + logabsdet
    return torch.where(sign < 0, torch.nan, logabsdet)


def pinverse(input: Array, rcond: float = 1e-15) -> Any:
    """The pseudo-inverse."""
    return REPLACED["pinv"](input, rcond)


def cholesky(input: Array, upper: bool = False) -> Any:
    """The Cholesky factor."""
    return REPLACED["cholesky"](input, upper=upper)


def cholesky_inverse(input: Array, upper: bool = False) -> Any:
    """The inverse, from a Cholesky factor."""
    return OPERATIONS["cholesky_inverse"](input, upper=upper)


def cholesky_solve(input: Array, input2: Array, upper: bool = False) -> Any:
    """The solution for the right side `input`, from the Cholesky factor `input2`."""
    return OPERATIONS["cholesky_solve"](input2, input, upper=upper)


def qr(input: Array, some: bool = True) -> Any:
    """The reduced or complete QR decomposition."""
    return torch.return_types.qr(REPLACED["qr"](input, "reduced" if some else "complete"))


def slogdet(input: Array) -> Any:
    """The sign of the determinant, and the logarithm of its modulus."""
    return torch.return_types.slogdet(OPERATIONS["slogdet"](input))


def svd(input: Array, some: bool = True, compute_uv: bool = True) -> Any:
    """U, S and V."""
    if compute_uv:
        U, S, Vh = REPLACED["svd"](input, not some)
        return torch.return_types.svd((U, S, Vh.mH))
    *batch, m, n = input.shape
    zeros = (input.new_zeros(*batch, m, m), input.new_zeros(*batch, n, n))
    return torch.return_types.svd((zeros[0], REPLACED["svdvals"](input), zeros[1]))


# What both torch and torch.Tensor have, the tensor first.
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
    """Whether x, or what a list holds, answers PyTorch's functions itself, as GPyTorch's operators do."""
    if isinstance(x, list | tuple):
        return any(map(foreign, x))
    answer = getattr(type(x), "__torch_function__", None)
    return answer is not None and getattr(answer, "__func__", answer) not in PLAIN


PLAIN = (torch.Tensor.__torch_function__.__func__, torch.nn.Parameter.__torch_function__)
PLACES: list[Place] = [(torch.linalg, name, f) for name, f in REPLACED.items()]
PLACES += [(owner, name, f) for owner in OWNERS for name, f in ALIASES.items()]
INSTALLATION = Installation(PLACES, torch.compiler.is_dynamo_compiling, foreign)


def install() -> Block:
    """Put the functions of this adapter into PyTorch, until `uninstall`, or the end of a `with` block.

    Code that looks up torch.linalg.svd, torch.det or tensor.inverse when it runs finds them, deep inside a
    library too. It does not reach names that were imported before (``from torch.linalg import svd``),
    exported programs, and PyTorch's own code in C++.

    Returns
    -------
    context manager
        Leaving it restores the host's own functions, unless another block or `install` still holds these.

    Examples
    --------
    >>> import torch
    >>> A = torch.eye(2, requires_grad=True)
    >>> with install():
    ...     U, S, Vh = torch.linalg.svd(A)
    >>> torch.autograd.grad((U @ Vh)[0, 1], A)[0].tolist()  # NaN by PyTorch's own derivative
    [[0.0, 0.5], [-0.5, 0.0]]
    """
    return INSTALLATION.put()


def uninstall() -> None:
    """Give PyTorch its own functions back."""
    INSTALLATION.take_out()
