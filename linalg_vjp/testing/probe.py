"""The probe that `linalg-vjp check` runs: the cases of the bug report, then random cases of every rule."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings

from .._rules import RULES
from ._check import LIMIT, check_rule
from ._trial import CheckError, as_code
from .backends import Backend
from .cases import Case, cases
from .report import REPORT, ReportCase

__all__ = ["Interrupted", "Outcome", "merged", "probe_report", "probe_rule"]


class Outcome(NamedTuple):
    """The result of the probe for a case of the report, or for a rule."""

    label: str
    rule: str
    examples: int
    error: float | None  # the largest error, in units of the condition times eps
    failure: str | None  # what is wrong, and the smallest input that shows it


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a rule was probed, with the result up to then."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def probe_report(backend: Backend, selected: Sequence[str], step: Callable[[], None]) -> Iterator[Outcome]:
    """The eleven cases of the report, with the inputs and the sums that it gives."""
    for case in REPORT:
        if case.rule in selected:
            yield _report_case(case, backend)
        step()


def _report_case(case: ReportCase, backend: Backend) -> Outcome:
    try:
        error, failure = case.error(backend), None
        if error > LIMIT:
            failure = (
                f"the gradient of the sum is off by {error:.3g} units; the input is {_shown(case.inputs)}"
            )
        # The report tests one loss per case. check_rule tests every cotangent at the same inputs.
        inputs = [backend.asarray(x) for x in case.inputs]
        error = max(error, check_rule(RULES[case.rule], inputs, **case.params).error)
    except CheckError as wrong:
        return Outcome(case.label, case.rule, 1, None, str(wrong))
    except Exception as crash:
        return Outcome(
            case.label, case.rule, 1, None, f"{_crashed(crash)}; the input is {_shown(case.inputs)}"
        )
    return Outcome(case.label, case.rule, 1, error, failure)


def probe_rule(name: str, backend: Backend, examples: int, seed: int, step: Callable[[], None]) -> Outcome:
    """Check a rule with random batch shapes, dtypes and structures. A failure is shrunk to a small input."""
    worst, count, failure = 0.0, 0, ""

    def run(case: Case) -> None:
        nonlocal worst, count, failure
        hypothesis.assume(case.is_for(backend))
        try:
            report = case.check(backend)
        except CheckError as wrong:
            failure = str(wrong)
            raise
        except Exception as crash:
            failure = f"{_crashed(crash)}; the input is {_shown(case.inputs)}, keywords {case.params}"
            raise
        worst, count = max(worst, report.error), count + 1
        step()

    drawn = given(cases(name, backend.dtypes_of(name)))(run)
    limits = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    try:
        hypothesis.seed(seed)(limits(drawn))()
    except Exception:
        # Hypothesis runs the smallest failure last, so `failure` is about that one.
        return Outcome("", name, count, None, failure)
    except KeyboardInterrupt as interrupt:
        if not count and not failure:
            raise
        # Here the last failure may not be the smallest one.
        outcome = Outcome("", name, count, None if failure else worst, failure or None)
        raise Interrupted(outcome) from interrupt
    finally:
        backend.forget()
    return Outcome("", name, count, worst, None)


def merged(a: Outcome, b: Outcome) -> Outcome:
    """Merge two outcomes of a rule. Of two failures, keep the shorter text: its input is the smaller one."""
    failures = sorted((o.failure for o in (a, b) if o.failure is not None), key=len)
    error = None if failures else max(a.error or 0.0, b.error or 0.0)
    return a._replace(
        examples=a.examples + b.examples, error=error, failure=failures[0] if failures else None
    )


def _crashed(crash: Exception) -> str:
    return f"{type(crash).__name__}: {crash}"


def _shown(inputs: Sequence[Any]) -> str:
    return ", ".join(map(as_code, inputs))
