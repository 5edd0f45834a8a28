"""The benchmark: `python -m tests.bench [--quick] [--rule NAME] [--out FILE]`.

Ours on NumPy, PyTorch and JAX against the backward passes of PyTorch, JAX and autograd, with one thread and
with all cores, each in a process of its own. What counts is the ratio of times that were taken in turns.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

import linalg_vjp as lv

from .measure import GRID, QUICK, Time, geometric, ratios, times


def main() -> None:
    """Run the processes, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three points in place of nine, in single runs")
    parser.add_argument("--rule", action="append", choices=list(lv.RULES), help="this rule alone")
    parser.add_argument("--threads", type=int, help="measure in this process, with so many threads")
    parser.add_argument("--out", type=Path, help="the times, in JSON")
    options = parser.parse_args()
    if options.threads:
        found = measured(options)
        options.out.write_text(json.dumps([t._asdict() for t in found]))
        return
    found = []
    for threads in sorted({1, os.cpu_count() or 1}):
        found += in_a_process(threads, sys.argv[1:])
    Console().print(summary(found))
    if options.out:
        options.out.write_text(json.dumps([t._asdict() for t in found], indent=0))


def in_a_process(threads, arguments):
    """The threads of the libraries are set before they start."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads))}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "times.json"
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench", *arguments]
        command += ["--threads", str(threads), "--out", str(out)]
        subprocess.run(command, env=environment, check=True)
        return [Time(**t) for t in json.loads(out.read_text())]


def measured(options):
    """All times with one number of threads."""
    if hasattr(os, "sched_setaffinity"):  # JAX looks at the cores that it may use, and at nothing else
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    import jax

    jax.config.update("jax_enable_x64", True)
    rules = options.rule or list(lv.RULES)
    dtypes = ("float64",) if options.quick else ("float64", "float32")
    points = [
        (rule, *point, dtype)
        for rule in rules
        for point in (QUICK if options.quick else GRID)
        for dtype in dtypes
    ]
    points += [] if options.quick else [(rule, 300, 32, "complex128") for rule in rules]
    effort = {"rounds": 3, "least": 0.002} if options.quick else {"rounds": 5, "least": 0.01}
    found = []
    for point in track(points, description=f"{options.threads} threads"):
        found += times(*point, options.threads, **effort)
    return found


def summary(found):
    """The geometric means over all points, rule by rule."""
    table = Table("rule", *(label for label in ratios(found)), title="our time / theirs, backward pass")
    by_pair = ratios(found)
    for rule in lv.RULES:
        cells = [by_pair[label].get(rule) for label in by_pair]
        if any(cells):
            table.add_row(rule, *(f"{geometric(c.values()):.2f}" if c else "" for c in cells))
    means = [
        geometric([r for points in rules.values() for r in points.values()]) for rules in by_pair.values()
    ]
    table.add_row("all", *(f"{mean:.2f}" for mean in means))
    return table


if __name__ == "__main__":
    main()
