"""What the functions for PyTorch share: the rules as its functions, its words, and the gauge of a program."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from .. import RULES
from .._gaps import Gauge
from .._params import complete
from ._torch import applied

__all__ = ["MODULE", "OPERATIONS", "REPLACED", "WORDS", "gauge_or_default", "replaces", "set_gauge"]

WORDS = {"dim": "axis", "keepdim": "keepdims", "unitriangular": "unit_diagonal"}
MODULE = f"{__package__}.torch"
# Each rule as a function with the rule's own keywords.
OPERATIONS = {name: applied(rule, WORDS, 1, MODULE) for name, rule in RULES.items()}
# The functions of torch.linalg that take its keywords.
REPLACED: dict[str, Callable[..., Any]] = {}

_defaults: dict[str, str | Gauge] = {"gauge": "project"}


def set_gauge(gauge: str | Gauge) -> None:
    """What all functions here do about a cotangent along the gauge, where a call does not say `gauge`.

    Parameters
    ----------
    gauge : {"project", "check", "keep"} or Gauge
        "project", the default, drops that part; "check" raises a `GaugeError` in the backward pass, as
        PyTorch does for a loss that depends on the phase of complex vectors; "keep" keeps it.

    Examples
    --------
    >>> import torch
    >>> import linalg_vjp as lv
    >>> A = torch.eye(2, requires_grad=True)
    >>> set_gauge("check")
    >>> try:
    ...     REPLACED["eigh"](A).eigenvectors[0, 1].backward()  # which turn freely at a tie
    ... except lv.GaugeError as error:
    ...     print(str(error)[:62])
    eigh: the cotangent of eigenvectors has a part along the gauge
    >>> set_gauge("project")
    """
    complete("set_gauge", {"gauge": RULES["svd"].params["gauge"]}, {"gauge": gauge})
    _defaults["gauge"] = gauge


def gauge_or_default(gauge: Any) -> Any:
    """What a call says, or else what `set_gauge` said."""
    return _defaults["gauge"] if gauge is None else gauge


# Words that PyTorch takes from NumPy, in place of its own.
AXES = {"axis": "dim", "keepdims": "keepdim"}
FIRST = ("input", "x", "a", "x1")


def replaces(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function in place of torch.linalg's of that name, with PyTorch's other words for its arguments."""
    name, words = function.__name__, [*inspect.signature(function).parameters]
    others = {**AXES, **dict.fromkeys(FIRST, words[0]), **{word.lower(): word for word in words}}

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **keywords: Any) -> Any:
        if out is not None:
            raise TypeError(
                f"{name}: no derivative flows through out=; take the result, and copy it by out.copy_(...)"
            )
        if keywords:
            keywords = {w if w in words else others.get(w, w): value for w, value in keywords.items()}
        return function(*args, **keywords)

    call.__module__ = MODULE
    REPLACED[name] = call
    return call
