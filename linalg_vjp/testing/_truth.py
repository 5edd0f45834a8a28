"""True values and derivatives at an input, from an oracle at 50 digits or differences of the forward."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._params import complete
from ._exact import Exact, derivative, exact, inner, norm, to_numpy
from ._trial import Trial
from .oracles import Oracle

__all__ = ["Truth", "against_truth", "exactly", "keywords", "paired"]


def keywords(trial: Trial) -> dict[str, Any]:
    """The keywords that an oracle takes: those of the operation, which are all except the gauge."""
    completed = complete(trial.rule.name, trial.rule.params, trial.params)
    completed.pop("gauge", None)
    return completed


class Truth(NamedTuple):
    """The true value and tangent of one output, and the sizes to which errors are compared.

    A size is the larger of two numbers: the norm of the array, and how far a rounding of the inputs and of
    their tangents moves it, in units of that rounding.
    """

    value: Exact
    tangent: Exact
    value_size: Any
    tangent_size: Any


def exactly(trial: Trial, f: Callable[..., Any]) -> list[Truth | None]:
    """The truth about each output at the inputs of a trial, where f is the operation at 50 digits."""
    at = [exact(to_numpy(x)) for x in trial.inputs]
    zeros = [np.zeros(x.shape) for x in trial.inputs]
    along = [exact(o if e is None else to_numpy(e)) for e, o in zip(trial.dots, zeros, strict=True)]
    nudge = trial.eps**0.5

    def nudged(point: list[Exact]) -> list[Exact]:
        return [
            p if e is None else np.asarray(p + nudge * exact(to_numpy(trial.draw(x))), object)
            for p, x, e in zip(point, trial.inputs, trial.dots, strict=True)
        ]

    near = nudged(at)
    slopes = derivative(f, at, along), derivative(f, near, nudged(along))
    results: list[Truth | None] = []
    for y, dy, z, dz in zip(f(at), slopes[0], f(near), slopes[1], strict=True):
        if y is None or dy is None:
            results.append(None)
            continue
        sizes = (max(norm(a), norm(b - a) / nudge) for a, b in ((y, z), (dy, dz)))
        results.append(Truth(y, dy, *sizes))
    return results


def against_truth(trial: Trial, oracle: Oracle | None) -> None:
    """Check one matrix: the forward, each tangent, and the cotangents for each output alone."""
    if oracle is None:
        _against_differences(trial)
        return
    like = [to_numpy(y) for y in trial.outputs]
    truth = exactly(trial, lambda xs: oracle(*xs, like=like, **keywords(trial)))
    got = trial.jvp(*trial.live_inputs)
    for i in trial.live_outputs:
        name, true = trial.rule.outputs[i], truth[i]
        assert true is not None, f"the oracle of {trial.rule.name} returns None for {name}"
        trial.compare(f"the output {name}", like[i], true.value, true.value_size)
        trial.compare(f"the tangent of {name}", got[i], true.tangent, true.tangent_size)
        if size := norm(true.tangent):
            trial.amplification = max(trial.amplification, float(true.tangent_size / size))
        bar = exact(to_numpy(trial.bars[i]))
        what = f"<cotangents, tangents> of the inputs, for the cotangent of {name} alone,"
        pulled = paired(trial, trial.vjp(i))
        trial.compare(what, pulled, inner(bar, true.tangent), norm(bar) * true.tangent_size)


def _against_differences(trial: Trial) -> None:
    """Check against five-point differences of the forward, at the step where they are most stable.

    Each step is compared with the next larger and the next smaller one, because two numbers alone may agree
    by chance.
    """
    steps = [trial.eps**0.2 / 4**i for i in range(6)]
    tries = [_differences(trial, step) for step in steps]
    got = trial.jvp(*trial.live_inputs)
    eps, trial.eps = trial.eps, 1 / trial.limit  # makes the scale below the error that is allowed
    for i in trial.live_outputs:
        near = zip(tries, tries[1:], tries[2:], strict=False)
        pairs = [(max(norm(b[i] - a[i]), norm(b[i] - c[i])), b[i]) for a, b, c in near]
        change, wanted = min(pairs, key=lambda pair: pair[0])
        what = f"the tangent of {trial.rule.outputs[i]}, by differences,"
        trial.compare(what, got[i], wanted, 30 * (change + 100 * eps * norm(wanted)))
    trial.eps, trial.error = eps, 0.0  # the errors seen here are those of the differences


def _differences(trial: Trial, step: float) -> list[Any]:
    def forward(t: float) -> list[Any]:
        moved = [x if e is None else x + t * e for x, e in zip(trial.inputs, trial.dots, strict=True)]
        return [to_numpy(y) for y in trial.rule.forward(*moved, **trial.params)]

    points = zip(*(forward(t * step) for t in (1, -1, 2, -2)), strict=True)
    return [(8 * (a - b) - (c - d)) / (12 * step) for a, b, c, d in points]


def paired(trial: Trial, pulled: Sequence[Any]) -> Any:
    """The sum over the inputs of Re<cotangent, tangent>."""
    return sum(inner(pulled[i], to_numpy(trial.dots[i])) for i in trial.live_inputs)
