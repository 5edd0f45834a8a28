"""The frozen record Rule: what an operation computes, its pullback and its pushforward."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from ._call import Arrays, begin, begin_again
from ._namespace import Array, Namespace
from ._params import Param
from ._signature import Signature, parse

__all__ = ["Rule"]


def always(params: Mapping[str, Any]) -> bool:
    """With every keyword."""
    return True


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
    batched : callable
        ``batched(params)``: whether, with these keywords, the leading axes are batch axes.
    op_fwd, op_bwd : callable, optional
        For an operation whose pullback wants more than its outputs, such as a factorization:
        ``op_fwd(*inputs, xp, **params)`` is ``op`` that returns the outputs and a tuple of residuals, and
        ``op_bwd(*residuals, *cotangents, xp, **params)`` is ``op_vjp`` that takes them. Where there is
        nothing to share, or the library has no means to, the residuals are ``()``.

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
    batched: Callable[[Mapping[str, Any]], bool] = always
    op_fwd: Callable[..., tuple[tuple[Any, ...], tuple[Any, ...]]] | None = None
    op_bwd: Callable[..., tuple[Any, ...]] | None = None

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
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name}: the names {names} of its inputs and outputs are not distinct")
        object.__setattr__(self, "slots", tuple(names.index(name) for name in self.saves))

    def __reduce__(self) -> Any:
        made_from = [getattr(self, f.name) for f in fields(self) if f.init and f.name != "params"]
        made_from.insert(8, dict(self.params))  # a read-only mapping cannot be pickled
        return Rule, tuple(made_from)

    def saved(self, inputs: Arrays, outputs: Arrays) -> list[Any]:
        """Those of the inputs and outputs that `saves` names, in that order."""
        values = (*inputs, *outputs)
        return [values[i] for i in self.slots]

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
        return begin(self, inputs, xp, params).apply(inputs)

    def fwd(
        self, *inputs: Array, xp: Namespace | None = None, **params: Any
    ) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """The outputs, and the residuals: what `vjp` would compute again, such as a factorization.

        Examples
        --------
        >>> import numpy as np
        >>> import linalg_vjp as lv
        >>> rule, A = lv.RULES["svdvals"], np.asarray([[3.0, 0.0], [0.0, 1.0]])
        >>> outputs, residuals = rule.fwd(A)
        >>> (A_bar,) = rule.vjp((A,), outputs, (np.ones(2),), residuals=residuals)  # no second svd
        >>> A_bar.tolist()
        [[1.0, 0.0], [0.0, 1.0]]

        Raises
        ------
        ValueError, TypeError
            As `forward` does.
        """
        return begin(self, inputs, xp, params).apply_fwd(inputs)

    def vjp(
        self,
        inputs: Arrays,
        outputs: Arrays,
        cotangents: Arrays,
        *,
        residuals: Arrays = (),
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
        residuals : sequence of array
            Of `fwd`, where it was called; then inputs and outputs count by shape and dtype only.

        Raises
        ------
        ValueError, TypeError
            For a wrong count, shape, dtype or keyword, or a mix of namespaces or devices.
        GaugeError
            With ``gauge="check"``, when a cotangent has a part along the gauge.
        """
        call = begin_again(self, inputs, outputs, residuals, cotangents, xp, params)
        return call.pull(inputs, outputs, cotangents, residuals)

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
        return begin_again(self, inputs, outputs, (), tangents, xp, params).push(inputs, outputs, tangents)
