"""The time of one pullback on one 3 x 3 NumPy matrix, rule by rule: `python -m tests.bench.overhead`.

All of it: the checks, the formula and the calls into NumPy. The aim is under 30 microseconds each. It is
no test: what a machine takes depends on the machine.
"""

import functools
import statistics
import timeit

import numpy as np
from rich.console import Console
from rich.table import Table

import linalg_vjp as lv
from linalg_vjp._namespace import namespace

FORMS = {
    "qr": [{}, {"mode": "complete"}],
    "svd": [{}, {"full_matrices": False}],
    "lu": [{}, {"p_indices": True}],
    "vector_norm": [{}, {"ord": 3}],
    "matrix_norm": [{}, {"ord": "nuc"}, {"ord": 1}],
}


def main() -> None:
    """Print the table: the median over runs, for all cotangents and, where it differs, the cheapest one."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((3, 3))
    table = Table("rule", "keywords", "pullback, us", "rule only, us")
    for name, rule in lv.RULES.items():
        for params in FORMS.get(name, [{}]):
            inputs = (A @ A.T, A)[: len(rule.inputs)]
            outputs = rule.forward(*inputs, **params)
            bars = [
                None if n in rule.constant else np.ones_like(o)
                for n, o in zip(rule.outputs, outputs, strict=True)
            ]
            _, pullback = lv.vjp(rule, *inputs, **params)
            values = dict(zip((*rule.inputs, *rule.outputs), (*inputs, *outputs), strict=True))
            saved = [values[n] for n in rule.saves]
            keywords = {"xp": namespace(None, A), **params}
            whole = _median(functools.partial(pullback, *bars))
            bare = _median(functools.partial(rule.op_vjp, *saved, *bars, **keywords))
            table.add_row(name, str(params or ""), f"{whole:.1f}", f"{bare:.1f}")
    Console().print(table)


def _median(call) -> float:
    return statistics.median(timeit.repeat(call, number=200, repeat=15)) / 200 * 1e6


if __name__ == "__main__":
    main()
