"""`linalg-vjp check`: the cases of the bug report and random cases, on array libraries, once or for hours."""

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import RULES, __version__
from ._summary import INTERRUPTED, interrupts, print_failures, table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from ..testing.backends import Backend
    from ..testing.probe import Outcome

__all__ = ["run"]

WIDE = 70  # columns; a narrower terminal has no room for signatures and shapes


class Found(NamedTuple):
    """The results on a backend: those of the bug report, and those of each rule by its name."""

    backend: "Backend"
    report: list["Outcome"]
    rules: dict[str, "Outcome"]

    def add(self, outcome: "Outcome") -> None:
        """Merge the result of a rule with its earlier results."""
        from ..testing.probe import merged

        before = self.rules.get(outcome.rule)
        self.rules[outcome.rule] = merged(before, outcome) if before else outcome


def run(options: argparse.Namespace) -> int:
    """Run the checks, print the tables and the failures, and write the JSON file."""
    from rich.console import Console

    from ..testing.backends import MissingBackend, load

    if options.json not in (None, "-"):
        path = Path(options.json)
        if path.is_dir() or not path.parent.is_dir():
            why = "is a folder" if path.is_dir() else f"cannot be written: there is no folder {path.parent}"
            print(f"linalg-vjp: {path} {why}; give --json the name of a file", file=sys.stderr)
            return 2
    try:
        backends = [load(name) for name in dict.fromkeys(options.backend or ["numpy"])]
        for backend in backends:
            backend.start()
    except MissingBackend as missing:
        print(f"linalg-vjp: {missing}", file=sys.stderr)
        return 2
    console = Console(stderr=options.json == "-")
    found = [Found(backend, [], {}) for backend in backends]
    start, interrupted = time.monotonic(), False
    try:
        with interrupts() as heard:
            _probe(found, options, console, heard)
    except KeyboardInterrupt:
        interrupted = True
    hours = (time.monotonic() - start) / 3600
    wrong = _print(found, console, everything=options.all)
    if options.hours or interrupted:
        cases = sum(outcome.examples for f in found for outcome in f.rules.values())
        console.print(f"{cases} random cases in {hours:.2f} hours, {cases / hours:.0f} per hour")
    if interrupted:
        console.print(INTERRUPTED)
    if options.json:
        _write(options.json, found, options, hours)
    return 130 if interrupted else 1 if wrong else 0


def _probe(
    found: Sequence[Found], options: argparse.Namespace, console: "Console", heard: Callable[[], None]
) -> None:
    """Fill `found`: one round of every rule on every backend, or as many as the hours allow."""
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    from ..testing.probe import Interrupted, probe_report, probe_rule

    selected = _selected(options)
    columns = (*Progress.get_default_columns()[:3], TimeElapsedColumn(), TextColumn("{task.fields[now]}"))
    with Progress(*columns, console=console, transient=True) as progress:
        step = _Step(progress, options, [f.backend for f in found], len(selected), heard)
        for f in found:
            step.now(f"the cases of the bug report, on {f.backend.name}")
            for outcome in probe_report(f.backend, selected, step):
                f.report.append(outcome)  # one at a time, so that Ctrl-C loses none
        for seed, f, name in _turns(found, selected, options):
            if step.over():
                break
            if not f.backend.dtypes_of(name):  # the library lacks it, as docs/support.md says
                continue
            step.now(f"{name} on {f.backend.name}")
            examples = options.examples or f.backend.examples
            try:
                f.add(probe_rule(name, f.backend, examples, seed, step))
            except Interrupted as interrupted:
                f.add(interrupted.outcome)
                raise


def _selected(options: argparse.Namespace) -> list[str]:
    """The rules that the user named, and those of the named families; all rules if neither is given."""
    named, families = options.rule or (), options.family or ()
    chosen = [name for name, rule in RULES.items() if name in named or rule.family in families]
    return chosen or list(RULES)


def _turns(
    found: Sequence[Found], selected: Sequence[str], options: argparse.Namespace
) -> Iterator[tuple[int, Found, str]]:
    """The rules to check, in rounds with consecutive seeds; without --hours, a single round."""
    for seed in itertools.count(options.seed) if options.hours else (options.seed,):
        yield from ((seed, f, name) for f in found for name in selected)


class _Step:
    """The progress bar: it counts cases, or time if --hours is given."""

    def __init__(
        self,
        progress: "Progress",
        options: argparse.Namespace,
        backends: Sequence["Backend"],
        rules: int,
        heard: Callable[[], None],
    ) -> None:
        from ..testing.report import REPORT

        self.progress, self.start, self.heard = progress, time.monotonic(), heard
        self.seconds = 3600 * options.hours if options.hours else None
        cases = sum(len(REPORT) + rules * (options.examples or backend.examples) for backend in backends)
        self.task = progress.add_task("checking", total=self.seconds or cases, now="")

    def __call__(self) -> None:
        self.heard()
        if self.seconds:
            self.progress.update(self.task, completed=time.monotonic() - self.start)
        else:
            self.progress.advance(self.task)

    def now(self, what: str) -> None:
        self.progress.update(self.task, now=what)

    def over(self) -> bool:
        return self.seconds is not None and time.monotonic() - self.start > self.seconds


def _print(found: Sequence[Found], console: "Console", *, everything: bool) -> int:
    """Print the tables and the failures, and return the number of failures."""
    count = 0
    failures: dict[str, list[tuple[str, str]]] = {}
    for backend, report, rules in found:
        _print_report(console, report, backend)
        _print_rules(console, rules.values(), backend)
        outcomes = [*report, *rules.values()]
        count += len(outcomes)
        for outcome in outcomes:
            if outcome.failure is not None:
                case = f"case {outcome.label} of the bug report" if outcome.label else "a random case"
                failures.setdefault(outcome.rule, []).append((f"{case}, on {backend.name}", outcome.failure))
    console.print("Error: the largest error found, in units of the condition times eps.", style="dim")
    for cases in failures.values():
        cases.sort(key=lambda case: len(case[1]))  # short texts, about small inputs, first
    print_failures(console, failures, everything=everything)
    wrong = sum(map(len, failures.values()))
    console.print(f"{count - wrong} right, {wrong} wrong")
    return wrong


def _print_report(console: "Console", outcomes: Sequence["Outcome"], backend: "Backend") -> None:
    from ..testing.report import REPORT

    if not outcomes:
        return
    cases = {case.label: case for case in REPORT}
    title = f"The cases of a bug report about batches, on {backend.name}"
    details = ("Input", "Gradient of") if console.width >= WIDE else ()
    listed = table(title, ("ID", "Op", *details, "Status"), ("Error",))
    for outcome in outcomes:
        case = cases[outcome.label]
        shape = " x ".join(map(str, case.inputs[0].shape))
        sums = " + ".join(f"sum({name})" for name in case.summed)
        listed.add_row(outcome.label, outcome.rule, *((shape, sums) if details else ()), *_status(outcome))
    console.print(listed)


def _print_rules(console: "Console", outcomes: Any, backend: "Backend") -> None:
    title = f"Every rule at random inputs, on {backend.name} {backend.version}"
    details = ("Signature",) if console.width >= WIDE else ()
    listed = table(title, ("Rule", *details, "Status"), ("Cases", "Error"))
    for outcome in outcomes:
        signature = (RULES[outcome.rule].signature,) if details else ()
        status, error = _status(outcome)
        listed.add_row(outcome.rule, *signature, status, str(outcome.examples), error)
    console.print(listed)


def _status(outcome: "Outcome") -> tuple[str, str]:
    if outcome.failure is not None:
        return "[bold red]wrong[/]", ""
    return "[green]right[/]", f"{outcome.error:.2f}"


def _write(file: str, found: Sequence[Found], options: argparse.Namespace, hours: float) -> None:
    outcome: dict[str, Any] = {"version": __version__, "seed": options.seed, "hours": hours, "backends": {}}
    for backend, report, rules in found:
        outcome["backends"][backend.name] = {
            "version": backend.version,
            "report": [o._asdict() for o in report],
            "rules": [o._asdict() for o in rules.values()],
        }
    text = json.dumps(outcome, indent=2) + "\n"
    if file == "-":
        print(text, end="")
    else:
        Path(file).write_text(text, encoding="utf-8")
