"""What a call keeps in PyTorch's context for its derivatives: a frame, and tensors that PyTorch saves."""

from typing import Any

from .._call import Frame, kept_of

__all__ = ["filled", "kept", "store", "stored"]


def store(ctx: Any, frame: Frame, inputs: Any, results: tuple[Any, ...]) -> None:
    """Keep what the rule keeps, and of the rest shape and dtype."""
    rule = frame.rule
    count = len(rule.outputs)
    outputs, extras = results[:count], results[count:]
    ctx.set_materialize_grads(False)  # None is a cotangent of zero
    ctx.frame = frame
    values = (*inputs, *outputs)
    stored = [values[i] for i in rule.stored]
    ctx.save_for_backward(*stored, *extras)
    ctx.save_for_forward(*stored, *extras)
    constant = [x for name, x in zip(rule.outputs, outputs, strict=True) if name in rule.constant]
    ctx.mark_non_differentiable(*constant, *(x for x in extras if x is not None))


def stored(ctx: Any) -> tuple[Any, Any]:
    """The saved inputs and outputs, and the extras."""
    count = len(ctx.frame.rule.stored)
    return ctx.saved_tensors[:count], ctx.saved_tensors[count:]


def kept(frame: Frame, saved: Any, extras: Any) -> Any:
    """What the formulas read, of the saved values and the extras."""
    inputs, outputs = filled(frame, saved)
    return kept_of(frame.rule, inputs, outputs, extras)


def filled(frame: Frame, saved: Any) -> tuple[list[Any], list[Any]]:
    """The inputs and outputs; of those not saved shape and dtype alone."""
    values: list[Any] = [*frame.inputs, *frame.outputs]
    for place, x in zip(frame.rule.stored, saved, strict=True):
        values[place] = x
    count = len(frame.inputs)
    return values[:count], values[count:]
