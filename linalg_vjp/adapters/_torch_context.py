"""What a call stores in PyTorch's context for its derivatives: a frame, and saved tensors."""

from typing import Any

from .._call import Frame, kept_of

__all__ = ["filled", "kept", "store"]


def store(ctx: Any, frame: Frame, inputs: Any, results: tuple[Any, ...]) -> None:
    """Save the inputs and outputs that the rule saves, then the extras. The frame holds the shapes."""
    rule = frame.rule
    extras = results[len(rule.outputs) :]
    ctx.set_materialize_grads(False)  # a zero cotangent comes as None
    ctx.frame = frame
    values = (*inputs, *results)
    saved = [*[values[i] for i in rule.stored], *extras]
    ctx.save_for_backward(*saved)
    ctx.save_for_forward(*saved)
    constant = [x for x in extras if x is not None]
    if rule.constant:
        constant += [x for name, x in zip(rule.outputs, results, strict=False) if name in rule.constant]
    ctx.mark_non_differentiable(*constant)


def kept(frame: Frame, saved: Any) -> Any:
    """The values that the formulas read, taken from the saved tensors."""
    rule = frame.rule
    if not rule.shapes:
        return [saved[i] for i in rule.places]
    count = len(rule.stored)
    return kept_of(rule, *filled(frame, saved[:count]), saved[count:])


def filled(frame: Frame, saved: Any) -> tuple[list[Any], list[Any]]:
    """The inputs and outputs. Those that were not saved are placeholders with a shape and dtype."""
    values: list[Any] = [*frame.inputs, *frame.outputs]
    for place, x in zip(frame.rule.stored, saved, strict=True):
        values[place] = x
    count = len(frame.inputs)
    return values[:count], values[count:]
