"""Dual numbers on any array library: a value and its tangent, carried through the formula of a rule.

Linear algebra is that of the rules, by their own pushforwards. So the tangent of a pullback or of a
pushforward is what a host finds that differentiates it again, also on libraries without any autodiff.
"""

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

from . import _matrix
from ._namespaces import Array, Namespace, device
from ._registered import Registered
from ._rule import Rule, as_returned
from ._rules import RULES

__all__ = ["Dual", "dual_namespace", "outputs_of"]


class Dual:
    """A value and its tangent; None is a tangent of zero."""

    def __init__(self, value: Array, dot: Array | None, xp: "Namespace") -> None:
        self.value, self.dot, self.xp = value, dot, xp

    __array_ufunc__ = None  # an array of NumPy's on the left leaves the operation to us

    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: len(self.value.shape))
    device = property(lambda self: device(self.value))
    mT = property(lambda self: self._map(lambda x: x.mT))

    def __array_namespace__(self, api_version: str | None = None) -> Namespace:
        return self.xp

    def _map(self, f: Callable[..., Array], *args: Any, **keywords: Any) -> "Dual":
        """A linear function of one array."""
        dot = None if self.dot is None else f(self.dot, *args, **keywords)
        return Dual(f(self.value, *args, **keywords), dot, self.xp)

    def __getitem__(self, key: Any) -> "Dual":
        return self._map(lambda x: x[key])

    def __neg__(self) -> "Dual":
        return self._map(lambda x: -x)

    def __add__(self, other: Any) -> "Dual":
        y, y_dot = _pair(other)
        return Dual(self.value + y, _sum(_like(self.dot, y), _like(y_dot, self.value)), self.xp)

    def __sub__(self, other: Any) -> "Dual":
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> "Dual":
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> "Dual":
        y, y_dot = _pair(other)
        terms = (None if self.dot is None else self.dot * y, None if y_dot is None else self.value * y_dot)
        return Dual(self.value * y, _sum(*terms), self.xp)

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Any) -> "Dual":
        y, y_dot = _pair(other)
        q = self.value / y
        terms = (None if self.dot is None else self.dot / y, None if y_dot is None else -q * y_dot / y)
        return Dual(q, _sum(*terms), self.xp)

    def __rtruediv__(self, other: Any) -> "Dual":
        q = other / self.value
        return Dual(q, None if self.dot is None else -q * self.dot / self.value, self.xp)

    def __matmul__(self, other: "Dual") -> "Dual":
        y, y_dot = _pair(other)
        terms = (None if self.dot is None else self.dot @ y, None if y_dot is None else self.value @ y_dot)
        return Dual(self.value @ y, _sum(*terms), self.xp)

    def __pow__(self, p: float) -> "Dual":
        slope = None if self.dot is None else p * self.value ** (p - 1) * self.dot
        return Dual(self.value**p, slope, self.xp)

    def __rpow__(self, base: float) -> "Dual":
        return Dual(base**self.value, None, self.xp)  # the exponents of the rules are constant steps

    def _step(self, f: Callable[[Any, Any], Any], other: Any) -> "Dual":
        """A comparison, or whatever else does not move."""
        return Dual(f(self.value, _pair(other)[0]), None, self.xp)

    def __lt__(self, other: Any) -> "Dual":
        return self._step(operator.lt, other)

    def __le__(self, other: Any) -> "Dual":
        return self._step(operator.le, other)

    def __gt__(self, other: Any) -> "Dual":
        return self._step(operator.gt, other)

    def __ge__(self, other: Any) -> "Dual":
        return self._step(operator.ge, other)

    def __eq__(self, other: Any) -> "Dual":  # type: ignore[override]
        return self._step(operator.eq, other)

    def __ne__(self, other: Any) -> "Dual":  # type: ignore[override]
        return self._step(operator.ne, other)

    def __and__(self, other: Any) -> "Dual":
        return self._step(operator.and_, other)

    def __or__(self, other: Any) -> "Dual":
        return self._step(operator.or_, other)

    def __mod__(self, other: Any) -> "Dual":
        return self._step(operator.mod, other)

    __hash__ = None  # type: ignore[assignment]


def _pair(x: Any) -> tuple[Any, Any]:
    return (x.value, x.dot) if isinstance(x, Dual) else (x, None)


def _sum(a: Array | None, b: Array | None) -> Array | None:
    return b if a is None else a if b is None else a + b


def _like(dot: Array | None, other: Any) -> Array | None:
    """A tangent in the shape of its sum with something of another shape."""
    return dot if dot is None or not hasattr(other, "shape") or not other.shape else dot + other * 0


# A function of values alone, whose result does not move; and one that is linear in its first argument.
STEPS = ("all", "any", "argmax", "argsort", "ceil", "floor", "isinf", "zeros_like", "ones_like", "full_like")
LINEAR = (
    "astype",
    "broadcast_to",
    "conj",
    "expand_dims",
    "flip",
    "imag",
    "moveaxis",
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
        self.linalg = base.linalg
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
        return Dual(f(_pair(x)[0], *args, **keywords), None, self)

    def _linear(self, f: Any, x: Any, *args: Any, **keywords: Any) -> Dual:
        dual = x if isinstance(x, Dual) else Dual(x, None, self)
        return dual._map(f, *args, **keywords)

    def result_type(self, *args: Any) -> Any:
        return self.base.result_type(*(_pair(x)[0] for x in args))

    def concat(self, arrays: Any, axis: int = 0) -> Dual:
        values, xp = [x.value for x in arrays], self.base
        dots = [xp.zeros_like(x.value) if x.dot is None else x.dot for x in arrays]
        moves = any(x.dot is not None for x in arrays)
        return Dual(xp.concat(values, axis=axis), xp.concat(dots, axis=axis) if moves else None, self)

    def stack(self, arrays: Any, axis: int = 0) -> Dual:
        wide = [Dual._map(x, lambda a: self.base.expand_dims(a, axis=axis)) for x in arrays]
        return self.concat(wide, axis=axis)

    def where(self, condition: Any, x: Any, y: Any) -> Dual:
        (condition, _), (x, x_dot), (y, y_dot), xp = _pair(condition), _pair(x), _pair(y), self.base
        value, moves = xp.where(condition, x, y), x_dot is not None or y_dot is not None
        parts = (0.0 if x_dot is None else x_dot, 0.0 if y_dot is None else y_dot)
        return Dual(value, xp.where(condition, *parts) if moves else None, self)

    def take_along_axis(self, x: Dual, indices: Any, axis: int) -> Dual:
        return Dual._map(x, lambda a: self.base.take_along_axis(a, _pair(indices)[0], axis=axis))

    def take(self, x: Dual, indices: Any, axis: int) -> Dual:
        return Dual._map(x, lambda a: self.base.take(a, _pair(indices)[0], axis=axis))

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
        return Dual(self.base.log2(x.value), None, self)  # rules round it to a step

    def clip(self, x: Dual, low: Any, high: Any) -> Dual:
        return Dual(self.base.clip(x.value, low, high), None, self)

    def maximum(self, x: Dual, y: Dual) -> Dual:
        return self.where(x.__ge__(y), x, y)

    def max(self, x: Dual, axis: Any = None, keepdims: bool = False) -> Dual:
        return self._extreme(self.base.max, x, axis, keepdims)

    def min(self, x: Dual, axis: Any = None, keepdims: bool = False) -> Dual:
        return self._extreme(self.base.min, x, axis, keepdims)

    def _extreme(self, f: Any, x: Dual, axis: Any, keepdims: bool) -> Dual:
        """At a simple point one entry attains it."""
        hit = self.astype(x == Dual(f(x.value, axis=axis, keepdims=True), None, self), x.dtype)
        value = f(x.value, axis=axis, keepdims=keepdims)
        return Dual(value, self.sum(x * hit, axis=axis, keepdims=keepdims).dot, self)


def outputs_of(
    rule: Rule, inputs: Sequence[Any], xp: Namespace, base: Namespace, **params: Any
) -> list[Dual]:
    """The outputs of a rule at dual numbers, with the tangents of its own pushforward, as in a host."""
    values, dots = zip(*map(_pair, inputs), strict=True)
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
    """The namespace of dual numbers over a library, in which rules reach each other."""
    plain = _Namespace(base)
    functions = {name: _function(rule, base, lambda: made) for name, rule in RULES.items()}
    made = Registered(plain, functions, _fixed)
    return made
