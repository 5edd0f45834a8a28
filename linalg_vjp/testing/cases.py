"""Random inputs for the built-in rules, of every batch shape, dtype and structure, as Hypothesis strategies.

Hypothesis draws the sizes of a case, and a seed for its numbers. So it shrinks a failure to the smallest
shapes that show it.
"""

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from .._params import Param
from .._rule import Rule
from .._rules import RULES
from ._check import LIMIT, Report, check_loss, check_rule
from ._matrices import STRUCTURES, Matrices
from .backends import Backend
from .oracles import page_of
from .ties import TiedLoss

__all__ = ["Case", "cases"]


class Case(NamedTuple):
    """A rule, its inputs as NumPy arrays, and its keywords."""

    rule: Rule
    inputs: tuple[Any, ...]
    params: dict[str, Any]
    batched: bool
    seed: int
    tied: TiedLoss | None = None  # a loss to check instead, if single outputs have no derivative

    def is_for(self, backend: Backend) -> bool:
        """Whether the backend can run this case: some must not be given arrays with an axis of size 0."""
        if backend.empty:
            return True
        outputs = self.rule.forward(*self.inputs, **self.params) if all(map(np.size, self.inputs)) else [()]
        return all(map(np.size, outputs))

    def check(self, backend: Backend, device: str | None = None, limit: float = LIMIT) -> Report:
        """Check the rule at this case on a backend."""
        limit = limit * backend.tolerance
        inputs = [backend.asarray(x, device) for x in self.inputs]
        if self.tied is not None:
            params = {**self.params, "gauge": "check"}
            return check_loss(
                self.rule, inputs, self.tied.loss, self.tied.cotangents, limit=limit, seed=self.seed, **params
            )
        return check_rule(self.rule, inputs, batched=self.batched, limit=limit, seed=self.seed, **self.params)


@st.composite
def cases(draw: st.DrawFn, name: str, dtypes: tuple[str, ...] = ("float64", "complex128")) -> Case:
    """Random cases of the built-in rule of this name."""
    rule, page = RULES[name], page_of(name)
    batch = tuple(draw(st.lists(st.integers(0, 2), max_size=3)))
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    seed = draw(st.integers(0, 2**16))
    make = Matrices(np.random.default_rng(seed), dtype)
    params = {key: draw(st.sampled_from(_tried(key, param))) for key, param in rule.params.items()}
    if name in getattr(page, "TIED", ()) and draw(st.integers(0, 3)) == 3:
        tied = page.tied(draw, make.random, dtype, params)
        return Case(rule, tied.inputs, params, False, seed, tied)
    batched = rule.batched(params)
    if not batched:  # keywords may name the leading axes, so at least one exists, and none is empty
        batch = tuple(max(1, size) for size in batch) or (2,)
    smallest = 1 if rule.family == "norms" else 0  # some norms of empty arrays raise
    rule = rule.of(len(rule.inputs) + draw(st.integers(0, 2)) * rule.sides.repeats)
    sizes: dict[str, int] = {}
    for axis in (axis for core in rule.sides.inputs for axis in core):
        _size(draw, sizes, axis, smallest)
    if "tall" in rule.space.values():
        sizes = dict(zip(sizes, sorted(sizes.values(), reverse=True), strict=True))
    if hasattr(page, "fitted"):
        sizes = page.fitted(sizes, params)
    cores = [[sizes[axis] for axis in core] for core in rule.sides.inputs]
    if "*" in sizes:  # four axes for the first input and two for the others, all of one size
        batch, cores = (), [[min(sizes["*"], 2)] * (2 if i else 4) for i in range(len(cores))]
    optional = rule.sides.optional if batched else ()  # without batch axes, keywords may name these axes
    missing = {axis for axis in optional if draw(st.booleans())}
    structures = st.sampled_from([s for s in STRUCTURES if s not in getattr(page, "WITHOUT", ())])
    inputs: list[Any] = []
    for label, core, axes in zip(rule.inputs, cores, rule.sides.inputs, strict=True):
        if inputs:
            make = Matrices(make.random, np.dtype(draw(st.sampled_from(dtypes))))
        here = batch if len(rule.inputs) == 1 else draw(_broadcastable(batch))
        if rule.axis:  # every array needs the axis that this keyword names
            here = here or batch[-1:]
        there = core
        if missing:
            there = [size for size, axis in zip(core, axes, strict=True) if axis not in missing]
        lead = here if len(there) == len(core) else ()  # an array that lacks a core axis has no batch axes
        x = make.of(rule.space.get(label, ""), draw(structures), *lead, *there)
        inputs.append(np.moveaxis(x, -1, params[rule.axis]) if rule.axis and axes else x)
    if name in getattr(page, "ANY_RANK", ()) and draw(st.booleans()):
        inputs[0] = make.singular(inputs[0], draw(st.integers(0, 3)))
    if hasattr(page, "arranged"):
        inputs = page.arranged(inputs, params)
    within = hasattr(page, "in_range") and name not in getattr(page, "CUBES", ()) and page.in_range(params)
    double = all(np.finfo(x.dtype).bits == 64 for x in inputs if x.dtype.kind in "fc")
    scale = 1.0 if name in getattr(page, "UNSCALED", ()) else 2.0 ** draw(_exponents(within, double))
    inputs = [x * x.dtype.type(scale) if x.dtype.kind in "fc" else x for x in inputs]
    return Case(rule, tuple(inputs), params, batched, seed)


def _exponents(within: bool, double: bool) -> st.SearchStrategy[int]:
    """Exponents of two to scale the inputs by. `within` says that no result can overflow or underflow."""
    if within:
        return st.sampled_from((0, 0, -300, 300) if double else (0, 0, -40, 40))
    return st.sampled_from((0, 0, -20, 20) if double else (0, 0, -6, 6))


def _tried(key: str, param: Param) -> tuple[Any, ...]:
    """The values of a keyword that cases may have."""
    return (param.default,) if key == "gauge" else param.tried()


def _size(draw: st.DrawFn, sizes: dict[str, int], axis: str, smallest: int) -> None:
    """Draw the size of an axis of the signature, unless it was drawn before."""
    if axis not in sizes:
        sizes[axis] = int(axis) if axis.isdigit() else draw(st.integers(smallest, 4))


@st.composite
def _broadcastable(draw: st.DrawFn, batch: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to `batch`."""
    kept = batch[draw(st.integers(0, len(batch))) :]
    return tuple(1 if draw(st.booleans()) else size for size in kept)
