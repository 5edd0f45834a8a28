"""Check second derivatives: the tangents of the pullback and of the pushforward, against the oracle.

Both are computed with dual numbers, in a namespace through which rules call each other. This is what a host
computes when it differentiates a derivative again. For outputs with a gauge, the squared moduli of the
entries are compared, which do not depend on the gauge.
"""

from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np

from .._dual import Dual
from .._dual_namespace import dual_namespace, outputs_of
from .._namespaces import Array, array_namespace
from ._exact import Exact, exact, inner, norm, to_numpy
from ._trial import Trial
from ._truth import keywords
from .oracles import Oracle

__all__ = ["against_second_truth", "second_truth"]

STEP = mpmath.mpf(10) ** -12  # of mixed central differences: their errors stay below 1e-23


def against_second_truth(trial: Trial, oracle: Oracle) -> None:
    """Check the second derivatives of one matrix, at a point where the operation is smooth."""
    further = [trial.draw(x) if i in trial.live_inputs else None for i, x in enumerate(trial.inputs)]
    truth = second_truth(trial, oracle, further)
    base = array_namespace(trial.inputs[trial.live_inputs[0]])
    xp = dual_namespace(base)
    inputs = [Dual(x, e, xp) for x, e in zip(trial.inputs, further, strict=True)]
    rule, params = trial.rule, trial.params
    outputs = outputs_of(rule, inputs, xp, base, **params)
    dots = [None if e is None else Dual(e, None, xp) for e in trial.dots]
    pushed = rule.jvp(inputs, outputs, dots, xp=xp, **params)
    bars = [_cotangent(trial, i, y, xp) for i, y in enumerate(outputs)]
    pulled = rule.vjp(inputs, outputs, bars, xp=xp, **params)
    second, size = mpmath.mpf(0), mpmath.mpf(0)
    for i in trial.live_outputs:
        name = rule.outputs[i]
        true, true_size = truth[i]
        found = _of_squares(outputs[i], pushed[i], xp) if name in rule.gauge else _dot(pushed[i])
        trial.compare(f"the tangent of the pushforward of {name}", found, true, true_size)
        weight: Exact = exact(to_numpy(trial.bars[i]))
        if name in rule.gauge:
            weight = _real(weight)
        second, size = second + inner(weight, true), size + norm(weight) * true_size
    got = [inner(_dot(pulled[j]), to_numpy(trial.dots[j])) for j in trial.live_inputs]
    trial.compare("the tangent of the pullback", sum(got), second, size)


def second_truth(trial: Trial, oracle: Oracle, further: Sequence[Array | None]) -> list[tuple[Exact, Any]]:
    """The second derivative of each output along both directions, and the size to compare errors with."""
    like = [to_numpy(y) for y in trial.outputs]
    at = [exact(to_numpy(x)) for x in trial.inputs]
    first, second = (
        [exact(np.zeros(x.shape) if e is None else to_numpy(e)) for x, e in zip(at, es, strict=True)]
        for es in (trial.dots, further)
    )
    nudge = trial.eps**0.5
    moved = [
        x if e is None else x + nudge * exact(to_numpy(trial.draw(y)))
        for x, y, e in zip(at, trial.inputs, trial.dots, strict=True)
    ]

    def mixed(point: list[Exact]) -> list[Exact | None]:
        def f(s: int, t: int) -> list[Exact | None]:
            there = [x + STEP * (s * a + t * b) for x, a, b in zip(point, first, second, strict=True)]
            found = oracle(*there, like=like, **keywords(trial))
            gauge = [name in trial.rule.gauge for name in trial.rule.outputs]
            return [
                None if y is None else _real(y * np.conj(y)) if g else y
                for y, g in zip(found, gauge, strict=True)
            ]

        corners = zip(f(1, 1), f(1, -1), f(-1, 1), f(-1, -1), strict=True)
        return [
            None if a is None else np.asarray((a - b - c + d) / (4 * STEP**2), object)
            for a, b, c, d in corners
        ]

    pairs = zip(mixed(at), mixed(moved), strict=True)
    return [
        (None, None) if y is None else (y, max(norm(y), norm(z - y) / nudge, *_sizes(trial)))
        for y, z in pairs
    ]


def _sizes(trial: Trial) -> list[Any]:
    """The size of the terms of a second derivative: if it vanishes, it is found to their rounding."""
    return [mpmath.mpf(1e-6) * norm(exact(to_numpy(y))) for y in trial.outputs]


def _cotangent(trial: Trial, i: int, y: Dual, xp: Any) -> Dual | None:
    """The cotangent of output i for a loss that is linear in it, or in its squared entries."""
    if i not in trial.live_outputs:
        return None
    bar: Any = trial.bars[i]
    if trial.rule.outputs[i] not in trial.rule.gauge:
        return Dual(bar, None, xp)
    return y * Dual(2 * xp.base.real(bar) if xp.isdtype(y.dtype, "complex floating") else 2 * bar, None, xp)


def _of_squares(y: Dual, dot: Dual, xp: Any) -> Any:
    """The tangent of the tangent of y conj(y)."""
    product = xp.conj(y) * dot if xp.isdtype(y.dtype, "complex floating") else y * dot
    doubled = product + product
    return _dot(xp.real(doubled) if xp.isdtype(y.dtype, "complex floating") else doubled)


def _dot(x: Dual | None) -> Any:
    return None if x is None else np.zeros(x.shape) if x.dot is None else to_numpy(x.dot)


def _real(x: Exact) -> Exact:
    return np.asarray([v.real for v in x.flat], object).reshape(x.shape)
