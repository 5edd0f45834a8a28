"""docs/benchmarks.md and its pictures, from the times that were measured."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import linalg_vjp as lv

from . import forwards, hosts, single
from .measure import judged, means
from .picture import picture

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"cpu": ("benchmarks", "Benchmarks"), "cuda": ("benchmarks-gpu", "Benchmarks on a GPU")}
PACKAGES = ("numpy", "scipy", "torch", "jax", "jaxlib", "autograd", "cupy-cuda12x", "cupy-cuda13x")
# The goals: the largest ratio over all rules, and for each rule.
GOALS = {
    "PyTorch on its tensors": (1.0, 1.3),
    "JAX in its jit": (1.0, 1.3),
    "NumPy against the faster of the two": (1.0, 2.0),
    "NumPy against autograd": (0.5, None),
    "CuPy against the faster of the two": (1.0, 2.0),
}
HOSTS = """# Benchmarks

The tables show our time divided by the time of the other library, as geometric means over sizes. Below 1,
this library is faster. Compare the ratios, not the times: all contenders take turns in one process, with
equal numbers of threads, and the median over the turns counts. `vector_norm` is called with `ord=3` and
`axis=-1`, `matrix_norm` with `ord="nuc"`, the nuclear norm, and `svd` with `full_matrices=False`.

## What a user feels

These tables time the forward and the backward pass together, in float64 with one thread. On PyTorch and
JAX, our adapter is compared with the framework's own function. On NumPy, `lv.vjp` is compared with the
faster of PyTorch and compiled JAX.

*Batches* are {grid} matrices with n columns and n rows.
For some rules, matrices with 2n rows are timed as well. *One* is a single matrix with 3 columns. The last
row, `all`, is the mean over the rules. An empty cell means that the other library has no such function or no
derivative of it. This command wrote the tables:

    {command}

It ran on {machine}, with {versions}.

{summary}

| goal | measured | |
|---|---|---|
{goals}

The next tables show each size separately. If a cell has two figures, the second is for matrices with 2n rows.

{details}

### The forward alone

This table compares only the forward, for functions of matrices and matrix equations. It shows the time of our
rule on NumPy, divided by the time of SciPy's function in a loop over the batch.

{forwards}
"""
PULLBACK = "## The pullback alone"
INTRODUCTION = """## The pullback alone

The tables show our time divided by the time of a peer, as geometric means over the grid below. The heading of
a table names the peer. *PyTorch on its tensors* and *JAX in its jit* compare our rule in that framework with
the framework's own derivative. *Against the faster of the two* means the faster of PyTorch and JAX, each with
its own derivative. This command wrote the tables:

    {command}

It ran on {machine}, with {versions}.

*Backward* is the pullback alone, and *both* is the forward and the pullback. If a forward keeps values,
such as a factorization or the gradient of a scalar, the pullback is cheap and the forward takes longer.
So look at both columns.

The grid of (batch, n), for matrices with n rows and n columns:

{grids}

### Its goals

These are goals for the backward pass. If the backward pass was timed with two numbers of threads, the table
shows the larger ratio.

| goal | measured | |
|---|---|---|
"""
BY_HAND = "## Where the goals are missed, and why"  # from here on the page is not overwritten
SINGLE = """
## One pullback on NumPy

All numbers are for float64 and one thread. *3 x 3* is the overhead: the time for one 3 x 3 matrix. The next
column has the time of PyTorch's own backward pass. *Arrays* is the peak memory in addition to inputs, kept
values and results, in units of the size of an input, for {batch} matrices of {n} rows and for one of {alone}
rows. *100 times the batch* is the time for {large} matrices of {size} x {size}, divided by the time for
{small}.
The last row is NumPy's own addition, whose only cost is memory access.

"""
AGAINST_N = """
## Against n

The plots show the time of the backward pass in float64 for a whole batch, with one thread.

"""


def publish(found, alone, reference, command, device):
    """Write the page and a picture for each rule."""
    name, title = PAGES[device]
    text = INTRODUCTION.format(
        command=command,
        machine=_machine(device),
        versions=", ".join(_versions()),
        grids="\n".join(_grids(found)),
    )
    text += "\n".join(goals(found, alone)) + "\n"
    for label in means(found):
        text += "\n" + "\n".join(table_of(found, label)) + "\n"
    if alone:
        text += SINGLE.format(
            batch=single.BATCH, n=single.N, alone=single.ALONE, size=single.SIZE,
            small=single.SMALL, large=single.SMALL * single.TIMES,
        )  # fmt: skip
        text += "\n".join(single.shown(alone, reference)) + "\n"
    text += AGAINST_N
    folder = DOCS / name
    folder.mkdir(exist_ok=True)
    for rule in lv.RULES:
        if picture(found, rule, folder / f"{rule}.svg"):
            text += f"![{rule}]({name}/{rule}.svg)\n"
    page = DOCS / f"{name}.md"
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    first, by_hand = before.partition(PULLBACK)[0] or f"# {title}\n\n", before.partition(BY_HAND)[2]
    page.write_text(f"{first}{text}\n{BY_HAND}{by_hand or chr(10)}", encoding="utf-8")


def publish_hosts(found, first, command):
    """Write the first part of the page; the rest stays."""
    page = DOCS / "benchmarks.md"
    _, mark, rest = page.read_text(encoding="utf-8").partition(PULLBACK)
    text = HOSTS.format(
        grid=", ".join(f"{batch} (n = {n})" for batch, n in hosts.GRID if batch > 1),
        command=command,
        machine=_machine("cpu"),
        versions=", ".join(_versions()),
        summary="\n".join(hosts.summary(found)),
        goals="\n".join([*hosts.goals(found), *(forwards.goal(first) if first else ())]),
        details="\n".join(hosts.details(found)).rstrip(),
        forwards="\n".join(forwards.table(first)),
    )
    page.write_text(f"{text}\n{mark}{rest}", encoding="utf-8")


def goals(found, alone):
    """A row for each goal: what was measured, and whether that meets it."""
    by_count = [means([t for t in found if t.threads == count]) for count in {t.threads for t in found}]
    for label in means(found):
        overall, each = GOALS[label]
        measured = [m[label] for m in by_count if label in m]
        yield judged(f"{label}: {overall} over all rules", max(m["all"] for m in measured), overall)
        if each:
            worst, rule = max((m[rule], rule) for m in measured for rule in m if rule != "all")
            yield judged(f"{label}: {each} for each rule", worst, each, f" (`{rule}`)")
    if alone:
        s = max(alone, key=lambda s: s.overhead)
        yield judged("Overhead on NumPy: 30 microseconds", s.overhead * 1e6, 30, f" (`{s.rule}`)")
        s = max(alone, key=lambda s: s.overhead / s.torch)
        yield judged("Overhead: less than PyTorch's", s.overhead / s.torch, 1, f" of it (`{s.rule}`)")
        s = max(alone, key=lambda s: max(s.batch, s.alone))
        # To a hundredth: Python's own objects are some kilobytes.
        yield judged("Memory: 4 arrays", max(s.batch, s.alone), 4.005, f" (`{s.rule}`)")
        s = max(alone, key=lambda s: s.growth)
        yield judged("100 times the batch: 105 times the time", s.growth * 100, 105, f" (`{s.rule}`)")


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
    yield f"Goal for the backward pass: {overall} over all rules" + (f", {each} for each." if each else ".")
    yield ""
    yield "| rule | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for rule in (*lv.RULES, "all"):
        cells = [values.get(label, {}).get(rule) for values in columns.values()]
        if any(cells):
            yield f"| `{rule}` | " + " | ".join(f"{cell:.2f}" if cell else "" for cell in cells) + " |"


def _grids(found):
    for dtype in dict.fromkeys(t.dtype for t in found):
        points = sorted({(t.batch, t.n) for t in found if t.dtype == dtype}, key=lambda p: (p[1], p[0]))
        yield f"- {dtype}: {', '.join(map(str, points))}"


def _versions():
    yield f"Python {platform.python_version()}"
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            continue


def _machine(device):
    """The name of the processor, where the system tells, and the GPU."""
    cores = f"{_processor()} with {os.cpu_count()} cores"
    if device == "cpu":
        return cores
    import torch

    return f"{torch.cuda.get_device_name()} in {cores}"


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
