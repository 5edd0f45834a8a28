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
    """A context manager for a time of installation: its end takes out what its beginning put in place."""

    def __init__(self, installation: "Installation | None") -> None:
        self.installation = installation

    def __enter__(self) -> None:
        """What is installed is so already."""

    def __exit__(self, kind: type | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.installation:
            self.installation.take_out()


class Installation:
    """Functions in place of attributes of modules and classes.

    Parameters
    ----------
    places : list of Place
    tracing : callable, optional
        Whether the host's compiler of Python reads the code at this moment.
    foreign : callable, optional
        Whether an argument is no array of the host, but answers the host's own functions itself.
    """

    def __init__(
        self,
        places: list[Place],
        tracing: Callable[[], bool] = lambda: False,
        foreign: Callable[[Any], bool] = lambda x: False,
    ) -> None:
        self.places, self.tracing, self.foreign = places, tracing, foreign
        self.inside = threading.local()
        self.own: list[tuple[Any, str, Any]] = []

    def put(self) -> Block:
        """Put the functions in place, if they are not."""
        if self.own:
            return Block(None)
        for owner, name, function in self.places:
            self.own.append((owner, name, vars(owner).get(name)))
            setattr(owner, name, self._from_outside(function, getattr(owner, name)))
        return Block(self)

    def take_out(self) -> None:
        """Put what was there before in place again."""
        for owner, name, own in self.own:
            if own is None:  # a method that a class inherits
                delattr(owner, name)
            else:
                setattr(owner, name, own)
        self.own.clear()

    def _from_outside(self, function: Function, own: Function) -> Function:
        """The function for calls of the program; those that it makes itself are the host's own."""
        inside, tracing, foreign = self.inside, self.tracing, self.foreign

        @functools.wraps(own)
        def call(*args: Any, **keywords: Any) -> Any:
            if tracing():
                return function(*args, **keywords)
            if getattr(inside, "now", False) or any(map(foreign, args)):
                return own(*args, **keywords)
            inside.now = True
            try:
                return function(*args, **keywords)
            finally:
                inside.now = False

        return call
