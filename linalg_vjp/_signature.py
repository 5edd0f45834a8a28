"""The signature string of a rule, in NumPy's gufunc notation: the only place that states its shapes.

"(m,n)->(m,k),(k,n)"       the same name means the same size
"(m?,k),(k,n?)->(m?,n?)"   an axis with "?" may be missing: an input with one axis too few leaves it out,
and then it is missing in all inputs and outputs
"(3),(3)->(3)"             an axis of a fixed size
"(m,n)...->(p,q)"          the last input may be repeated, each time with sizes of its own
"(m?,k),(k,n?)...->(m?,n?)"   the same as a chain, if its first axis is the last axis of the input before it:
for three inputs, (m?,k),(k,k1),(k1,n?)->(m?,n?)
"(*),(*)->(*)"             all axes, of any number: none of them is a batch axis
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["ALL", "Core", "Signature", "bind", "describe", "parse", "repeated", "turned"]

Core = tuple[str, ...]

AXIS = r"(?:[A-Za-z_]\w*\??|\d+)"
CORE = rf"\((?:\*|{AXIS}(?:,{AXIS})*)?\)"
ALL = ("*",)


class Signature(NamedTuple):
    """The core axes of each input and output, the names that may be missing, and whether the last repeats."""

    inputs: tuple[Core, ...]
    outputs: tuple[Core, ...]
    optional: frozenset[str]
    repeats: bool

    def missing(self, shapes: Sequence[tuple[int, ...]]) -> frozenset[str]:
        """The optional axes that these input shapes leave out."""
        if not self.optional:
            return self.optional
        found: set[str] = set()
        for core, shape in zip(self.inputs, shapes, strict=True):
            if len(shape) < len(core):
                found.update(name for name in core if name in self.optional)
        return frozenset(found)


def parse(text: str) -> Signature:
    """Parse a signature string; raise ValueError if it is not one."""
    if not re.fullmatch(rf"{CORE}(?:,{CORE})*(?:\.\.\.)?->{CORE}(?:,{CORE})*", text):
        raise ValueError(f'signature {text!r} is not of the form "(m,n)->(m,k),(k,n)"')
    left, right = text.split("->")
    sides = [
        tuple(tuple(re.findall(r"\w+|\*", core)) for core in re.findall(r"\(([^)]*)\)", side))
        for side in (left, right)
    ]
    optional = frozenset(re.findall(r"(\w+)\?", text))
    return Signature(sides[0], sides[1], optional, left.endswith("..."))


def repeated(text: str, count: int) -> str:
    """The signature with its last input written `count` times, each with axes of its own, or as a chain."""
    left, _, right = text.partition("->")
    *first, last = re.findall(CORE, left)
    axes, before = (re.findall(AXIS, core) for core in (last, first[-1] if first else "()"))
    if len(axes) == 2 and axes[:1] == before[-1:]:
        names = [axes[0], *(f"{axes[0]}{i}" for i in range(1, count)), axes[1]]
        links = [f"({a},{b})" for a, b in itertools.pairwise(names)]
        return f"{','.join([*first, *links])}->{right}"
    copies = [re.sub(r"([A-Za-z_]\w*)", rf"\g<1>{i}", last) for i in range(1, count + 1)]
    return f"{','.join([*first, *copies])}->{right}"


def bind(core: Core, shape: tuple[int, ...], sizes: dict[str, int]) -> bool:
    """Whether the trailing axes of `shape` fit `core`; sizes of new names are added to `sizes`."""
    if core == ALL:
        return True
    if len(shape) < len(core):
        return False
    trailing = shape[len(shape) - len(core) :]
    return all(
        size == int(name) if name.isdigit() else sizes.setdefault(name, size) == size
        for name, size in zip(core, trailing, strict=True)
    )


def describe(core: Core, sizes: Mapping[str, int]) -> str:
    """The text for `core` in errors, such as (..., m, n) with m = 3."""
    known = ", ".join(f"{name} = {sizes[name]}" for name in dict.fromkeys(core) if name in sizes)
    return f"(..., {', '.join(core)})".replace(", )", ")") + (f" with {known}" if known else "")


def turned(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """A shape with this axis moved to the end."""
    at = len(shape) + axis
    return (*shape[:at], *shape[at + 1 :], shape[at])
