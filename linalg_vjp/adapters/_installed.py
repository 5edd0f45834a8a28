"""Functions put in place of a host's own, and taken out again."""

import functools
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

__all__ = ["Block", "Function", "Installation", "Place"]

Function = Callable[..., Any]
Place = tuple[Any, str, Function]  # a module or class, a name in it, and what stands there


class Block:
    """One hold on an installation, for as long as a `with` block lasts."""

    def __init__(self, installation: "Installation") -> None:
        self.installation, self.holds = installation, True

    def __enter__(self) -> None:
        if not (self.holds and self.installation.own):  # it was taken out since
            self.installation.hold()
        self.holds = False

    def __exit__(self, kind: type | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.installation.release()


class Installation:
    """Functions in place of attributes of modules and classes.

    Parameters
    ----------
    places : list of Place
    tracing : callable, optional
        Whether the host's compiler of Python reads the code at this moment.
    foreign : callable, optional
        Whether an argument answers the host's own functions itself.
    changed : callable, optional
        What else is to be done when they are put in place, and when they are taken out.
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
        """Put the functions in place, for one more who holds them."""
        self.hold()
        return Block(self)

    def hold(self) -> None:
        """Put the functions in place, if they are not."""
        with self.lock:
            self.holds += 1
            if not self.own:
                for owner, name, function in self.places:
                    self.own.append((owner, name, vars(owner).get(name)))
                    call = self._from_outside(function, getattr(owner, name))
                    # It is pickled by the name that it has here.
                    inner = isinstance(owner, type)
                    call.__module__ = owner.__module__ if inner else owner.__name__
                    call.__qualname__ = f"{owner.__qualname__}.{name}" if inner else name
                    setattr(owner, name, call)
                self.changed()

    def release(self) -> None:
        """Take the functions out when nobody holds them any longer."""
        with self.lock:
            self.holds -= 1
            if self.holds <= 0:
                self.take_out()

    def take_out(self) -> None:
        """Put what was there before in place again, whoever holds them."""
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
        """The function for calls of the program; those that it makes itself are the host's own."""
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
