"""What a host does with each case, with its own linear algebra and with ours: the tables of docs/hosts.md.

`python -m tests.hosts [HOST ...]` writes them.
"""

import math
import re
import warnings
from itertools import groupby
from pathlib import Path

import numpy as np

from .cases import direction, load, truth

PAGE = Path(__file__).parents[2] / "docs" / "hosts.md"
WAYS = ("backward", "forward", "twice")
NONE = "-"


def found(host, case, ours, way):
    """What a derivative of the host's is, in one word."""
    D, E = direction(case, 1), direction(case, 2)
    directions = (D, E) if way == "twice" else (D,)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = getattr(host, way)(case, ours, *directions)
    except Exception:
        return "raises"
    if math.isnan(value):
        return "NaN"
    right = truth(case, *directions)
    size = np.prod([sum(np.linalg.norm(d) for d in ds) for ds in directions])
    tolerance = (1e-6 if host.double else 1e-3) * (10 if way == "twice" else 1)
    return "right" if abs(value - right) <= tolerance * max(abs(right), size) else "wrong"


def cells(host, case):
    """Before and after, for each way; a dash where there is no such derivative."""

    def cell(way):
        before, after = (found(host, case, ours, way) for ours in (False, True))
        return before if before == after else f"{before} → **{after}**"

    return tuple(NONE if way == "twice" and not case.twice else cell(way) for way in WAYS)


def table(host, cases=None):
    """The rows in which something was not right, real and complex in one where they agree."""
    rows = [(case, cells(host, case)) for case in cases or load()]
    rows = [(case, row) for case, row in rows if set(row) - {"right", NONE}]
    lines = []
    for (title, row), same in groupby(rows, lambda pair: (pair[0].title, pair[1])):
        numbers = " and ".join(case.numbers for case, _ in same)
        lines.append(f"| `{title}` | {numbers} | {' | '.join(row)} |")
    return lines


def shown(page, name):
    """The rows of a host's table in the page."""
    part = page.partition(f"<!-- {name} -->\n")[2].partition("\n\n")[0]
    return [line for line in part.splitlines() if line.startswith("| `")]


def written(page, name, rows):
    """The page with these rows in the host's table."""
    head = "| | numbers | backward | forward | twice |\n|---|---|---|---|---|\n"
    text = f"<!-- {name} -->\n{head}" + "\n".join(rows)
    return re.sub(rf"<!-- {name} -->\n(?:\|.*\n)*\|.*", lambda _: text, page)


def titles(rows):
    """The cases that rows are about."""
    return {re.match(r"\| `(.*?)` \|", row)[1] for row in rows}
