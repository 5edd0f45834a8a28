"""The frozen record Rule, and what every rule shares: optional axes, promotion, dtypes, broadcasting.

The maths of a rule sees clean input: whole matrices, one namespace, cotangents in the dtype of their
outputs. Its results may still be broadcast or complex where the input was not; that is mended here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from ._checks import check_count, check_floating, check_shape, check_shapes, common_namespace, complete
from ._cotangent import all_none, cast, unbroadcast
from ._matrix import promote
from ._namespace import Array, Namespace, device, same_device
from ._signature import Core, Signature, parse

__all__ = ["Param", "Rule", "one_of"]

Arrays = Sequence[Any]


class Param(NamedTuple):
    """A keyword of a rule: its default, which values it may have, and how an error says so."""

    default: Any
    allows: Callable[[Any], bool]
    wanted: str


def one_of(*values: Any) -> Param:
    """A keyword with a few values, the default first."""
    return Param(values[0], lambda value: value in values, "one of " + ", ".join(map(repr, values)))


class Call(NamedTuple):
    """One use of a rule, its arguments checked."""

    xp: Namespace
    params: dict[str, Any]
    short: bool  # the optional axis was left out


@dataclass(frozen=True, eq=False)
class Rule:
    """A differentiable operation: what it computes, its pullback and its pushforward.

    Parameters
    ----------
    name : str
        The name of the operation.
    signature : str
        The core shapes in NumPy's gufunc notation, such as ``"(m,n)->(m,k),(k,n)"``.
    inputs, outputs : tuple of str
        Their names, in order.
    saves : tuple of str
        The inputs and outputs that `op_vjp` and `op_jvp` are given, in that order.
    op : callable
        ``op(*inputs, xp, **params)``, a tuple of outputs.
    op_vjp : callable
        ``op_vjp(*saved, *cotangents, xp, **params)``, a tuple of cotangents of the inputs. A
        cotangent that is None is zero.
    op_jvp : callable
        ``op_jvp(*saved, *tangents, xp, **params)``, a tuple of tangents of the outputs.
    params : mapping of str to Param
        The keywords. One named ``gauge`` is passed to `op_vjp` alone.
    constant : tuple of str
        The inputs and outputs that cannot be differentiated: None stands for their derivatives.
    domain : str
        One line that says where the operation is differentiable.

    Examples
    --------
    >>> import numpy as np
    >>> square = Rule(
    ...     "square", "(m,m)->(m,m)", inputs=("A",), outputs=("Y",), saves=("A",),
    ...     op=lambda A, xp: (A @ A,),
    ...     op_vjp=lambda A, Y_bar, xp: (Y_bar @ A.mT.conj() + A.mT.conj() @ Y_bar,),
    ...     op_jvp=lambda A, A_dot, xp: (A_dot @ A + A @ A_dot,),
    ... )
    >>> A = np.asarray([[1.0, 2.0], [0.0, 1.0]])
    >>> (Y,) = square.forward(A)
    >>> (A_bar,) = square.vjp((A,), (Y,), (np.ones((2, 2)),))
    >>> A_bar.tolist()
    [[4.0, 2.0], [6.0, 4.0]]
    """

    name: str
    signature: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    saves: tuple[str, ...]
    op: Callable[..., tuple[Any, ...]]
    op_vjp: Callable[..., tuple[Any, ...]]
    op_jvp: Callable[..., tuple[Any, ...]]
    params: Mapping[str, Param] = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    domain: str = ""

    sides: Signature = field(init=False, repr=False)
    slots: tuple[int, ...] = field(init=False, repr=False)  # where `saves` stand in inputs + outputs

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))
        object.__setattr__(self, "sides", parse(self.signature))
        counts = len(self.sides.inputs), len(self.sides.outputs)
        if counts != (len(self.inputs), len(self.outputs)):
            raise ValueError(
                f"{self.name}: signature {self.signature!r} has {counts[0]} inputs and {counts[1]} "
                f"outputs, but the names are inputs={self.inputs}, outputs={self.outputs}"
            )
        unknown = {*self.saves, *self.constant} - {*self.inputs, *self.outputs}
        if unknown:
            raise ValueError(f"{self.name}: {sorted(unknown)} in saves or constant name no input or output")
        names = (*self.inputs, *self.outputs)
        object.__setattr__(self, "slots", tuple(names.index(name) for name in self.saves))

    def supports(self, **params: Any) -> bool:
        """Whether the rule can differentiate the operation with these keywords."""
        return all(name in self.params and self.params[name].allows(v) for name, v in params.items())

    def forward(self, *inputs: Array, xp: Namespace | None = None, **params: Any) -> tuple[Array, ...]:
        """The operation itself: a tuple of its outputs.

        Raises
        ------
        ValueError, TypeError
            For a wrong count, shape, dtype or keyword, or a mix of namespaces or devices.
        """
        return self._apply(self._begin(inputs, inputs, self.inputs, xp, params), inputs)

    def vjp(
        self,
        inputs: Arrays,
        outputs: Arrays,
        cotangents: Arrays,
        *,
        xp: Namespace | None = None,
        **params: Any,
    ) -> tuple[Array | None, ...]:
        """The pullback: one cotangent per input, in that input's shape, dtype and device.

        Parameters
        ----------
        inputs, outputs : sequence of array
            Of the operation. One that is not in `saves` may be anything with ``.shape`` and ``.dtype``.
        cotangents : sequence of array or None
            One per output, in the output's shape; None is zero.

        Raises
        ------
        ValueError, TypeError
            For a wrong count, shape, dtype or keyword, or a mix of namespaces or devices.
        GaugeError
            With ``gauge="check"``, when a cotangent has a part along the gauge.
        """
        check_count(self, "input", self.inputs, inputs)
        check_count(self, "output", self.outputs, outputs)
        call = self._begin(inputs, self._saved(inputs, outputs), self.saves, xp, params)
        return self._pull(call, inputs, outputs, cotangents)

    def jvp(
        self, inputs: Arrays, outputs: Arrays, tangents: Arrays, *, xp: Namespace | None = None, **params: Any
    ) -> tuple[Array | None, ...]:
        """The pushforward: one tangent per output, in that output's shape and dtype.

        Parameters
        ----------
        inputs, outputs : sequence of array
            Of the operation. One that is not in `saves` may be anything with ``.shape`` and ``.dtype``.
        tangents : sequence of array or None
            One per input, in the input's shape; None is zero.

        Raises
        ------
        ValueError, TypeError
            For a wrong count, shape, dtype or keyword, or a mix of namespaces or devices.
        """
        check_count(self, "input", self.inputs, inputs)
        check_count(self, "output", self.outputs, outputs)
        call = self._begin(inputs, self._saved(inputs, outputs), self.saves, xp, params)
        return self._push(call, inputs, outputs, tangents)

    # The steps of the three above. `linalg_vjp.vjp` checks its inputs once, for the forward and the pullback.

    def _begin(
        self,
        inputs: Arrays,
        arrays: Arrays,
        names: tuple[str, ...],
        xp: Namespace | None,
        params: dict[str, Any],
    ) -> Call:
        """Check the inputs, and that `arrays`, those that will be computed with, belong together."""
        params = complete(self, params)
        check_count(self, "input", self.inputs, inputs)
        xp = common_namespace(self, list(zip(names, arrays, strict=True)), xp)
        for name, x in zip(self.inputs, inputs, strict=True):
            if name not in self.constant:
                check_floating(self, name, x, xp)
        return Call(xp, params, check_shapes(self, [x.shape for x in inputs]))

    def _apply(self, call: Call, inputs: Arrays) -> tuple[Array, ...]:
        """The outputs."""
        if len(inputs) == 2:
            inputs = promote(inputs[0], inputs[1], call.xp)
        return tuple(self._evaluate(call, self.op, (), inputs, self.sides.inputs, self.sides.outputs))

    def _pull(
        self, call: Call, inputs: Arrays, outputs: Arrays, cotangents: Arrays
    ) -> tuple[Array | None, ...]:
        """The cotangents of the inputs."""
        saved = self._saved(inputs, outputs)
        bars = self._fit(call, "cotangent", self.outputs, cotangents, outputs, saved[0])
        bars = self._evaluate(call, self.op_vjp, saved, bars, self.sides.outputs, self.sides.inputs)
        return self._finish(call, self.inputs, bars, inputs, saved[0])

    def _push(
        self, call: Call, inputs: Arrays, outputs: Arrays, tangents: Arrays
    ) -> tuple[Array | None, ...]:
        """The tangents of the outputs."""
        saved = self._saved(inputs, outputs)
        dots = self._fit(call, "tangent", self.inputs, tangents, inputs, saved[0])
        dots = self._evaluate(call, self.op_jvp, saved, dots, self.sides.inputs, self.sides.outputs)
        return self._finish(call, self.outputs, dots, outputs, saved[0])

    def _saved(self, inputs: Arrays, outputs: Arrays) -> Arrays:
        values = (*inputs, *outputs)
        return [values[i] for i in self.slots]

    def _fit(
        self, call: Call, kind: str, names: tuple[str, ...], given: Arrays, owners: Arrays, anchor: Array
    ) -> Arrays:
        """Cotangents or tangents in the dtypes of their owners; None where nothing flows."""
        check_count(self, kind, names, given)
        fitted: list[Array | None] = []
        for name, x, owner in zip(names, given, owners, strict=True):
            if x is None or name in self.constant:
                fitted.append(None)
                continue
            if type(x) is not type(anchor) or not same_device(x, anchor, call.xp):
                common_namespace(self, [(self.saves[0], anchor), (f"the {kind} of {name}", x)], None)
            if x.shape != owner.shape:
                check_shape(self, kind, name, x, owner.shape)
            if x.dtype != owner.dtype:
                check_floating(self, f"the {kind} of {name}", x, call.xp)
                x = cast(x, owner.dtype, call.xp)
            fitted.append(x)
        return fitted

    def _evaluate(
        self,
        call: Call,
        formula: Callable[..., tuple[Any, ...]],
        saved: Arrays,
        given: Arrays,
        given_cores: Sequence[Core],
        result_cores: Sequence[Core],
    ) -> Arrays:
        """The formula on whole matrices: an optional axis that was left out is put in for it, of size one."""
        if all_none(*given):
            return (None,) * len(result_cores)
        xp, params = call.xp, call.params
        if formula is not self.op_vjp and "gauge" in params:
            params = {name: value for name, value in params.items() if name != "gauge"}
        if not call.short:
            return formula(*saved, *given, xp=xp, **params)
        cores = dict(
            zip((*self.inputs, *self.outputs), (*self.sides.inputs, *self.sides.outputs), strict=True)
        )
        saved = self._reshape(xp.expand_dims, [cores[name] for name in self.saves][: len(saved)], saved)
        results = formula(*saved, *self._reshape(xp.expand_dims, given_cores, given), xp=xp, **params)
        return self._reshape(xp.squeeze, result_cores, results)

    def _reshape(self, change: Callable[..., Array], cores: Sequence[Core], arrays: Arrays) -> Arrays:
        optional = self.sides.optional
        return [
            change(x, axis=core.index(optional) - len(core)) if x is not None and optional in core else x
            for core, x in zip(cores, arrays, strict=True)
        ]

    def _finish(
        self, call: Call, names: tuple[str, ...], results: Arrays, owners: Arrays, anchor: Array
    ) -> tuple[Array | None, ...]:
        """The results in the shapes and dtypes of their owners."""
        xp = call.xp
        finished: list[Array | None] = []
        for name, x, owner in zip(names, results, owners, strict=True):
            if name in self.constant:
                finished.append(None)
            elif x is None:
                finished.append(xp.zeros(tuple(owner.shape), dtype=owner.dtype, device=device(anchor)))
            else:
                finished.append(cast(unbroadcast(x, tuple(owner.shape), xp), owner.dtype, xp))
        return tuple(finished)
