"""The overhead and memory of one pullback on NumPy, and how its time grows with the batch."""

import tracemalloc
from typing import NamedTuple

from .contenders import inputs_of, matrices, numpy_ours, torch_own
from .measure import turns

BATCH, N, ALONE = 300, 32, 500  # to measure memory: a batch, and one matrix
SMALL, TIMES, SIZE = 200, 100, 8  # to measure growth: a hundred times the batch
REFERENCE = "A + A"


class Single(NamedTuple):
    """The pullback of one rule on NumPy."""

    rule: str
    overhead: float  # seconds on one 3 x 3 matrix
    torch: float  # the same for PyTorch's own
    batch: float  # peak memory in input-sized arrays, without inputs, kept values and results
    alone: float  # the same for one large matrix
    growth: float  # the time of a hundred times the batch, divided by a hundred times the time


def single(rule):
    """Measure one rule."""
    inputs = inputs_of(rule, 1, 3, "float64")
    overhead = turns({"numpy": numpy_ours(rule, inputs).backward, "torch": torch_own(rule, inputs).backward})
    small, large = (numpy_ours(rule, inputs_of(rule, b, SIZE, "float64")) for b in (SMALL, SMALL * TIMES))
    return Single(
        rule,
        overhead["numpy"],
        overhead["torch"],
        memory(rule, BATCH, N),
        memory(rule, 1, ALONE),
        growth(small.backward, large.backward),
    )


def growth(small, large):
    """The time of the large call, divided by a hundred times that of the small one."""
    taken = turns({"small": small, "large": large}, least=0.05)
    return taken["large"] / (TIMES * taken["small"])


def growth_of_a_sum():
    """The growth of NumPy's own addition, whose only overhead is that of memory."""
    small, large = (matrices(b, SIZE, "float64") for b in (SMALL, SMALL * TIMES))
    return growth(lambda: small + small, lambda: large + large)


def memory(rule, batch, n):
    """The peak memory that a pullback allocates, minus its results, in units of the first input."""
    inputs = inputs_of(rule, batch, n, "float64")
    pull = numpy_ours(rule, inputs).backward
    pull()
    tracemalloc.start()
    results = pull()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - sum(x.nbytes for x in results)) / inputs[0].nbytes


def shown(found, reference):
    """The lines of the table."""
    yield (
        "| rule | 3 x 3, microseconds | PyTorch's own | arrays, batch | arrays, one matrix "
        "| 100 times the batch takes |"
    )
    yield "|---|---|---|---|---|---|"
    for s in found:
        cells = (f"{s.overhead * 1e6:.1f}", f"{s.torch * 1e6:.1f}", f"{s.batch:.1f}", f"{s.alone:.1f}")
        yield f"| `{s.rule}` | {' | '.join(cells)} | {s.growth * TIMES:.0f} times |"
    yield f"| `{REFERENCE}` | | | | | {reference * TIMES:.0f} times |"
