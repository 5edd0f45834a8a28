"""PyTorch: functions with torch.linalg's names, differentiated by these rules.

>>> import torch
>>> from linalg_vjp.adapters import torch as L
>>> A = torch.eye(3, 2, requires_grad=True)
>>> Q, R = L.qr(A, mode="complete")  # torch.linalg.qr raises in its backward
>>> R.sum().backward()
>>> A.grad.shape
torch.Size([3, 2])

Our convention of cotangents is PyTorch's. An operation keeps what its rule keeps, and both derivatives read
that. A derivative is a function of PyTorch's itself: differentiated again, it is traced over these same
functions, so that a second derivative is a rule of a rule.
"""

from typing import TYPE_CHECKING, Any

from .. import RULES, Rule
from .._namespaces import Array
from ._torch import applied

__all__ = [*RULES, "function", "matrix_exp"]

WORDS = {"dim": "axis", "keepdim": "keepdims", "unitriangular": "unit_diagonal"}


def function(rule: Rule) -> Any:
    """A rule, one of your own for example, as a function that PyTorch differentiates.

    Parameters
    ----------
    rule : Rule

    Returns
    -------
    callable
        Of the inputs and the keywords of the rule; it returns a tensor or a named tuple of tensors.

    Examples
    --------
    >>> import torch
    >>> import linalg_vjp as lv
    >>> inv = function(lv.RULES["inv"])
    >>> A = torch.eye(2, requires_grad=True)
    >>> inv(A).sum().backward()
    >>> A.grad.tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    return applied(rule, WORDS, 1, __name__)


OPERATIONS = {name: function(rule) for name, rule in RULES.items()}
globals().update(OPERATIONS)
matrix_exp = OPERATIONS["expm"]  # torch.linalg's name
if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The function of each rule."""


# torch.linalg's keywords for a matrix that is read or meant otherwise: the same function of a view of it.


def eigh(A: Array, UPLO: str = "L", **params: Any) -> Any:
    """`eigh` of the Hermitian matrix whose lower ("L") or upper ("U") triangle is that of A."""
    return OPERATIONS["eigh"](_lower(A, UPLO), **params)


def eigvalsh(A: Array, UPLO: str = "L", **params: Any) -> Any:
    """`eigvalsh` of the Hermitian matrix whose lower ("L") or upper ("U") triangle is that of A."""
    return OPERATIONS["eigvalsh"](_lower(A, UPLO), **params)


def _lower(A: Array, UPLO: str) -> Array:
    if UPLO not in ("L", "l", "U", "u"):
        raise ValueError(f'UPLO={UPLO!r} is neither "L", the lower triangle, nor "U", the upper one')
    return A if UPLO in ("L", "l") else A.mH


def vector_norm(x: Array, ord: float = 2, dim: Any = None, **params: Any) -> Any:
    """`vector_norm` over the axes `dim`; over all of them for None and for ()."""
    if dim is not None:
        params["dim"] = tuple(dim) or None if isinstance(dim, tuple | list) else dim
    return OPERATIONS["vector_norm"](x, ord, **params)


def solve(A: Array, B: Array, *, left: bool = True) -> Any:
    """X with A X = B, or X A = B with left=False; B of the shape of A without its last axis is of vectors."""
    op = OPERATIONS["solve"]
    if not (hasattr(A, "ndim") and hasattr(B, "ndim")):
        return op(A, B)  # an error that says which is no tensor
    if left and 1 < B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]:
        return op(A, B[..., None])[..., 0]
    return op(A, B) if left else op(A.mT, B.mT).mT


def solve_triangular(A: Array, B: Array, *, upper: bool, left: bool = True, **params: Any) -> Any:
    """X with A X = B, or X A = B with left=False, for a triangular A."""
    op = OPERATIONS["solve_triangular"]
    return op(A, B, upper=upper, **params) if left else op(A.mT, B.mT, upper=not upper, **params).mT
