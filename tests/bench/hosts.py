"""The time that a user sees: the forward with the backward through a host, for our functions and its own.

Each contender is a function without arguments that returns when the work is done.
"""

import functools
from collections import defaultdict
from typing import NamedTuple

import numpy as np

import linalg_vjp as lv

from ..door import door
from ..random_inputs import live_of
from .contenders import inputs_of, numpy_ours, torch_adapter, torch_own
from .measure import geometric, judged, turns
from .peers import jax_function

# The batch and n. Matrices are n x n, and also 2n x n if they need not be square.
GRID = ((20000, 3), (800, 14), (20, 90), (2, 300), (1, 3))
# The goals: in batches over all rules and for each rule, and on one 3 x 3 matrix.
GOALS = {
    "PyTorch": (1.0, 1.15, 1.5),
    "JAX, compiled": (0.95, 1.2, None),
    "JAX, eager": (1.5, None, None),
    "NumPy": (1.0, 1.5, None),
}


class Felt(NamedTuple):
    """The times at one point of the grid: ours, and that of the host or of the faster peer."""

    host: str
    rule: str
    batch: int
    m: int
    n: int
    ours: float
    theirs: float


def felt(rule, **limits):
    """The times of one rule on all hosts, at all points."""
    for batch, n in GRID:
        for m in rows(rule, n):
            inputs = shaped(rule, batch, m, n)
            torch, jax, eager = (
                there(functools.partial(make, rule, inputs, **more))
                for make, more in (
                    (_torch_own, {}),
                    (jax_own, {"compiled": True}),
                    (jax_own, {"compiled": False}),
                )
            )
            for host, ours, theirs in (
                ("PyTorch", lambda *x: torch_adapter(*x).whole, {"torch": torch}),
                ("JAX, compiled", functools.partial(jax_adapter, compiled=True), {"jax": jax}),
                ("JAX, eager", functools.partial(jax_adapter, compiled=False), {"jax": eager}),
                ("NumPy", lambda *x: numpy_ours(*x).whole, {"torch": torch, "jax": jax}),
            ):
                calls = {label: call for label, call in theirs.items() if call}
                if not calls:
                    continue  # there is nothing to compare with
                calls["ours"] = ours(rule, inputs)
                for call in calls.values():
                    call(), call()  # so that compilation is done
                times = turns(calls, **(limits or {"least": 0.01, "most": 0.6, "rounds": 7}))
                yield Felt(host, rule, batch, m, n, times.pop("ours"), min(times.values()))


def there(make):
    """The result, or None if a host lacks the function or its derivative."""
    try:
        call = make()
        call()
    except NotImplementedError:
        return None
    return call


def _torch_own(rule, inputs):
    return torch_own(rule, inputs).whole


def rows(rule, n):
    """How many rows the matrices have."""
    core, *others = lv.RULES[rule].sides.inputs
    square = len(core) == 2 and core[0] == core[1]
    other = "w" in core or any(len(x) == 1 for x in others)  # bands, or vectors besides the matrix
    return (n,) if square or other else (n, 2 * n)


def shaped(rule, batch, m, n):
    """Inputs with m rows. With 2n rows, the columns are independent as well."""
    inputs = inputs_of(rule, batch, n, "float64")
    if m == n:
        return inputs
    return tuple(np.concatenate([x, x[..., ::-1] + 0.3 * np.eye(n)], axis=-2) for x in inputs)


def _jax(name, function, inputs, compiled):
    import jax
    from jax import numpy as jnp

    def cotangent(y):
        live = jnp.issubdtype(y.dtype, jnp.inexact)
        return 1.5 * y if live else np.zeros(y.shape, jax.dtypes.float0)

    def whole(*x):
        return jax.vjp(function, *x)[1](bars)

    function, inputs = live_of(name, function, tuple(map(jnp.asarray, inputs)))
    bars = jax.tree.map(cotangent, function(*inputs))
    call = jax.jit(whole) if compiled else whole
    return lambda: jax.block_until_ready(call(*inputs))


def jax_adapter(name, inputs, compiled):
    from linalg_vjp.adapters import jax as L

    return _jax(name, functools.partial(door(L, name), **lv.RULES[name].typical), inputs, compiled)


def jax_own(name, inputs, compiled):
    return _jax(name, jax_function(name), inputs, compiled)


def shares(found):
    """Geometric means of our time divided by theirs: host -> rule -> (in batches, on one matrix)."""
    points = defaultdict(lambda: defaultdict(lambda: ([], [])))
    for t in found:
        points[t.host][t.rule][t.batch == 1].append(t.ours / t.theirs)
    return {
        host: {rule: (geometric(batches), geometric(one)) for rule, (batches, one) in rules.items()}
        for host, rules in points.items()
    }


def goals(found):
    """A row for each goal: the measured value, and whether it meets the goal."""
    for host, rules in shares(found).items():
        overall, each, one = GOALS[host]
        mean = geometric([batches for batches, _ in rules.values()])
        yield judged(f"{host}: {overall} over all rules, in batches", mean, overall)
        for goal, place, words in ((each, 0, "in batches"), (one, 1, "on one 3 x 3 matrix")):
            if goal:
                worst, rule = max((values[place], rule) for rule, values in rules.items())
                yield judged(f"{host}: {goal} for each rule, {words}", worst, goal, f" (`{rule}`)")


def summary(found):
    """The table: a row for each rule, two columns for each host."""
    by_host = shares(found)
    columns = [f"{host}, {words}" for host in by_host for words in ("batches", "one")]
    yield "| rule | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for rule in lv.RULES:
        if any(rule in rules for rules in by_host.values()):
            values = [value for rules in by_host.values() for value in rules.get(rule, (None, None))]
            cells = ["" if value is None else f"{value:.2f}" for value in values]
            yield f"| `{rule}` | " + " | ".join(cells) + " |"
    means = [geometric([v[i] for v in rules.values()]) for rules in by_host.values() for i in (0, 1)]
    yield "| `all` | " + " | ".join(f"{mean:.2f}" for mean in means) + " |"


def details(found):
    """A table of all points for each host."""
    for host in dict.fromkeys(t.host for t in found):
        sizes = [(b, n) for b, n in GRID if any((t.batch, t.n) == (b, n) for t in found)]
        yield f"### {host}"
        yield ""
        yield "| rule | " + " | ".join(f"{b} of n = {n}" for b, n in sizes) + " | microseconds on one |"
        yield "|---|" + "---|" * (len(sizes) + 1)
        for rule in dict.fromkeys(t.rule for t in found if t.host == host):
            mine = [t for t in found if (t.host, t.rule) == (host, rule)]
            at = [[t.ours / t.theirs for t in mine if (t.batch, t.n) == size] for size in sizes]
            one = " / ".join(f"{t.ours * 1e6:.0f}" for t in mine if t.batch == 1)
            cells = [" / ".join(f"{ratio:.2f}" for ratio in ratios) for ratios in at]
            yield f"| `{rule}` | " + " | ".join(cells) + f" | {one} |"
        yield ""
