"""What is known about one call of a rule, and how its formulas run: whole matrices in, whole matrices out."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ._batches import mapper
from ._checks import check_results
from ._namespaces import Namespace
from ._record import Record
from ._signature import Core, turned

__all__ = ["Arrays", "Frame", "Like", "run"]

Arrays = Sequence[Any]


class Like(NamedTuple):
    """The shape and dtype of an array whose values are not needed."""

    shape: tuple[int, ...]
    dtype: Any


class Frame(NamedTuple):
    """Everything about a call except its arrays."""

    rule: Record
    xp: Namespace
    params: dict[str, Any]
    plain: dict[str, Any]  # the keywords of the forward pass: all but the gauge
    missing: frozenset[str]  # optional axes that the inputs leave out
    axis: int  # along which vectors lie; -1, unless a keyword of the rule names another
    batch: int  # the number of batch axes
    mapped: bool  # whether the library may want the batch in parts
    inputs: tuple[Like, ...]
    place: Any  # the device of the inputs, if no kept array tells it
    outputs: tuple[Like, ...]  # empty before the forward pass


def run(
    frame: Frame,
    formula: Callable[..., Arrays],
    params: dict[str, Any],
    arrays: Arrays,
    cores: Sequence[Core | None],
    result_cores: Sequence[Core | None],
    *,
    whole: bool,
) -> Arrays:
    """Run a formula on whole matrices; missing axes, of size one, are inserted before and removed after."""
    rule, xp, count = frame.rule, frame.xp, len(result_cores)
    if frame.missing:
        arrays = [_expanded(x, core, frame) for x, core in zip(arrays, cores, strict=True)]
    if frame.axis != -1:
        arrays = [_moved(x, core, frame, frame.axis, -1) for x, core in zip(arrays, cores, strict=True)]
    parts = mapper(xp, frame.batch, whole, arrays) if frame.mapped else None
    if parts is None:
        results = formula(*arrays, xp=xp, **params)
        if type(results) is not tuple or len(results) != count:
            check_results(rule, formula, results, count)
    else:
        placeholders = {i: x for i, x in enumerate(arrays) if type(x) is Like}

        def checked(*arrays: Any, **keywords: Any) -> Arrays:
            if placeholders:
                arrays = tuple(placeholders.get(i, x) for i, x in enumerate(arrays))
            results = formula(*arrays, **keywords)
            check_results(rule, formula, results, count)
            return results

        there = [None if type(x) is Like else x for x in arrays]
        results = parts(rule.name, checked, there, _ranks(frame, there, cores), params)
    if frame.axis != -1:
        pairs = zip(results, result_cores, strict=True)
        results = tuple(_moved(x, core, frame, -1, frame.axis) for x, core in pairs)
    if frame.missing:
        results = tuple(_squeezed(x, core, frame) for x, core in zip(results, result_cores, strict=True))
    return results


def _moved(x: Any, core: Core | None, frame: Frame, source: int, target: int) -> Any:
    """Move the axis along which the vectors of the core lie."""
    if x is None or not core:
        return x
    if type(x) is Like:
        return Like(turned(x.shape, source), x.dtype)
    # PyTorch's vmap has no moveaxis.
    order = [i for i in range(x.ndim) if i != x.ndim + source]
    order.insert(x.ndim + target, x.ndim + source)
    return frame.xp.permute_dims(x, tuple(order))


def _ranks(frame: Frame, arrays: Arrays, cores: Sequence[Core | None]) -> list[int]:
    """The number of axes of one matrix: for an input from the signature, else all axes after the batch."""
    inputs = frame.rule.sides.inputs
    return [
        0 if x is None else len(core) if core in inputs and core is not None else len(x.shape) - frame.batch
        for x, core in zip(arrays, cores, strict=True)
    ]


def _expanded(x: Any, core: Core | None, frame: Frame) -> Any:
    """Insert the missing axes of the core, of size one."""
    if x is None or core is None or frame.missing.isdisjoint(core):
        return x
    present = [name not in frame.missing for name in core]
    for i, there in enumerate(present):
        if not there:
            axis = -1 - sum(present[i + 1 :])
            if type(x) is Like:
                at = len(x.shape) + axis + 1
                x = Like((*x.shape[:at], 1, *x.shape[at:]), x.dtype)
            else:
                x = frame.xp.expand_dims(x, axis=axis)
    return x


def _squeezed(x: Any, core: Core | None, frame: Frame) -> Any:
    """Remove the missing axes of the core."""
    if x is None or core is None:
        return x
    if frame.missing.isdisjoint(core):
        # A reduction may keep an axis that the array did not have.
        return x if len(x.shape) <= frame.batch + len(core) else frame.xp.reshape(x, x.shape[: frame.batch])
    axes = tuple(i - len(core) for i, name in enumerate(core) if name in frame.missing)
    return frame.xp.squeeze(x, axis=axes if len(axes) > 1 else axes[0])
