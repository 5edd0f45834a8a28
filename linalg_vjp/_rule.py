"""`Rule`: an operation with its pullback and pushforward; and `Linearization`: the same at one point."""

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

    `Rule.fwd` and `Rule.linearize` return it. You can store it, pickle it, and call its derivatives any
    number of times. These calls repeat no factorization, and take no keywords.

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
        # A namespace is a module and cannot be pickled, so its name is. Not every device can be pickled.
        stored = self.frame._replace(xp=self.frame.xp.__name__, place=None)
        return _stored, (type(self), stored, self.kept)

    def __repr__(self) -> str:
        return f"Linearization of {self.rule.name}, which keeps {', '.join(self.rule.keeps) or 'nothing'}"

    @property
    def rule(self) -> Record:
        """The rule."""
        return self.frame.rule

    def vjp(self, cotangents: Arrays) -> tuple[Array | None, ...]:
        """Apply the pullback: one cotangent per input, as `Rule.vjp` returns them."""
        return pull(self.frame, self.kept, cotangents)

    def jvp(self, tangents: Arrays) -> tuple[Array | None, ...]:
        """Apply the pushforward: one tangent per output, as `Rule.jvp` returns them."""
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
        The core shapes in NumPy's gufunc notation, such as ``"(m,n)->(m,k),(k,n)"``. An axis ``n?`` may be
        missing, an axis ``3`` has that size, and ``(m,n)...`` stands for any number of inputs of this kind.
    inputs, outputs : tuple of str
        The names of the inputs and outputs, in order.
    saves : tuple of str
        The inputs and outputs that the derivatives need.
    op : callable
        ``op(*inputs, xp, **params)`` returns a tuple of outputs.
    op_vjp : callable
        ``op_vjp(*kept, *cotangents, xp, **params)`` returns a tuple with one cotangent per input. A cotangent
        of None is zero.
    op_jvp : callable
        ``op_jvp(*kept, *tangents, xp, **params)`` returns a tuple with one tangent per output.
    op_fwd : callable, optional
        ``op_fwd(*inputs, xp, **params)`` returns the outputs, and a tuple of the extras: what else is kept,
        such as a factorization. By default `op` makes the outputs, and `op_keep` the extras.
    op_keep : callable, optional
        ``op_keep(*saved, xp, **params)`` makes the extras from the saved inputs and outputs. By default
        `op_fwd` makes them.
    keeps : tuple of str
        The arguments of both derivatives, in order: names of inputs, outputs and extras. The default is
        `saves`. If the last input may be repeated, an extra may be too, one time less: P stands for P1, P2
        and so on.
    params : mapping of str to Param
        The keywords. A keyword ``gauge`` is passed only to `op_vjp` and `op_jvp`.
    constant : tuple of str
        The inputs and outputs that cannot be differentiated. Their derivatives are None.
    shapes : tuple of str
        The names in `saves` whose shape and dtype are all that the derivatives read.
    real : tuple of str
        The outputs that are real even for complex inputs.
    gauge : tuple of str
        The outputs that are defined only up to a phase, a sign or a rotation.
    space : mapping of str to str
        The set that an input belongs to: "hermitian", "positive" (Hermitian positive definite),
        "nonsingular", "triangular" (and nonsingular), "tall" (no axis of the signature is longer than those
        before it), or "pivots" for integers. Any other input is a general array.
    batched : callable
        ``batched(params)`` tells whether the leading axes are batch axes with these keywords.
    axis : str
        The keyword for the axis along which the vectors of the signature lie. Formulas find the vectors along
        the last axis, and do not get this keyword.
    half : bool
        Whether the rule is also right in half precision, if a library has it.
    typical : mapping of str to object
        Keywords of a typical use, for tests and benchmarks. With them, leading axes are batch axes, and
        factors have no columns beyond the rank.
    page : str
        The name of its page in rules/, which closely tied rules share. The default is `name`.
    family : str
        The heading under which the rule is listed.
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
        """Apply the operation; return a tuple of its outputs.

        Raises
        ------
        ValueError, TypeError
            If a count, shape, dtype or keyword does not fit, or the arrays mix namespaces or devices.
        """
        return tuple(forward(prepared(self, inputs, xp, params), inputs))

    def fwd(
        self, *inputs: Array, xp: Namespace | None = None, **params: Any
    ) -> tuple[tuple[Array, ...], Linearization]:
        """Apply the operation; return its outputs and its linearization, which keeps what derivatives need.

        Raises
        ------
        ValueError, TypeError
            As in `forward`.

        Examples
        --------
        >>> import numpy as np
        >>> import linalg_vjp as lv
        >>> (L,), linear = lv.RULES["cholesky"].fwd(4 * np.eye(2), upper=True)
        >>> linear.vjp((np.eye(2),))[0].tolist()  # without upper=True
        [[0.25, 0.0], [0.0, 0.25]]
        """
        frame, outputs, extras = forward_keeping(prepared(self, inputs, xp, params), inputs)
        return tuple(outputs), Linearization(frame, kept_of(frame.rule, inputs, outputs, extras))

    def linearize(
        self, inputs: Arrays, outputs: Arrays, *, xp: Namespace | None = None, **params: Any
    ) -> Linearization:
        """Linearize the operation where its outputs are already known; a factorization is computed again.

        Parameters
        ----------
        inputs, outputs : sequence of array
            The inputs and outputs. Those not in `saves` may be any object with ``.shape`` and ``.dtype``.

        Raises
        ------
        ValueError, TypeError
            If a count, shape, dtype or keyword does not fit, or the arrays mix namespaces or devices.
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
        """Apply the pullback: one cotangent per input, in that input's shape, dtype and device.

        If you also run the forward pass, use `fwd` instead: it keeps the factorization and the keywords.

        Parameters
        ----------
        inputs, outputs : sequence of array
            The inputs and outputs. Those not in `saves` may be any object with ``.shape`` and ``.dtype``.
        cotangents : sequence of array or None
            One per output, in the output's shape; None is zero.

        Raises
        ------
        ValueError, TypeError
            If a count, shape, dtype or keyword does not fit, or the arrays mix namespaces or devices.
        GaugeError
            With ``gauge="check"``, if a cotangent has a part along the gauge.
        """
        frame = recall(self, inputs, outputs, cotangents, xp, params)
        return pull(frame, _kept(frame, inputs, outputs, cotangents), cotangents)

    def jvp(
        self, inputs: Arrays, outputs: Arrays, tangents: Arrays, *, xp: Namespace | None = None, **params: Any
    ) -> tuple[Array | None, ...]:
        """Apply the pushforward: one tangent per output, in that output's shape and dtype.

        Parameters
        ----------
        inputs, outputs : sequence of array
            The inputs and outputs. Those not in `saves` may be any object with ``.shape`` and ``.dtype``.
        tangents : sequence of array or None
            One per input, in the input's shape; None is zero.

        Raises
        ------
        ValueError, TypeError
            If a count, shape, dtype or keyword does not fit, or the arrays mix namespaces or devices.
        """
        frame = recall(self, inputs, outputs, tangents, xp, params)
        return push(frame, _kept(frame, inputs, outputs, tangents), tangents)


def _kept(frame: Frame, inputs: Arrays, outputs: Arrays, given: Arrays | None = None) -> Arrays:
    """What both derivatives read, from inputs and outputs; nothing is factorized if `given` is all None."""
    rule = frame.rule
    if not rule.extras:
        return kept_of(rule, inputs, outputs, ())
    if given is not None and all_none(*given):
        return rule.from_saved(inputs, outputs)
    return kept_of(rule, inputs, outputs, keep(frame, inputs, outputs))


_BUILT_IN: dict[str, Rule] = {}


def registered(rules: Any) -> dict[str, Rule]:
    """Register the built-in rules by name; a pickle refers to them by name."""
    _BUILT_IN.update((rule.name, rule) for rule in rules)
    return _BUILT_IN


def built_in(name: str, count: int) -> Rule:
    """The built-in rule of this name, for `count` inputs."""
    rule: Rule = _BUILT_IN[name].of(count)
    return rule


def as_returned(rule: Record, arrays: Arrays) -> Any:
    """The arrays in the form in which the operation returns them: one array, or a named tuple."""
    return arrays[0] if len(arrays) == 1 else rule.result(*arrays)
