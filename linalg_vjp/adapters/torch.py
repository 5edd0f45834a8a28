"""PyTorch: the functions of torch.linalg, differentiated by these rules, and the rules that PyTorch lacks.

>>> import torch
>>> from linalg_vjp.adapters import torch as L  # in place of: from torch import linalg as L
>>> A = torch.eye(3, 2, requires_grad=True)
>>> Q, R = L.qr(A, mode="complete")  # torch.linalg.qr raises in its backward
>>> R.sum().backward()
>>> A.grad.shape
torch.Size([3, 2])

Names, arguments and results are those of torch.linalg. Products, and functions without a rule such as
`matrix_rank`, are PyTorch's own. `install` puts these functions into PyTorch itself, for code you did not
write.

Cotangents need no conversion, because the rules follow PyTorch's convention. A function keeps the arrays that
its rule keeps, and both derivatives read those. PyTorch can differentiate a derivative again. The derivative
then runs through these same functions, so a second derivative applies a rule to a rule.
"""

from typing import TYPE_CHECKING, Any

import torch

from .. import RULES, Rule
from .._api import find
from ._torch import applied
from ._torch_install import install, uninstall
from ._torch_words import MODULE, OPERATIONS, REPLACED, WORDS, set_gauge

OWN = {name: f for name, f in vars(torch.linalg).items() if callable(f) and not name.startswith("_")}
globals().update({**OPERATIONS, **OWN, **REPLACED})
__all__ = [*dict.fromkeys((*OWN, *RULES)), "OPERATIONS", "function", "install", "set_gauge", "uninstall"]
if TYPE_CHECKING:
    from ._torch_functions import *  # noqa: F403


def function(rule: str | Rule) -> Any:
    """Turn a rule, for example one of your own, into a function that PyTorch differentiates.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule, or a rule of your own.

    Returns
    -------
    callable
        Takes the inputs and keywords of the rule, and returns a tensor or a named tuple of tensors.

    Examples
    --------
    >>> import torch
    >>> inv = function("inv")
    >>> A = torch.eye(2, requires_grad=True)
    >>> inv(A).sum().backward()
    >>> A.grad.tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    return applied(find(rule), WORDS, 1, MODULE)
