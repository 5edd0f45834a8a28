"""Helpers of `check` and `vectors`: Ctrl-C, tables that fold long words, and a summary of the failures."""

import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["INTERRUPTED", "interrupts", "print_failures", "table"]

INTERRUPTED = "interrupted: these are the results up to then"
FEW = 5


@contextlib.contextmanager
def interrupts() -> Iterator[Callable[[], None]]:
    """Yield a function to call after each case. It raises `KeyboardInterrupt` again if Python dropped one.

    Python drops exceptions that are raised inside a callback of the garbage collector, and Hypothesis
    registers such a callback.
    """
    came = False

    def note(*_: Any) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    def heard() -> None:
        if came:
            raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # a process in the background ignores Ctrl-C; leave that so
        signal.signal(signal.SIGINT, note)
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, before)


def table(title: str, words: Sequence[str], numbers: Sequence[str] = ()) -> "Table":
    """A table with columns of words, followed by columns of numbers."""
    from rich.table import Column, Table

    columns = [Column(name, overflow="fold") for name in words]  # an ellipsis would hide part of a name
    columns += [Column(name, justify="right", no_wrap=True) for name in numbers]
    return Table(*columns, title=title, title_justify="left")


def print_failures(
    console: "Console", failures: Mapping[str, Sequence[tuple[str, str]]], *, everything: bool
) -> None:
    """Print every failure, or the first failure of each of the first few groups and a count of the others.

    Parameters
    ----------
    console : Console
    failures : mapping of str to sequence of (str, str)
        For each rule or function, which forms a group: the names of the failing cases, and what is wrong.
    everything : bool
        Whether to print all failures.
    """
    if everything:
        for name, cases in failures.items():
            for case, said in cases:
                _print_failure(console, name, case, said)
        return
    few = list(failures.items())[:FEW]
    for name, cases in few:
        _print_failure(console, name, *cases[0])
        others = [case for case, _ in cases[1:]]
        if others:
            more = f"; and {len(others) - FEW} more" if len(others) > FEW else ""
            console.print(f"\nAlso wrong: {'; '.join(others[:FEW])}{more}", markup=False, highlight=False)
    hidden = sum(map(len, failures.values())) - len(few)
    if hidden:
        console.print(f"\n{hidden} more failures, see the table above; --all prints them", highlight=False)


def _print_failure(console: "Console", name: str, case: str, said: str) -> None:
    console.rule()  # without the names, which a rule would cut off in a narrow terminal
    console.print(f"{name}, {case}", markup=False, highlight=False, style="bold")
    console.print(said, markup=False, highlight=False, soft_wrap=True)
