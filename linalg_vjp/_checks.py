"""What every rule demands of its arguments, and the words in which it says so.

Each error names the rule, the argument, what was given, what is wanted, and the way out.
"""

import functools
import numbers
from collections.abc import Sequence
from typing import Any

from ._matrix import broadcast_shapes, is_complex
from ._namespaces import (
    Array,
    Namespace,
    array_namespace,
    device,
    is_cupy_namespace,
    is_numpy_namespace,
    keeps_to_standard,
    meet,
    same_device,
)
from ._record import Record
from ._signature import bind, describe

__all__ = [
    "check_count",
    "check_floating",
    "check_library",
    "check_params",
    "check_real",
    "check_results",
    "check_shape",
    "check_shapes",
    "common_namespace",
]

Named = Sequence[tuple[str, Array]]


def check_count(rule: Record, kind: str, names: tuple[str, ...], arrays: Sequence[Any]) -> None:
    """One array for each name, in a tuple."""
    if type(arrays) is not tuple and hasattr(arrays, "shape"):
        raise TypeError(
            f"{rule.name}: an array in place of the {kind}s was given; wanted is a tuple of them, such as "
            f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        )
    if len(arrays) != len(names):
        raise ValueError(
            f"{rule.name}: {len(arrays)} {kind}s given, {len(names)} wanted, one for each of "
            f"{', '.join(names)}"
        )


def common_namespace(rule: Record, named: Named, xp: Namespace | None) -> Namespace:
    """The one namespace of all these arrays, which must be on one device too."""
    first_name, first = named[0]
    if xp is not None and not keeps_to_standard(xp):
        xp = None  # the arrays tell which is meant
    for name, x in named:
        if xp is None or type(x) is not type(first) or not hasattr(x, "dtype"):
            try:
                found = array_namespace(x)
            except TypeError:
                found = None
            if found is None:
                raise TypeError(
                    f"{rule.name}: {name} is of type {type(x).__name__}, which is no array; make it one, "
                    f"for example with numpy.asarray"
                )
            if xp is None:
                xp = found
            elif not meet(found, array_namespace(first), xp):
                raise TypeError(
                    f"{rule.name}: {name} belongs to {found.__name__} and {first_name} to "
                    f"{xp.__name__}; convert one of them"
                )
        if x is not first and not same_device(x, first, xp):
            raise ValueError(
                f"{rule.name}: {name} is on device {device(x)} and {first_name} on {device(first)}; "
                f"move one of them"
            )
    return xp


@functools.cache
def _is_floating(dtype: Any, xp: Namespace) -> bool:
    return bool(xp.isdtype(dtype, ("real floating", "complex floating")))


def check_floating(rule: Record, name: str, x: Array, xp: Namespace) -> None:
    """A real or complex floating dtype; of an input that is not saved, anything with a dtype and a shape."""
    if not hasattr(x, "dtype") or not hasattr(x, "shape"):
        raise TypeError(
            f"{rule.name}: {name} is of type {type(x).__name__}; give the array, or anything with its .shape "
            f"and .dtype where the rule does not save it (it saves {', '.join(rule.saves)})"
        )
    if not _is_floating(x.dtype, xp):
        raise TypeError(
            f"{rule.name}: {name} has dtype {x.dtype}; a gradient wants a real or complex floating dtype, "
            f"convert it with astype"
        )


def check_params(rule: Record, params: dict[str, Any], like: Array, xp: Namespace) -> None:
    """A keyword that is an array, one number for each matrix, is of the library of the others."""
    for name, value in params.items():
        if (
            hasattr(value, "shape")
            and not isinstance(value, numbers.Number)
            and type(value) is not type(like)
            and not meet(array_namespace(value), array_namespace(like), xp)
        ):
            raise TypeError(
                f"{rule.name}: {name} is of type {type(value).__name__}, and the arrays are of type "
                f"{type(like).__name__}; give a number, or convert it"
            )


def check_real(rule: Record, kind: str, name: str, x: Array, owner: Array, xp: Namespace) -> None:
    """A tangent of a real array is real: an imaginary part would be dropped."""
    if kind == "tangent" and is_complex(x, xp) and not is_complex(owner, xp):
        raise TypeError(
            f"{rule.name}: the tangent of {name} is complex and {name} is real; make {name} complex, or give "
            f"the real part"
        )


def check_library(rule: Record, kind: str, x: Array, xp: Namespace) -> None:
    """A cotangent or tangent is of the library of the inputs, where nothing is kept to compare it with."""
    found = array_namespace(x)
    # A user may name the library itself, where array-api-compat has another module for its arrays.
    same = any(is_one(found) and is_one(xp) for is_one in (is_numpy_namespace, is_cupy_namespace))
    if not same and found.__name__ != xp.__name__ and not meet(found, xp, xp):
        raise TypeError(
            f"{rule.name}: the {kind} belongs to {found.__name__} and the inputs to {xp.__name__}; "
            f"convert one of them"
        )


def check_results(rule: Record, formula: object, results: object, count: int) -> None:
    """A formula returned a tuple of as many results as there are names for them."""
    if type(results) is not tuple or len(results) != count:
        given = f"{len(results)} results" if type(results) is tuple else type(results).__name__
        name = getattr(formula, "__name__", "a formula")
        raise TypeError(f"{rule.name}: {name} returned {given}; a tuple of {count} is wanted")


def check_shapes(rule: Record, shapes: Sequence[tuple[int, ...]]) -> tuple[frozenset[str], int]:
    """The input shapes fit the signature and broadcast.

    Which optional axes they leave out, and how many axes their batch has.
    """
    sides = rule.sides
    sizes: dict[str, int] = {}
    missing = sides.missing(shapes)
    batches = []
    for name, core, shape in zip(rule.inputs, sides.inputs, shapes, strict=True):
        if missing:
            core = tuple(axis for axis in core if axis not in missing)
        known = dict(sizes)
        if not bind(core, shape, sizes):
            raise ValueError(
                f"{rule.name}: {name} has shape {tuple(shape)}; the signature {rule.signature} wants "
                f"{describe(core, known)}"
            )
        batches.append(tuple(shape[: len(shape) - len(core)]))
    if len(batches) > 1:
        try:
            broadcast_shapes(*batches)
        except ValueError:
            raise ValueError(
                f"{rule.name}: the batch axes of {' and '.join(rule.inputs)} are "
                f"{' and '.join(map(str, batches))}, which do not broadcast; the signature is "
                f"{rule.signature}"
            ) from None
    return missing, max([len(batch) for batch in batches])


def check_shape(rule: Record, kind: str, name: str, x: Array, wanted: tuple[int, ...]) -> None:
    """A cotangent or tangent has the shape of what it belongs to."""
    if tuple(x.shape) != tuple(wanted):
        raise ValueError(
            f"{rule.name}: the {kind} of {name} has shape {tuple(x.shape)}, but {name} has "
            f"{tuple(wanted)}; give one of the same shape, or None for zero"
        )
