"""One use of a rule: its arguments checked, then the formula on clean input, then results in their form.

The maths of a rule sees whole matrices, one namespace, cotangents in the dtypes of their outputs. Its results
may still be broadcast or complex where the input was not; that is mended here.
"""

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ._backends import by_chunks
from ._checks import (
    check_count,
    check_floating,
    check_params,
    check_real,
    check_results,
    check_shape,
    check_shapes,
    common_namespace,
)
from ._cotangent import all_none, cast, unbroadcast
from ._matrix import promote
from ._namespace import Array, Namespace, device, is_dask_namespace, is_numpy_namespace, same_device
from ._params import complete
from ._signature import Core

if TYPE_CHECKING:
    from ._rule import Rule

__all__ = ["Arrays", "Call", "begin", "begin_again"]

Arrays = Sequence[Any]


def begin(rule: "Rule", inputs: Arrays, xp: Namespace | None, params: dict[str, Any]) -> "Call":
    """Check the inputs of a forward. `linalg_vjp.vjp` does so once, for the forward and the pullback."""
    check_count(rule, "input", rule.inputs, inputs)
    return _begin(rule, inputs, inputs, rule.inputs, xp, params)


def begin_again(
    rule: "Rule",
    inputs: Arrays,
    outputs: Arrays,
    residuals: Arrays,
    given: Arrays,
    xp: Namespace | None,
    params: dict[str, Any],
) -> "Call":
    """Check what a backward or a pushforward computes with: what is saved, or else what is given."""
    check_count(rule, "input", rule.inputs, inputs)
    check_count(rule, "output", rule.outputs, outputs)
    if residuals:
        return _begin(rule, inputs, residuals, ["a residual"] * len(residuals), xp, params)
    if rule.saves:
        return _begin(rule, inputs, rule.saved(inputs, outputs), rule.saves, xp, params)
    found = [x for x in given if x is not None] or list(inputs)
    return _begin(rule, inputs, found, ["an array"] * len(found), xp, params)


def _begin(
    rule: "Rule",
    inputs: Arrays,
    arrays: Arrays,
    names: Sequence[str],
    xp: Namespace | None,
    params: dict[str, Any],
) -> "Call":
    completed = complete(rule.name, rule.params, params)
    xp = common_namespace(rule, list(zip(names, arrays, strict=True)), xp)
    for name, x in zip(rule.inputs, inputs, strict=True):
        if name not in rule.constant:
            check_floating(rule, name, x, xp)
    check_params(rule, completed, arrays[0], xp)
    short, batch = check_shapes(rule, [x.shape for x in inputs])
    return Call(rule, xp, completed, short, batch)


class Call(NamedTuple):
    """A rule, and the arguments of one use of it that were checked."""

    rule: "Rule"
    xp: Namespace
    params: dict[str, Any]
    short: bool  # the optional axis was left out
    batch: int  # how many axes the batch has

    def apply(self, inputs: Arrays) -> tuple[Array, ...]:
        """The outputs."""
        sides = self.rule.sides
        inputs = self._promoted(inputs)
        return tuple(self._evaluate(self.rule.op, (), inputs, sides.inputs, sides.outputs))

    def apply_fwd(self, inputs: Arrays) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """The outputs and the residuals; none where each chunk has its own forward."""
        rule, xp, sides = self.rule, self.xp, self.rule.sides
        if rule.op_fwd is None or is_dask_namespace(xp):
            return self.apply(inputs), ()
        inputs = self._promoted(inputs)
        if self.short:
            inputs = self._reshape(xp.expand_dims, sides.inputs, inputs)
        outputs, residuals = rule.op_fwd(*inputs, xp=xp, **_without_gauge(self.params))
        check_results(rule, rule.op_fwd, outputs, len(rule.outputs))
        if self.short:
            outputs = tuple(self._reshape(xp.squeeze, sides.outputs, outputs))
        return outputs, residuals

    def pull(
        self, inputs: Arrays, outputs: Arrays, cotangents: Arrays, residuals: Arrays = ()
    ) -> tuple[Array | None, ...]:
        """The cotangents of the inputs."""
        rule = self.rule
        saved = residuals or rule.saved(inputs, outputs)
        anchor = _first(saved, cotangents)
        bars = self._fit("cotangent", rule.outputs, cotangents, outputs, anchor)
        formula: Any = rule.op_bwd if residuals else rule.op_vjp
        bars = self._evaluate(formula, saved, bars, rule.sides.outputs, rule.sides.inputs)
        return self._finish(rule.inputs, bars, inputs, anchor)

    def push(self, inputs: Arrays, outputs: Arrays, tangents: Arrays) -> tuple[Array | None, ...]:
        """The tangents of the outputs."""
        rule = self.rule
        saved = rule.saved(inputs, outputs)
        anchor = _first(saved, tangents)
        dots = self._fit("tangent", rule.inputs, tangents, inputs, anchor)
        dots = self._evaluate(rule.op_jvp, saved, dots, rule.sides.inputs, rule.sides.outputs)
        return self._finish(rule.outputs, dots, outputs, anchor)

    def _promoted(self, inputs: Arrays) -> Arrays:
        """The inputs that can be differentiated in one dtype."""
        live = [i for i, name in enumerate(self.rule.inputs) if name not in self.rule.constant]
        if len(live) > 1:
            inputs = list(inputs)
            for i, x in zip(live, promote(*(inputs[i] for i in live), xp=self.xp), strict=True):
                inputs[i] = x
        return inputs

    def _fit(self, kind: str, names: tuple[str, ...], given: Arrays, owners: Arrays, anchor: Array) -> Arrays:
        """Cotangents or tangents in the dtypes of their owners; None where nothing flows."""
        rule, xp = self.rule, self.xp
        check_count(rule, kind, names, given)
        one_device = is_numpy_namespace(xp)
        fitted: list[Array | None] = []
        for name, x, owner in zip(names, given, owners, strict=True):
            if x is None or name in rule.constant:
                fitted.append(None)
                continue
            if type(x) is not type(anchor) or not (one_device or same_device(x, anchor, xp)):
                others = rule.saves[0] if rule.saves else "the rest"
                common_namespace(rule, [(others, anchor), (f"the {kind} of {name}", x)], xp)
            if x.shape != owner.shape:
                check_shape(rule, kind, name, x, owner.shape)
            if x.dtype != owner.dtype:
                check_floating(rule, f"the {kind} of {name}", x, xp)
                check_real(rule, kind, name, x, owner, xp)
                x = cast(x, owner.dtype, xp)
            fitted.append(x)
        return fitted

    def _evaluate(
        self,
        formula: Callable[..., tuple[Any, ...]],
        saved: Arrays,
        given: Arrays,
        given_cores: Sequence[Core],
        result_cores: Sequence[Core],
    ) -> Arrays:
        """The formula on whole matrices: an optional axis that was left out is put in for it, of size one."""
        if all_none(*given):
            return (None,) * len(result_cores)
        rule, xp, params = self.rule, self.xp, self.params
        if formula is not rule.op_vjp:
            params = _without_gauge(params)
        if self.short:
            if formula is not rule.op_bwd:  # residuals are of whole matrices already
                cores = rule.saved(rule.sides.inputs, rule.sides.outputs)
                saved = self._reshape(xp.expand_dims, cores[: len(saved)], saved)
            given = self._reshape(xp.expand_dims, given_cores, given)
        # From residuals it is a pass or two, and to put chunks together would be one more.
        mapped = None if formula is rule.op_bwd else by_chunks(xp, self.batch)
        if mapped is not None and rule.batched(params):
            ranks = self._ranks(saved, given, given_cores)
            checked = functools.partial(self._checked, formula, len(result_cores))
            results = mapped(rule.name, checked, (*saved, *given), ranks, params)
        else:
            results = self._checked(formula, len(result_cores), *saved, *given, xp=xp, **params)
        return self._reshape(xp.squeeze, result_cores, results) if self.short else results

    def _checked(self, formula: Callable[..., Any], count: int, *arrays: Any, **keywords: Any) -> Arrays:
        results: Arrays = formula(*arrays, **keywords)
        check_results(self.rule, formula, results, count)
        return results

    def _ranks(self, saved: Arrays, given: Arrays, given_cores: Sequence[Core]) -> list[int]:
        """The axes of one matrix: of an input those of the signature, of an output all but the batch."""
        sides, count = self.rule.sides, len(self.rule.inputs)
        cores = [sides.inputs[i] if i < count else None for i in self.rule.slots[: len(saved)]]
        cores += [core if given_cores is sides.inputs else None for core in given_cores]
        return [
            0 if x is None else len(x.shape) - self.batch if core is None else len(core)
            for core, x in zip(cores, (*saved, *given), strict=True)
        ]

    def _reshape(self, change: Callable[..., Array], cores: Sequence[Core], arrays: Arrays) -> Arrays:
        optional = self.rule.sides.optional
        return [
            change(x, axis=core.index(optional) - len(core)) if x is not None and optional in core else x
            for core, x in zip(cores, arrays, strict=True)
        ]

    def _finish(
        self, names: tuple[str, ...], results: Arrays, owners: Arrays, anchor: Array
    ) -> tuple[Array | None, ...]:
        """The results in the shapes and dtypes of their owners."""
        xp = self.xp
        finished: list[Array | None] = []
        for name, x, owner in zip(names, results, owners, strict=True):
            if name in self.rule.constant:
                finished.append(None)
            elif x is None:
                place = None if anchor is None else device(anchor)
                finished.append(xp.zeros(tuple(owner.shape), dtype=owner.dtype, device=place))
            else:
                finished.append(cast(unbroadcast(x, tuple(owner.shape), xp), owner.dtype, xp))
        return tuple(finished)


def _without_gauge(params: dict[str, Any]) -> dict[str, Any]:
    """The keywords of a formula that sees no cotangents."""
    return {name: value for name, value in params.items() if name != "gauge"} if "gauge" in params else params


def _first(saved: Arrays, given: Arrays) -> Array | None:
    """An array that tells the type and device of all: a saved one, or one of those given."""
    return saved[0] if saved else next((x for x in given if x is not None), None)
