"""The rule that people call: what an operation computes, its pullback and its pushforward."""

import functools
import importlib
from dataclasses import dataclass, fields
from typing import Any

from ._call import Arrays, Frame, forward, forward_keeping, keep, kept_of, prepared, pull, push, recall
from ._cotangent import all_none
from ._namespaces import Array, Namespace
from ._record import Record

__all__ = ["Linearization", "Rule", "as_returned", "built_in", "registered"]


class Linearization:
    """An operation at a point: plain data, from which both of its derivatives follow.

    `Rule.fwd` and `Rule.linearize` make it. It can be stored, pickled, pulled back and pushed forward any
    number of times; nothing is factorized again, and no keyword is repeated.

    Parameters
    ----------
    frame : Frame
        The rule, its keywords, and the shapes and dtypes of the inputs and outputs.
    kept : sequence of array or None
        The values that ``rule.keeps`` names.

    Examples
    --------
    >>> import numpy as np
    >>> import linalg_vjp as lv
    >>> (S,), linear = lv.RULES["svdvals"].fwd(np.asarray([[3.0, 0.0], [0.0, 1.0]]))
    >>> linear.vjp((np.ones(2),))[0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    >>> linear.jvp((np.eye(2),))[0].tolist()
    [1.0, 1.0]
    """

    __slots__ = ("frame", "kept")

    def __init__(self, frame: Frame, kept: Arrays) -> None:
        self.frame, self.kept = frame, tuple(kept)

    def __reduce__(self) -> Any:
        # A namespace is a module, which cannot be pickled; its name can. Not every device can.
        stored = self.frame._replace(xp=self.frame.xp.__name__, place=None)
        return _stored, (type(self), stored, self.kept)

    def __repr__(self) -> str:
        return f"Linearization of {self.rule.name}, which keeps {', '.join(self.rule.keeps) or 'nothing'}"

    @property
    def rule(self) -> Record:
        """The rule."""
        return self.frame.rule

    def vjp(self, cotangents: Arrays) -> tuple[Array | None, ...]:
        """The pullback: one cotangent per input, as `Rule.vjp` returns them."""
        return pull(self.frame, self.kept, cotangents)

    def jvp(self, tangents: Arrays) -> tuple[Array | None, ...]:
        """The pushforward: one tangent per output, as `Rule.jvp` returns them."""
        return push(self.frame, self.kept, tangents)


def _stored(kind: type[Linearization], frame: Frame, kept: Arrays) -> Linearization:
    return kind(frame._replace(xp=importlib.import_module(frame.xp)), kept)


@dataclass(frozen=True, eq=False, repr=False)
class Rule(Record):
    """A differentiable operation: what it computes, its pullback and its pushforward.

    Parameters
    ----------
    name : str
        The name of the operation.
    signature : str
        The core shapes in NumPy's gufunc notation, such as ``"(m,n)->(m,k),(k,n)"``; an axis ``n?`` may be
        missing, an axis ``3`` has that size, and ``(m,n)...`` is any number of inputs of one kind.
    inputs, outputs : tuple of str
        Their names, in order.
    saves : tuple of str
        The inputs and outputs that the derivatives need.
    op : callable
        ``op(*inputs, xp, **params)``, a tuple of outputs.
    op_vjp : callable
        ``op_vjp(*kept, *cotangents, xp, **params)``, a tuple of cotangents of the inputs. A cotangent that is
        None is zero.
    op_jvp : callable
        ``op_jvp(*kept, *tangents, xp, **params)``, a tuple of tangents of the outputs.
    op_fwd : callable, optional
        ``op_fwd(*inputs, xp, **params)``, the outputs and a tuple of what else is kept, such as a
        factorization. Without it, `op` and then `op_keep` do so.
    op_keep : callable, optional
        ``op_keep(*saved, xp, **params)``, what else is kept, made from the saved inputs and outputs. Without
        it, `op_fwd` does so.
    keeps : tuple of str
        What both derivatives are given, in that order: inputs, outputs, and names of what else is kept;
        those of `saves` without it. Where the last input may be repeated, what else is kept may be, too, once
        less often: P stands for P1, P2 and so on.
    params : mapping of str to Param
        The keywords. One named ``gauge`` is passed to `op_vjp` and `op_jvp` alone.
    constant : tuple of str
        The inputs and outputs that cannot be differentiated: None stands for their derivatives.
    shapes : tuple of str
        Those of `saves` of which the derivatives read shape and dtype alone.
    real : tuple of str
        The outputs that are real for complex inputs, too.
    gauge : tuple of str
        The outputs that are defined up to a phase, a sign or a rotation.
    space : mapping of str to str
        Where an input lives: "hermitian", "positive" (Hermitian positive definite), "nonsingular",
        "triangular" (and nonsingular), "tall" (no axis of the signature is longer than those before it), or,
        of integers, "pivots"; any other input is a general array.
    batched : callable
        ``batched(params)``: whether, with these keywords, the leading axes are batch axes.
    axis : str
        The keyword that says along which axis the vectors of the signature lie. Formulas find them along the
        last axis, and are not given it.
    half : bool
        Whether it is right in half precision, too, where a library has it.
    typical : mapping of str to object
        Keywords of a typical use, for tests and benchmarks: leading axes are batch axes, and factors have no
        columns beyond the rank.
    page : str
        The name of its page in rules/, which closely tied rules share; its own name without it.
    family : str
        The heading under which it is listed.
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

    def __repr__(self) -> str:
        return f"Rule({self.name!r}, {self.signature!r})"

    def __reduce__(self) -> Any:
        known = _BUILT_IN.get(self.name)
        if known is not None and known.of(len(self.inputs)) is self:
            return built_in, (self.name, len(self.inputs))
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        # A read-only mapping cannot be pickled.
        given |= {name: dict(given[name]) for name in ("params", "space", "typical")}
        return functools.partial(Rule, **given), ()

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
        return tuple(forward(prepared(self, inputs, xp, params), inputs))

    def fwd(
        self, *inputs: Array, xp: Namespace | None = None, **params: Any
    ) -> tuple[tuple[Array, ...], Linearization]:
        """The outputs, and the operation linearized there: it keeps what its derivatives need.

        Examples
        --------
        >>> import numpy as np
        >>> import linalg_vjp as lv
        >>> (L,), linear = lv.RULES["cholesky"].fwd(4 * np.eye(2), upper=True)
        >>> linear.vjp((np.eye(2),))[0].tolist()  # no keyword again
        [[0.25, 0.0], [0.0, 0.25]]

        Raises
        ------
        ValueError, TypeError
            As `forward` does.
        """
        frame, outputs, extras = forward_keeping(prepared(self, inputs, xp, params), inputs)
        return tuple(outputs), Linearization(frame, kept_of(frame.rule, inputs, outputs, extras))

    def linearize(
        self, inputs: Arrays, outputs: Arrays, *, xp: Namespace | None = None, **params: Any
    ) -> Linearization:
        """The operation linearized where it was computed before; a factorization is made again.

        Parameters
        ----------
        inputs, outputs : sequence of array
            Of the operation. One that is not in `saves` may be anything with ``.shape`` and ``.dtype``.

        Raises
        ------
        ValueError, TypeError
            For a wrong count, shape, dtype or keyword, or a mix of namespaces or devices.
        """
        frame = recall(self, inputs, outputs, (), xp, params)
        return Linearization(frame, _kept(frame, inputs, outputs))

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

        Where a forward is at hand, `fwd` is the better way: it keeps a factorization, and the keywords.

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
        frame = recall(self, inputs, outputs, cotangents, xp, params)
        return pull(frame, _kept(frame, inputs, outputs, cotangents), cotangents)

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
        frame = recall(self, inputs, outputs, tangents, xp, params)
        return push(frame, _kept(frame, inputs, outputs, tangents), tangents)


def _kept(frame: Frame, inputs: Arrays, outputs: Arrays, given: Arrays | None = None) -> Arrays:
    """What both derivatives read, made from inputs and outputs; nothing is factorized for zeros alone."""
    rule = frame.rule
    if not rule.extras:
        return kept_of(rule, inputs, outputs, ())
    if given is not None and all_none(*given):
        return rule.from_saved(inputs, outputs)
    return kept_of(rule, inputs, outputs, keep(frame, inputs, outputs))


_BUILT_IN: dict[str, Rule] = {}


def registered(rules: Any) -> dict[str, Rule]:
    """The built-in rules by name; a pickle refers to them by these."""
    _BUILT_IN.update((rule.name, rule) for rule in rules)
    return _BUILT_IN


def built_in(name: str, count: int) -> Rule:
    """The built-in rule of that name, for so many inputs."""
    rule: Rule = _BUILT_IN[name].of(count)
    return rule


def as_returned(rule: Record, arrays: Arrays) -> Any:
    """The arrays as the operation itself returns them: one, or a named tuple."""
    return arrays[0] if len(arrays) == 1 else rule.result(*arrays)
