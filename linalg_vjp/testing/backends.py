"""The array libraries that the tests and the command line know: the profiles of `backends/`.

A profile is data only: the namespace, the pip requirement, the devices and dtypes to try, the settings to
make first, notes, and the gaps, which say what the library cannot do and why.
"""

import functools
import importlib
import importlib.metadata
import operator
import sys
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .._namespaces import Array, Namespace
from ._folders import folder

__all__ = ["Backend", "Gap", "MissingBackend", "load", "names"]


SINGLE = {"float64": "float32", "complex128": "complex64"}


class MissingBackend(ImportError):
    """A requested backend is unknown, not installed, or cannot run here."""


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


class Gap(NamedTuple):
    """Something that a library cannot do. A test fails once the library can."""

    rule: str
    dtypes: tuple[str, ...]
    reason: str
    says: str  # a regular expression that the library's error matches
    link: str


@dataclass(frozen=True)
class Backend:
    """One array library."""

    name: str
    module: str  # the module that is its Array API namespace
    package: str  # the package to import
    requirement: str
    devices: tuple[str, ...]  # devices to try, by a part of their names; empty if arrays have no device
    dtypes: tuple[str, ...]
    start_with: tuple[dict[str, Any], ...] = ()  # calls to make first
    forget_with: tuple[dict[str, Any], ...] = ()  # calls that free what was compiled for earlier cases
    examples: int = 100  # random cases per rule, unless the user gives a number
    tolerance: float = 1.0  # a factor on the limit of errors
    split_batches: bool = False  # whether each matrix of a batch gets a chunk of its own
    empty: bool = True  # whether to try axes of size 0
    nightly: str = ""  # why random cases are slow; they then run only on demand
    impossible: str = ""  # why no rule can run there
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    last_verified: tuple[dict[str, str], ...] = ()  # one entry per device

    @property
    def version(self) -> str | None:
        """The version that is imported, or else the one that is installed, or else None."""
        if imported := getattr(sys.modules.get(self.package), "__version__", None):
            return str(imported)
        found = _distributions().get(self.package)
        return importlib.metadata.version(found[0]) if found else None

    def start(self) -> None:
        """Import the library and make its settings. Raises `MissingBackend` if it cannot run here."""
        if self.impossible:
            raise MissingBackend(f"backend {self.name} cannot run the rules: {self.impossible}")
        try:
            self.namespace()
            self.present()
        except ModuleNotFoundError as error:
            raise MissingBackend(
                f"backend {self.name} is not installed; install it with: pip install '{self.requirement}'"
            ) from error
        except Exception as error:  # without its driver, a library may raise anything
            raise MissingBackend(
                f"backend {self.name} is installed, but does not run here: {error}"
            ) from error
        _make(self.start_with)

    def forget(self) -> None:
        """Free what the library has compiled or cached for earlier cases."""
        _make(self.forget_with)

    def namespace(self) -> Namespace:
        """The Array API namespace of the library."""
        return importlib.import_module(self.module)

    def present(self) -> tuple[str | None, ...]:
        """Those of the devices to try that exist on this machine; ``(None,)`` if there is none."""
        found = tuple(name for name in self.devices if self._matching(name))
        return found or (None,)

    def asarray(self, x: Any, device: str | None = None) -> Array:
        """A NumPy array as an array of this library, on the named device, or else on the first one."""
        xp, x = self.namespace(), np.array(x)  # a writable copy
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
        """The gap that covers a rule with a dtype, or None."""
        return next((gap for gap in self.gaps if gap.rule == rule and dtype in gap.dtypes), None)

    def dtypes_of(self, rule: str) -> tuple[str, ...]:
        """The dtypes that the library can run a rule with."""
        return tuple(dtype for dtype in self.dtypes if not self.lacks(rule, dtype))

    def _matching(self, name: str) -> list[Any]:
        with warnings.catch_warnings():  # PyTorch's version of devices() looks up deprecated names
            warnings.simplefilter("ignore")
            return [d for d in self.namespace().__array_namespace_info__().devices() if name in str(d)]


def names() -> list[str]:
    """The names of the backends that have a profile."""
    return sorted(path.stem for path in folder("backends").glob("*.toml"))


def load(name: str) -> Backend:
    """The profile of a backend."""
    path = folder("backends") / f"{name}.toml"
    if not path.exists():
        raise MissingBackend(f"unknown backend {name!r}; the known ones are {', '.join(names())}")
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
