"""Array libraries as the tests and the command line see them: the profiles of `backends/`, loaded.

A profile is data only: the module, the pip requirement, the devices and dtypes to try, and the flags that
`set_<module>_flags` takes, where the library has such a function.
"""

import importlib
import importlib.metadata
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._namespace import Array
from ._folders import folder

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib  # type: ignore[import-not-found, no-redef]

__all__ = ["Backend", "MissingBackend", "load", "names"]


class MissingBackend(ImportError):
    """A backend that was asked for is unknown or not installed."""


@dataclass(frozen=True)
class Backend:
    """One array library."""

    name: str
    module: str
    requirement: str
    devices: tuple[str, ...]
    dtypes: tuple[str, ...]
    flags: dict[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str | None:
        """The installed version, or None."""
        try:
            return importlib.metadata.version(self.module.replace("_", "-"))
        except importlib.metadata.PackageNotFoundError:
            return None

    def start(self) -> None:
        """Import the library and set its flags; MissingBackend where it is not installed."""
        try:
            module = importlib.import_module(self.module)
        except ModuleNotFoundError as error:
            raise MissingBackend(
                f"backend {self.name} is not installed; get it with: pip install '{self.requirement}'"
            ) from error
        if self.flags:
            flags = {k: tuple(v) if isinstance(v, list) else v for k, v in self.flags.items()}
            getattr(module, f"set_{self.module}_flags")(**flags)

    def asarray(self, x: Any, device: str | None = None) -> Array:
        """A NumPy array as one of this library's, on the device of that name, else on the first one."""
        module = importlib.import_module(self.module)
        wanted = device or self.devices[0]
        found = [d for d in module.__array_namespace_info__().devices() if wanted in str(d)]
        return module.asarray(np.asarray(x), device=found[0])


def names() -> list[str]:
    """The backends that have a profile."""
    return sorted(path.stem for path in folder("backends").glob("*.toml"))


def load(name: str) -> Backend:
    """The profile of a backend."""
    path = folder("backends") / f"{name}.toml"
    if not path.exists():
        raise MissingBackend(f"no backend {name!r}; there are profiles of {', '.join(names())}")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Backend(
        name=name,
        module=data["module"],
        requirement=data["requirement"],
        devices=tuple(data["devices"]),
        dtypes=tuple(data["dtypes"]),
        flags=data.get("flags", {}),
    )
