"""The oracles of the built-in rules: the operations at 50 digits, written from their definitions.

Each page of `rules/` has a file here, with one function per rule. An oracle maps the inputs of one matrix (no
batch axes) to the outputs; all of them are arrays of mpmath numbers. `like` holds the outputs of the library
under test, in floating point. Where the definition leaves a sign, a phase or a basis open, the oracle takes
the one nearest to `like`, so that it can be differentiated. It returns None for an output that cannot be
differentiated.

A file may also define how random cases of its rules are drawn, beyond what the `Rule` says:

- `in_range(params)`: whether results stay within the range of the floats at any scale of the inputs. Without
  it, they do not. `CUBES` names rules to which it does not apply, and `UNSCALED` rules that are not scaled.
- `fitted(sizes, params)` adjusts the sizes that were drawn, and `arranged(inputs, params)` the inputs.
- `WITHOUT` names structures of matrices that are not tried, `ANY_RANK` rules to try with singular matrices.
- `TIED` names rules to try at ties, and `tied(draw, random, dtype, params)` draws such a matrix with a loss.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..._rules import RULES
from .._exact import Exact

__all__ = ["ORACLES", "Oracle", "page_of"]

Oracle = Callable[..., Sequence[Exact | None]]


def page_of(rule: str) -> Any:
    """The module here that has the oracle of a rule."""
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
