"""What one pullback on NumPy costs beside arithmetic: overhead, memory, and how it grows with the batch."""

import tracemalloc
from typing import NamedTuple

from .contenders import CONTENDERS, inputs_of
from .measure import turns

BATCH, N = 300, 32  # for memory
SMALL, TIMES, SIZE = 200, 100, 8  # for the growth: a hundred times the batch


class Single(NamedTuple):
    """The pullback of one rule on NumPy."""

    rule: str
    overhead: float  # seconds on one 3 x 3 matrix
    torch: float  # PyTorch's own there
    memory: float  # arrays of the size of the inputs at the peak, beside inputs, residuals and results
    growth: float  # the time of a hundred times the batch, divided by a hundred times the time


def single(rule):
    """Measure one rule."""
    inputs = inputs_of(rule, 1, 3, "float64")
    overhead = turns({name: CONTENDERS[name](rule, inputs).backward for name in ("numpy", "torch's own")})
    small = CONTENDERS["numpy"](rule, inputs_of(rule, SMALL, SIZE, "float64"))
    large = CONTENDERS["numpy"](rule, inputs_of(rule, SMALL * TIMES, SIZE, "float64"))
    growth = turns({"small": small.backward, "large": large.backward}, least=0.05)
    return Single(
        rule,
        overhead["numpy"],
        overhead["torch's own"],
        memory(rule),
        growth["large"] / (TIMES * growth["small"]),
    )


def memory(rule):
    """The peak of what a pullback allocates, less its results, in arrays of the size of the first input."""
    inputs = inputs_of(rule, BATCH, N, "float64")
    pull = CONTENDERS["numpy"](rule, inputs).backward
    pull()
    tracemalloc.start()
    results = pull()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - sum(x.nbytes for x in results)) / inputs[0].nbytes


def shown(found):
    """The lines of the table."""
    yield "| rule | 3 x 3, microseconds | PyTorch's own | arrays of memory | 100 times the batch takes |"
    yield "|---|---|---|---|---|"
    for s in found:
        cells = (
            f"{s.overhead * 1e6:.1f} | {s.torch * 1e6:.1f} | {s.memory:.1f} | {s.growth * TIMES:.0f} times"
        )
        yield f"| `{s.rule}` | {cells} |"
