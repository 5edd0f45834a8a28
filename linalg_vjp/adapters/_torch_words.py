"""Helpers of the functions for PyTorch: the rules as functions, argument names, and the default gauge."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import torch

from .. import RULES
from .._gaps import Gauge
from .._params import complete
from ._torch import applied, not_a_tensor

__all__ = ["MODULE", "OPERATIONS", "REPLACED", "WORDS", "gauge_or_default", "replaces", "set_gauge"]

WORDS = {"dim": "axis", "keepdim": "keepdims", "unitriangular": "unit_diagonal"}
MODULE = f"{__package__}.torch"
# Each rule as a function with the rule's own keywords.
OPERATIONS = {name: applied(rule, WORDS, 1, MODULE) for name, rule in RULES.items()}
# The replacements of functions of torch.linalg, with the same signatures.
REPLACED: dict[str, Callable[..., Any]] = {}

_defaults: dict[str, str | Gauge] = {"gauge": "project"}


def set_gauge(gauge: str | Gauge) -> None:
    """Set what the functions of this adapter do with a cotangent along the gauge, if a call has no `gauge`.

    Parameters
    ----------
    gauge : {"project", "check", "keep"} or Gauge
        "project", the default, drops that part of the cotangent. "check" raises a `GaugeError` in the
        backward pass, as PyTorch does for a loss that depends on the phase of complex vectors. "keep" keeps
        that part.

    Examples
    --------
    >>> import torch
    >>> import linalg_vjp as lv
    >>> from linalg_vjp.adapters import torch as L
    >>> A = torch.eye(2, requires_grad=True)
    >>> L.set_gauge("check")
    >>> try:
    ...     L.eigh(A).eigenvectors[0, 1].backward()  # eigenvectors of a tie are arbitrary
    ... except lv.GaugeError as error:
    ...     print(str(error)[:62])
    eigh: the cotangent of eigenvectors has a part along the gauge
    >>> L.set_gauge("project")
    """
    complete("set_gauge", {"gauge": RULES["svd"].params["gauge"]}, {"gauge": gauge})
    _defaults["gauge"] = gauge


def gauge_or_default(gauge: Any) -> Any:
    """The `gauge` of a call, or else the default that `set_gauge` sets."""
    return _defaults["gauge"] if gauge is None else gauge


# NumPy's argument names, which PyTorch accepts as well as its own.
AXES = {"axis": "dim", "keepdims": "keepdim"}
FIRST = ("input", "x", "a", "x1")


def replaces(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a replacement of a function of torch.linalg, which also takes PyTorch's alternative names."""
    name, parameters = function.__name__, inspect.signature(function).parameters
    words, flags = [*parameters], {word for word, p in parameters.items() if p.annotation is bool}
    tensors = [
        p.name for p in parameters.values() if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    others = {**AXES, **dict.fromkeys(FIRST, words[0]), **{word.lower(): word for word in words}}

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **keywords: Any) -> Any:
        if out is not None:
            raise TypeError(
                f"{name}: no derivative flows through out=; use the returned tensor, or copy it into yours "
                f"with out.copy_(...)"
            )
        if keywords:
            given = {w if w in words else others.get(w, w): value for w, value in keywords.items()}
            if len(given) < len(keywords):
                raise TypeError(f"{name}: got {' and '.join(keywords)}, two of which mean the same")
            keywords = given
        for word, x in (*zip(tensors, args, strict=False), *keywords.items()):
            if word in tensors and not isinstance(x, torch.Tensor):
                raise not_a_tensor(name, word, x)
            if word in flags and x not in (True, False):
                raise TypeError(f"{name}: {word}={x!r} is not one of True, False")
        return function(*args, **keywords)

    call.__module__ = MODULE
    REPLACED[name] = call
    return call
