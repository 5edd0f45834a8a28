"""PyTorch: torch.linalg's functions, differentiated by these rules, and the rules that it lacks.

>>> import torch
>>> from linalg_vjp.adapters import torch as L  # in place of: from torch import linalg as L
>>> A = torch.eye(3, 2, requires_grad=True)
>>> Q, R = L.qr(A, mode="complete")  # torch.linalg.qr raises in its backward
>>> R.sum().backward()
>>> A.grad.shape
torch.Size([3, 2])

Names, arguments and results are torch.linalg's; functions without a rule, such as `matrix_rank`, and products
are torch.linalg's own. `install` puts these functions into PyTorch itself, for code you did not write.

Our convention of cotangents is PyTorch's. An operation keeps what its rule keeps, and both derivatives read
that. A derivative is a function of PyTorch's itself: differentiated again, it is traced over these same
functions, so that a second derivative is a rule of a rule.
"""

from typing import TYPE_CHECKING, Any

import torch

from .. import RULES, Rule
from ._torch import applied
from ._torch_install import install, uninstall
from ._torch_words import MODULE, OPERATIONS, REPLACED, WORDS, set_gauge

OWN = {name: f for name, f in vars(torch.linalg).items() if callable(f) and not name.startswith("_")}
globals().update({**OPERATIONS, **OWN, **REPLACED})
__all__ = [*dict.fromkeys((*OWN, *RULES)), "OPERATIONS", "function", "install", "set_gauge", "uninstall"]
if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The function of each rule, and each of torch.linalg."""


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
    return applied(rule, WORDS, 1, MODULE)
