"""docs/benchmarks.md and its pictures, from the times that were measured."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import linalg_vjp as lv

from . import single
from .measure import PAIRS, means

DOCS = Path(__file__).parents[2] / "docs"
PACKAGES = ("numpy", "scipy", "torch", "jax", "jaxlib", "autograd")
# What is to be reached: over all rules, and by each.
GOALS = {
    "PyTorch on its tensors": (1.0, 1.3),
    "JAX in its jit": (1.0, 1.3),
    "NumPy against the faster of the two": (1.0, 2.0),
    "NumPy against autograd": (0.5, None),
}
INTRODUCTION = """# Benchmarks

Our time divided by the peer's, in geometric means over the grid; below 1 we are faster. Written by

    {command}

on {machine}, with {versions}.

The ratios are the result: all contenders take turns in one process, with equal numbers of threads, and the
median over the turns counts. *Backward* is the pullback alone, *both* the forward and the pullback. Where a
forward keeps residuals (a factorization, or the gradient of a scalar), the pullback is cheap and the forward
pays: look at both columns.

The grid of (batch, n), for matrices of n rows and columns, is {grid}, in {dtypes}.
"""
BY_HAND = "## Where the goals are missed, and why"  # from here on the page is not overwritten
SINGLE = """
## One pullback on NumPy

The overhead on one matrix of 3 x 3 (goal: 30 microseconds, and less than PyTorch's), the memory at the peak
beside inputs, residuals and results in arrays of the size of an input (goal: 4), and the time of a hundred
times the batch in multiples of the time (goal: 105), from {small} to {large} matrices of {size} x {size},
with one thread.

"""


def publish(found, alone, command):
    """Write the page and a picture for each rule."""
    points = sorted({(t.batch, t.n) for t in found}, key=lambda p: (p[1], p[0]))
    text = INTRODUCTION.format(
        command=command,
        machine=f"{_processor()} with {os.cpu_count()} cores",
        versions=", ".join(_versions()),
        grid=", ".join(map(str, points)),
        dtypes=", ".join(sorted({t.dtype for t in found})),
    )
    for label in PAIRS:
        text += "\n" + "\n".join(table_of(found, label)) + "\n"
    text += SINGLE.format(small=single.SMALL, large=single.SMALL * single.TIMES, size=single.SIZE)
    text += "\n".join(single.shown(alone)) + "\n"
    text += "\n## Time against n\n\nThe backward pass in float64 for a whole batch, with one thread.\n\n"
    folder = DOCS / "benchmarks"
    folder.mkdir(exist_ok=True)
    for rule in lv.RULES:
        if _picture(found, rule, folder / f"{rule}.svg"):
            text += f"![{rule}](benchmarks/{rule}.svg)\n"
    page = DOCS / "benchmarks.md"
    by_hand = page.read_text(encoding="utf-8").partition(BY_HAND)[2] if page.exists() else ""
    page.write_text(f"{text}\n{BY_HAND}{by_hand or chr(10)}", encoding="utf-8")


def table_of(found, label):
    """One pair of contenders: a row for each rule, a column for each number of threads."""
    threads = sorted({t.threads for t in found})
    columns = {
        f"{part}, {count} thread{'s' * (count > 1)}": means([t for t in found if t.threads == count], key)
        for part, key in (("backward", "backward"), ("both", "whole"))
        for count in threads
    }
    yield f"## {label}"
    yield ""
    overall, each = GOALS[label]
    yield f"Goal of the backward pass: {overall} over all rules" + (f", {each} for each." if each else ".")
    yield ""
    yield "| rule | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for rule in (*lv.RULES, "all"):
        cells = [values.get(label, {}).get(rule) for values in columns.values()]
        if any(cells):
            yield f"| `{rule}` | " + " | ".join(f"{cell:.2f}" if cell else "" for cell in cells) + " |"


def _picture(found, rule, path):
    """The times of all contenders, and whether there is one to show."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = rule  # the same picture from the same times
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    one = [
        t
        for t in found
        if (t.rule, t.part, t.dtype, t.threads) == (rule, "backward", "float64", 1) and t.batch > 1
    ]
    if not one:
        return False
    figure, axes = pyplot.subplots(figsize=(4, 2.6), layout="constrained")
    for name in dict.fromkeys(t.contender for t in one):
        line = sorted((t.n, t.seconds * 1e3) for t in one if t.contender == name)
        axes.loglog(*zip(*line, strict=True), ":" if name.endswith("own") else "-", marker=".", label=name)
    axes.set(title=rule, xlabel="n", ylabel="ms")
    axes.legend(fontsize=6)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return True


def _versions():
    yield f"Python {platform.python_version()}"
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            continue


def _processor():
    """The name of the processor, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
