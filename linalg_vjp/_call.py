"""One call of a rule, in three steps: prepare the arguments, run a formula, restore shapes and dtypes.

The formula of a rule sees whole matrices, one namespace, and cotangents in the dtypes of their outputs. Its
results may still be broadcast, or complex where the input is real; this module corrects that.
"""

from collections.abc import Sequence
from typing import Any

from ._batches import maps
from ._checks import (
    check_constant,
    check_count,
    check_floating,
    check_library,
    check_params,
    check_real,
    check_shape,
    check_shapes,
    common_namespace,
)
from ._cotangent import all_none, cast, unbroadcast
from ._frame import Arrays, Frame, Like, run
from ._matrix import promote
from ._namespaces import Array, Namespace, device, is_numpy_namespace, same_device
from ._params import complete
from ._record import Record

__all__ = [
    "Arrays",
    "Frame",
    "Like",
    "fit",
    "fitted",
    "forward",
    "forward_keeping",
    "keep",
    "kept_of",
    "prepare",
    "prepared",
    "pull",
    "push",
    "recall",
    "with_outputs",
]


FRAMES: dict[tuple[Any, ...], Frame] = {}
MOST_FRAMES = 1024


def prepare(rule: Record, inputs: Arrays, xp: Namespace | None, params: dict[str, Any]) -> Frame:
    """Check the inputs and keywords of a forward pass, once for the pass and its derivatives."""
    rule = rule.of(len(inputs))
    check_count(rule, "input", rule.inputs, inputs)
    return _frame(rule, inputs, (), inputs, rule.inputs, xp, params)


def prepared(rule: Record, inputs: Arrays, xp: Namespace | None, params: dict[str, Any]) -> Frame:
    """Return the frame that `prepare` makes; calls that differ only in the values of their arrays share it.

    The checks look at types, shapes, dtypes, devices and keywords. NumPy and PyTorch give these quickly.
    Arrays of other libraries, such as JAX's tracers, are checked in every call.
    """
    key: list[Any] = [rule, xp]
    for x in inputs:
        kind = type(x)
        if kind.__module__ in ("torch", "torch.nn.parameter"):
            key += (kind, x.shape, x.dtype, x.device, x.layout)
        elif kind.__module__ == "numpy" and kind.__name__ == "ndarray":
            key += (kind, x.shape, x.dtype)
        else:
            return prepare(rule, inputs, xp, params)
    for name, value in params.items():
        if hasattr(value, "dtype"):  # an array, or a scalar of an array library
            return prepare(rule, inputs, xp, params)
        key += (name, type(value), value)
    at = tuple(key)
    try:
        frame = FRAMES.get(at)
    except TypeError:  # an unhashable value; the checks give a better error
        return prepare(rule, inputs, xp, params)
    if frame is None:
        frame = prepare(rule, inputs, xp, params)
        if len(FRAMES) >= MOST_FRAMES:
            FRAMES.clear()
        FRAMES[at] = frame
    return frame


def recall(
    rule: Record, inputs: Arrays, outputs: Arrays, given: Arrays, xp: Namespace | None, params: dict[str, Any]
) -> Frame:
    """Check the inputs and outputs of an earlier call; those not in `saves` may be placeholders."""
    rule = rule.of(len(inputs))
    check_count(rule, "input", rule.inputs, inputs)
    check_count(rule, "output", rule.outputs, outputs)
    names = [name for name in rule.saves if name not in rule.shapes]
    arrays = [
        x for name, x in zip(rule.saves, rule.from_saved(inputs, outputs), strict=True) if name in names
    ]
    if not names:
        arrays = [x for x in given if hasattr(x, "dtype")] or list(inputs)
        names = ["an array"] * len(arrays)
    return _frame(rule, inputs, outputs, arrays, names, xp, params)


def _frame(
    rule: Record,
    inputs: Arrays,
    outputs: Arrays,
    arrays: Arrays,
    names: Sequence[str],
    xp: Namespace | None,
    params: dict[str, Any],
) -> Frame:
    completed = complete(rule.name, rule.params, params)
    xp = common_namespace(rule, list(zip(names, arrays, strict=True)), xp)
    for name, x in zip(rule.inputs, inputs, strict=True):
        (check_constant if name in rule.constant else check_floating)(rule, name, x, xp)
    axis = completed.pop(rule.axis) if rule.axis else -1
    missing, batch = check_shapes(rule, [x.shape for x in inputs], [y.shape for y in outputs], axis)
    check_params(rule, completed, arrays[0], batch, xp)
    plain = {name: value for name, value in completed.items() if name != "gauge"}
    mapped = maps(xp) and (bool(rule.axis) or rule.batched(completed))
    place = None if rule.stored or rule.extras else device(arrays[0])
    likes = _likes(inputs)
    return Frame(rule, xp, completed, plain, missing, axis, len(batch), mapped, likes, place, _likes(outputs))


def _likes(arrays: Arrays) -> tuple[Like, ...]:
    return tuple([Like(x.shape, x.dtype) for x in arrays])


def forward(frame: Frame, inputs: Arrays) -> Arrays:
    """Return the outputs."""
    rule = frame.rule
    return run(
        frame,
        rule.op,
        frame.plain,
        inputs if len(inputs) == 1 else _promoted(frame, inputs, rule.inputs),
        rule.sides.inputs,
        rule.sides.outputs,
        whole=False,
    )


def forward_keeping(frame: Frame, inputs: Arrays) -> tuple[Frame, Arrays, Arrays]:
    """Return the frame with its outputs, the outputs, and the extras of the rule."""
    rule = frame.rule
    extras: Arrays = ()
    if rule.op_fwd is None:
        outputs = forward(frame, inputs)
        if rule.extras:
            extras = keep(frame, inputs, outputs)
    else:
        results = run(
            frame,
            rule.run_fwd,
            frame.plain,
            inputs if len(inputs) == 1 else _promoted(frame, inputs, rule.inputs),
            rule.sides.inputs,
            (*rule.sides.outputs, *[None] * len(rule.extras)),
            whole=True,
        )
        count = len(rule.outputs)
        outputs, extras = results[:count], results[count:]
    return with_outputs(frame, outputs), outputs, extras


def with_outputs(frame: Frame, outputs: Arrays) -> Frame:
    """Return the frame of a forward pass with its outputs, which the derivatives need."""
    return Frame(*frame[:-1], _likes(outputs))


def kept_of(rule: Record, inputs: Arrays, outputs: Arrays, extras: Arrays) -> Arrays:
    """What both derivatives read: the arrays in `keeps`, or only shape and dtype of those in `shapes`."""
    values = (*inputs, *outputs, *extras)
    if not rule.shapes:
        return [values[i] for i in rule.slots]
    return [
        Like(tuple(values[i].shape), values[i].dtype) if name in rule.shapes else values[i]
        for name, i in zip(rule.keeps, rule.slots, strict=True)
    ]


def keep(frame: Frame, inputs: Arrays, outputs: Arrays) -> Arrays:
    """The extras of a rule, made from its inputs and outputs."""
    rule = frame.rule
    if rule.op_keep is None:  # the forward pass makes them, from all inputs
        names, arrays, cores = rule.inputs, inputs, rule.sides.inputs
    else:
        names, arrays = rule.saves, rule.from_saved(inputs, outputs)
        cores = tuple((*rule.sides.inputs, *rule.sides.outputs)[i] for i in rule.saved)
    return run(
        frame,
        rule.run_keep,
        frame.plain,
        arrays if len(inputs) == 1 else _promoted(frame, arrays, names),
        cores,
        [None] * len(rule.extras),
        whole=True,
    )


def pull(frame: Frame, kept: Arrays, cotangents: Arrays) -> tuple[Array | None, ...]:
    """The cotangents of the inputs."""
    anchor = _anchor(kept, cotangents)
    bars = fit(frame, "cotangent", frame.rule.outputs, cotangents, frame.outputs, anchor)
    return fitted(frame, kept, bars, anchor, forwards=False)


def push(frame: Frame, kept: Arrays, tangents: Arrays) -> tuple[Array | None, ...]:
    """The tangents of the outputs."""
    anchor = _anchor(kept, tangents)
    dots = fit(frame, "tangent", frame.rule.inputs, tangents, frame.inputs, anchor)
    return fitted(frame, kept, dots, anchor, forwards=True)


def fitted(
    frame: Frame, kept: Arrays, given: Arrays, anchor: Array | None, *, forwards: bool
) -> tuple[Array | None, ...]:
    """Run the pullback, or the pushforward, on arrays in the shapes, dtypes and device of their owners.

    `anchor` is an array that tells the device of a result that is zero, or None.
    """
    rule = frame.rule
    if forwards:
        formula, cores, sides = rule.op_jvp, rule.push_cores, rule.sides.outputs
        names, owners = rule.outputs, frame.outputs
    else:
        formula, cores, sides = rule.op_vjp, rule.pull_cores, rule.sides.inputs
        names, owners = rule.inputs, frame.inputs
    found: Arrays = (None,) * len(names)
    if not all_none(*given):
        found = run(frame, formula, frame.params, (*kept, *given), cores, sides, whole=rule.light)
    return _restore(frame, names, found, owners, anchor)


def _promoted(frame: Frame, arrays: Arrays, names: Sequence[str]) -> Arrays:
    """Convert the arrays that can be differentiated to their common dtype, and return all arrays."""
    rule = frame.rule
    live = [
        i
        for i, (name, x) in enumerate(zip(names, arrays, strict=True))
        if name not in rule.constant and name not in rule.shapes
    ]
    arrays = list(arrays)
    for i, x in zip(live, promote(*(arrays[i] for i in live), xp=frame.xp), strict=True):
        arrays[i] = x
    return arrays


def fit(
    frame: Frame, kind: str, names: tuple[str, ...], given: Arrays, owners: Arrays, anchor: Array | None
) -> list[Array | None]:
    """Check cotangents or tangents, and convert each to the dtype of its owner; None is zero."""
    rule, xp = frame.rule, frame.xp
    check_count(rule, kind, names, given)
    one_device = is_numpy_namespace(xp)
    if not rule.stored and not rule.extras and anchor is not None:
        check_library(rule, kind, anchor, xp)
    fitted: list[Array | None] = []
    for name, x, owner in zip(names, given, owners, strict=True):
        if x is None or name in rule.constant:
            fitted.append(None)
            continue
        if type(x) is not type(anchor) or not (one_device or same_device(x, anchor, xp)):
            x = _number(x, owner, anchor, frame)
            others = [] if anchor is None else [(rule.keeps[0] if rule.keeps else "the other array", anchor)]
            common_namespace(rule, [*others, (f"the {kind} of {name}", x)], xp)
        if x.shape != owner.shape:
            check_shape(rule, kind, name, x, owner.shape)
        if x.dtype != owner.dtype:
            check_floating(rule, f"the {kind} of {name}", x, xp)
            check_real(rule, kind, name, x, owner, xp)
            x = cast(x, owner.dtype, xp)
        fitted.append(x)
    return fitted


def _number(x: Any, owner: Like, anchor: Array | None, frame: Frame) -> Array:
    """Convert a Python number that belongs to a scalar to an array; return anything else as it is."""
    if len(owner.shape) > 0 or not isinstance(x, int | float | complex) or hasattr(x, "dtype"):
        return x
    place = frame.place if anchor is None else device(anchor)
    return frame.xp.asarray(x, dtype=None if isinstance(x, complex) else owner.dtype, device=place)


def _restore(
    frame: Frame, names: tuple[str, ...], results: Arrays, owners: Arrays, anchor: Array
) -> tuple[Array | None, ...]:
    """Convert the results to the shapes and dtypes of their owners."""
    xp, constant = frame.xp, frame.rule.constant
    finished: list[Array | None] = []
    for name, x, owner in zip(names, results, owners, strict=True):
        if name in constant:
            finished.append(None)
        elif x is None:
            place = frame.place if anchor is None else device(anchor)
            finished.append(xp.zeros(owner.shape, dtype=owner.dtype, device=place))
        else:
            if x.shape != owner.shape:
                try:
                    x = unbroadcast(x, owner.shape, xp)
                except ValueError as error:
                    raise ValueError(f"{frame.rule.name}: the derivative of {name}: {error}") from None
            finished.append(x if x.dtype == owner.dtype else cast(x, owner.dtype, xp))
    return tuple(finished)


def _anchor(kept: Arrays, given: Arrays) -> Array | None:
    """Return an array that tells the type and device of all arrays, or None."""
    for arrays in (kept, given):
        for x in arrays:
            if x is not None and type(x) is not Like and hasattr(x, "dtype"):
                return x
    return None
