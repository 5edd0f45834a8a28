"""The forward of matrix functions and equations on NumPy, compared with SciPy in a loop over the batch."""

from typing import NamedTuple

import scipy.linalg

import linalg_vjp as lv

from .contenders import inputs_of
from .measure import geometric, judged, turns

GRID = ((200, 3), (50, 14), (10, 90), (1, 3))
FAMILIES = ("functions", "equations")
GOAL = 1.0


class Forward(NamedTuple):
    """The times at one point of the grid."""

    rule: str
    batch: int
    n: int
    ours: float
    scipy: float


def forwards(rule, **limits):
    """The times of one rule at all points, if SciPy has a function of this name."""
    function = getattr(scipy.linalg, rule, None)
    params = {key: param.default for key, param in lv.RULES[rule].params.items()}
    if lv.RULES[rule].family not in FAMILIES or function is None:
        return
    for batch, n in GRID:
        inputs = inputs_of(rule, batch, n, "float64")
        matrices = list(zip(*inputs, strict=True)) if batch > 1 else [inputs]
        calls = {
            "ours": lambda inputs=inputs: lv.RULES[rule].forward(*inputs, **params),
            "scipy": lambda matrices=matrices: [function(*one, **params) for one in matrices],
        }
        yield Forward(rule, batch, n, **turns(calls, **limits))


def table(found):
    """Our time divided by SciPy's, with a row for each rule."""
    yield "| rule | " + " | ".join(f"{batch} of n = {n}" for batch, n in GRID) + " |"
    yield "|---|" + "---|" * len(GRID)
    for rule in dict.fromkeys(t.rule for t in found):
        at = {(t.batch, t.n): t.ours / t.scipy for t in found if t.rule == rule}
        yield f"| `{rule}` | " + " | ".join(f"{at[point]:.2f}" for point in GRID) + " |"


def goal(found):
    """The row of the goal, which applies to each rule on batches."""
    means = [
        (geometric([t.ours / t.scipy for t in found if t.rule == rule and t.batch > 1]), rule)
        for rule in dict.fromkeys(t.rule for t in found)
    ]
    worst, rule = max(means)
    yield judged(f"NumPy's forward: {GOAL} of SciPy in a loop, in batches", worst, GOAL, f" (`{rule}`)")
