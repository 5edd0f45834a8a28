"""The keywords of a rule: their defaults, and the values that they may have."""

import math
import numbers
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

__all__ = ["Param", "complete", "count", "integer", "negative_axis", "one_of", "real_number"]


class Param(NamedTuple):
    """A keyword of a rule.

    Parameters
    ----------
    default : object
        The value if the keyword is not passed.
    valid : tuple or callable
        The allowed values, or a function that tells whether a value is allowed.
    wanted : str
        What a value must be, in words. The error for another value ends with "is not" and this text.
    samples : tuple
        Values to try in tests. By default those in `valid`, or `default` if `valid` is a function.

    Examples
    --------
    >>> even = Param(2, lambda value: value % 2 == 0, "an even number", (2, 4))
    >>> even.allows(3), even.tried()
    (False, (2, 4))
    """

    default: Any
    valid: tuple[Any, ...] | Callable[[Any], bool]
    wanted: str
    samples: tuple[Any, ...] = ()

    def allows(self, value: Any) -> bool:
        """Whether the keyword may have this value."""
        return value in self.valid if isinstance(self.valid, tuple) else self.valid(value)

    def tried(self) -> tuple[Any, ...]:
        """The values that tests try."""
        return self.samples or (self.valid if isinstance(self.valid, tuple) else (self.default,))


def one_of(*values: Any) -> Param:
    """A keyword that may have a few values, of which the first is the default.

    Examples
    --------
    >>> one_of("reduced", "complete").wanted
    "one of 'reduced', 'complete'"
    """
    return Param(values[0], values, "one of " + ", ".join(map(repr, values)))


def integer(default: int, *samples: int) -> Param:
    """A keyword that is an integer; `samples` are other values to try in tests.

    Examples
    --------
    >>> integer(0, 1, -2).tried()
    (0, 1, -2)
    """
    return Param(
        default, lambda value: isinstance(value, numbers.Integral), "an integer", (default, *samples)
    )


def count(default: int | None, *samples: int) -> Param:
    """A keyword that is a nonnegative integer; `samples` are other values to try in tests.

    Examples
    --------
    >>> count(None, 2).tried()
    (None, 2)
    """

    def allows(value: Any) -> bool:
        return value is default or (isinstance(value, numbers.Integral) and int(value) >= 0)

    or_none = " or None" if default is None else ""
    return Param(default, allows, f"a nonnegative integer{or_none}", (default, *samples))


def real_number(default: float, *samples: float, least: float = -math.inf) -> Param:
    """A keyword that is a real number, at least `least`; `samples` are other values to try in tests.

    Examples
    --------
    >>> real_number(0.5, 2.0).tried()
    (0.5, 2.0)
    """

    def allows(value: object) -> bool:  # torch.compile has symbols for numbers
        if type(value).__name__ == "SymFloat":
            return True
        return isinstance(value, numbers.Real) and float(value) >= least  # false for NaN

    bound = "" if least == -math.inf else f" of at least {least:g}"
    return Param(default, allows, f"a real number{bound}", (default, *samples))


def negative_axis() -> Param:
    """The keyword for an axis that all arrays have; by default the last one."""

    def allows(value: object) -> bool:
        return isinstance(value, numbers.Integral) and value < 0

    return Param(
        -1, allows, "a negative integer: arrays broadcast, so axes are counted from the end", (-1, -2)
    )


def complete(rule: str, known: Mapping[str, Param], given: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords with defaults filled in; raises for an unknown keyword or a value that is not allowed."""
    for name, value in given.items():
        if name not in known:
            names = ", ".join(known)
            has = f"the keywords of this rule are {names}" if known else "this rule has no keywords"
            raise TypeError(f"{rule}: unknown keyword {name!r}; {has}")
        if not known[name].allows(value):
            raise ValueError(f"{rule}: {name}={value!r} is not {known[name].wanted}")
    return {name: given.get(name, param.default) for name, param in known.items()}
