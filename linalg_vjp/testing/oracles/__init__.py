"""The operations themselves at 50 digits, written from their definitions: the oracles of the built-in rules.

Each page of `rules/` has a file here, with a function for each rule. An oracle maps the inputs of one matrix
(no batch axes) to the outputs, all of them arrays of mpmath numbers. `like` are the outputs of the library
under test, in float: where the definition leaves a sign, a phase or a basis open, the oracle takes the one
nearest to them, so that it can be differentiated. An output that cannot be differentiated is None.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..._rules import RULES
from .._exact import Exact

__all__ = ["ORACLES", "Oracle"]

Oracle = Callable[..., Sequence[Exact | None]]


class _Oracles(Mapping[str, Oracle]):
    """The oracle of each built-in rule, by the name of the rule."""

    def __getitem__(self, name: str) -> Oracle:
        found: Oracle = getattr(importlib.import_module(f".{RULES[name].page}", __name__), name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(RULES)

    def __len__(self) -> int:
        return len(RULES)


ORACLES: Mapping[str, Oracle] = _Oracles()
