"""The command `linalg-vjp`: check the rules on a backend, run the vectors on a module, list the rules."""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import RULES, __version__

if TYPE_CHECKING:
    from rich.console import Console

    from .testing.backends import Backend
    from .testing.probe import Outcome

EXTRA = "this command needs more than the library itself; get it with: pip install 'linalg_vjp[check]'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 where all is right, 1 where a rule is wrong, 2 for bad usage."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except ModuleNotFoundError as missing:
        name = (missing.name or "").split(".")[0]
        if name not in ("hypothesis", "mpmath", "numpy", "rich", "tomli"):
            raise
        print(f"linalg-vjp: {name} is not installed; {EXTRA}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="linalg-vjp", description="Gradient rules for linear algebra.")
    parser.add_argument("--version", action="version", version=f"linalg-vjp {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser(
        "check", help="probe every rule on a backend and print what is right and wrong"
    )
    check.add_argument(
        "--rule", action="append", choices=list(RULES), help="this rule alone; may be repeated"
    )
    check.add_argument("--backend", default="numpy", help="the array library (default: numpy)")
    check.add_argument(
        "--examples",
        type=_positive,
        metavar="N",
        help="random cases per rule (default: 200, fewer on a slow backend)",
    )
    check.add_argument("--seed", type=int, default=0, help="of the random cases (default: 0)")
    check.add_argument("--json", type=Path, metavar="FILE", help="write the outcome to a file, too")
    check.set_defaults(run=_check)
    vectors = commands.add_parser(
        "vectors",
        help="run the test vectors against a Python module of yours",
        description="Run the test vectors of rules/ against a module that has, for each rule it implements, "
        "NAME_vjp(inputs, outputs, cotangents, **params) and, if it pushes forward too, NAME_jvp(inputs, "
        "outputs, tangents, **params): tuples of NumPy arrays in, one array for each input or output back.",
    )
    vectors.add_argument("--module", required=True, help="the module, such as package.module")
    vectors.add_argument(
        "--rule", action="append", choices=list(RULES), help="this rule alone; may be repeated"
    )
    vectors.add_argument("--zeros", action="store_true", help="pass zeros where a cotangent is None")
    vectors.set_defaults(run=_vectors)
    backends = commands.add_parser("backends", help="list the array libraries: what is here, what has gaps")
    backends.add_argument("--markdown", action="store_true", help="print docs/support.md in place of it")
    backends.set_defaults(run=_backends)
    copy = commands.add_parser("vendor", help="copy the library into a package of yours")
    copy.add_argument("destination", type=Path, help="the new folder, such as host/_vendored/linalg_vjp")
    copy.add_argument("--rules", default="", help="these alone, and what they need: cholesky,qr")
    copy.set_defaults(run=_vendor)
    rules = commands.add_parser("rules", help="list the rules")
    rules.add_argument(
        "--markdown", action="store_true", help="print the tables of rules/README.md in place of it"
    )
    rules.set_defaults(run=_rules)
    return parser


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("a positive number is wanted")
    return number


def _check(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from .testing.backends import MissingBackend, load
    from .testing.probe import probe_report, probe_rule
    from .testing.report import REPORT

    console = Console()
    if options.json and not options.json.parent.is_dir():
        print(f"linalg-vjp: there is no folder {options.json.parent} to write to", file=sys.stderr)
        return 2
    try:
        backend = load(options.backend)
        backend.start()
    except MissingBackend as missing:
        print(f"linalg-vjp: {missing}", file=sys.stderr)
        return 2
    selected, examples = options.rule or list(RULES), options.examples or backend.examples
    columns = (
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        total = len(REPORT) + examples * len(selected)
        task = progress.add_task("checking", total=total, now="the report")
        report = probe_report(backend, selected, lambda: progress.advance(task))
        outcomes = []
        for i, name in enumerate(selected):
            progress.update(task, completed=len(REPORT) + examples * i, now=name)
            outcome = probe_rule(name, backend, examples, options.seed, lambda: progress.advance(task))
            outcomes.append(outcome)
    _print_report(console, report)
    _print_rules(console, outcomes, backend)
    wrong = [outcome for outcome in (*report, *outcomes) if outcome.failure is not None]
    for outcome in wrong:
        console.rule(f"{outcome.label or 'random case'}: {outcome.rule}")
        console.print(outcome.failure, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(report) + len(outcomes) - len(wrong)} right, {len(wrong)} wrong")
    if options.json:
        found: dict[str, Any] = {
            "version": __version__,
            "backend": backend.name,
            "backend_version": backend.version,
            "seed": options.seed,
            "report": [o._asdict() for o in report],
            "rules": [o._asdict() for o in outcomes],
        }
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 1 if wrong else 0


def _print_report(console: "Console", outcomes: Sequence["Outcome"]) -> None:
    from rich.table import Table

    from .testing.report import REPORT

    if not outcomes:
        return
    cases = {case.label: case for case in REPORT}
    table = Table(
        "ID", "Op", "Input", "Gradient of", "Status", title="The cases of the report", title_justify="left"
    )
    table.add_column("Error", justify="right")
    for outcome in outcomes:
        case = cases[outcome.label]
        shape = " x ".join(map(str, case.inputs[0].shape))
        sums = " + ".join(f"sum({name})" for name in case.summed)
        table.add_row(outcome.label, outcome.rule, shape, sums, *_status(outcome))
    console.print(table)


def _print_rules(console: "Console", outcomes: Sequence["Outcome"], backend: "Backend") -> None:
    from rich.table import Table

    title = f"Every rule, under random batch shapes, dtypes and forms, on {backend.name} {backend.version}"
    table = Table("Rule", "Signature", "Cases", "Status", title=title, title_justify="left")
    table.add_column("Error", justify="right")
    for outcome in outcomes:
        signature = RULES[outcome.rule].signature
        table.add_row(outcome.rule, signature, str(outcome.examples), *_status(outcome))
    console.print(table)
    console.print("Error: the largest that was seen, in units of the condition times eps.", style="dim")


def _status(outcome: "Outcome") -> tuple[str, str]:
    if outcome.failure is not None:
        return "[bold red]wrong[/]", ""
    return "[green]right[/]", f"{outcome.error:.2f}"


def _vectors(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from .testing.vectors import judge, load

    module = _import(options.module)
    if module is None:
        return 2
    functions = {name for name in vars(module) if name.endswith(("_vjp", "_jvp"))}
    missing = [name for name in options.rule or () if f"{name}_vjp" not in functions]
    if missing or not any(f"{name}_{kind}" in functions for name in RULES for kind in ("vjp", "jvp")):
        wanted = " or ".join(f"{name}_vjp" for name in missing or RULES)
        print(f"linalg-vjp: {options.module} has no function {wanted}", file=sys.stderr)
        return 2
    for name in sorted(functions - {f"{name}_{kind}" for name in RULES for kind in ("vjp", "jvp")}):
        print(f"linalg-vjp: {name} is named after no rule, and not tried", file=sys.stderr)
    title = f"The test vectors, with {options.module}"
    table = Table("Rule", "VJP", "JVP", title=title, title_justify="left")
    right = 0
    wrong: list[tuple[str, str]] = []
    for name in options.rule or list(RULES):
        vjp, jvp = (getattr(module, f"{name}_{kind}", None) for kind in ("vjp", "jvp"))
        found = [(vector.name, judge(vector, vjp, jvp, zeros=options.zeros)) for vector in load(name)]
        cells = []
        for kind in ("vjp", "jvp"):
            tried = [(f"{name}_{kind}, {case}", said[kind]) for case, said in found if kind in said]
            bad = [failure for failure in tried if failure[1]]
            right, wrong = right + len(tried) - len(bad), wrong + bad
            colour = "red" if bad else "green" if tried else "dim"
            cells.append(
                f"[{colour}]{f'{len(tried) - len(bad)} of {len(tried)}' if tried else 'not there'}[/]"
            )
        table.add_row(name, *cells)
    console = Console()
    console.print(table)
    for case, said in wrong:
        console.rule(case)
        console.print(said, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{right} right, {len(wrong)} wrong")
    return 1 if wrong else 0


def _import(name: str) -> ModuleType | None:
    sys.path.insert(0, "")  # as for `python -m`: it may lie in the current folder
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{name}.".startswith(f"{missing.name}."):
            raise
        print(f"linalg-vjp: there is no module {name}, here or on sys.path", file=sys.stderr)
        return None
    finally:
        sys.path.remove("")


def _backends(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from .testing.backends import MissingBackend, load, names
    from .testing.support import support_page

    if options.markdown:
        print(support_page(), end="")
        return 0
    table = Table("Backend", "Version", "Devices", "Gaps", "Last verified")
    for backend in map(load, names()):
        try:
            backend.start()
            devices = ", ".join(name for name in backend.present() if name) or "one memory"
        except MissingBackend as missing:
            devices = f"[dim]{escape(str(missing).split('; ')[-1])}[/]"
        gaps = ", ".join(f"{gap.rule} {' '.join(gap.dtypes)}" for gap in backend.gaps) or "none"
        verified = ", ".join(entry["date"] for entry in backend.last_verified) or "never"
        table.add_row(backend.name, backend.version or "", devices, gaps, verified)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    return 0


def _vendor(options: argparse.Namespace) -> int:
    from .vendor import vendor

    chosen = [name for name in options.rules.split(",") if name]
    if unknown := set(chosen) - set(RULES):
        print(
            f"linalg-vjp: no rule {', '.join(sorted(unknown))}; there are {', '.join(RULES)}", file=sys.stderr
        )
        return 2
    try:
        folder = vendor(options.destination, chosen)
    except (FileExistsError, ValueError) as error:
        print(f"linalg-vjp: {error}", file=sys.stderr)
        return 2
    print(f"{folder}: {(folder / 'VERSION').read_text(encoding='utf-8').replace(chr(10), '; ').strip('; ')}")
    return 0


def rules_tables() -> str:
    """The tables of rules/README.md, a family each."""
    lines: list[str] = []
    for family in dict.fromkeys(rule.family for rule in RULES.values()):
        lines += [f"### {family.capitalize()}", ""]
        lines += ["| rule | signature | keywords | differentiable at |", "|---|---|---|---|"]
        for rule in RULES.values():
            if rule.family == family:
                keywords = ", ".join(f"`{k}={_plain(param.default)}`" for k, param in rule.params.items())
                cells = (f"[`{rule.name}`]({rule.page}.md)", f"`{rule.signature}`", keywords, rule.domain)
                lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).rstrip()


def _rules(options: argparse.Namespace) -> int:
    if options.markdown:
        print(rules_tables())
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table("Rule", "Signature", "Keywords", "Differentiable at")
    for rule in RULES.values():
        keywords = ", ".join(f"{name}={_plain(param.default)}" for name, param in rule.params.items())
        table.add_row(rule.name, rule.signature, keywords, rule.domain)
    # One line each, however narrow the terminal is: it may wrap them, rich would cut them.
    Console(width=1000).print(table)
    return 0


def _plain(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
