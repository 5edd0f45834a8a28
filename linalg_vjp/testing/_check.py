"""check_rule: everything that a rule must satisfy, in one line, for any Rule on any namespace."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mpmath
import numpy as np

from .._checks import complete
from .._namespace import Array, array_namespace, device
from .._rule import Rule
from ._exact import DIGITS, Exact, derivative, exact, inner, norm, to_numpy
from ._trial import Trial
from .oracles import ORACLES, Oracle

__all__ = ["LIMIT", "Report", "check_loss", "check_rule"]

LIMIT = 1000.0
ORACLE_SLICES = 4  # of a batch, how many matrices the oracle looks at


class Report(NamedTuple):
    """The largest error seen, in units of the condition times eps, and how many comparisons were made."""

    error: float
    comparisons: int


def check_rule(
    rule: Rule,
    inputs: Sequence[Array],
    *,
    oracle: Oracle | None = None,
    tangents: Sequence[Array] | None = None,
    batched: bool = True,
    limit: float = LIMIT,
    seed: int = 0,
    **params: Any,
) -> Report:
    """Check the pullback and the pushforward of a rule at one input.

    Checked are: shapes, dtypes and devices; that nothing is modified; each output and each input alone, and
    every subset of the cotangents; zeros in place of None; the pullback against the pushforward, through the
    inner product; a batch against its slices; and up to four slices against an independent oracle.

    Parameters
    ----------
    rule : Rule
        Built-in or your own.
    inputs : sequence of array
        Of any library, with any batch axes that the rule takes.
    oracle : callable, optional
        ``oracle(*inputs, like=outputs, **params)``: the operation on one matrix, in arrays of mpmath numbers;
        see `linalg_vjp.testing.oracles`. Without one, the built-in oracle of that name serves, and for other
        names central differences of ``rule.forward``, which see only two thirds of the digits.
    tangents : sequence of array, optional
        The directions to differentiate in, one per input; random ones without it.
    batched : bool
        False where the leading axes of the inputs are no batch axes.
    limit : float
        The largest error allowed, in units of the condition times eps.
    seed : int
        Of the random cotangents and tangents.
    **params
        The keywords of the rule.

    Returns
    -------
    Report
        The largest error, in units of the condition times eps, and the number of comparisons. The condition
        is what a rounding of the inputs does to the derivative, measured at 50 digits.

    Raises
    ------
    CheckError
        With the input that shows the mistake, as Python code.

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import RULES
    >>> report = check_rule(RULES["lu"], [np.asarray([[0.0, 1.0, 5.0], [0.0, 4.0, 1.0], [2.0, 2.0, 3.0]])])
    >>> report.error < 100
    True
    """
    trial = Trial(rule, inputs, params, limit, seed)
    if tangents is not None:
        trial.dots = list(tangents)
    with mpmath.workdps(DIGITS):
        parts = list(trial.slices()) if batched else [(trial, [()] * len(trial.inputs))]
        for part, _ in parts[:ORACLE_SLICES]:
            _against_oracle(part, oracle or ORACLES.get(rule.name))
            if part is not trial:
                trial.absorb(part)
        alone = {i: trial.vjp(i) for i in trial.live_outputs}
        pushed = trial.jvp(*trial.live_inputs)
        _through_inner_product(trial, alone, pushed)
        _by_subsets(trial, alone, pushed)
        if batched:
            _by_slices(trial, parts)
    for x, y in zip(trial.original, trial.inputs, strict=True):
        if not np.array_equal(x, to_numpy(y), equal_nan=True):
            trial.fail("an input was modified in place")
    return Report(trial.error, trial.comparisons)


def check_loss(
    rule: Rule,
    inputs: Sequence[Array],
    loss: Callable[..., Any],
    cotangents: Callable[..., Sequence[Any]],
    *,
    oracle: Oracle | None = None,
    limit: float = LIMIT,
    seed: int = 0,
    **params: Any,
) -> Report:
    """Check the pullback through a loss, where single outputs have no derivative but the loss has one.

    Parameters
    ----------
    rule, inputs, oracle, limit, seed, **params
        As in `check_rule`, for one matrix without batch axes.
    loss : callable
        ``loss(*outputs)`` on arrays of mpmath numbers, a real number.
    cotangents : callable
        ``cotangents(*outputs)`` on NumPy arrays, those of the loss: one per output, or None.

    Returns
    -------
    Report

    Raises
    ------
    CheckError
        With the input that shows the mistake, as Python code.

    Examples
    --------
    The projector onto a tied eigenspace does not depend on the basis of it.

    >>> import numpy as np
    >>> from linalg_vjp import RULES
    >>> M = np.asarray([[1.0, 2.0, 0.0], [2.0, 0.0, 5.0], [0.0, 5.0, 1.0]])
    >>> report = check_loss(
    ...     RULES["eigh"], [np.diag([1.0, 1.0, 4.0])],
    ...     lambda w, V: np.sum(M * (V[:, :2] @ V[:, :2].T)),
    ...     lambda w, V: (None, np.concatenate([2 * M @ V[:, :2], np.zeros((3, 1))], axis=1)),
    ... )
    >>> report.error < 100
    True
    """
    trial = Trial(rule, inputs, params, limit, seed)
    trial.of_a_loss = True
    oracle = oracle or ORACLES[rule.name]
    like = [to_numpy(y) for y in trial.outputs]
    trial.bars = [
        None
        if bar is None
        else array_namespace(y).asarray(np.asarray(bar, to_numpy(y).dtype), device=device(y))
        for bar, y in zip(cotangents(*like), trial.outputs, strict=True)
    ]

    def value(xs: Sequence[Exact]) -> list[Exact]:
        return [np.asarray(loss(*oracle(*xs, like=like, **_keywords(trial))), object)]

    with mpmath.workdps(DIGITS):
        pulled = trial.vjp(*trial.live_outputs)
        directions = [[trial.draw(x) for x in trial.inputs] for _ in range(4)]
        seen = []
        for trial.dots in directions:
            wanted, scales = _exact_tangents(trial, value)
            got = sum(inner(x, e) for x, e in zip(pulled, map(to_numpy, trial.dots), strict=True))
            seen.append((got, wanted[0], scales[0]))
        for got, expected, _ in seen:
            trial.compare("the derivative of the loss", got, expected, max(s for *_, s in seen))
    return Report(trial.error, trial.comparisons)


def _keywords(trial: Trial) -> dict[str, Any]:
    return {name: v for name, v in complete(trial.rule, trial.params).items() if name != "gauge"}


def _exact_tangents(trial: Trial, f: Callable[..., Any]) -> tuple[list[Any], list[Any]]:
    """The tangents of f at 50 digits, and for each the size that its errors are measured by.

    That is its own size, or how far a rounding of the inputs moves it (in units of that rounding), if more.
    """
    at = [exact(to_numpy(x)) for x in trial.inputs]
    along = [
        exact(np.zeros(x.shape)) if e is None else exact(to_numpy(e))
        for x, e in zip(at, trial.dots, strict=True)
    ]
    wanted = derivative(f, at, along)
    nudge = trial.eps**0.5
    near = [x + nudge * exact(to_numpy(trial.draw(y))) for x, y in zip(at, trial.inputs, strict=True)]
    moved = derivative(f, near, along)
    scales = [
        None if y is None else max(norm(y), norm(z - y) / nudge) for y, z in zip(wanted, moved, strict=True)
    ]
    return wanted, scales


def _against_oracle(trial: Trial, oracle: Oracle | None) -> None:
    """One matrix: each tangent, and for each output alone the cotangents."""
    if oracle is None:
        _against_differences(trial)
        return
    like = [to_numpy(y) for y in trial.outputs]
    wanted, scales = _exact_tangents(trial, lambda xs: oracle(*xs, like=like, **_keywords(trial)))
    got = trial.jvp(*trial.live_inputs)
    for i in trial.live_outputs:
        name, size = trial.rule.outputs[i], norm(wanted[i])
        trial.compare(f"the tangent of {name}", got[i], wanted[i], scales[i])
        if size:
            trial.amplification = max(trial.amplification, float(scales[i] / size))
        bar = exact(to_numpy(trial.bars[i]))
        pulled = _paired(trial, trial.vjp(i))
        what = f"<cotangents, tangents> of the inputs, for the cotangent of {name} alone,"
        trial.compare(what, pulled, inner(bar, wanted[i]), norm(bar) * scales[i])


def _against_differences(trial: Trial) -> None:
    """The second best: central differences of the forward, in the precision at hand."""
    step = trial.eps ** (1 / 3)
    sides = []
    for sign in (1, -1):
        moved = [
            x if e is None else x + sign * step * e for x, e in zip(trial.inputs, trial.dots, strict=True)
        ]
        sides.append([to_numpy(y) for y in trial.rule.forward(*moved, **trial.params)])
    got = trial.jvp(*trial.live_inputs)
    eps, trial.eps = trial.eps, step**2
    for i in trial.live_outputs:
        wanted = (sides[0][i] - sides[1][i]) / (2 * step)
        scale = max(norm(exact(got[i])), norm(exact(to_numpy(trial.outputs[i]))))
        trial.compare(f"the tangent of {trial.rule.outputs[i]} (by differences)", got[i], wanted, scale)
    trial.eps = eps


def _paired(trial: Trial, pulled: Sequence[Any]) -> Any:
    """The sum over the inputs of Re<cotangent, tangent>."""
    return sum(inner(pulled[i], to_numpy(trial.dots[i])) for i in trial.live_inputs)


def _through_inner_product(trial: Trial, alone: dict[int, list[Any]], pushed: Sequence[Any]) -> None:
    for i, pulled in alone.items():
        bar = to_numpy(trial.bars[i])
        what = f"<cotangents, tangents> of the inputs, for the cotangent of {trial.rule.outputs[i]} alone,"
        trial.compare_rounded(
            what, _paired(trial, pulled), inner(bar, pushed[i]), norm(exact(bar)) * norm(exact(pushed[i]))
        )


def _by_subsets(trial: Trial, alone: dict[int, list[Any]], pushed: Sequence[Any]) -> None:
    """Every subset of the cotangents gives the sum of its parts; zeros do what None does; inputs add up."""
    for count in (0, *range(2, len(alone) + 1)):
        for subset in itertools.combinations(alone, count):
            _add_up(
                trial,
                "cotangent",
                trial.rule.inputs,
                trial.live_inputs,
                trial.vjp(*subset),
                [alone[i] for i in subset],
            )
    for i in alone:
        _add_up(
            trial, "cotangent", trial.rule.inputs, trial.live_inputs, trial.vjp(i, zeros=True), [alone[i]]
        )
    parts = [trial.jvp(i) for i in trial.live_inputs]
    _add_up(trial, "tangent", trial.rule.outputs, trial.live_outputs, pushed, parts)


def _add_up(
    trial: Trial,
    kind: str,
    names: tuple[str, ...],
    live: list[int],
    whole: Sequence[Any],
    parts: Sequence[Sequence[Any]],
) -> None:
    for j in live:
        terms = [exact(part[j]) for part in parts]
        wanted = sum(terms, exact(np.zeros(whole[j].shape)))
        what = f"the {kind} of {names[j]}, against the sum of its parts,"
        trial.compare_rounded(what, whole[j], wanted, sum(map(norm, terms), norm(exact(whole[j]))))


def _by_slices(trial: Trial, parts: Sequence[tuple[Trial, Sequence[tuple[int, ...]]]]) -> None:
    """A batch gives the stack of what its slices give; where an input was broadcast, their sum."""
    whole = trial.vjp(*trial.live_outputs)
    for j in trial.live_inputs:
        stacked, size = exact(np.zeros(whole[j].shape)), mpmath.mpf(0)
        for part, places in parts:
            piece = exact(part.vjp(*trial.live_outputs)[j])
            stacked[places[j]] += piece
            size += norm(piece)
        name = trial.rule.inputs[j]
        trial.compare_rounded(f"the cotangent of {name}, against its slices,", whole[j], stacked, size)
