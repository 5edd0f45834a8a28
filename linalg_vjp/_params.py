"""The keywords of a rule: their defaults, and which values they may have."""

import numbers
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

__all__ = ["Param", "complete", "count", "integer", "negative_axis", "one_of", "real_number"]


class Param(NamedTuple):
    """A keyword of a rule.

    Parameters
    ----------
    default : object
    valid : tuple or callable
        The values that it may have, or a function that tells whether it may have one.
    wanted : str
        What an error says in place of a bad value.
    samples : tuple
        Values to try in tests; without it, those of `valid`.
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
    """A keyword with a few values, the default first.

    Examples
    --------
    >>> one_of("reduced", "complete").wanted
    "one of 'reduced', 'complete'"
    """
    return Param(values[0], values, "one of " + ", ".join(map(repr, values)))


def integer(default: int, *samples: int) -> Param:
    """A keyword that is an integer, and values to try in tests.

    Examples
    --------
    >>> integer(0, 1, -2).tried()
    (0, 1, -2)
    """
    return Param(
        default, lambda value: isinstance(value, numbers.Integral), "an integer", (default, *samples)
    )


def count(default: int | None, *samples: int) -> Param:
    """A keyword that is a number of things, and values to try in tests.

    Examples
    --------
    >>> count(None, 2).tried()
    (None, 2)
    """

    def allows(value: Any) -> bool:
        return value is default or (isinstance(value, numbers.Integral) and int(value) >= 0)

    or_none = " or None" if default is None else ""
    return Param(
        default,
        allows,
        f"an integer that is not negative{or_none}",
        (default, *samples),
    )


def real_number(default: float, *samples: float) -> Param:
    """A keyword that is a real number, and values to try in tests.

    Examples
    --------
    >>> real_number(0.5, 2.0).tried()
    (0.5, 2.0)
    """

    def allows(value: object) -> bool:  # the compiler of PyTorch has symbols for numbers
        return isinstance(value, numbers.Real) or type(value).__name__ == "SymFloat"

    return Param(default, allows, "a real number", (default, *samples))


def negative_axis() -> Param:
    """The keyword of an axis that all arrays have, the last without it."""

    def allows(value: object) -> bool:
        return isinstance(value, numbers.Integral) and value < 0

    return Param(
        -1, allows, "a negative integer: arrays broadcast, so axes are counted from the end", (-1, -2)
    )


def complete(rule: str, known: Mapping[str, Param], given: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords with their defaults filled in; an error for one that is unknown or has a bad value."""
    for name, value in given.items():
        if name not in known:
            names = ", ".join(known) or "none"
            raise TypeError(f"{rule}: unknown keyword {name!r}; its keywords are: {names}")
        if not known[name].allows(value):
            raise ValueError(f"{rule}: {name}={value!r} is not {known[name].wanted}")
    return {name: given.get(name, param.default) for name, param in known.items()}
