"""One rule at one input: random cotangents and tangents, checks of shape and dtype, and comparisons."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import mpmath
import numpy as np

from .._call import prepared
from .._matrix import broadcast_shapes
from .._namespaces import Array, array_namespace, device
from .._rule import Rule
from .._rules import RULES
from ._exact import Exact, exact, norm, normal, to_numpy

__all__ = ["CheckError", "Trial", "as_code"]


class CheckError(AssertionError):
    """A rule is wrong. The message says what was compared, the difference, and the input that shows it."""


class Trial:
    """A rule, an input, and the largest error found there so far."""

    def __init__(
        self, rule: Rule, inputs: Sequence[Array], params: dict[str, Any], limit: float, seed: int
    ) -> None:
        if hasattr(inputs, "shape"):
            raise TypeError(f"{rule.name}: inputs must be a list of arrays, such as [A], got a single array")
        prepared(rule, tuple(inputs), None, params)  # raises if an argument does not fit
        self.rule, self.inputs, self.params, self.limit = rule.of(len(inputs)), tuple(inputs), params, limit
        rule = self.rule
        # A caller may have drawn the inputs with the same seed. This stream is a different one.
        self.seed, self.random = seed, np.random.default_rng([seed, 1])
        self.error, self.comparisons = 0.0, 0
        self.of_a_loss = False  # whether the cotangents come from a loss, and are not random
        self.batched, self.extras = True, ""  # arguments in the code that an error message ends with
        self.amplification = 1.0  # relative change of the derivatives per relative rounding of the inputs
        self.original = [to_numpy(x).copy() for x in inputs]
        self.eps = max(float(np.finfo(x.dtype).eps) for x in self.original if x.dtype.kind in "fc")
        self.outputs = rule.forward(*inputs, **params)
        self.live_inputs = [i for i, name in enumerate(rule.inputs) if name not in rule.constant]
        self.live_outputs = [i for i, name in enumerate(rule.outputs) if name not in rule.constant]
        self.dots = [self.draw(x) if i in self.live_inputs else None for i, x in enumerate(inputs)]
        self.bars = [
            self.draw(y, 1.0) if i in self.live_outputs else None for i, y in enumerate(self.outputs)
        ]

    def snapshot(self) -> list[Any]:
        """Copies of all arrays that the rule is given."""
        arrays = (*self.inputs, *self.outputs, *self.dots, *self.bars)
        return [None if x is None else to_numpy(x).copy() for x in arrays]

    def draw(self, like: Array, scale: float | None = None) -> Array:
        """Random numbers with the shape, dtype, device and magnitude of an array."""
        x = to_numpy(like)
        if scale is None:
            scale = float(np.max(np.abs(x), initial=0)) or 1.0
        drawn = np.asarray(scale * normal(self.random, x.shape, x.dtype), x.dtype)
        return array_namespace(like).asarray(drawn, device=device(like))

    def vjp(self, *chosen: int, zeros: bool = False) -> list[Any]:
        """The cotangents of the inputs for the chosen outputs; the others get None, or zeros."""
        bars = self._choose(self.bars, chosen, zeros)
        result = self.rule.vjp(self.inputs, self.outputs, bars, **self.params)
        return self._formed("cotangent", self.rule.inputs, self.inputs, result)

    def jvp(self, *chosen: int, zeros: bool = False) -> list[Any]:
        """The tangents of the outputs for the chosen inputs; the others get None, or zeros."""
        dots = self._choose(self.dots, chosen, zeros)
        result = self.rule.jvp(self.inputs, self.outputs, dots, **self.params)
        return self._formed("tangent", self.rule.outputs, self.outputs, result)

    def _choose(self, arrays: Sequence[Any], chosen: Sequence[int], zeros: bool) -> list[Any]:
        return [x if i in chosen or x is None else x * 0 if zeros else None for i, x in enumerate(arrays)]

    def _formed(
        self, kind: str, names: tuple[str, ...], owners: Sequence[Array], result: Sequence[Any]
    ) -> list[Any]:
        """The results as NumPy arrays, after checking that each has the shape and dtype of its owner."""
        if len(result) != len(names):
            self.fail(f"got {len(result)} {kind}s, expected one for each of {', '.join(names)}")
        for name, owner, x in zip(names, owners, result, strict=True):
            if name in self.rule.constant:
                if x is not None:
                    self.fail(f"the {kind} of {name} must be None, as {name} cannot be differentiated")
                continue
            for what in ("shape", "dtype"):
                got, wanted = getattr(x, what), getattr(owner, what)
                if got != wanted:
                    self.fail(f"the {kind} of {name} has {what} {got}, expected {wanted}")
            if device(x) != device(owner):
                self.fail(f"the {kind} of {name} is on device {device(x)}, expected {device(owner)}")
        return [None if x is None else to_numpy(x) for x in result]

    def slices(self) -> Iterator[tuple["Trial", list[tuple[int, ...]], tuple[int, ...]]]:
        """Each matrix of the batch as a trial of its own, with its place in each input and in the outputs."""
        sides = self.rule.sides
        missing = sides.missing([x.shape for x in self.inputs])
        ranks = [len([axis for axis in core if axis not in missing]) for core in sides.inputs]
        batches = [tuple(x.shape[: len(x.shape) - r]) for x, r in zip(self.inputs, ranks, strict=True)]
        batch = broadcast_shapes(*batches)
        if any(tuple(y.shape[: len(batch)]) != batch for y in self.outputs):
            shapes = " and ".join(str(tuple(y.shape)) for y in self.outputs)
            raise ValueError(
                f"{self.rule.name}: the inputs have leading axes {batch}, but the outputs have shape "
                f"{shapes}; if these are not batch axes with these keywords, pass batched=False"
            )
        for index in np.ndindex(*batch):
            places = [
                tuple(0 if size == 1 else i for i, size in zip(index[len(batch) - len(b) :], b, strict=True))
                for b in batches
            ]
            yield self._at(index, places), places, index

    def _at(self, index: tuple[int, ...], places: list[tuple[int, ...]]) -> "Trial":
        part: Trial = object.__new__(Trial)
        part.__dict__.update(self.__dict__)
        part.inputs = tuple(x[(*p, ...)] for x, p in zip(self.inputs, places, strict=True))
        part.dots = [None if x is None else x[(*p, ...)] for x, p in zip(self.dots, places, strict=True)]
        part.params = {k: self._param_at(v, index) for k, v in self.params.items()}
        part.outputs = tuple(y[(*index, ...)] for y in self.outputs)
        part.bars = [None if y is None else y[(*index, ...)] for y in self.bars]
        part.original = [to_numpy(x) for x in part.inputs]
        part.error, part.comparisons = 0.0, 0
        return part

    def _param_at(self, value: Any, index: tuple[int, ...]) -> Any:
        """The value of a keyword for one matrix, if the keyword has an entry for each matrix."""
        return value[(*index, ...)] if len(getattr(value, "shape", ())) == len(index) > 0 else value

    def absorb(self, part: "Trial") -> None:
        """Merge the errors and counts of a slice into this trial."""
        self.error = max(self.error, part.error)
        self.comparisons += part.comparisons
        self.amplification = max(self.amplification, part.amplification)

    def compare(self, what: str, got: Any, wanted: Any, scale: Any) -> None:
        """Compare two results, in units of eps times a scale that includes the condition."""
        got, wanted = _numbers(got), _numbers(wanted)
        if got.shape != wanted.shape:
            self.fail(f"{what} has shape {got.shape}, expected {wanted.shape}")
        self.comparisons += 1
        difference = norm(got - wanted)
        units = float(difference / (scale * self.eps)) if scale else float("inf") if difference else 0.0
        if not units <= self.limit:
            self.fail(
                f"{what} is\n{_shown(got)}\nbut should be\n{_shown(wanted)}\n"
                f"The error is {units:.3g} units of the condition times eps; the limit is {self.limit:g}."
            )
        self.error = max(self.error, units)

    def compare_rounded(self, what: str, got: Any, wanted: Any, size: Any) -> None:
        """Compare two results of the library itself, which should differ by rounding alone."""
        self.compare(what, got, wanted, size * self.amplification)

    def fail(self, what: str) -> NoReturn:
        """Raise CheckError, with code that reproduces the failure."""
        domain = self.rule.domain
        where = f"\n\nDifferentiable at: {domain}. No rule passes elsewhere: see check_loss" if domain else ""
        raise CheckError(
            f"{self.rule.name}: {what}{where}\n\nTo reproduce it:\n\n{textwrap.indent(self._code(), '    ')}"
        )

    def _code(self) -> str:
        head = "from numpy import array, complex64, complex128, float32, float64, inf, nan\n"
        twin = RULES.get(self.rule.name)
        known = twin is not None and twin.signature == self.rule.signature
        rule = f"RULES[{self.rule.name!r}]" if known else "rule"
        head += "from linalg_vjp import RULES\n" if known else f"# rule is your own Rule {self.rule.name!r}\n"
        inputs = ", ".join(map(as_code, self.original))
        keywords = "".join(f", {k}={_literal(v)}" for k, v in self.params.items())
        if not self.of_a_loss:
            batched = "" if self.batched else ", batched=False"
            keywords = f"{self.extras}, seed={self.seed}{batched}{keywords}"
            head += "from linalg_vjp.testing import check_rule\n"
            return f"{head}check_rule({rule}, [{inputs}]{keywords})"
        bars = ", ".join("None" if y is None else as_code(to_numpy(y)) for y in self.bars)
        return (
            f"{head}inputs = [{inputs}]\n"
            f"outputs = {rule}.forward(*inputs{keywords})\n"
            f"cotangents = [{bars}]  # of the loss\n"
            f"print({rule}.vjp(inputs, outputs, cotangents{keywords}))"
        )


def _literal(value: Any) -> str:
    return repr(value) if isinstance(value, str | int | float | tuple | None) else as_code(to_numpy(value))


def as_code(x: Any) -> str:
    """A NumPy array as a Python expression. An empty array keeps its shape."""
    shape = f".reshape({x.shape})" if x.size == 0 else ""
    return f"array({x.tolist()}, dtype={x.dtype.name}){shape}"


def _numbers(x: Any) -> Exact:
    x = np.asarray(x)
    return x if x.dtype == object else exact(x)


def _shown(x: Exact) -> str:
    if x.ndim == 0:
        return str(mpmath.nstr(x.tolist(), 17))
    return str(np.vectorize(lambda v: mpmath.nstr(v, 17), otypes=[str])(x))
