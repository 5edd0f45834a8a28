"""The test vectors of `rules/`: saved values, cotangents and tangents, and the results that a rule must give.

They were computed at 110 digits by code that shares nothing with the rules. rules/README.md explains how to
read them in any language.
"""

import functools
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._api import find
from .._rules import RULES
from ._folders import folder

__all__ = ["TOLERANCE", "Vector", "difference", "families", "judge", "load"]

TOLERANCE = 1e-10  # for double precision, relative to the largest number of the array

Arrays = tuple[Any, ...]
Formula = Callable[..., Sequence[Any]]


class Vector(NamedTuple):
    """One case: NumPy arrays in the order of the rule, None for zero, NaN for entries that are undefined."""

    rule: str
    name: str
    marks: tuple[str, ...]
    params: dict[str, Any]
    inputs: Arrays
    outputs: Arrays
    cotangents: Arrays
    pulled: Arrays
    tangents: Arrays | None
    pushed: Arrays | None
    second: tuple[Arrays, Arrays, Arrays] | None  # tangents: of the inputs, the cotangents, and `pulled`


def families() -> list[str]:
    """The names of the files of vectors. Closely related rules share a file."""
    return sorted(path.stem for path in folder("rules").glob("*.json") if path.stem != "schema")


def load(*rules: str) -> list[Vector]:
    """The vectors of these rules, or of all rules.

    Examples
    --------
    >>> [vector.name for vector in load("inv")][:3]
    ['real', 'complex', 'Hermitian']
    """
    for name in rules:
        find(name)  # raises for a name that is not a rule's
    return [vector for name in families() for vector in _read(name) if not rules or vector.rule in rules]


@functools.cache
def _read(family: str) -> tuple[Vector, ...]:
    text = (folder("rules") / f"{family}.json").read_text(encoding="utf-8")
    return tuple(_vector(case) for case in json.loads(text)["cases"])


def difference(names: Sequence[str], got: Sequence[Any], wanted: Arrays, tolerance: float = TOLERANCE) -> str:
    """Describe the error in the arrays that a rule returned; an empty string if they are right.

    Parameters
    ----------
    names : sequence of str
        The names of the arrays.
    got : sequence of array or None
        NumPy arrays; None stands for zeros.
    wanted : sequence of array or None
        The right results. An array that is None, and an entry that is NaN, is not compared.
    tolerance : float
        Relative to the largest number of each array.
    """
    if len(got) != len(wanted):
        return f"got {len(got)} arrays, expected one for each of {', '.join(names)}"
    for name, x, right in zip(names, got, wanted, strict=True):
        if right is None:
            continue
        x = np.zeros_like(right) if x is None else np.asarray(x)
        if x.shape != right.shape:
            return f"{name} has shape {x.shape}, expected {right.shape}"
        defined = ~np.isnan(right)
        largest = np.max(np.abs(right[defined]), initial=0.0) or 1.0
        with np.errstate(all="ignore"):
            error = np.abs(x - right)[defined] / largest
        if not np.all(error <= tolerance):
            worst = np.max(np.where(np.isnan(error), np.inf, error))
            return f"{name} is wrong by {worst:.1e}, relative to its size; it is\n{x}\nbut should be\n{right}"
    return ""


def judge(
    vector: Vector,
    vjp: Formula | None,
    jvp: Formula | None,
    *,
    zeros: bool = False,
    tolerance: float = TOLERANCE,
) -> dict[str, str]:
    """Test a pullback and a pushforward at a vector, and describe what is wrong as `difference` does.

    Parameters
    ----------
    vector : Vector
    vjp, jvp : callable or None
        Functions of NumPy arrays with the signatures of ``Rule.vjp`` and ``Rule.jvp``:
        ``vjp(inputs, outputs, cotangents, **params)`` and ``jvp(inputs, outputs, tangents, **params)``.
    zeros : bool
        Whether to pass zeros in place of None.
    tolerance : float
        The tolerance of `difference`.
    """
    rule, found = RULES[vector.rule].of(len(vector.inputs)), {}
    if vjp is not None:
        found["vjp"] = _attempt(vjp, vector, vector.cotangents, rule.inputs, vector.pulled, zeros, tolerance)
    if jvp is not None and vector.tangents is not None and vector.pushed is not None:
        found["jvp"] = _attempt(jvp, vector, vector.tangents, rule.outputs, vector.pushed, zeros, tolerance)
    return found


def _attempt(
    formula: Formula,
    vector: Vector,
    given: Arrays,
    names: tuple[str, ...],
    wanted: Arrays,
    zeros: bool,
    tolerance: float,
) -> str:
    if zeros:
        owners = vector.outputs if given is vector.cotangents else vector.inputs
        given = tuple(np.zeros_like(y) if x is None else x for x, y in zip(given, owners, strict=True))
    try:
        with np.errstate(all="ignore"):
            got = formula(vector.inputs, vector.outputs, given, **vector.params)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if not isinstance(got, tuple | list):
        return f"got a {type(got).__name__}, expected a tuple of {len(names)}, for {', '.join(names)}"
    return difference(names, got, wanted, tolerance)


def _vector(case: dict[str, Any]) -> Vector:
    vjp, jvp, second = case["vjp"], case.get("jvp"), case.get("second")
    return Vector(
        rule=case["rule"],
        name=case["name"],
        marks=tuple(case["marks"]),
        params={key: _keyword(value) for key, value in case["params"].items()},
        inputs=_arrays(case["inputs"]),
        outputs=_arrays(case["outputs"]),
        cotangents=_arrays(vjp["cotangents"]),
        pulled=_arrays(vjp["result"]),
        tangents=_arrays(jvp["tangents"]) if jvp else None,
        pushed=_arrays(jvp["result"]) if jvp else None,
        second=(_arrays(second["tangents"]), _arrays(second["cotangents"]), _arrays(second["result"]))
        if second
        else None,
    )


def _keyword(value: Any) -> Any:
    """The value of a keyword. In JSON, which has neither, infinity is a string and a tuple is a list."""
    if value in ("inf", "-inf"):
        return float(value)
    return tuple(map(_keyword, value)) if isinstance(value, list) else value


def _arrays(named: dict[str, Any]) -> Arrays:
    return tuple(None if x is None else _array(x) for x in named.values())


def _array(x: dict[str, Any]) -> Any:
    """An array from its decimals in row-major order. A complex number is a pair, and null is NaN."""
    kinds: dict[str, Callable[[Any], complex]] = {"float64": float, "complex128": _complex, "int64": int}
    number, nan = kinds[x["dtype"]], complex(np.nan, np.nan) if x["dtype"] == "complex128" else np.nan
    data = np.asarray([nan if v is None else number(v) for v in x["data"]], x["dtype"])
    data.flags.writeable = False  # a function that modifies its arguments must not spoil later calls
    return data.reshape(x["shape"])


def _complex(pair: list[str]) -> complex:
    return complex(float(pair[0]), float(pair[1]))
