"""Replace functions of a host by others, and restore them."""

import functools
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

__all__ = ["Block", "Function", "Installation", "Place"]

Function = Callable[..., Any]
Place = tuple[Any, str, Function]  # a module or class, a name in it, and the function to put there


class Block:
    """Holds an installation until the end of a `with` block."""

    def __init__(self, installation: "Installation") -> None:
        self.installation, self.holds = installation, True

    def __enter__(self) -> None:
        if not (self.holds and self.installation.own):  # used before, or uninstalled in between
            self.installation.hold()
        self.holds = False

    def __exit__(self, kind: type | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.installation.release()


class Installation:
    """A set of functions that can replace attributes of modules and classes.

    Parameters
    ----------
    places : list of Place
    tracing : callable, optional
        Returns whether the host is compiling the Python code at this moment.
    foreign : callable, optional
        Returns whether an argument overrides the host's own functions.
    changed : callable, optional
        Called after the functions are put in place, and after the host's own are restored.
    """

    def __init__(
        self,
        places: list[Place],
        tracing: Callable[[], bool] = lambda: False,
        foreign: Callable[[Any], bool] = lambda x: False,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.places, self.tracing, self.foreign, self.changed = places, tracing, foreign, changed
        self.inside, self.lock, self.holds = threading.local(), threading.RLock(), 0
        self.own: list[tuple[Any, str, Any]] = []

    def put(self) -> Block:
        """Put the functions in place, and return a block that holds them."""
        self.hold()
        return Block(self)

    def hold(self) -> None:
        """Count one more holder, and put the functions in place if they are not there yet."""
        with self.lock:
            self.holds += 1
            if not self.own:
                for owner, name, function in self.places:
                    self.own.append((owner, name, vars(owner).get(name)))
                    call = self._from_outside(function, getattr(owner, name))
                    # Pickle finds a function by its module and name.
                    inner = isinstance(owner, type)
                    call.__module__ = owner.__module__ if inner else owner.__name__
                    call.__qualname__ = f"{owner.__qualname__}.{name}" if inner else name
                    setattr(owner, name, call)
                self.changed()

    def release(self) -> None:
        """Count one holder less, and restore the host's own functions after the last one."""
        with self.lock:
            self.holds -= 1
            if self.holds <= 0:
                self.take_out()

    def take_out(self) -> None:
        """Restore the host's own functions, even if blocks still hold the others."""
        with self.lock:
            self.holds = 0
            for owner, name, own in self.own:
                if own is None:  # a method that a class inherits
                    delattr(owner, name)
                else:
                    setattr(owner, name, own)
            if self.own:
                self.own.clear()
                self.changed()

    def _from_outside(self, function: Function, own: Function) -> Function:
        """The function for calls from the program. Calls that it makes itself go to the host's own."""
        inside, tracing, foreign = self.inside, self.tracing, self.foreign

        @functools.wraps(function)
        def call(*args: Any, **keywords: Any) -> Any:
            if tracing():
                return function(*args, **keywords)
            if getattr(inside, "now", False) or keywords.get("out") is not None:
                return own(*args, **keywords)
            if any(map(foreign, args)) or any(map(foreign, keywords.values())):
                return own(*args, **keywords)
            inside.now = True
            try:
                return function(*args, **keywords)
            finally:
                inside.now = False

        return call
