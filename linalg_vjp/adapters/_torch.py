"""A rule as functions of PyTorch's autograd: the operation and its derivatives, themselves differentiable."""

from typing import Any

import torch

from .. import RULES, Registered, Rule
from .._call import (
    Frame,
    fitted,
    forward,
    forward_keeping,
    keep,
    kept_of,
    prepared,
    pull,
    push,
    with_outputs,
)
from .._namespaces import Array, array_namespace
from .._params import complete
from ._functions import as_function
from ._torch_batched import hidden_batch, mapped
from ._torch_context import filled, kept, store
from ._torch_fixed import fixed
from ._torch_precision import autocast, kept_precision

__all__ = ["applied", "level", "not_a_tensor"]

KNOWN: list[Rule] = []  # torch.compile cannot trace a closed-over Rule; it can trace an index into a list
level = torch._C._functorch.maybe_current_level  # how deep in torch.func transformations; None outside

Arrays = tuple[Any, ...]


class Whole:
    """Wraps a value so that torch.func does not look inside it."""

    def __init__(self, value: Any) -> None:
        self.value, self.depth = value, 0


class Primal(torch.autograd.Function):  # type: ignore[misc]
    """The same values without tangents: in a pushforward, saved values are constants."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Array) -> Array:
        """The same values."""
        return x.view_as(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Arrays, output: Array) -> None:
        """Save nothing."""

    @staticmethod
    def backward(ctx: Any, x_bar: Array) -> Array:
        """The same cotangent."""
        return x_bar

    @staticmethod
    def jvp(ctx: Any, x_dot: Array) -> None:
        """No tangent."""
        return None


class Operation(torch.autograd.Function):  # type: ignore[misc]
    """An operation under torch.func: returns its outputs, then the extras that its rule keeps."""

    generate_vmap_rule = True

    @staticmethod
    def forward(call: Whole, *inputs: Array) -> Arrays:
        """The outputs and the extras."""
        _, outputs, extras = forward_keeping(call.value, inputs)
        return *outputs, *extras

    @staticmethod
    def setup_context(ctx: Any, inputs: Arrays, results: Arrays) -> None:
        """Save what the rule keeps, and the shape and dtype of everything else."""
        call, *arrays = inputs
        store(ctx, with_outputs(call.value, results[: len(call.value.rule.outputs)]), arrays, results)
        # PyTorch calls this once for itself, then once for each enclosing torch.func derivative, inside out.
        ctx.depth = call.depth
        call.depth += 1

    @staticmethod
    def backward(ctx: Any, *cotangents: Array | None) -> Arrays:
        """None for `call`, then the pullback."""
        bars = cotangents[: len(ctx.frame.rule.outputs)]
        if hidden_batch(bars):
            return None, *mapped(lambda bars: _derivative(ctx, bars, forwards=False), bars)
        return None, *_derivative(ctx, bars, forwards=False)

    @staticmethod
    def jvp(ctx: Any, *tangents: Array | None) -> Arrays:
        """The pushforward."""
        _one_forward_mode(ctx.frame.rule)
        return *_derivative(ctx, tangents[1:], forwards=True), *[None] * len(ctx.frame.rule.extras)


class Plain(torch.autograd.Function):  # type: ignore[misc]
    """`Operation` outside torch.func. PyTorch calls a forward that takes the context fastest."""

    @staticmethod
    def forward(ctx: Any, frame: Any, *inputs: Array) -> Arrays:
        """Return the outputs and the extras, and save what the rule keeps."""
        frame, outputs, extras = forward_keeping(frame, inputs)
        results = (*outputs, *extras)
        store(ctx, frame, inputs, results)
        ctx.depth = 0
        return results

    backward, jvp = staticmethod(Operation.backward), staticmethod(Operation.jvp)


class Derivative(torch.autograd.Function):  # type: ignore[misc]
    """A pullback or pushforward that reads kept values. Its own derivatives trace the rule's formula."""

    generate_vmap_rule = True

    @staticmethod
    def forward(call: Whole, *arrays: Array | None) -> Arrays:
        """The cotangents of the inputs, or the tangents of the outputs, that are not None."""
        frame, forwards, count = call.value
        saved, extras, given = _taken_apart(frame, arrays, count)
        results = (push if forwards else pull)(frame, kept(frame, (*saved, *extras)), given)
        # PyTorch has no forward mode through a result that is a view, such as a lazy adjoint.
        return tuple(x if forwards or not x._is_view() else x.clone() for x in results if x is not None)

    @staticmethod
    def setup_context(ctx: Any, inputs: Arrays, results: Arrays) -> None:
        """Save the kept inputs and outputs, and the cotangents or tangents."""
        call, *arrays = inputs
        frame, _, count = ctx.call = call.value
        saved, _, given = _taken_apart(frame, arrays, count)
        ctx.save_for_backward(*saved, *given)
        ctx.save_for_forward(*saved, *given)

    @staticmethod
    def backward(ctx: Any, *cotangents: Array) -> Arrays:
        """Trace the rule's formula, and pull back through it."""
        if hidden_batch(cotangents):
            return mapped(lambda bars: Derivative.backward(ctx, *bars), cotangents)
        again, at, places = _again(ctx)
        bars = [None] * (1 + len(ctx.saved_tensors) + len(ctx.call[0].rule.extras))
        for place, bar in zip(places, torch.func.vjp(again, *at)[1](cotangents), strict=True):
            bars[place] = bar
        return tuple(bars)

    @staticmethod
    def jvp(ctx: Any, *tangents: Array | None) -> Arrays:
        """Trace the formula and transpose its pullback, which is linear: that gives the pushforward."""
        _one_forward_mode(ctx.call[0].rule)
        again, at, places = _again(ctx)
        at = tuple(map(_primal, at))
        dots = tuple(
            torch.zeros_like(x) if dot is None else dot
            for x, dot in zip(at, (tangents[place] for place in places), strict=True)
        )
        frame, forwards, _ = ctx.call
        owners = _live(frame, forwards)
        bars = tuple(torch.zeros(y.shape, dtype=y.dtype, device=at[0].device) for y in owners)
        pushed: Arrays = torch.func.vjp(lambda bars: torch.func.vjp(again, *at)[1](bars), bars)[1](dots)[0]
        return pushed


@torch.compiler.allow_in_graph  # type: ignore[untyped-decorator]
def _compiled(number: int, values: Arrays, *inputs: Array) -> Arrays:
    """The outputs and the extras of the rule KNOWN[number], under torch.compile.

    Dynamo puts this call into its graph without looking inside. The later stages trace through it, and see
    the tensor operations of the forward and backward passes.
    """
    if autocast():
        return kept_precision(lambda inputs: _compiled(number, values, *inputs), inputs)
    rule = KNOWN[number]
    params = dict(zip(rule.params, values, strict=True))
    results: Arrays = Plain.apply(prepared(rule, inputs, None, params), *inputs)
    return results


def _derivative(ctx: Any, given: Arrays, forwards: bool) -> Arrays:
    """The derivative, through a function that PyTorch can differentiate again if it might need to."""
    if autocast():
        return kept_precision(lambda given: _derivative(ctx, given, forwards), given)
    saved, frame = ctx.saved_tensors, ctx.frame
    count = len(frame.rule.stored)
    if forwards:
        saved = (*map(_primal, saved[:count]), *saved[count:])
    if not torch.is_grad_enabled() and level() is None:  # nothing will differentiate it again
        if forwards:
            return tuple(push(frame, kept(frame, saved), given))
        # PyTorch has already checked the cotangents against the outputs.
        return fitted(frame, kept(frame, saved), given, saved[0] if saved else None, forwards=False)
    if ctx.depth > 1:  # nested torch.func: it will be differentiated again, so trace it now
        return tuple(_traced(frame, saved[:count], given, push if forwards else pull))
    names = frame.rule.outputs if forwards else frame.rule.inputs
    if all(x is None for x in given):
        return (None,) * len(names)
    results = iter(Derivative.apply(Whole((frame, forwards, len(given))), *saved, *given))
    return tuple(None if name in frame.rule.constant else next(results) for name in names)


def _live(frame: Frame, forwards: bool) -> list[Any]:
    """The shapes and dtypes of the results of a derivative that are not None."""
    rule = frame.rule
    names, likes = (rule.outputs, frame.outputs) if forwards else (rule.inputs, frame.inputs)
    return [like for name, like in zip(names, likes, strict=True) if name not in rule.constant]


def _taken_apart(frame: Frame, arrays: Any, count: int) -> tuple[Any, Any, Any]:
    """Split the arguments of a derivative into saved values, extras, and cotangents or tangents."""
    behind, extras = len(arrays) - count, len(frame.rule.extras)
    return arrays[: behind - extras], arrays[behind - extras : behind], arrays[behind:]


def _traced(frame: Frame, saved: Any, given: Any, differentiate: Any) -> Arrays:
    """The derivative through functions that PyTorch differentiates. It computes the extras again."""
    frame = frame._replace(xp=NAMESPACE)
    inputs, outputs = filled(frame, saved)
    extras = keep(frame, inputs, outputs) if frame.rule.extras else ()
    results: Arrays = differentiate(frame, kept_of(frame.rule, inputs, outputs, extras), given)
    return results


def _again(ctx: Any) -> tuple[Any, Arrays, list[int]]:
    """A derivative as a function of its floating-point arguments, those arguments, and their positions."""
    frame, forwards, count = ctx.call
    arrays, extras = list(ctx.saved_tensors), len(frame.rule.extras)
    behind = len(arrays) - count
    live = [i for i, x in enumerate(arrays) if x is not None and (x.is_floating_point() or x.is_complex())]

    def again(*floating: Array) -> Arrays:
        for i, x in zip(live, floating, strict=True):
            arrays[i] = x
        results = _traced(frame, arrays[:behind], arrays[behind:], push if forwards else pull)
        return tuple(x for x in results if x is not None)

    places = [1 + i + (extras if i >= behind else 0) for i in live]
    return again, tuple(arrays[i] for i in live), places


def _primal(x: Array) -> Array:
    """x without its tangent."""
    if level() is None:
        return torch.autograd.forward_ad.unpack_dual(x).primal
    return Primal.apply(x)


def _one_forward_mode(rule: Any) -> None:
    """Raise in nested forward mode, where PyTorch would silently lose the outer tangent."""
    levels = [level.key() for level in torch._C._functorch.get_interpreter_stack() or ()]
    if levels.count(torch._C._functorch.TransformType.Jvp) > 1:
        raise NotImplementedError(
            f"{rule.name}: PyTorch cannot nest forward mode through a custom function; use "
            f"torch.func.jacrev, grad or vjp for one of the two levels"
        )


def watched(inputs: Arrays) -> bool:
    """Whether PyTorch may ask for a derivative of a call with these inputs."""
    if torch.is_grad_enabled():
        for x in inputs:
            if isinstance(x, torch.Tensor) and x.requires_grad:
                return True
    return level() is not None or torch.autograd.forward_ad._current_level >= 0


def not_a_tensor(function: str, name: str, x: Any) -> TypeError:
    """The error for an argument that is no tensor."""
    return TypeError(
        f"{function}: {name} must be a PyTorch tensor, got {type(x).__name__}; convert it with "
        f"torch.as_tensor"
    )


def applied(rule: Rule, words: dict[str, str], positional: int, module: str = "") -> Any:
    """A rule as a PyTorch function. `words` maps PyTorch's keyword names to the rule's."""
    number = len(KNOWN)
    KNOWN.append(rule)

    def apply(inputs: Arrays, given: dict[str, Any]) -> Arrays:
        for i, x in enumerate(inputs):
            if not isinstance(x, torch.Tensor):
                raise not_a_tensor(rule.name, rule.of(len(inputs)).inputs[i], x)
        if given:  # a tensor keyword is a constant: copy it, as it may change before the backward pass
            given = {k: v.detach().clone() if isinstance(v, torch.Tensor) else v for k, v in given.items()}
        if torch.compiler.is_compiling():
            # Under torch.func the compiler would silently differentiate `forward` by PyTorch's formulas. It
            # cannot trace level(), so it leaves the call to Python here.
            if level() is not None:
                raise NotImplementedError(f"{rule.name}: torch.compile cannot put torch.func into one graph")
            values = tuple(complete(rule.name, rule.params, given).values())
            results: Arrays = _compiled(number, values, *inputs)
            return results[: len(rule.outputs)]
        if autocast():
            return kept_precision(lambda inputs: apply(inputs, given), inputs)
        frame = prepared(rule, inputs, None, given)
        if not watched(inputs):
            return tuple(forward(frame, inputs))
        results = Plain.apply(frame, *inputs) if level() is None else Operation.apply(Whole(frame), *inputs)
        return results[: len(rule.outputs)]

    return as_function(rule, apply, "PyTorch", words, positional=positional, module=module)


NAMESPACE = Registered(
    array_namespace(torch.empty(0)),
    {name: applied(rule, {}, 0) for name, rule in RULES.items()},
    fixed,
)
