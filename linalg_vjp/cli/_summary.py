"""What `check` and `vectors` share: Ctrl-C, tables that fold, and the failures, summed up."""

import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["INTERRUPTED", "interrupts", "print_failures", "table"]

INTERRUPTED = "interrupted: what stands here was done before"
FEW = 5


@contextlib.contextmanager
def interrupts() -> Iterator[Callable[[], None]]:
    """Give a function to call after each case: it raises a Ctrl-C that was dropped.

    Python drops what is raised inside a callback of the garbage collector, and Hypothesis has one.
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
    if before is signal.default_int_handler:  # a process in the background ignores Ctrl-C, and is left so
        signal.signal(signal.SIGINT, note)
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, before)


def table(title: str, words: Sequence[str], numbers: Sequence[str] = ()) -> "Table":
    """A table with columns of words, and columns of numbers behind them."""
    from rich.table import Column, Table

    columns = [Column(name, overflow="fold") for name in words]  # an ellipsis would hide half a name
    columns += [Column(name, justify="right", no_wrap=True) for name in numbers]
    return Table(*columns, title=title, title_justify="left")


def print_failures(
    console: "Console", failures: Mapping[str, Sequence[tuple[str, str]]], *, everything: bool
) -> None:
    """Print every failure, or the first of each of the first few groups, and how many others there are.

    Parameters
    ----------
    console : Console
    failures : mapping of str to sequence of (str, str)
        Of each rule or function, which is a group: the cases that fail, and what is wrong there.
    everything : bool
        Whether to print all.
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
            console.print(f"\nWrong too: {'; '.join(others[:FEW])}{more}", markup=False, highlight=False)
    hidden = sum(map(len, failures.values())) - len(few)
    if hidden:
        console.print(f"\n{hidden} more failures, see the table above; --all prints them", highlight=False)


def _print_failure(console: "Console", name: str, case: str, said: str) -> None:
    console.rule()  # without the names, which it would cut in a narrow terminal
    console.print(f"{name}, {case}", markup=False, highlight=False, style="bold")
    console.print(said, markup=False, highlight=False, soft_wrap=True)
