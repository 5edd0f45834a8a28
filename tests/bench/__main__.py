"""The benchmark: `python -m tests.bench [--part hosts] [--quick] [--rule NAME] [--device cuda] [--publish]`.

There are two parts. `hosts` times the forward with the backward as users run them, through the adapters and
`lv.vjp`, with one thread. `pullback` times the backward pass alone, ours on NumPy, PyTorch and JAX against
those of PyTorch, JAX and autograd, with one thread and with all cores; with `--device cuda`, ours on CuPy,
PyTorch and JAX against PyTorch's and JAX's. Each number of threads runs in its own process. The contenders
take turns, and the result is the ratio of their times.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

import linalg_vjp as lv

from . import hosts
from .contenders import COMPARED, CONTENDERS
from .forwards import Forward, forwards
from .measure import GRID, QUICK, Time, means, times
from .page import publish, publish_hosts
from .single import Single, growth_of_a_sum, single


def main() -> None:
    """Run the processes, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three points in place of nine, in float64")
    parser.add_argument("--rule", action="append", choices=list(lv.RULES), help="this rule alone")
    parser.add_argument("--dtype", action="append", help="this dtype alone")
    parser.add_argument("--contender", action="append", help="this contender alone: cupy, torch's own")
    parser.add_argument("--part", choices=["hosts", "pullback"], help="this part alone")
    parser.add_argument("--device", choices=list(CONTENDERS), default="cpu")
    parser.add_argument("--threads", type=int, help="measure in this process, with so many threads")
    parser.add_argument("--out", type=Path, help="the results, in JSON")
    parser.add_argument("--publish", action="store_true", help="write a page of docs/ and its pictures")
    parser.add_argument("--from", dest="source", type=Path, help="publish these results, and measure nothing")
    options = parser.parse_args()
    if options.part == "hosts" and options.device != "cpu":
        parser.error("the part of hosts is measured on the CPU")
    if options.threads:
        options.out.write_text(json.dumps(measured(options)))
        return
    chosen = ["--quick"] * options.quick + ["--device", options.device] * (options.device != "cpu")
    chosen += ["--part", options.part] * bool(options.part)
    for name in ("rule", "dtype", "contender"):
        chosen += [word for value in getattr(options, name) or [] for word in (f"--{name}", value)]
    if options.source:
        results = json.loads(options.source.read_text())
    else:
        one = options.device != "cpu" or options.part == "hosts"
        counts = [1] if one else sorted({1, os.cpu_count() or 1})
        with tempfile.TemporaryDirectory() as folder:
            runs = [in_a_process(threads, chosen, Path(folder)) for threads in counts]
        results = {**runs[0], "times": [t for run in runs for t in run["times"]]}
    if options.out:
        options.out.write_text(json.dumps(results))
    found = [Time(**t) for t in results["times"]]
    felt = [hosts.Felt(**t) for t in results["felt"]]
    command = f"python -m tests.bench --publish {shlex.join(chosen)}".rstrip()
    if felt:
        Console().print("\n".join(hosts.summary(felt)))
        if options.publish:
            publish_hosts(felt, [Forward(**t) for t in results["forwards"]], command)
    if found:
        Console().print(summary(found))
        if options.publish:
            alone = [Single(**s) for s in results["single"]]
            publish(found, alone, results["sum"], command, options.device)


def in_a_process(threads, chosen, folder):
    """Run in a new process, because libraries read their number of threads when they start."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads))}
    # A waiting thread must not spin during the turn of the next contender.
    environment |= {"OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "4"}
    # Keep freed memory in the process, as in a program that also uses larger arrays. In a virtual machine,
    # getting fresh pages takes longer than filling them.
    environment |= {"MALLOC_TRIM_THRESHOLD_": str(2**30), "MALLOC_MMAP_THRESHOLD_": str(2**30)}
    # Let JAX reuse compiled programs for the next number of threads.
    environment["JAX_COMPILATION_CACHE_DIR"] = str(folder)
    environment["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    out = folder / "results.json"
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench", *chosen]
    command += ["--threads", str(threads), "--out", str(out)]
    subprocess.run(command, env=environment, check=True)
    return json.loads(out.read_text())


def measured(options):
    """All times with one number of threads."""
    if options.device == "cpu" and hasattr(os, "sched_setaffinity"):  # JAX reads how many cores it may use
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    import jax
    import torch

    torch.set_num_threads(options.threads)
    if options.device == "cuda":
        assert jax.devices()[0].platform == "gpu", "this JAX has no CUDA"
    jax.config.update("jax_enable_x64", True)
    # With one thread, asynchronous dispatch has deadlocked.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    # Products are a line or two of code each, and take matrices of other sizes.
    rules = options.rule or [name for name in COMPARED if lv.RULES[name].family != "products"]
    kinds = [("float64", QUICK)]
    if not options.quick:
        kinds = [
            ("float64", GRID),
            ("float32", [p for p in GRID if p != (1, 1000)]),
            ("complex128", [(300, 32)]),
        ]
    kinds = [(dtype, grid) for dtype, grid in kinds if dtype in (options.dtype or dtype)]
    points = [(rule, *point, dtype) for rule in rules for dtype, grid in kinds for point in grid]
    limits = {"least": 0.002, "most": 0.2} if options.quick else {}
    once = options.threads == 1 and options.device == "cpu"  # measured only with one thread
    felt, found, alone, first = [], [], [], []
    if once and options.part != "pullback":
        for rule in track(rules, description="hosts"):
            felt += hosts.felt(rule, **limits)
            first += forwards(rule, **limits)
    if options.part != "hosts":
        for point in track(points, description=f"{options.threads} threads"):
            found += times(*point, options.threads, options.device, options.contender, **limits)
        alone = [single(rule) for rule in rules] if once else []
    return {
        "felt": [t._asdict() for t in felt],
        "forwards": [t._asdict() for t in first],
        "times": [t._asdict() for t in found],
        "single": [s._asdict() for s in alone],
        "sum": growth_of_a_sum() if alone else None,
    }


def summary(found):
    """The geometric means over all points for each rule."""
    by_pair = means(found)
    table = Table("rule", *by_pair, title="our time / theirs, backward pass")
    for rule in (*lv.RULES, "all"):
        cells = [by_pair[label].get(rule) for label in by_pair]
        if any(cells):
            table.add_row(rule, *(f"{cell:.2f}" if cell else "" for cell in cells))
    return table


if __name__ == "__main__":
    main()
