"""Array libraries as the tests and the command line see them: the profiles of `backends/`, loaded.

A profile is data only: the namespace, the pip requirement, the devices and dtypes to try, the settings to
make first, what jit or lazy means there, and the gaps: what the library cannot do, each with its reason.
"""

import functools
import importlib
import importlib.metadata
import operator
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .._namespaces import Array, Namespace
from ._folders import folder

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib  # type: ignore[import-not-found, no-redef]

__all__ = ["Backend", "Gap", "MissingBackend", "load", "names"]


SINGLE = {"float64": "float32", "complex128": "complex64"}


class MissingBackend(ImportError):
    """A backend that was asked for is unknown or not installed."""


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


class Gap(NamedTuple):
    """Something that a library cannot do, and that is tested to be so."""

    rule: str
    dtypes: tuple[str, ...]
    reason: str
    says: str  # a part of the library's error
    link: str


@dataclass(frozen=True)
class Backend:
    """One array library."""

    name: str
    module: str  # its namespace, as the standard has it
    package: str  # what is imported
    requirement: str
    devices: tuple[str, ...]  # those to try, as parts of their names; empty where arrays have none
    dtypes: tuple[str, ...]
    start_with: tuple[dict[str, Any], ...] = ()
    forget_with: tuple[dict[str, Any], ...] = ()  # calls that free what was compiled for cases that are over
    examples: int = 100  # random cases of each rule, unless the user says how many
    tolerance: float = 1.0  # how many times the limit of an error is
    split_batches: bool = False
    empty: bool = True  # whether axes of size 0 are to be tried
    nightly: str = ""
    impossible: str = ""  # why no rule can run there
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    last_verified: tuple[dict[str, str], ...] = ()  # one for each device

    @property
    def version(self) -> str | None:
        """The version that is imported, or else installed; None without one."""
        if imported := getattr(sys.modules.get(self.package), "__version__", None):
            return str(imported)
        found = _distributions().get(self.package)
        return importlib.metadata.version(found[0]) if found else None

    def start(self) -> None:
        """Import the library and make its settings; MissingBackend where it is not installed."""
        if self.impossible:
            raise MissingBackend(f"backend {self.name} cannot run the rules: {self.impossible}")
        try:
            self.namespace()
            self.present()
        except ModuleNotFoundError as error:
            raise MissingBackend(
                f"backend {self.name} is not installed; get it with: pip install '{self.requirement}'"
            ) from error
        except Exception as error:  # whatever a library says without its driver
            raise MissingBackend(
                f"backend {self.name} is installed, but does not run here: {error}"
            ) from error
        _make(self.start_with)

    def forget(self) -> None:
        """Free what the library keeps of the cases so far."""
        _make(self.forget_with)

    def namespace(self) -> Namespace:
        """Its namespace."""
        return importlib.import_module(self.module)

    def present(self) -> tuple[str | None, ...]:
        """The devices that are here, of those to try; None alone where arrays have no device."""
        found = tuple(name for name in self.devices if self._matching(name))
        return found or (None,)

    def asarray(self, x: Any, device: str | None = None) -> Array:
        """A NumPy array as one of this library's, on the device of that name, else on the first one."""
        xp, x = self.namespace(), np.array(x)  # a copy that may be written to
        if x.dtype.name not in self.dtypes:
            x = x.astype(SINGLE.get(x.dtype.name, x.dtype))
        wanted = device or self.present()[0]
        if wanted is None:
            return xp.asarray(x)
        result = xp.asarray(x, device=self._matching(wanted)[0])
        if self.split_batches:
            result = result.rechunk(dict.fromkeys(range(x.ndim - 2), 1))
        return result

    def lacks(self, rule: str, dtype: str) -> Gap | None:
        """The gap that a rule falls in with a dtype, if there is one."""
        return next((gap for gap in self.gaps if gap.rule == rule and dtype in gap.dtypes), None)

    def dtypes_of(self, rule: str) -> tuple[str, ...]:
        """The dtypes that a rule can be tried with."""
        return tuple(dtype for dtype in self.dtypes if not self.lacks(rule, dtype))

    def _matching(self, name: str) -> list[Any]:
        with warnings.catch_warnings():  # torch's tries names of old
            warnings.simplefilter("ignore")
            return [d for d in self.namespace().__array_namespace_info__().devices() if name in str(d)]


def names() -> list[str]:
    """The backends that have a profile."""
    return sorted(path.stem for path in folder("backends").glob("*.toml"))


def load(name: str) -> Backend:
    """The profile of a backend."""
    path = folder("backends") / f"{name}.toml"
    if not path.exists():
        raise MissingBackend(f"no backend {name!r}; there are profiles of {', '.join(names())}")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    gaps = [
        Gap(rule, tuple(gap["dtypes"]), gap["reason"], gap["says"], gap["link"])
        for gap in data.pop("gaps", [])
        for rule in gap["rules"]
    ]
    plain: dict[str, Any] = {key: _hashable(value) for key, value in data.items()}
    return Backend(name=name, gaps=tuple(gaps), **plain)


def _make(calls: tuple[dict[str, Any], ...]) -> None:
    for step in calls:
        module, name = step["call"].split(":")
        arguments = map(_hashable, step.get("arguments", []))
        keywords = {k: _hashable(v) for k, v in step.get("keywords", {}).items()}
        operator.attrgetter(name)(importlib.import_module(module))(*arguments, **keywords)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
