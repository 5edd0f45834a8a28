"""`linalg-vjp vectors`: run the test vectors on the functions of a user's module."""

import argparse
import importlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from .. import RULES
from ._summary import INTERRUPTED, interrupts, print_failures, table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Test every function of the module that is named after a rule."""
    from rich.console import Console

    from ..testing.vectors import judge, load

    module = _import(options.module)
    if module is None or not _usable(module, options.rule):
        return 2
    console = Console()
    judged: dict[str, list[tuple[str, dict[str, str]]]] = {}
    interrupted = False
    try:
        with interrupts() as heard:
            for name in options.rule or RULES:
                vjp, jvp = (getattr(module, f"{name}_{kind}", None) for kind in ("vjp", "jvp"))
                judged[name] = []
                for vector in load(name):
                    judged[name].append((vector.name, judge(vector, vjp, jvp, zeros=options.zeros)))
                    heard()
    except KeyboardInterrupt:
        interrupted = True
    wrong = _print(console, judged, options)
    if interrupted:
        console.print(INTERRUPTED)
        return 130
    return 1 if wrong else 0


def _print(
    console: "Console",
    judged: Mapping[str, Sequence[tuple[str, Mapping[str, str]]]],
    options: argparse.Namespace,
) -> int:
    """Print the table and the failures, and return the number of failures."""
    listed = table(f"The test vectors, with {options.module}", ("Rule", "VJP", "JVP"))
    right = 0
    failures: dict[str, list[tuple[str, str]]] = {}
    for name, cases in judged.items():
        cells = []
        for kind in ("vjp", "jvp"):
            tried = [(case, said[kind]) for case, said in cases if kind in said]
            bad = [failure for failure in tried if failure[1]]
            right += len(tried) - len(bad)
            failures |= {f"{name}_{kind}": bad} if bad else {}
            colour = "red" if bad else "green" if tried else "dim"
            count = f"{len(tried) - len(bad)} of {len(tried)}" if tried else "none"
            cells.append(f"[{colour}]{count}[/]")
        listed.add_row(name, *cells)
    console.print(listed)
    print_failures(console, failures, everything=options.all)
    wrong = sum(map(len, failures.values()))
    console.print(f"{right} right, {wrong} wrong")
    return wrong


def _import(name: str) -> ModuleType | None:
    sys.path.insert(0, "")  # as `python -m` does: the module may be in the current folder
    how = "pass a name such as package.module, without .py"
    try:
        if not all(part.isidentifier() for part in name.split(".")):
            print(f"linalg-vjp: {name!r} is not the name of a module; {how}", file=sys.stderr)
            return None
        return importlib.import_module(name)
    except Exception as error:  # the module is the user's, and may fail in any way
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            print(f"linalg-vjp: no module {name} in this folder or on sys.path; {how}", file=sys.stderr)
            return None
        traceback.print_exc()
        print(f"linalg-vjp: {name} cannot be imported, see above", file=sys.stderr)
        return None
    finally:
        sys.path.remove("")


def _usable(module: ModuleType, asked: list[str] | None) -> bool:
    """Whether the module has functions to test, and all that were asked for. Warn of unknown names."""
    functions = {name for name in vars(module) if name.endswith(("_vjp", "_jvp"))}
    known = {f"{name}_{kind}" for name in RULES for kind in ("vjp", "jvp")}
    missing = [name for name in asked or () if f"{name}_vjp" not in functions]
    if missing or not functions & known:
        wanted = " or ".join(f"{name}_vjp" for name in missing or [*RULES][:3])
        print(
            f"linalg-vjp: {module.__name__} has no function {wanted}{'' if missing else ' or the like'}; "
            f"define it as `linalg-vjp vectors --help` says",
            file=sys.stderr,
        )
        return False
    for name in sorted(functions - known):
        print(f"linalg-vjp: skipped {name}, which is not named after a rule", file=sys.stderr)
    return True
