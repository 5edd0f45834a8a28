"""The functions that rules call, for dual numbers: those of the standard, and the rules themselves.

Linear algebra goes through the rules and their pushforwards. So the tangent of a pullback, or of a
pushforward, is what a host computes when it differentiates again, and libraries without autodiff have it,
too.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from . import _matrix
from ._dual import Dual, pair
from ._namespaces import Array, Namespace
from ._registered import Registered
from ._rule import Rule, as_returned
from ._rules import RULES

__all__ = ["dual_namespace", "outputs_of"]

# Functions whose result has no tangent, and functions that are linear in their first argument.
STEPS = ("all", "any", "argmax", "argsort", "ceil", "floor", "isinf", "zeros_like", "ones_like", "full_like")
LINEAR = (
    "astype",
    "broadcast_to",
    "conj",
    "expand_dims",
    "flip",
    "imag",
    "permute_dims",
    "real",
    "reshape",
    "squeeze",
    "sum",
    "tril",
    "triu",
)


class _Namespace:
    """The functions of the standard that rules call, for dual numbers over a library."""

    def __init__(self, base: Namespace) -> None:
        self.__name__, self.base = f"dual numbers over {base.__name__}", base
        self.linalg = _Lacking(base.linalg, self)
        self.isdtype, self.finfo = base.isdtype, base.finfo
        for name in STEPS:
            setattr(self, name, functools.partial(self._step, getattr(base, name)))
        for name in LINEAR:
            setattr(self, name, functools.partial(self._linear, getattr(base, name)))
        for name in ("arange", "eye", "zeros"):
            setattr(self, name, functools.partial(self._made, getattr(base, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)

    def _made(self, f: Any, *args: Any, **keywords: Any) -> Dual:
        return Dual(f(*args, **keywords), None, self)

    def _step(self, f: Any, x: Any, *args: Any, **keywords: Any) -> Dual:
        return Dual(f(pair(x)[0], *args, **keywords), None, self)

    def _linear(self, f: Any, x: Any, *args: Any, **keywords: Any) -> Dual:
        dual = x if isinstance(x, Dual) else Dual(x, None, self)
        return dual._map(f, *args, **keywords)

    def result_type(self, *args: Any) -> Any:
        return self.base.result_type(*(pair(x)[0] for x in args))

    def concat(self, arrays: Any, axis: int = 0) -> Dual:
        values, xp = [x.value for x in arrays], self.base
        dots = [xp.zeros_like(x.value) if x.dot is None else x.dot for x in arrays]
        moves = any(x.dot is not None for x in arrays)
        return Dual(xp.concat(values, axis=axis), xp.concat(dots, axis=axis) if moves else None, self)

    def stack(self, arrays: Any, axis: int = 0) -> Dual:
        wide = [Dual._map(x, lambda a: self.base.expand_dims(a, axis=axis)) for x in arrays]
        return self.concat(wide, axis=axis)

    def where(self, condition: Any, x: Any, y: Any) -> Dual:
        (condition, _), (x, x_dot), (y, y_dot), xp = pair(condition), pair(x), pair(y), self.base
        value, moves = xp.where(condition, x, y), x_dot is not None or y_dot is not None
        parts = (0.0 if x_dot is None else x_dot, 0.0 if y_dot is None else y_dot)
        return Dual(value, xp.where(condition, *parts) if moves else None, self)

    def take_along_axis(self, x: Dual, indices: Any, axis: int) -> Dual:
        return Dual._map(x, lambda a: self.base.take_along_axis(a, pair(indices)[0], axis=axis))

    def take(self, x: Dual, indices: Any, axis: int) -> Dual:
        return Dual._map(x, lambda a: self.base.take(a, pair(indices)[0], axis=axis))

    def abs(self, x: Dual) -> Dual:
        xp, a = self.base, self.base.abs(x.value)
        if x.dot is None:
            return Dual(a, None, self)
        direction = x.value / xp.where(a == 0, 1.0, a)
        return Dual(a, _matrix.real(_matrix.conj(direction, xp) * x.dot, xp), self)

    def sqrt(self, x: Dual) -> Dual:
        root = self.base.sqrt(x.value)
        return Dual(root, None if x.dot is None else x.dot / (2 * root), self)

    def log(self, x: Dual) -> Dual:
        return Dual(self.base.log(x.value), None if x.dot is None else x.dot / x.value, self)

    def exp(self, x: Dual) -> Dual:
        y = self.base.exp(x.value)
        return Dual(y, None if x.dot is None else y * x.dot, self)

    def log1p(self, x: Dual) -> Dual:
        return Dual(self.base.log1p(x.value), None if x.dot is None else x.dot / (1 + x.value), self)

    def log2(self, x: Dual) -> Dual:
        return Dual(self.base.log2(x.value), None, self)  # rules round it, so that its tangent is zero

    def clip(self, x: Dual, low: Any, high: Any) -> Dual:
        return Dual(self.base.clip(x.value, low, high), None, self)

    def maximum(self, x: Dual, y: Dual) -> Dual:
        return self.where(x.__ge__(y), x, y)

    def max(self, x: Dual, axis: Any = None, keepdims: bool = False) -> Dual:
        return self._extreme(self.base.max, x, axis, keepdims)

    def min(self, x: Dual, axis: Any = None, keepdims: bool = False) -> Dual:
        return self._extreme(self.base.min, x, axis, keepdims)

    def _extreme(self, f: Any, x: Dual, axis: Any, keepdims: bool) -> Dual:
        """The maximum or minimum; its tangent is right where a single entry attains it."""
        hit = self.astype(x == Dual(f(x.value, axis=axis, keepdims=True), None, self), x.dtype)
        value = f(x.value, axis=axis, keepdims=keepdims)
        return Dual(value, self.sum(x * hit, axis=axis, keepdims=keepdims).dot, self)


class _Unknown(Dual):
    """A value whose tangent needs a rule that this copy lacks; only reading the tangent is an error."""

    def __init__(self, value: Array, name: str, xp: Namespace) -> None:
        self.value, self.name, self.xp = value, name, xp

    @property
    def dot(self) -> Array:  # type: ignore[override]
        raise NotImplementedError(_lacking(self.name))


def _lacking(name: str) -> str:
    return (
        f"the second derivative needs the rule of {name}, which this copy of the library does not have; "
        "vendor that rule, too"
    )


class _Lacking:
    """The library's own linear algebra, for a copy that was made without some of the rules."""

    def __init__(self, linalg: Any, xp: Namespace) -> None:
        self.linalg, self.xp = linalg, xp

    def __getattr__(self, name: str) -> Any:
        function = getattr(self.linalg, name)

        def call(*args: Any, **keywords: Any) -> Any:
            found = function(*(pair(x)[0] for x in args), **keywords)
            if isinstance(found, tuple):
                return tuple(_Unknown(y, name, self.xp) for y in found)
            return _Unknown(found, name, self.xp)

        return call


class _Functions(dict[str, Callable[..., Any]]):
    """The functions of the rules in this copy; a function of any other rule raises when it is called."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        def lacking(*args: Any, **keywords: Any) -> Any:
            raise NotImplementedError(_lacking(name))

        return lacking


def outputs_of(
    rule: Rule, inputs: Sequence[Any], xp: Namespace, base: Namespace, **params: Any
) -> list[Dual]:
    """The outputs of a rule at dual numbers, with tangents by its own pushforward, as in a host."""
    values, dots = zip(*map(pair, inputs), strict=True)
    outputs, linear = rule.fwd(*values, xp=base, **params)
    return [Dual(y, dot, xp) for y, dot in zip(outputs, linear.jvp(dots), strict=True)]


def _function(rule: Rule, base: Namespace, xp: Callable[[], Namespace]) -> Callable[..., Any]:
    """A rule as a function of dual numbers."""

    def call(*inputs: Any, **params: Any) -> Any:
        return as_returned(rule, outputs_of(rule, inputs, xp(), base, **params))

    return call


def _fixed(f: Callable[[Array], Array], x: Dual) -> Dual:
    return Dual(f(x.value), None, x.xp)


@functools.cache
def dual_namespace(base: Namespace) -> Registered:
    """The namespace of dual numbers over a library, in which rules call each other."""
    plain = _Namespace(base)
    functions = _Functions({name: _function(rule, base, lambda: made) for name, rule in RULES.items()})
    made = Registered(plain, functions, _fixed)
    return made
