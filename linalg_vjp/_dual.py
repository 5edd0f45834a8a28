"""Dual numbers on any array library: a value and its tangent, carried through the formula of a rule."""

import operator
from collections.abc import Callable
from typing import Any

from ._namespaces import Array, Namespace, device

__all__ = ["Dual", "pair"]


class Dual:
    """A value and its tangent; a tangent of None is zero."""

    def __init__(self, value: Array, dot: Array | None, xp: "Namespace") -> None:
        self.value, self.dot, self.xp = value, dot, xp

    __array_ufunc__ = None  # a NumPy array on the left defers to this class

    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: len(self.value.shape))
    device = property(lambda self: device(self.value))
    mT = property(lambda self: self._map(lambda x: x.mT))

    def __array_namespace__(self, api_version: str | None = None) -> Namespace:
        return self.xp

    def _map(self, f: Callable[..., Array], *args: Any, **keywords: Any) -> "Dual":
        """Apply a linear function of one array."""
        dot = None if self.dot is None else f(self.dot, *args, **keywords)
        return Dual(f(self.value, *args, **keywords), dot, self.xp)

    def __getitem__(self, key: Any) -> "Dual":
        return self._map(lambda x: x[key])

    def __neg__(self) -> "Dual":
        return self._map(lambda x: -x)

    def __add__(self, other: Any) -> "Dual":
        y, y_dot = pair(other)
        return Dual(self.value + y, _sum(_like(self.dot, y), _like(y_dot, self.value)), self.xp)

    def __sub__(self, other: Any) -> "Dual":
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> "Dual":
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> "Dual":
        y, y_dot = pair(other)
        terms = (None if self.dot is None else self.dot * y, None if y_dot is None else self.value * y_dot)
        return Dual(self.value * y, _sum(*terms), self.xp)

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Any) -> "Dual":
        y, y_dot = pair(other)
        q = self.value / y
        terms = (None if self.dot is None else self.dot / y, None if y_dot is None else -q * y_dot / y)
        return Dual(q, _sum(*terms), self.xp)

    def __rtruediv__(self, other: Any) -> "Dual":
        q = other / self.value
        return Dual(q, None if self.dot is None else -q * self.dot / self.value, self.xp)

    def __matmul__(self, other: "Dual") -> "Dual":
        y, y_dot = pair(other)
        terms = (None if self.dot is None else self.dot @ y, None if y_dot is None else self.value @ y_dot)
        return Dual(self.value @ y, _sum(*terms), self.xp)

    def __pow__(self, p: float) -> "Dual":
        slope = None if self.dot is None else p * self.value ** (p - 1) * self.dot
        return Dual(self.value**p, slope, self.xp)

    def __rpow__(self, base: float) -> "Dual":
        return Dual(base**self.value, None, self.xp)  # the exponents of the rules are rounded, and constant

    def _step(self, f: Callable[[Any, Any], Any], other: Any) -> "Dual":
        """Apply a comparison, or another function whose result has no tangent."""
        return Dual(f(self.value, pair(other)[0]), None, self.xp)

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


def pair(x: Any) -> tuple[Any, Any]:
    """Return a value and its tangent; the tangent of anything but a dual number is None."""
    return (x.value, x.dot) if isinstance(x, Dual) else (x, None)


def _sum(a: Array | None, b: Array | None) -> Array | None:
    return b if a is None else a if b is None else a + b


def _like(dot: Array | None, other: Any) -> Array | None:
    """Broadcast a tangent to the shape of its sum with `other`."""
    return dot if dot is None or not hasattr(other, "shape") or not other.shape else dot + other * 0
