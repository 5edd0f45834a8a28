"""The benchmark: `python -m tests.bench [--quick] [--rule NAME] [--out FILE] [--publish]`.

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

from .measure import GRID, QUICK, Time, means, times
from .page import publish
from .single import Single, single


def main() -> None:
    """Run the processes, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three points in place of nine, in single runs")
    parser.add_argument("--rule", action="append", choices=list(lv.RULES), help="this rule alone")
    parser.add_argument("--dtype", action="append", help="this dtype alone")
    parser.add_argument("--threads", type=int, help="measure in this process, with so many threads")
    parser.add_argument("--out", type=Path, help="the times, in JSON")
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks.md and its pictures")
    options = parser.parse_args()
    if options.threads:
        found, alone = measured(options)
        result = {"times": [t._asdict() for t in found], "single": [s._asdict() for s in alone]}
        options.out.write_text(json.dumps(result))
        return
    chosen = [f"--{name}" for name in ("quick",) if getattr(options, name)]
    chosen += [
        word for name in ("rule", "dtype") for x in getattr(options, name) or [] for word in (f"--{name}", x)
    ]
    found, alone = [], []
    for threads in sorted({1, os.cpu_count() or 1}):
        more, singles = in_a_process(threads, chosen)
        found, alone = found + more, alone or singles
    Console().print(summary(found))
    if options.out:
        options.out.write_text(json.dumps([t._asdict() for t in found], indent=0))
    if options.publish:
        publish(found, alone, " ".join(["python -m tests.bench --publish", *chosen]))


def in_a_process(threads, chosen):
    """The threads of the libraries are set before they start."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads))}
    # A thread that waits for work must not spin while the next contender has its turn.
    environment |= {"OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "4"}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "times.json"
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench", *chosen]
        command += ["--threads", str(threads), "--out", str(out)]
        subprocess.run(command, env=environment, check=True)
        result = json.loads(out.read_text())
        return [Time(**t) for t in result["times"]], [Single(**s) for s in result["single"]]


def measured(options):
    """All times with one number of threads."""
    if hasattr(os, "sched_setaffinity"):  # JAX looks at the cores that it may use, and at nothing else
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update(
        "jax_cpu_enable_async_dispatch", False
    )  # with one thread it was seen to wait for itself
    rules = options.rule or list(lv.RULES)
    kinds = [("float64", QUICK)]
    if not options.quick:
        kinds = [
            ("float64", GRID),
            ("float32", [p for p in GRID if p != (1, 1000)]),
            ("complex128", [(300, 32)]),
        ]
    kinds = [(dtype, grid) for dtype, grid in kinds if dtype in (options.dtype or dtype)]
    points = [(rule, *point, dtype) for rule in rules for dtype, grid in kinds for point in grid]
    found = []
    for point in track(points, description=f"{options.threads} threads"):
        found += times(*point, options.threads, least=0.002 if options.quick else 0.005)
    alone = [single(rule) for rule in rules] if options.threads == 1 else []
    return found, alone


def summary(found):
    """The geometric means over all points, rule by rule."""
    by_pair = means(found)
    table = Table("rule", *by_pair, title="our time / theirs, backward pass")
    for rule in (*lv.RULES, "all"):
        cells = [by_pair[label].get(rule) for label in by_pair]
        if any(cells):
            table.add_row(rule, *(f"{cell:.2f}" if cell else "" for cell in cells))
    return table


if __name__ == "__main__":
    main()
