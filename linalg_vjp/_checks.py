"""The checks of the arguments of every rule, and the texts of their errors.

Each error names the rule and the argument, says what was given and what is wanted, and what to do next.
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
    "check_constant",
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
    """Check that there is one array for each name, in a tuple or list."""
    if type(arrays) is not tuple and not isinstance(arrays, tuple | list):
        what = "an array" if hasattr(arrays, "shape") else f"an object of type {type(arrays).__name__}"
        raise TypeError(
            f"{rule.name}: the {kind}s must be in a tuple, such as "
            f"({', '.join(names)}{',' if len(names) == 1 else ''}); got {what}; put it into a tuple"
        )
    if kind != "input" and len(arrays) == 1 and isinstance(arrays[0], tuple | list):
        way = "unpack it with a star, as in pullback(*cotangents)"
        raise TypeError(
            f"{rule.name}: the {kind} of {names[0]} must be an array, got a {type(arrays[0]).__name__}; "
            f"{way if kind == 'cotangent' else 'convert it to an array'}"
        )
    if len(arrays) != len(names):
        hints = {"output": "; pass all outputs of the forward pass", "input": "; pass keywords by name"}
        hint = hints.get(kind, "; pass None for one that is zero")
        raise ValueError(
            f"{rule.name}: expected {'at least ' * (kind == 'input' and rule.sides.repeats)}{len(names)} "
            f"{kind}{'s' * (len(names) != 1)} ({', '.join(names)}), got {len(arrays)}"
            f"{hint if kind != 'input' or len(arrays) > len(names) else ''}"
        )


def common_namespace(rule: Record, named: Named, xp: Namespace | None) -> Namespace:
    """Return the namespace that all these arrays share; check that they share a device."""
    first_name, first = named[0]
    if xp is not None:
        _check_given(rule, first_name, first, xp)
        if not keeps_to_standard(xp):
            xp = None  # look it up from the arrays
    for name, x in named:
        if xp is None or type(x) is not type(first) or not hasattr(x, "dtype"):
            found = _namespace_of(x)
            if found is None:
                raise TypeError(
                    f"{rule.name}: {name} is of type {type(x).__name__}, which is not an array; {_way(x)}"
                )
            if xp is None:
                xp = found
            elif not meet(found, array_namespace(first), xp):
                raise TypeError(
                    f"{rule.name}: {name} belongs to {found.__name__}, but {first_name} belongs to "
                    f"{xp.__name__}; convert one of them"
                )
        if x is not first and not same_device(x, first, xp):
            raise ValueError(
                f"{rule.name}: {name} is on device {device(x)}, but {first_name} is on "
                f"{device(first)}; move one of them"
            )
    return xp


def _namespace_of(x: Any) -> Namespace | None:
    try:
        return array_namespace(x)
    except TypeError:
        return None


def _way(x: Any) -> str:
    """How to make an array from an object that is not one."""
    if hasattr(x, "toarray"):
        return "make it dense with its toarray() method"
    return "convert it, for example with numpy.asarray"


def _check_given(rule: Record, name: str, x: Array, xp: Namespace) -> None:
    """Check that the `xp` of a user is a namespace, and that the arrays belong to it."""
    if not hasattr(xp, "__name__"):
        raise TypeError(
            f"{rule.name}: xp must be a namespace, such as the module numpy, got an object of type "
            f"{type(xp).__name__}; pass a namespace, or leave xp out"
        )
    found = _namespace_of(x)
    if found is not None and not fits(found, xp):
        raise TypeError(
            f"{rule.name}: xp is {xp.__name__}, but {name} belongs to {found.__name__}; convert the arrays, "
            f"or leave xp out"
        )


def fits(found: Namespace, xp: Namespace) -> bool:
    """Whether the `xp` of a user is the namespace of the arrays, or the library itself, such as torch."""
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
    )  # _namespaces.mlx stands for mlx.core
    return same or ours or found.__name__ == xp.__name__ or meet(found, xp, xp)


# Subclasses of NumPy's array that would lose information, or that multiply differently.
KINDS = {
    "MaskedArray": "a masked array, and its mask would be lost; pass its .filled() or its .data",
    "matrix": "a numpy.matrix, which multiplies differently from an array; convert it with numpy.asarray",
}


@functools.cache
def _bits(dtype: Any, xp: Namespace) -> int:
    """The bits of a real floating number, or of each part of a complex one; 0 for any other dtype."""
    return int(xp.finfo(dtype).bits) if xp.isdtype(dtype, ("real floating", "complex floating")) else 0


def check_floating(rule: Record, name: str, x: Array, xp: Namespace) -> None:
    """Check that the dtype is real or complex floating, in a precision that the rule supports.

    An input that the rule does not save may be anything with a dtype and a shape.
    """
    if not hasattr(x, "dtype") or not hasattr(x, "shape"):
        raise TypeError(
            f"{rule.name}: {name} is of type {type(x).__name__}; pass an array. If the rule does not save "
            f"it, any object with .shape and .dtype will do (the rule saves {', '.join(rule.saves)})"
        )
    bits = _bits(x.dtype, xp)
    if bits == 0:
        raise TypeError(
            f"{rule.name}: {name} has dtype {x.dtype}, but gradients need a real or complex floating dtype; "
            f"convert it, for example to float64"
        )
    if bits not in (32, 64) and not (bits == 16 and rule.half):
        also = "half, " if rule.half else ""
        raise TypeError(
            f"{rule.name}: {name} has dtype {x.dtype}, but the rule supports {also}single and double "
            f"precision; convert it, for example to float32"
        )
    if type(x).__name__ in KINDS and type(x).__module__.startswith("numpy"):
        raise TypeError(f"{rule.name}: {name} is {KINDS[type(x).__name__]}")
    if str(getattr(x, "layout", "torch.strided")) != "torch.strided":
        raise TypeError(f"{rule.name}: {name} is sparse, with layout {x.layout}; call its to_dense()")


def check_constant(rule: Record, name: str, x: Array, xp: Namespace) -> None:
    """Check the dtype of an input that cannot be differentiated: pivots are integers."""
    if rule.space.get(name) == "pivots" and not xp.isdtype(x.dtype, "integral"):
        raise TypeError(f"{rule.name}: {name} has dtype {x.dtype}, but must be integers; convert it")


def check_params(
    rule: Record, params: dict[str, Any], like: Array, batch: tuple[int, ...], xp: Namespace
) -> None:
    """Check that a keyword that is an array has the library and the batch of the other arrays."""
    for name, value in params.items():
        if not hasattr(value, "shape") or isinstance(value, numbers.Number):
            continue
        if type(value) is not type(like) and not meet(array_namespace(value), array_namespace(like), xp):
            raise TypeError(
                f"{rule.name}: {name} is of type {type(value).__name__}, but the arrays are of type "
                f"{type(like).__name__}; pass a number, or convert it"
            )
        shape = tuple(value.shape)
        sizes = (
            zip(shape, batch[len(batch) - len(shape) :], strict=True)
            if len(shape) <= len(batch)
            else ((2, 1),)
        )
        if any(size not in (1, wide) for size, wide in sizes):
            raise ValueError(
                f"{rule.name}: {name} has shape {shape}, but the batch has shape {batch}; pass one number "
                f"for each matrix, or one for all"
            )


def check_real(rule: Record, kind: str, name: str, x: Array, owner: Array, xp: Namespace) -> None:
    """Check that a tangent or cotangent of a real array is real; an imaginary part would be lost."""
    if is_complex(x, xp) and not is_complex(owner, xp):
        raise TypeError(
            f"{rule.name}: the {kind} of {name} is complex, but {name} is real; make {name} complex, or pass "
            f"the real part"
        )


def check_library(rule: Record, kind: str, x: Array, xp: Namespace) -> None:
    """Check the library of a cotangent or tangent, if no array is kept to compare it with."""
    found = array_namespace(x)
    if not fits(found, xp):
        raise TypeError(
            f"{rule.name}: the {kind} belongs to {found.__name__}, but the inputs belong to {xp.__name__}; "
            f"convert one of them"
        )


def check_results(rule: Record, formula: object, results: object, count: int) -> None:
    """Check that a formula returned a tuple with one result for each name."""
    if type(results) is not tuple or len(results) != count:
        single = f"{type(results).__name__}; for a single result, write (result,)"
        given = f"a tuple of {len(results)}" if type(results) is tuple else single
        name = getattr(formula, "__name__", "a formula")
        raise TypeError(f"{rule.name}: {name} must return a tuple of {count}, but returned {given}")


def check_shapes(
    rule: Record,
    shapes: Sequence[tuple[int, ...]],
    outputs: Sequence[tuple[int, ...]],
    axis: int = -1,
) -> tuple[frozenset[str], tuple[int, ...]]:
    """Check that the inputs fit the signature and broadcast, and that the outputs, if any, fit the inputs.

    Returns the optional axes that the inputs leave out, and the shape of the batch. Vectors lie along `axis`.
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
            unknown = "; call its compute_chunk_sizes() first"
            raise ValueError(
                f"{rule.name}: {name} has shape {tuple(shape)}; the signature {rule.signature} requires "
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
                f"{rule.name}: the output {name} has shape {tuple(shape)}, but these inputs give "
                f"{describe(core, known)}; pass the outputs of the forward pass"
            )
    return missing, batch


def _turned(
    rule: Record,
    names: Sequence[str],
    cores: Sequence[Core],
    shapes: Sequence[tuple[int, ...]],
    axis: int,
) -> list[tuple[int, ...]]:
    """The shapes with the axis along which the vectors lie moved to the end."""
    for name, core, shape in zip(names, cores, shapes, strict=True):
        if core and len(shape) < -axis:
            raise ValueError(
                f"{rule.name}: {name} has shape {tuple(shape)}, which has no axis {axis}; pass an axis "
                f"that all arrays have"
            )
    return [turned(tuple(shape), axis) if core else shape for core, shape in zip(cores, shapes, strict=True)]


def check_shape(rule: Record, kind: str, name: str, x: Array, wanted: tuple[int, ...]) -> None:
    """Check that a cotangent or tangent has the shape of the array it belongs to."""
    if tuple(x.shape) != tuple(wanted):
        raise ValueError(
            f"{rule.name}: the {kind} of {name} has shape {tuple(x.shape)}, but {name} has "
            f"shape {tuple(wanted)}; pass a {kind} of that shape, or None for zero"
        )
