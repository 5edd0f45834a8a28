"""`linalg-vjp vectors`: the test vectors, on the functions of somebody's module."""

import argparse
import importlib
import sys
from types import ModuleType

from .. import RULES

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Judge every function of the module that is named after a rule."""
    from rich.console import Console
    from rich.table import Table

    from ..testing.vectors import judge, load

    module = _import(options.module)
    if module is None or not _usable(module, options.rule):
        return 2
    title = f"The test vectors, with {options.module}"
    table = Table("Rule", "VJP", "JVP", title=title, title_justify="left")
    right = 0
    wrong: dict[str, list[tuple[str, str]]] = {}  # of each function: the cases, and what is wrong there
    for name in options.rule or list(RULES):
        vjp, jvp = (getattr(module, f"{name}_{kind}", None) for kind in ("vjp", "jvp"))
        found = [(vector.name, judge(vector, vjp, jvp, zeros=options.zeros)) for vector in load(name)]
        cells = []
        for kind in ("vjp", "jvp"):
            tried = [(case, said[kind]) for case, said in found if kind in said]
            bad = [failure for failure in tried if failure[1]]
            right += len(tried) - len(bad)
            wrong |= {f"{name}_{kind}": bad} if bad else {}
            colour = "red" if bad else "green" if tried else "dim"
            count = f"{len(tried) - len(bad)} of {len(tried)}" if tried else "not there"
            cells.append(f"[{colour}]{count}[/]")
        table.add_row(name, *cells)
    console = Console()
    console.print(table)
    for function, failures in wrong.items():
        for case, said in failures if options.all else failures[:1]:
            console.rule(f"{function}, {case}")
            console.print(said, markup=False, highlight=False, soft_wrap=True)
        if failures[1:] and not options.all:
            others = "; ".join(case for case, _ in failures[1:])
            console.print(f"\nWrong too (--all prints them): {others}", markup=False, highlight=False)
    console.print(f"{right} right, {sum(map(len, wrong.values()))} wrong")
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


def _usable(module: ModuleType, asked: list[str] | None) -> bool:
    """Whether it has functions to try, all of those asked for; names after no rule are said."""
    functions = {name for name in vars(module) if name.endswith(("_vjp", "_jvp"))}
    known = {f"{name}_{kind}" for name in RULES for kind in ("vjp", "jvp")}
    missing = [name for name in asked or () if f"{name}_vjp" not in functions]
    if missing or not functions & known:
        wanted = " or ".join(f"{name}_vjp" for name in missing or RULES)
        print(f"linalg-vjp: {module.__name__} has no function {wanted}", file=sys.stderr)
        return False
    for name in sorted(functions - known):
        print(f"linalg-vjp: {name} is named after no rule, and not tried", file=sys.stderr)
    return True
