"""Times of all contenders in one process, in turns, and the ratios that are the result."""

import math
import statistics
from collections import defaultdict
from typing import NamedTuple

import linalg_vjp as lv

from .contenders import CONTENDERS, inputs_of

GRID = ((100000, 2), (20000, 4), (5000, 8), (1000, 16), (300, 32), (50, 100), (8, 256), (1, 1000), (1, 3))
QUICK = ((2000, 4), (100, 32), (1, 3))


class Time(NamedTuple):
    """The median of one contender at one point."""

    rule: str
    contender: str
    batch: int
    n: int
    dtype: str
    threads: int
    part: str  # "backward" or "whole"
    seconds: float


def times(rule, batch, n, dtype, threads, *, rounds, least):
    """The times of those contenders that have the rule, or none that a point is too large for."""
    from torch.utils.benchmark import Timer

    inputs = inputs_of(rule, batch, n, dtype)
    made = {}
    for name, make in CONTENDERS.items():
        try:
            contender = make(rule, inputs)
            contender.backward(), contender.whole()  # warm-up, and what cannot be differentiated
        except (NotImplementedError, AttributeError):
            continue
        made[name] = contender
    timers = {
        (name, part): Timer("f()", globals={"f": getattr(contender, part)}, num_threads=threads)
        for name, contender in made.items()
        for part in ("backward", "whole")
    }
    numbers = {key: max(1, math.ceil(least / timer.timeit(1).mean)) for key, timer in timers.items()}
    found = defaultdict(list)
    for _ in range(rounds):
        for key, timer in timers.items():
            found[key].append(timer.timeit(min(numbers[key], 2000)).mean)
    return [
        Time(rule, name, batch, n, dtype, threads, part, statistics.median(values))
        for (name, part), values in found.items()
    ]


def geometric(values):
    """The geometric mean."""
    return math.exp(statistics.fmean(map(math.log, values)))


# What is compared: ours, and the peer, which is the faster one where there are two.
PAIRS = {
    "PyTorch on its tensors": ("torch", ("torch's own",)),
    "JAX in its jit": ("jax", ("jax's own",)),
    "NumPy against the faster of the two": ("numpy", ("torch's own", "jax's own")),
    "NumPy against autograd": ("numpy", ("autograd's own",)),
}


def ratios(found, part="backward"):
    """Our time divided by the peer's: for each pair and rule, those of all points."""
    at = {(t.rule, t.contender, t.batch, t.n, t.dtype, t.threads): t.seconds for t in found if t.part == part}
    result = defaultdict(dict)
    for label, (ours, peers) in PAIRS.items():
        for rule in lv.RULES:
            points = {}
            for (name, contender, *point), seconds in at.items():
                theirs = [at[(rule, p, *point)] for p in peers if (rule, p, *point) in at]
                if (name, contender) == (rule, ours) and theirs:
                    points[tuple(point)] = seconds / min(theirs)
            if points:
                result[label][rule] = points
    return result
