"""One use of a rule, in three beats: prepare the arguments, run a formula, restore shapes and dtypes.

The maths of a rule sees whole matrices, one namespace, cotangents in the dtypes of their outputs. Its results
may still be broadcast, or complex where the input was real; that is mended here.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ._batches import mapper
from ._checks import (
    check_count,
    check_floating,
    check_params,
    check_real,
    check_results,
    check_shape,
    check_shapes,
    common_namespace,
)
from ._cotangent import all_none, cast, unbroadcast
from ._matrix import promote
from ._namespaces import Array, Namespace, device, is_numpy_namespace, same_device
from ._params import complete
from ._record import Record
from ._signature import Core

__all__ = [
    "Arrays",
    "Frame",
    "Like",
    "forward",
    "forward_keeping",
    "keep",
    "kept_of",
    "prepare",
    "pull",
    "push",
    "recall",
    "with_outputs",
]

Arrays = Sequence[Any]


class Like(NamedTuple):
    """What is kept of an array when its values are not needed."""

    shape: tuple[int, ...]
    dtype: Any


class Frame(NamedTuple):
    """All that is known of a call but its arrays."""

    rule: Record
    xp: Namespace
    params: dict[str, Any]
    missing: frozenset[str]  # optional axes that were left out
    batch: int  # how many axes the batch has
    inputs: tuple[Like, ...]
    outputs: tuple[Like, ...]  # none before the forward


def prepare(rule: Record, inputs: Arrays, xp: Namespace | None, params: dict[str, Any]) -> Frame:
    """Check the inputs and keywords of a forward, once for it and for what is derived from it."""
    rule = rule.of(len(inputs))
    check_count(rule, "input", rule.inputs, inputs)
    return _frame(rule, inputs, (), inputs, rule.inputs, xp, params)


def recall(
    rule: Record, inputs: Arrays, outputs: Arrays, given: Arrays, xp: Namespace | None, params: dict[str, Any]
) -> Frame:
    """Check the inputs and outputs of a call that was made before; what is not saved may be a placeholder."""
    rule = rule.of(len(inputs))
    check_count(rule, "input", rule.inputs, inputs)
    check_count(rule, "output", rule.outputs, outputs)
    names = [name for name in rule.saves if name not in rule.shapes]
    arrays = [
        x for name, x in zip(rule.saves, rule.from_saved(inputs, outputs), strict=True) if name in names
    ]
    if not names:
        arrays = [x for x in given if x is not None] or list(inputs)
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
        if name not in rule.constant:
            check_floating(rule, name, x, xp)
    check_params(rule, completed, arrays[0], xp)
    missing, batch = check_shapes(rule, [x.shape for x in inputs])
    return Frame(rule, xp, completed, missing, batch, _likes(inputs), _likes(outputs))


def _likes(arrays: Arrays) -> tuple[Like, ...]:
    return tuple(Like(tuple(x.shape), x.dtype) for x in arrays)


def forward(frame: Frame, inputs: Arrays) -> Arrays:
    """The outputs."""
    rule = frame.rule
    return _run(
        frame,
        rule.op,
        _plain(frame.params),
        _promoted(frame, inputs, rule.inputs),
        rule.sides.inputs,
        rule.sides.outputs,
        keeps=False,
    )


def forward_keeping(frame: Frame, inputs: Arrays) -> tuple[Frame, Arrays, Arrays]:
    """The frame with its outputs, the outputs, and the extras of the rule."""
    rule = frame.rule
    extras: Arrays = ()
    if rule.op_fwd is None:
        outputs = forward(frame, inputs)
        if rule.extras:
            extras = keep(frame, inputs, outputs)
    else:
        op_fwd, count = rule.op_fwd, len(rule.outputs)

        def flat(*arrays: Array, **keywords: Any) -> Arrays:
            made, extras = op_fwd(*arrays, **keywords)
            check_results(rule, op_fwd, made, count)
            return *made, *extras

        results = _run(
            frame,
            flat,
            _plain(frame.params),
            _promoted(frame, inputs, rule.inputs),
            rule.sides.inputs,
            (*rule.sides.outputs, *[None] * len(rule.extras)),
            keeps=True,
        )
        outputs, extras = results[:count], results[count:]
    return with_outputs(frame, outputs), outputs, extras


def with_outputs(frame: Frame, outputs: Arrays) -> Frame:
    """The frame of a forward, for its derivatives."""
    return frame._replace(outputs=_likes(outputs))


def kept_of(rule: Record, inputs: Arrays, outputs: Arrays, extras: Arrays) -> Arrays:
    """What both derivatives read: some of the inputs, outputs and extras; of some only shape and dtype."""
    values = (*inputs, *outputs, *extras)
    if not rule.shapes:
        return [values[i] for i in rule.slots]
    return [
        Like(tuple(values[i].shape), values[i].dtype) if name in rule.shapes else values[i]
        for name, i in zip(rule.keeps, rule.slots, strict=True)
    ]


def keep(frame: Frame, inputs: Arrays, outputs: Arrays) -> Arrays:
    """The extras of a rule, made from its inputs and outputs."""
    rule, op_fwd = frame.rule, frame.rule.op_fwd
    if rule.op_keep is not None:
        formula: Callable[..., Arrays] = rule.op_keep
        names = rule.saves
        arrays = rule.from_saved(inputs, outputs)
        cores = [(*rule.sides.inputs, *rule.sides.outputs)[i] for i in rule.saved]
    else:
        names, arrays, cores = rule.inputs, list(inputs), list(rule.sides.inputs)

        def formula(*arrays: Array, **keywords: Any) -> Arrays:
            assert op_fwd is not None
            return op_fwd(*arrays, **keywords)[1]

    return _run(
        frame,
        formula,
        _plain(frame.params),
        _promoted(frame, arrays, names),
        cores,
        [None] * len(rule.extras),
        keeps=True,
    )


def pull(frame: Frame, kept: Arrays, cotangents: Arrays) -> tuple[Array | None, ...]:
    """The cotangents of the inputs."""
    rule = frame.rule
    anchor = _anchor(kept, cotangents)
    bars = _fit(frame, "cotangent", rule.outputs, cotangents, frame.outputs, anchor)
    if all_none(*bars):
        return _restore(frame, rule.inputs, [None] * len(rule.inputs), frame.inputs, anchor)
    found = _derive(frame, rule.op_vjp, frame.params, kept, bars, rule.sides.outputs, rule.sides.inputs)
    return _restore(frame, rule.inputs, found, frame.inputs, anchor)


def push(frame: Frame, kept: Arrays, tangents: Arrays) -> tuple[Array | None, ...]:
    """The tangents of the outputs."""
    rule, params = frame.rule, _plain(frame.params)
    anchor = _anchor(kept, tangents)
    dots = _fit(frame, "tangent", rule.inputs, tangents, frame.inputs, anchor)
    if all_none(*dots):
        return _restore(frame, rule.outputs, [None] * len(rule.outputs), frame.outputs, anchor)
    found = _derive(frame, rule.op_jvp, params, kept, dots, rule.sides.inputs, rule.sides.outputs)
    return _restore(frame, rule.outputs, found, frame.outputs, anchor)


def _derive(
    frame: Frame,
    formula: Callable[..., Arrays],
    params: dict[str, Any],
    kept: Arrays,
    given: Arrays,
    given_cores: Sequence[Core],
    result_cores: Sequence[Core],
) -> Arrays:
    cores = (*frame.rule.kept_cores, *given_cores)
    return _run(frame, formula, params, (*kept, *given), cores, result_cores, keeps=bool(frame.rule.extras))


def _run(
    frame: Frame,
    formula: Callable[..., Arrays],
    params: dict[str, Any],
    arrays: Arrays,
    cores: Sequence[Core | None],
    result_cores: Sequence[Core | None],
    *,
    keeps: bool,
) -> Arrays:
    """A formula on whole matrices: a missing axis is put in here, of size one, and taken out again."""
    rule, xp, count = frame.rule, frame.xp, len(result_cores)
    if frame.missing:
        arrays = [_expanded(x, core, frame) for x, core in zip(arrays, cores, strict=True)]
    parts = mapper(xp, frame.batch, keeps, arrays)
    if parts is None or not rule.batched(params):
        results = formula(*arrays, xp=xp, **params)
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
    if frame.missing:
        results = [_squeezed(x, core, frame) for x, core in zip(results, result_cores, strict=True)]
    return results


def _ranks(frame: Frame, arrays: Arrays, cores: Sequence[Core | None]) -> list[int]:
    """The axes of one matrix: of an input those of the signature, of all else those behind the batch."""
    inputs = frame.rule.sides.inputs
    return [
        0 if x is None else len(core) if core in inputs and core is not None else len(x.shape) - frame.batch
        for x, core in zip(arrays, cores, strict=True)
    ]


def _expanded(x: Any, core: Core | None, frame: Frame) -> Any:
    """With the missing axes of its core put in, of size one."""
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
    """Without the missing axes of its core."""
    if x is None or core is None or frame.missing.isdisjoint(core):
        return x
    axes = tuple(i - len(core) for i, name in enumerate(core) if name in frame.missing)
    return frame.xp.squeeze(x, axis=axes if len(axes) > 1 else axes[0])


def _promoted(frame: Frame, arrays: Arrays, names: Sequence[str]) -> Arrays:
    """The arrays that can be differentiated in one dtype."""
    rule = frame.rule
    if len(rule.inputs) == 1:
        return arrays
    live = [
        i
        for i, (name, x) in enumerate(zip(names, arrays, strict=True))
        if name not in rule.constant and name not in rule.shapes
    ]
    arrays = list(arrays)
    for i, x in zip(live, promote(*(arrays[i] for i in live), xp=frame.xp), strict=True):
        arrays[i] = x
    return arrays


def _fit(
    frame: Frame, kind: str, names: tuple[str, ...], given: Arrays, owners: Arrays, anchor: Array
) -> list[Array | None]:
    """Cotangents or tangents in the dtypes of their owners; None where nothing flows."""
    rule, xp = frame.rule, frame.xp
    check_count(rule, kind, names, given)
    one_device = is_numpy_namespace(xp)
    fitted: list[Array | None] = []
    for name, x, owner in zip(names, given, owners, strict=True):
        if x is None or name in rule.constant:
            fitted.append(None)
            continue
        if type(x) is not type(anchor) or not (one_device or same_device(x, anchor, xp)):
            others = rule.keeps[0] if rule.keeps else "the rest"
            common_namespace(rule, [(others, anchor), (f"the {kind} of {name}", x)], xp)
        if x.shape != owner.shape:
            check_shape(rule, kind, name, x, owner.shape)
        if x.dtype != owner.dtype:
            check_floating(rule, f"the {kind} of {name}", x, xp)
            check_real(rule, kind, name, x, owner, xp)
            x = cast(x, owner.dtype, xp)
        fitted.append(x)
    return fitted


def _restore(
    frame: Frame, names: tuple[str, ...], results: Arrays, owners: Arrays, anchor: Array
) -> tuple[Array | None, ...]:
    """The results in the shapes and dtypes of their owners."""
    xp, constant = frame.xp, frame.rule.constant
    finished: list[Array | None] = []
    for name, x, owner in zip(names, results, owners, strict=True):
        if name in constant:
            finished.append(None)
        elif x is None:
            place = None if anchor is None else device(anchor)
            finished.append(xp.zeros(owner.shape, dtype=owner.dtype, device=place))
        else:
            finished.append(cast(unbroadcast(x, owner.shape, xp), owner.dtype, xp))
    return tuple(finished)


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    """The keywords of a formula that sees no cotangents."""
    return {name: value for name, value in params.items() if name != "gauge"} if "gauge" in params else params


def _anchor(kept: Arrays, given: Arrays) -> Array | None:
    """An array that tells the type and device of all."""
    for x in (*kept, *given):
        if x is not None and type(x) is not Like:
            return x
    return None
