"""Times of all contenders, which take turns in one process, and the ratios of these times."""

import math
import statistics
import time
from collections import defaultdict
from timeit import Timer
from typing import NamedTuple

import linalg_vjp as lv

from .contenders import CONTENDERS, inputs_of

GRID = ((100000, 2), (20000, 4), (5000, 8), (1000, 16), (300, 32), (50, 100), (8, 256), (1, 1000), (1, 3))
QUICK = ((2000, 4), (100, 32), (1, 3))


class Time(NamedTuple):
    """The median time of one contender at one point."""

    rule: str
    contender: str
    batch: int
    n: int
    dtype: str
    threads: int
    part: str  # "backward" or "whole"
    seconds: float


def times(rule, batch, n, dtype, threads, device="cpu", chosen=None, **limits):
    """The times of the contenders that have the rule: of all contenders, or of the chosen ones."""
    inputs = inputs_of(rule, batch, n, dtype)
    calls = {}
    for name, make in CONTENDERS[device].items():
        if chosen and name not in chosen:
            continue
        if name == "autograd's own" and threads > 1:
            continue  # it is NumPy with loops, and would take a quarter of the run
        try:
            contender = make(rule, inputs)
            contender.backward()  # warms up; raises if it cannot be differentiated
        except (NotImplementedError, AttributeError):
            continue
        calls[name, "backward"], calls[name, "whole"] = contender
    medians = turns(calls, **limits)
    return [
        Time(rule, name, batch, n, dtype, threads, part, seconds) for (name, part), seconds in medians.items()
    ]


def turns(calls, *, least=0.003, most=0.4, rounds=5):
    """The median time of each call over several rounds, in which all calls take turns.

    A turn takes at least `least` seconds. No round starts after `most` seconds, except the second one.
    """
    timers = {key: Timer(call) for key, call in calls.items()}
    once = {key: timer.timeit(1) for key, timer in timers.items()}
    found = {key: [seconds] if seconds > least else [] for key, seconds in once.items()}
    start = time.perf_counter()
    for turn in range(rounds):
        if turn > 1 and time.perf_counter() - start > most:
            break
        for key, timer in timers.items():
            if turn > 0 or not found[key]:
                number = max(1, math.ceil(least / once[key]))
                found[key].append(timer.timeit(number) / number)
    return {key: statistics.median(values) for key, values in found.items()}


def geometric(values):
    """The geometric mean."""
    return math.exp(statistics.fmean(map(math.log, values)))


def judged(goal, figure, most, note=""):
    """A row of a table of goals: the measured value, and whether it meets the goal."""
    return f"| {goal} | {figure:.2f}{note} | {'met' if figure <= most else 'missed'} |"


# Each comparison: our contender, and its peers. If there are two peers, the faster one counts.
PAIRS = {
    "PyTorch on its tensors": ("torch", ("torch's own",)),
    "JAX in its jit": ("jax", ("jax's own",)),
    "NumPy against the faster of the two": ("numpy", ("torch's own", "jax's own")),
    "NumPy against autograd": ("numpy", ("autograd's own",)),
    "CuPy against the faster of the two": ("cupy", ("torch's own", "jax's own")),
}


def ratios(found, part="backward"):
    """Our time divided by the peer's, at all points, for each pair and rule."""
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


def means(found, part="backward"):
    """Geometric means of these ratios over all points, for each pair and rule, and for "all" rules."""
    result = {}
    for label, rules in ratios(found, part).items():
        result[label] = {rule: geometric(points.values()) for rule, points in rules.items()}
        result[label]["all"] = geometric([r for points in rules.values() for r in points.values()])
    return result
