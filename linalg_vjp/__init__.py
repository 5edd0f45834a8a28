"""Gradient rules for linear algebra, written once against the Python Array API standard.

>>> import numpy as np
>>> import linalg_vjp as lv
>>> (Q, R), pullback = lv.vjp("qr", np.asarray([[3.0, 1.0], [4.0, 2.0]]))
>>> (A_bar,) = pullback(None, np.eye(2))  # one cotangent per output; None is zero
>>> A_bar.shape
(2, 2)

`RULES` maps the name of each operation to its `Rule`. `<name>_vjp` and `<name>_jvp` are the bare formulas.
"""

from typing import TYPE_CHECKING, Any

from . import _rules
from ._composite import composite
from ._gauge import Gauge, GaugeError
from ._hvp import hvp
from ._invariant import eigh_without_gauge, svd_without_gauge
from ._makers import bilinear, frechet, linear, self_adjoint
from ._params import Param, one_of
from ._registered import Registered
from ._rule import Linearization, Rule
from ._rules import *  # noqa: F403

__version__ = "0.1.0"

__all__ = [
    "Gauge",
    "GaugeError",
    "Linearization",
    "Param",
    "Registered",
    "Rule",
    "bilinear",
    "composite",
    "eigh_without_gauge",
    "frechet",
    "hvp",
    "jvp",
    "linear",
    "one_of",
    "self_adjoint",
    "svd_without_gauge",
    "vjp",
]
__all__ += _rules.__all__

if TYPE_CHECKING:
    from ._named import jvp, vjp  # an overload for each rule

    def __getattr__(name: str) -> Any:
        """Tell a type checker that the bare formulas exist; it cannot find them in the registry."""
else:
    from ._api import jvp, vjp
