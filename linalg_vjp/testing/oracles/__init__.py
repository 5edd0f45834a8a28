"""The operations themselves at 50 digits, written from their definitions: the oracles of the built-in rules.

Each page of `rules/` has a file here, with a function for each rule. An oracle maps the inputs of one matrix
(no batch axes) to the outputs, all of them arrays of mpmath numbers. `like` are the outputs of the library
under test, in float: where the definition leaves a sign, a phase or a basis open, the oracle takes the one
nearest to them, so that it can be differentiated. An output that cannot be differentiated is None.

A file also says what random cases of its rules may be, beyond what the record tells: `in_range(params)`,
whether inputs of any size keep the results in the range of the floats (not so without it); `WITHOUT`, the
structures of matrices that are not tried; `ANY_RANK`, the rules to try with singular matrices; `TIED` and
`tied(draw, random, dtype, params)`, those to try at ties, and a loss.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..._rules import RULES
from .._exact import Exact

__all__ = ["ORACLES", "Oracle", "page_of"]

Oracle = Callable[..., Sequence[Exact | None]]


def page_of(rule: str) -> Any:
    """The file of a rule."""
    return importlib.import_module(f".{RULES[rule].page}", __name__)


class _Oracles(Mapping[str, Oracle]):
    """The oracle of each built-in rule, by the name of the rule."""

    def __getitem__(self, name: str) -> Oracle:
        found: Oracle = getattr(page_of(name), name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(RULES)

    def __len__(self) -> int:
        return len(RULES)


ORACLES: Mapping[str, Oracle] = _Oracles()
