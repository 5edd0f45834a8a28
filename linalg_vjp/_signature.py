"""The signature string of a rule, in NumPy's gufunc notation: the one statement of its shapes.

"(m,m),(m,n?)->(m,n?)": names repeat where sizes must agree; a name with "?" is left out, everywhere,
when an input has one axis too few for it (a vector in place of a matrix).
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["Signature", "parse"]

Core = tuple[str, ...]


class Signature(NamedTuple):
    """The core axes of each input and output, and the name that may be left out."""

    inputs: tuple[Core, ...]
    outputs: tuple[Core, ...]
    optional: str | None

    def lacks_optional(self, shapes: Sequence[tuple[int, ...]]) -> bool:
        """Whether these input shapes leave the optional axis out: only a 1-D array does."""
        return self.optional is not None and any(
            self.optional in core and len(shape) == len(core) - 1
            for core, shape in zip(self.inputs, shapes, strict=True)
        )


def parse(text: str) -> Signature:
    """The parts of a signature string; ValueError where it is none."""
    core = r"\((?:\w+\??(?:,\w+\??)*)?\)"
    if not re.fullmatch(rf"{core}(?:,{core})*->{core}(?:,{core})*", text):
        raise ValueError(f'signature {text!r} is not of the form "(m,n)->(m,k),(k,n)"')
    sides = [
        tuple(tuple(re.findall(r"\w+", part)) for part in re.findall(r"\(([^)]*)\)", side))
        for side in text.split("->")
    ]
    optional = set(re.findall(r"(\w+)\?", text))
    if len(optional) > 1:
        raise ValueError(f"signature {text!r} has more than one optional axis")
    return Signature(sides[0], sides[1], optional.pop() if optional else None)


def bind(core: Core, shape: tuple[int, ...], sizes: dict[str, int]) -> bool:
    """Whether the trailing axes of `shape` fit `core`; the sizes met for the first time are noted."""
    if len(shape) < len(core):
        return False
    trailing = shape[len(shape) - len(core) :]
    return all(sizes.setdefault(name, size) == size for name, size in zip(core, trailing, strict=True))


def describe(core: Core, sizes: Mapping[str, int]) -> str:
    """`core` as the error texts show it, such as (..., m, n) with m = 3."""
    known = ", ".join(f"{name} = {sizes[name]}" for name in dict.fromkeys(core) if name in sizes)
    return f"(..., {', '.join(core)})".replace(", )", ")") + (f" with {known}" if known else "")
