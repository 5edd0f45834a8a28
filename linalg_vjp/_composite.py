"""Rules made of other rules: the steps are recorded once, and give both derivatives."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ._call import Frame, forward, forward_keeping, kept_of, prepared, pull, push, with_outputs
from ._checks import check_count
from ._cotangent import all_none, total
from ._namespaces import Array, Namespace, namespace
from ._params import complete
from ._record import Record
from ._rule import Rule

__all__ = ["composite"]


class Placeholder:
    """A value of a composite while its steps are recorded. It is no number, so arithmetic with it raises."""

    def __init__(self, at: int) -> None:
        self.at = at  # its position among the inputs and the outputs of all steps


class Step(NamedTuple):
    """One step of a composite: a rule, the positions of its inputs among all values so far, its keywords."""

    rule: Record
    sources: tuple[int, ...]
    params: dict[str, Any]


def composite(
    name: str,
    signature: str,
    *,
    inputs: tuple[str, ...],
    steps: Callable[..., Any],
    outputs: tuple[str, ...] = ("Y",),
    **record: Any,
) -> Rule:
    """Make the rule of an operation that is a few steps through other rules.

    Use it only where the chain rule loses no accuracy. A formula for the whole operation can be more accurate
    than the product of the derivatives of its steps.

    Parameters
    ----------
    name, signature, inputs, outputs
        As in `Rule`.
    steps : callable
        ``steps(use, *inputs, **params)`` returns the outputs. It calls ``use(rule, *values, **params)`` for
        each step; the call returns a placeholder for the output of the step, or a tuple for several outputs.
        `steps` sees no arrays. Its keywords may change the keywords of the steps, but not which steps it
        takes. A keyword named ``gauge`` needs a default, because only the derivatives are given it.
    **record
        Other fields of `Rule`.

    Returns
    -------
    Rule

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import RULES, vjp
    >>> logdet = composite(
    ...     "logdet", "(n,n)->()", inputs=("A",), steps=lambda use, A: use(RULES["slogdet"], A)[1],
    ... )
    >>> vjp(logdet, 2 * np.eye(2))[1](np.asarray(1.0))[0].tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """

    def program(params: dict[str, Any]) -> tuple[list[Step], tuple[int, ...]]:
        taken: list[Step] = []
        first = len(inputs)

        def position(value: Any) -> int:
            if isinstance(value, Placeholder):
                return value.at
            raise TypeError(
                f"{name}: a step may only use and return the inputs of `steps` and results of use(...), got "
                f"{value!r}; anything else that it computes needs a rule of its own"
            )

        def use(rule: Record, *sources: Placeholder, **keywords: Any) -> Any:
            nonlocal first
            if not isinstance(rule, Record):
                raise TypeError(f"{name}: use(rule, ...) needs a Rule, such as RULES['inv'], got {rule!r}")
            rule = rule.of(len(sources))
            taken.append(Step(rule, tuple(map(position, sources)), keywords))
            made = tuple(map(Placeholder, range(first, first := first + len(rule.outputs))))
            return made if len(made) > 1 else made[0]

        result = steps(use, *map(Placeholder, range(len(inputs))), **params)
        return taken, tuple(map(position, result if isinstance(result, tuple) else (result,)))

    def op(*given: Array, xp: Namespace | None = None, **params: Any) -> tuple[Array, ...]:
        xp, values = namespace(xp, *given), list(given)
        taken, results = program(params)
        for step in taken:
            at = [values[i] for i in step.sources]
            values += forward(prepared(step.rule, at, xp, step.params), at)
        return tuple(values[i] for i in results)

    def op_fwd(*given: Array, xp: Namespace | None = None, **params: Any) -> tuple[Any, Any]:
        xp, values = namespace(xp, *given), list(given)
        extras: list[Any] = []
        taken, results = program(params)
        for step in taken:
            at = [values[i] for i in step.sources]
            _, made, kept = forward_keeping(prepared(step.rule, at, xp, step.params), at)
            values += made
            extras += kept
        between = [x for i, x in enumerate(values) if i >= len(given) and i not in results]
        return tuple(values[i] for i in results), (*between, *extras)

    def replayed(arguments: Sequence[Any], xp: Namespace | None, params: dict[str, Any]) -> Any:
        """The steps with frames and kept values, the positions of the results, the arguments after them."""
        taken, results = program(params)
        count = len(inputs) + sum(len(step.rule.outputs) for step in taken)
        rest = iter(arguments)
        values: list[Any] = [next(rest) for _ in inputs] + [None] * (count - len(inputs))
        for i in results:
            values[i] = next(rest)
        for i in range(len(inputs), count):
            if i not in results:
                values[i] = next(rest)
        xp = namespace(xp, *(x for x in values if x is not None))
        first, frames = len(inputs), []
        for step in taken:
            at = [values[i] for i in step.sources]
            made = values[first : (first := first + len(step.rule.outputs))]
            extras = [next(rest) for _ in step.rule.extras]
            frame = with_outputs(prepared(step.rule, at, xp, step.params), made)
            frames.append((step, frame, kept_of(step.rule, at, made, extras)))
        return frames, results, list(rest)

    def op_vjp(*arguments: Any, xp: Namespace | None = None, **params: Any) -> tuple[Any, ...]:
        if all_none(*arguments[len(arguments) - len(outputs) :]):
            return (None,) * len(inputs)
        frames, results, given = replayed(arguments, xp, params)
        bars: dict[int, Any] = dict(zip(results, given, strict=True))
        end = len(inputs) + sum(len(step.rule.outputs) for step, _, _ in frames)
        for step, frame, kept in reversed(frames):
            start = end - len(step.rule.outputs)
            out = [bars.get(i) for i in range(start, end)]
            end = start
            if not all_none(*out):
                for i, bar in zip(step.sources, pull(frame, kept, out), strict=True):
                    bars[i] = total(bars.get(i), bar)
        return tuple(bars.get(i) for i in range(len(inputs)))

    def op_jvp(*arguments: Any, xp: Namespace | None = None, **params: Any) -> tuple[Any, ...]:
        if all_none(*arguments[len(arguments) - len(inputs) :]):
            return (None,) * len(outputs)
        frames, results, dots = replayed(arguments, xp, params)
        for step, frame, kept in frames:
            dots += _pushed(frame, kept, [dots[i] for i in step.sources])
        return tuple(dots[i] for i in results)

    taken, results = program({key: param.default for key, param in record.get("params", {}).items()})
    _check(name, outputs, taken, results)
    between = sum(len(step.rule.outputs) for step in taken) - len(results)
    names = [f"step {i + 1}" for i in range(between)]
    names += [f"{extra} of step {i + 1}" for i, step in enumerate(taken) for extra in step.rule.extras]
    for function, suffix, kind in ((op_vjp, "_vjp", "Pullback"), (op_jvp, "_jvp", "Pushforward")):
        function.__name__ = function.__qualname__ = name + suffix
        function.__doc__ = f"{kind} of `{name}`. {steps.__doc__ or ''}".rstrip()
        function.__module__ = steps.__module__
    kept = {"saves": (*inputs, *outputs), "keeps": (*inputs, *outputs, *names)}
    if names:
        kept["op_fwd"] = op_fwd  # type: ignore[assignment]
    return Rule(name, signature, inputs, outputs, op=op, op_vjp=op_vjp, op_jvp=op_jvp, **{**kept, **record})


def _pushed(frame: Frame, kept: Any, dots: list[Any]) -> list[Any]:
    return [None] * len(frame.rule.outputs) if all_none(*dots) else list(push(frame, kept, dots))


def _check(name: str, outputs: tuple[str, ...], taken: list[Step], results: tuple[int, ...]) -> None:
    """Check the number of inputs and the keywords of each step, and the number of results."""
    for rule, sources, keywords in taken:
        check_count(rule, "input", rule.inputs, sources)
        complete(rule.name, rule.params, keywords)
    if len(results) != len(outputs):
        raise ValueError(
            f"{name}: steps must return one value for each of {', '.join(outputs)}, got {len(results)}"
        )
