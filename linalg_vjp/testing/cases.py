"""Random inputs for the built-in rules: every batch shape, dtype and form, as hypothesis strategies.

A case is drawn by its sizes and by a seed for its numbers, so hypothesis shrinks a failure to the smallest
shapes that show it.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from .._rule import Rule
from .._rules import RULES
from ._check import LIMIT, Report, check_loss, check_rule
from ._exact import normal
from .backends import Backend
from .ties import TiedLoss, tied_eigh, tied_svd

__all__ = ["Case", "cases"]

HERMITIAN = ("cholesky", "eigh", "eigvalsh")
ANY_RANK = ("det", "pinv")
ORDERS = (1, 2, 3, 0.5, 1.5, -1, -2.5, 0, math.inf, -math.inf)


class Case(NamedTuple):
    """A rule, its inputs in NumPy, and its keywords."""

    rule: Rule
    inputs: tuple[Any, ...]
    params: dict[str, Any]
    batched: bool
    seed: int
    tied: TiedLoss | None = None  # where single outputs have no derivative, a loss that has one

    def check(self, backend: Backend, device: str | None = None, limit: float = LIMIT) -> Report:
        """Check the rule at this case on a backend."""
        limit = limit * backend.tolerance
        inputs = [backend.asarray(x, device) for x in self.inputs]
        if self.tied is not None:
            _, loss, cotangents = self.tied
            params = {**self.params, "gauge": "check"}
            return check_loss(self.rule, inputs, loss, cotangents, limit=limit, seed=self.seed, **params)
        return check_rule(self.rule, inputs, batched=self.batched, limit=limit, seed=self.seed, **self.params)


@st.composite
def cases(draw: st.DrawFn, name: str, dtypes: tuple[str, ...] = ("float64", "complex128")) -> Case:
    """Cases of the built-in rule of that name."""
    rule = RULES[name]
    batch = tuple(draw(st.lists(st.integers(0, 2), max_size=3)))
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    seed = draw(st.integers(0, 2**16))
    make = _Maker(np.random.default_rng(seed), dtype)
    params = {key: draw(_values(name, key)) for key in rule.params}
    if name in ("eigh", "svd") and draw(st.integers(0, 3)) == 3:
        return _tied(draw, rule, make, params, seed)
    smallest = 1 if name.endswith("norm") else 0
    m, n = (draw(st.integers(smallest, 4)) for _ in range(2))
    batched = True
    if name in HERMITIAN:
        A = make.hermitian(*batch, n, positive=name == "cholesky")
        inputs: tuple[Any, ...] = (A,)
    elif name == "vector_norm":
        batched = params["axis"] == -1 and not params["keepdims"]
        x = make.general(*batch, n) if batched or 0 not in batch else make.general(n)
        if isinstance(params["axis"], tuple) and x.ndim < 2:
            params["axis"] = (0,)
        inputs = (x,)
    elif len(rule.inputs) == 2:
        other = np.dtype(draw(st.sampled_from(dtypes)))
        batch_A, batch_B = draw(_broadcastable(batch)), draw(_broadcastable(batch))
        A = make.general(*batch_A, m, m) + 2 * np.eye(m, dtype=dtype)
        B = _Maker(make.random, other).general(*batch_B, m, n)
        if draw(st.booleans()):
            B = _Maker(make.random, other).general(m)
        inputs = (A, B)
    elif rule.signature.startswith("(n,n)"):
        inputs = (make.general(*batch, n, n),)
    else:
        inputs = (make.general(*batch, m, n),)
    if name in ANY_RANK and draw(st.booleans()):
        inputs = (make.singular(inputs[0], draw(st.integers(0, 3))),)
    if _keeps_range(name, params):
        double = all(x.dtype.itemsize >= 8 * (1 + (x.dtype.kind == "c")) for x in inputs)
        power = draw(st.sampled_from((0, 0, 0, -150, 150) if double else (0, 0, 0, -15, 15)))
        inputs = tuple((x * x.dtype.type(10.0**power)).astype(x.dtype) for x in inputs)
    return Case(rule, inputs, params, batched, seed)


def _tied(draw: st.DrawFn, rule: Rule, make: "_Maker", params: dict[str, Any], seed: int) -> Case:
    clusters = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    if rule.name == "eigh":
        tied = tied_eigh(make.random, clusters, make.dtype)
    else:
        zeros, extra = draw(st.integers(0, 2)), draw(st.sampled_from(((0, 0), (2, 0), (0, 2))))
        k = sum(clusters) + zeros
        tied = tied_svd(make.random, k + extra[0], k + extra[1], clusters, zeros, make.dtype)
    return Case(rule, (tied.A,), params, False, seed, tied)


def _keeps_range(name: str, params: dict[str, Any]) -> bool:
    """Whether numbers of extreme size keep the result, and its derivatives, in the range of the floats."""
    if name == "vector_norm":
        return params["ord"] in (1, 2, math.inf, -math.inf)
    return name not in ("det", "slogdet") and not params.get("unit_diagonal", False)


def _values(name: str, key: str) -> st.SearchStrategy[Any]:
    """The values of a keyword that a case may have."""
    values: dict[tuple[str, str], Any] = {
        ("vector_norm", "ord"): ORDERS,
        ("vector_norm", "axis"): (-1, None, 0, (0, -1)),
        ("matrix_norm", "ord"): ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf),
        ("pinv", "rtol"): (None, 0.3),
        ("qr", "mode"): ("reduced", "complete"),
        ("solve_triangular", "trans"): ("N", "T", "C"),
    }
    if key == "gauge":
        return st.just("project")
    return st.sampled_from(values.get((name, key), (False, True)))


@st.composite
def _broadcastable(draw: st.DrawFn, batch: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to `batch`, or `batch` itself."""
    kept = batch[draw(st.integers(0, len(batch))) :]
    return tuple(1 if draw(st.booleans()) else size for size in kept)


class _Maker:
    """Random matrices of one dtype."""

    def __init__(self, random: np.random.Generator, dtype: Any) -> None:
        self.random, self.dtype = random, np.dtype(dtype)

    def general(self, *shape: int) -> Any:
        return np.asarray(normal(self.random, shape, self.dtype), self.dtype)

    def hermitian(self, *shape: int, positive: bool) -> Any:
        A = self.general(*shape, shape[-1])
        if positive:
            A = A @ np.conj(A.mT) + np.eye(shape[-1], dtype=self.dtype)
        return (A + np.conj(A.mT)) / self.dtype.type(2)

    def singular(self, A: Any, rank: int) -> Any:
        """Of a rank that small integers keep exact; the shape of A."""
        m, n = A.shape[-2:]
        left, right = (self.random.integers(-2, 3, size=(*A.shape[:-2], *s)) for s in ((m, rank), (rank, n)))
        return np.asarray(left @ right, self.dtype)
