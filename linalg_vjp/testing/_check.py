"""check_rule and check_loss: check all that a rule must satisfy, for any rule on any namespace."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mpmath
import numpy as np

from .._api import find
from .._call import prepared
from .._checks import check_count, check_real
from .._namespaces import Array, array_namespace, device
from .._rule import Rule
from ._exact import DIGITS, Exact, exact, inner, norm, to_numpy
from ._trial import Trial, as_code
from ._truth import against_truth, exactly, keywords, paired
from ._twice import against_second_truth
from .oracles import ORACLES, Oracle

__all__ = ["LIMIT", "Report", "check_loss", "check_rule"]

LIMIT = 1000.0
ORACLE_SLICES = 4  # how many matrices of a batch are compared with the oracle


class Report(NamedTuple):
    """The largest error seen, in units of the condition times eps, and how many comparisons were made."""

    error: float
    comparisons: int


def check_rule(
    rule: str | Rule,
    inputs: Sequence[Array],
    *,
    oracle: Oracle | None = None,
    tangents: Sequence[Array] | None = None,
    batched: bool = True,
    twice: bool = False,
    limit: float = LIMIT,
    seed: int = 0,
    **params: Any,
) -> Report:
    """Check the pullback and the pushforward of a rule at one input.

    The check covers shapes, dtypes and devices; that no argument is modified; each output and each input
    alone, and every subset of the cotangents; zeros in place of None; the pullback against the pushforward,
    through the inner product; a batch against its slices; and the forward, the pushforward and the pullback
    of up to four slices against an independent oracle. At a tie or a kink, single outputs have no derivative,
    and no rule passes. Use `check_loss` there, with a loss that has a derivative.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule, or a rule of your own.
    inputs : sequence of array
        Arrays of any library, with any batch axes that the rule takes.
    oracle : callable, optional
        ``oracle(*inputs, like=outputs, **params)``: the operation on one matrix, in arrays of mpmath numbers;
        see `linalg_vjp.testing.oracles`. The default is the built-in oracle for the name of the rule. If
        there is none, differences of ``rule.forward`` serve, which see three quarters of the digits.
    tangents : sequence of array, optional
        The directions to differentiate in, one per input. The default is random directions.
    batched : bool
        False if the leading axes of the inputs are not batch axes.
    twice : bool
        Also check second derivatives, at a point where the operation is smooth: the tangents of the pullback
        and of the pushforward of one slice. This needs an oracle.
    limit : float
        The largest error allowed, in units of the condition times eps.
    seed : int
        The seed of the random cotangents and tangents.
    **params
        The keywords of the rule.

    Returns
    -------
    Report
        The largest error, in units of the condition times eps, and the number of comparisons. The condition
        says how much a rounding of the inputs changes the derivative. It is measured at 50 digits.

    Raises
    ------
    CheckError
        If the rule is wrong. The message holds the input that shows it, as Python code.

    Examples
    --------
    >>> import numpy as np
    >>> from linalg_vjp import RULES
    >>> report = check_rule(RULES["lu"], [np.asarray([[0.0, 1.0, 5.0], [0.0, 4.0, 1.0], [2.0, 2.0, 3.0]])])
    >>> report.error < 100
    True
    """
    trial = Trial(find(rule), inputs, params, limit, seed)
    trial.batched = batched
    if tangents is not None:
        check_count(trial.rule, "tangent", trial.rule.inputs, tangents)
        trial.dots = list(tangents)
        trial.extras += f", tangents=[{', '.join(as_code(to_numpy(e)) for e in tangents)}]"
    trial.extras += f", limit={limit:g}" if limit != LIMIT else ""
    trial.extras += ", oracle=oracle" if oracle is not None else ""
    truth, name = oracle or ORACLES.get(trial.rule.name), trial.rule.name
    if twice and truth is None:
        raise ValueError(f"{name}: twice=True needs an oracle, and none is built in; pass oracle=...")
    before = trial.snapshot()
    with mpmath.workdps(DIGITS):
        parts = list(trial.slices()) if batched else [(trial, [()] * len(trial.inputs), ())]
        for part, _, _ in parts[:ORACLE_SLICES]:
            against_truth(part, truth)
            if twice and truth is not None and part is parts[0][0]:
                against_second_truth(part, truth)
            if part is not trial:
                trial.absorb(part)
        alone = {i: trial.vjp(i) for i in trial.live_outputs}
        pushed = trial.jvp(*trial.live_inputs)
        _through_inner_product(trial, alone, pushed)
        _by_subsets(trial, alone, pushed)
        if batched:
            _by_slices(trial, parts, pushed)
    inputs, outputs = trial.rule.inputs, trial.rule.outputs
    given = [*inputs, *outputs]
    given += [f"the tangent of {x}" for x in inputs]
    given += [f"the cotangent of {y}" for y in outputs]
    for what, x, y in zip(given, before, trial.snapshot(), strict=True):
        if x is not None and not np.array_equal(x, y, equal_nan=True):
            trial.fail(f"{what} was modified in place")
    return Report(trial.error, trial.comparisons)


def check_loss(
    rule: str | Rule,
    inputs: Sequence[Array],
    loss: Callable[..., Any],
    cotangents: Callable[..., Sequence[Any]],
    *,
    oracle: Oracle | None = None,
    limit: float = LIMIT,
    seed: int = 0,
    **params: Any,
) -> Report:
    """Check a rule through a loss, at an input where the loss has a derivative but single outputs have none.

    Parameters
    ----------
    rule, inputs, oracle, limit, seed, **params
        As in `check_rule`, for one matrix without batch axes.
    loss : callable
        ``loss(*outputs)`` takes arrays of mpmath numbers, and returns a real number.
    cotangents : callable
        ``cotangents(*outputs)`` takes NumPy arrays, and returns the cotangents of the loss: an array or None
        for each output.

    Returns
    -------
    Report

    Raises
    ------
    CheckError
        If the rule is wrong. The message holds the input that shows it, as Python code.

    Examples
    --------
    The projector onto a tied eigenspace does not depend on the basis.

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
    trial = Trial(find(rule), inputs, params, limit, seed)
    trial.of_a_loss = True
    name = trial.rule.name
    if prepared(trial.rule, trial.inputs, None, params).batch:
        raise ValueError(f"{name}: check_loss takes one matrix; the inputs have batch axes")
    oracle = oracle or ORACLES.get(name)
    if oracle is None:
        raise ValueError(f"{name}: check_loss needs an oracle, and none is built in; pass oracle=...")
    like = [to_numpy(y) for y in trial.outputs]
    bars = cotangents(*like)
    check_count(trial.rule, "cotangent", trial.rule.outputs, bars)
    for output, bar, y in zip(trial.rule.outputs, bars, like, strict=True):
        if bar is not None:
            check_real(trial.rule, "cotangent", output, np.asarray(bar), y, array_namespace(y))
    trial.bars = [
        None
        if bar is None
        else array_namespace(y).asarray(np.asarray(bar, to_numpy(y).dtype), device=device(y))
        for bar, y in zip(bars, trial.outputs, strict=True)
    ]

    def value(xs: Sequence[Exact]) -> list[Exact]:
        return [np.asarray(loss(*oracle(*xs, like=like, **keywords(trial))), object)]

    with mpmath.workdps(DIGITS):
        pulled = trial.vjp(*trial.live_outputs)
        directions = [[trial.draw(x) for x in trial.inputs] for _ in range(4)]
        seen = []
        for trial.dots in directions:
            (true,) = exactly(trial, value)
            assert true is not None
            pushed = zip(trial.bars, trial.jvp(*trial.live_inputs), strict=True)
            forward = sum(
                inner(to_numpy(bar), dot) for bar, dot in pushed if bar is not None and dot is not None
            )
            seen.append((paired(trial, pulled), forward, true))
        largest = max(true.tangent_size for *_, true in seen)
        for backward, forward, true in seen:
            trial.compare("the derivative of the loss", backward, true.tangent, largest)
            trial.compare("the derivative of the loss, by the pushforward,", forward, true.tangent, largest)
    return Report(trial.error, trial.comparisons)


def _through_inner_product(trial: Trial, alone: dict[int, list[Any]], pushed: Sequence[Any]) -> None:
    for i, pulled in alone.items():
        bar = to_numpy(trial.bars[i])
        what = f"<cotangents, tangents> of the inputs, for the cotangent of {trial.rule.outputs[i]} alone,"
        trial.compare_rounded(
            what, paired(trial, pulled), inner(bar, pushed[i]), norm(exact(bar)) * norm(exact(pushed[i]))
        )


def _by_subsets(trial: Trial, alone: dict[int, list[Any]], pushed: Sequence[Any]) -> None:
    """A subset of the cotangents or tangents must give the sum of its parts; zeros must act as None does."""
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
        whole = trial.vjp(i, zeros=True)
        _add_up(trial, "cotangent", trial.rule.inputs, trial.live_inputs, whole, [alone[i]])
    parts = [trial.jvp(i) for i in trial.live_inputs]
    _add_up(trial, "tangent", trial.rule.outputs, trial.live_outputs, pushed, parts)
    for i, part in zip(trial.live_inputs, parts, strict=True):
        whole = trial.jvp(i, zeros=True)
        _add_up(trial, "tangent", trial.rule.outputs, trial.live_outputs, whole, [part])


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


def _by_slices(trial: Trial, parts: Sequence[Any], pushed: Sequence[Any]) -> None:
    """A batch must give the stack of the results of its slices, summed over the axes that were broadcast."""
    whole = trial.vjp(*trial.live_outputs)
    pieces = [(p.vjp(*p.live_outputs), p.jvp(*p.live_inputs), places, i, p) for p, places, i in parts]
    for j in trial.live_inputs:
        stack = [(pulled[j], places[j], part) for pulled, _, places, _, part in pieces]
        _stack_up(trial, f"the cotangent of {trial.rule.inputs[j]}", whole[j], stack)
    for i in trial.live_outputs:
        stack = [(dots[i], index, part) for _, dots, _, index, part in pieces]
        _stack_up(trial, f"the tangent of {trial.rule.outputs[i]}", pushed[i], stack)


def _stack_up(trial: Trial, what: str, whole: Any, pieces: Sequence[tuple[Any, Any, Trial]]) -> None:
    """Compare each place at its own scale, so that a large slice cannot hide errors in the others."""
    sums: dict[Any, tuple[Any, Any]] = {}
    for x, place, part in pieces:
        total, size = sums.get(place, (exact(np.zeros(x.shape)), mpmath.mpf(0)))
        known = part.amplification if part.comparisons else trial.amplification
        sums[place] = total + exact(x), size + known * norm(exact(x))
    for place, (total, size) in sums.items():
        trial.compare(f"{what}, against its slices, at {place}", whole[(*place, ...)], total, size)
