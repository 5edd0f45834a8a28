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
    is_dask_namespace,
    is_jax_namespace,
    is_numpy_namespace,
    is_torch_namespace,
    keeps_to_standard,
    meet,
    same_device,
)
from ._record import Record
from ._signature import ALL, Core, bind, describe, turned

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
    if kind != "input" and len(arrays) == 1 and isinstance(arrays[0], tuple | list):
        raise TypeError(
            f"{rule.name}: a {type(arrays[0]).__name__} in place of the {kind} of {names[0]} was given; "
            f"unpack it with a star, as in pullback(*cotangents)"
        )
    if len(arrays) != len(names):
        raise ValueError(
            f"{rule.name}: {len(arrays)} {kind}s given, {len(names)} wanted, one for each of "
            f"{', '.join(names)}"
        )


def common_namespace(rule: Record, named: Named, xp: Namespace | None) -> Namespace:
    """The one namespace of all these arrays, which must be on one device too."""
    first_name, first = named[0]
    if xp is not None:
        _check_given(rule, first_name, first, xp)
        if not keeps_to_standard(xp):
            xp = None  # the arrays tell which is meant
    for name, x in named:
        if xp is None or type(x) is not type(first) or not hasattr(x, "dtype"):
            found = _namespace_of(x)
            if found is None:
                raise TypeError(
                    f"{rule.name}: {name} is of type {type(x).__name__}, which is no array; {_way(x)}"
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


def _namespace_of(x: Any) -> Namespace | None:
    try:
        return array_namespace(x)
    except TypeError:
        return None


def _way(x: Any) -> str:
    """How to make an array of something that is none."""
    if hasattr(x, "toarray"):
        return "make it dense with its toarray()"
    return "make it one, for example with numpy.asarray"


def _check_given(rule: Record, name: str, x: Array, xp: Namespace) -> None:
    """The namespace that a user names is one, and that of the arrays."""
    if not hasattr(xp, "__name__"):
        raise TypeError(
            f"{rule.name}: xp is of type {type(xp).__name__}; give the namespace itself, such as "
            f"the module numpy, or leave it out"
        )
    found = _namespace_of(x)
    if found is not None and not fits(found, xp):
        raise TypeError(
            f"{rule.name}: xp is {xp.__name__}, and {name} belongs to {found.__name__}; convert the arrays, "
            f"or leave xp out"
        )


def fits(found: Namespace, xp: Namespace) -> bool:
    """Whether a namespace that a user names is that of arrays, also by the library's own name."""
    libraries = (
        is_numpy_namespace,
        is_cupy_namespace,
        is_torch_namespace,
        is_jax_namespace,
        is_dask_namespace,
    )
    same = any(is_one(found) and is_one(xp) for is_one in libraries)
    ours = (
        found.__name__.rpartition(".")[2] == xp.__name__.partition(".")[0]
    )  # _namespaces.mlx is for mlx.core
    return same or ours or found.__name__ == xp.__name__ or meet(found, xp, xp)


# Arrays of NumPy that would lose what they are, or multiply by other rules.
KINDS = {
    "MaskedArray": "a masked array, whose mask would be lost; give its filled(), or its data",
    "matrix": "a numpy.matrix, which multiplies by other rules; give numpy.asarray of it",
}


@functools.cache
def _bits(dtype: Any, xp: Namespace) -> int:
    """The size of a real or complex floating number, of one part of it; 0 of any other dtype."""
    return int(xp.finfo(dtype).bits) if xp.isdtype(dtype, ("real floating", "complex floating")) else 0


def check_floating(rule: Record, name: str, x: Array, xp: Namespace) -> None:
    """A real or complex floating dtype; of an input that is not saved, anything with a dtype and a shape."""
    if not hasattr(x, "dtype") or not hasattr(x, "shape"):
        raise TypeError(
            f"{rule.name}: {name} is of type {type(x).__name__}; give the array, or anything with its .shape "
            f"and .dtype where the rule does not save it (it saves {', '.join(rule.saves)})"
        )
    bits = _bits(x.dtype, xp)
    if bits == 0:
        raise TypeError(
            f"{rule.name}: {name} has dtype {x.dtype}; a gradient wants a real or complex floating dtype, "
            f"convert it with astype"
        )
    if bits not in (32, 64) and not (bits == 16 and rule.half):
        also = " or half" if rule.half else ""
        raise TypeError(
            f"{rule.name}: {name} has dtype {x.dtype}; the rule is for single{also} and double precision, "
            f"convert it with astype"
        )
    if type(x).__name__ in KINDS and type(x).__module__.startswith("numpy"):
        raise TypeError(f"{rule.name}: {name} is {KINDS[type(x).__name__]}")
    if str(getattr(x, "layout", "torch.strided")) != "torch.strided":
        raise TypeError(f"{rule.name}: {name} is sparse, with layout {x.layout}; give its to_dense()")


def check_params(
    rule: Record, params: dict[str, Any], like: Array, batch: tuple[int, ...], xp: Namespace
) -> None:
    """A keyword that is an array, a number for each matrix, is of the library and the batch of the others."""
    for name, value in params.items():
        if not hasattr(value, "shape") or isinstance(value, numbers.Number):
            continue
        if type(value) is not type(like) and not meet(array_namespace(value), array_namespace(like), xp):
            raise TypeError(
                f"{rule.name}: {name} is of type {type(value).__name__}, and the arrays are of type "
                f"{type(like).__name__}; give a number, or convert it"
            )
        shape = tuple(value.shape)
        sizes = (
            zip(shape, batch[len(batch) - len(shape) :], strict=True)
            if len(shape) <= len(batch)
            else ((2, 1),)
        )
        if any(size not in (1, wide) for size, wide in sizes):
            raise ValueError(
                f"{rule.name}: {name} has shape {shape}, and the batch of matrices has {batch}; give one "
                f"number for each matrix, or one for all"
            )


def check_real(rule: Record, kind: str, name: str, x: Array, owner: Array, xp: Namespace) -> None:
    """A tangent or cotangent of a real array is real: an imaginary part would be dropped."""
    if is_complex(x, xp) and not is_complex(owner, xp):
        raise TypeError(
            f"{rule.name}: the {kind} of {name} is complex and {name} is real; make {name} complex, or give "
            f"the real part"
        )


def check_library(rule: Record, kind: str, x: Array, xp: Namespace) -> None:
    """A cotangent or tangent is of the library of the inputs, where nothing is kept to compare it with."""
    found = array_namespace(x)
    if not fits(found, xp):
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


def check_shapes(
    rule: Record,
    shapes: Sequence[tuple[int, ...]],
    outputs: Sequence[tuple[int, ...]],
    axis: int = -1,
) -> tuple[frozenset[str], tuple[int, ...]]:
    """The shapes of the inputs fit the signature and broadcast, and those of outputs, if any, go with them.

    Which optional axes they leave out, and the shape of their batch. Vectors lie along `axis`.
    """
    sides = rule.sides
    if axis != -1:
        shapes = _turned(rule, rule.inputs, sides.inputs, shapes, axis)
        outputs = _turned(rule, rule.outputs, sides.outputs, outputs, axis) if outputs else outputs
    sizes: dict[str, int] = {}
    missing = sides.missing(shapes)
    batches = []
    for name, core, shape in zip(rule.inputs, sides.inputs, shapes, strict=True):
        if missing:
            core = tuple(axis for axis in core if axis not in missing)
        known = dict(sizes)
        if not bind(core, shape, sizes):
            unknown = "; compute the sizes of its chunks first (compute_chunk_sizes)"
            raise ValueError(
                f"{rule.name}: {name} has shape {tuple(shape)}; the signature {rule.signature} wants "
                f"{describe(core, known)}{unknown if any(size != size for size in shape) else ''}"
            )
        batches.append(() if core == ALL else tuple(shape[: len(shape) - len(core)]))
    try:
        batch = broadcast_shapes(*batches)
    except ValueError:
        raise ValueError(
            f"{rule.name}: the batch axes of {' and '.join(rule.inputs)} are "
            f"{' and '.join(map(str, batches))}, which do not broadcast; the signature is "
            f"{rule.signature}"
        ) from None
    for name, core, shape in zip(rule.outputs, sides.outputs, outputs, strict=len(outputs) > 0):
        core, known = tuple(axis for axis in core if axis not in missing), dict(sizes)
        if core and name not in rule.constant and not bind(core, shape, sizes):
            raise ValueError(
                f"{rule.name}: the output {name} has shape {tuple(shape)}, and with these inputs it has "
                f"{describe(core, known)}; give the outputs of the forward"
            )
    return missing, batch


def _turned(
    rule: Record,
    names: Sequence[str],
    cores: Sequence[Core],
    shapes: Sequence[tuple[int, ...]],
    axis: int,
) -> list[tuple[int, ...]]:
    """The shapes with the axis along which the vectors lie as the last one."""
    for name, core, shape in zip(names, cores, shapes, strict=True):
        if core and len(shape) < -axis:
            raise ValueError(
                f"{rule.name}: {name} has shape {tuple(shape)}, and no axis {axis}; give an axis that all "
                f"arrays have"
            )
    return [turned(tuple(shape), axis) if core else shape for core, shape in zip(cores, shapes, strict=True)]


def check_shape(rule: Record, kind: str, name: str, x: Array, wanted: tuple[int, ...]) -> None:
    """A cotangent or tangent has the shape of what it belongs to."""
    if tuple(x.shape) != tuple(wanted):
        raise ValueError(
            f"{rule.name}: the {kind} of {name} has shape {tuple(x.shape)}, but {name} has "
            f"{tuple(wanted)}; give one of the same shape, or None for zero"
        )
