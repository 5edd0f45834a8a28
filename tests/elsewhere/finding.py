"""A finding: what a library answers, and what is true."""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np


@dataclass(frozen=True)
class Finding:
    """One wrong answer.

    `answer` runs the library; its source is shown on the page, so it imports what it needs. `truth` uses no
    library but mpmath. `off` is a bound that the error exceeds.
    """

    title: str
    answer: Callable
    truth: Callable
    off: float
    known: str  # how the truth is known
    said: str = "The documentation does not mention this limit."  # what the documentation excludes
    threads: tuple = ()  # upstream, as owner/name#number


@dataclass(frozen=True)
class Library:
    """A library with its findings."""

    title: str
    package: str  # its name for importlib.metadata
    module: str  # what to import
    findings: tuple

    @property
    def heading(self):
        return f"## {self.title} {version(self.package).partition('+')[0]}"


def error(answer, truth):
    """The largest difference, or infinity if the answer is not finite."""
    answer, truth = np.asarray(answer), np.asarray(truth)
    assert answer.shape == truth.shape
    return np.max(np.abs(answer - truth)) if np.all(np.isfinite(answer)) else np.inf


def section(finding):
    """The part of the page."""
    answer, truth = np.asarray(finding.answer()), np.asarray(finding.truth())
    code = textwrap.indent(inspect.getsource(finding.answer), "    ")
    lines = [f"### {finding.title}", "", code]
    lines += ["| | |", "|---|---|", f"| answer | `{shown(answer)}` |", f"| truth | `{shown(truth)}` |", ""]
    text = f"{finding.known} {finding.said} {upstream(finding.threads)}"
    lines += textwrap.wrap(text, 116, break_on_hyphens=False, break_long_words=False)
    return "\n".join(lines)


def upstream(threads):
    if not threads:
        return "We know of no report."
    links = [f"[{name}](https://github.com/{name.replace('#', '/issues/')})" for name in threads]
    return f"Upstream: {', '.join(links)}."


def shown(x):
    """The numbers with four digits; an entry below 1e-6 of the largest is shown as zero."""
    if x.ndim:
        return "[" + ", ".join(map(shown, np.where(np.abs(x) < 1e-6 * np.max(np.abs(x)), 0 * x, x))) + "]"
    if x.dtype.kind == "c":
        return f"{number(x.real)} {'-' if x.imag < 0 else '+'} {number(abs(x.imag))}i"
    return number(x)


def number(x):
    return f"{float(x) + 0.0:.4g}"
