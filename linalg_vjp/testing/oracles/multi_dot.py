"""The oracle of rules/multi_dot.md."""

import functools
import operator
from typing import Any

import numpy as np

from .._exact import Exact
from ._common import Like


def multi_dot(*factors: Exact, like: Like) -> list[Exact]:
    """From left to right."""
    return [np.asarray(functools.reduce(operator.matmul, factors), object)]


def in_range(params: dict[str, Any]) -> bool:
    """Products of many large factors leave the range of the floats."""
    return False
