"""The data of a rule: everything that the library, its tests and its adapters know about it."""

import functools
import keyword
from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from ._params import Param
from ._signature import Core, Signature, parse, repeated

__all__ = ["Record"]

Arrays = tuple[Any, ...]

# The sets that an input may be restricted to.
SPACES = ("hermitian", "positive", "nonsingular", "triangular", "tall", "pivots")


def always(params: Mapping[str, Any]) -> bool:
    """The default of `batched`: leading axes are batch axes with every keyword."""
    return True


@dataclass(frozen=True, eq=False)
class Record:
    """The data of a rule. `Rule`, which has the same fields, documents them."""

    name: str
    signature: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    saves: tuple[str, ...]
    op: Callable[..., Arrays]
    op_vjp: Callable[..., Arrays]
    op_jvp: Callable[..., Arrays]
    op_fwd: Callable[..., tuple[Arrays, Arrays]] | None = None
    op_keep: Callable[..., Arrays] | None = None
    keeps: tuple[str, ...] = ()
    params: Mapping[str, Param] = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    real: tuple[str, ...] = ()
    gauge: tuple[str, ...] = ()
    space: Mapping[str, str] = field(default_factory=dict)
    batched: Callable[[Mapping[str, Any]], bool] = always
    axis: str = ""
    half: bool = False
    typical: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""
    family: str = ""
    domain: str = ""

    sides: Signature = field(init=False, repr=False)
    extras: tuple[str, ...] = field(init=False, repr=False)  # names in `keeps` that are no input or output
    # The next four are positions.
    slots: tuple[int, ...] = field(init=False, repr=False)  # of `keeps` in inputs + outputs + extras
    saved: tuple[int, ...] = field(init=False, repr=False)  # of `saves` in inputs + outputs
    stored: tuple[int, ...] = field(init=False, repr=False)  # of arrays in `saves` whose values are read
    places: tuple[int, ...] = field(init=False, repr=False)  # of `keeps` in `stored` + `extras`
    light: bool = field(init=False, repr=False)  # derivatives read extras, and at most one other array
    pull_cores: tuple[Core | None, ...] = field(init=False, repr=False)  # cores of the arguments of op_vjp
    push_cores: tuple[Core | None, ...] = field(init=False, repr=False)  # and of op_jvp; None for an extra
    run_fwd: Callable[..., Arrays] = field(init=False, repr=False)  # gives the outputs and the extras
    run_keep: Callable[..., Arrays] = field(init=False, repr=False)  # gives the extras
    result: Any = field(init=False, repr=False)  # the type of the outputs, if there are several

    def __post_init__(self) -> None:
        for part in ("inputs", "outputs", "saves", "keeps"):
            if not isinstance(getattr(self, part), tuple):
                raise TypeError(
                    f"{self.name}: {part} must be a tuple of names, got {getattr(self, part)!r}; a single "
                    f"name needs a comma, as in ('A',)"
                )
        names = (*self.inputs, *self.outputs)
        sides = parse(self.signature)
        self._check(sides, names)
        keeps = self.keeps or self.saves
        extras = tuple(name for name in keeps if name not in names)
        if lost := set(keeps) - {*self.saves, *extras}:
            raise ValueError(f"{self.name}: keeps has {sorted(lost)}, which saves lacks; add it to saves")
        everything = (*names, *extras)
        cores = (*sides.inputs, *sides.outputs, *[None] * len(extras))
        slots = tuple(everything.index(name) for name in keeps)
        stored = [name for name in self.saves if name not in self.shapes]
        derived = {
            "params": MappingProxyType(dict(self.params)),
            "space": MappingProxyType(dict(self.space)),
            "typical": MappingProxyType(dict(self.typical)),
            "keeps": keeps,
            "page": self.page or self.name,
            "sides": sides,
            "extras": extras,
            "slots": slots,
            "saved": tuple(names.index(name) for name in self.saves),
            "stored": tuple(names.index(name) for name in stored),
            "places": tuple([*stored, *extras].index(name) for name in keeps if name not in self.shapes),
            "light": bool(extras) and sum(bool(cores[i]) for i in slots) <= 1,
            "pull_cores": (*(cores[i] for i in slots), *sides.outputs),
            "push_cores": (*(cores[i] for i in slots), *sides.inputs),
            "run_fwd": functools.partial(_flat, self.op_fwd or self.op),
            "run_keep": self.op_keep or functools.partial(_extras, self.op_fwd or self.op),
            "result": _result_type(self.name, self.outputs),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)
        if extras and self.op_fwd is None and self.op_keep is None:
            raise ValueError(
                f"{self.name}: keeps has {', '.join(extras)}, which is neither an input nor an output; pass "
                f"op_fwd or op_keep to make it"
            )
        if extras and self.op_keep is None and not set(self.inputs) <= set(self.saves):
            raise ValueError(
                f"{self.name}: without op_keep, {', '.join(extras)} must be made again from all inputs; add "
                f"{', '.join(self.inputs)} to saves, or pass op_keep"
            )

    def _check(self, sides: Signature, names: tuple[str, ...]) -> None:
        counts = len(sides.inputs), len(sides.outputs)
        if counts != (len(self.inputs), len(self.outputs)):
            raise ValueError(
                f"{self.name}: signature {self.signature!r} has {counts[0]} inputs and {counts[1]} "
                f"outputs, but the names are inputs={self.inputs}, outputs={self.outputs}; they must match"
            )
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name}: the names {names} of inputs and outputs are not distinct")
        for part in (self.name, *names):
            if not part.isidentifier() or keyword.iskeyword(part):
                raise ValueError(f"{self.name}: {part!r} cannot be a name; use letters, digits and _")
        for part, known in (
            ("saves", names),
            ("constant", names),
            ("shapes", self.saves),
            ("real", self.outputs),
            ("gauge", self.outputs),
            ("space", self.inputs),
            ("typical", tuple(self.params)),
        ):
            if unknown := set(getattr(self, part)) - set(known):
                raise ValueError(
                    f"{self.name}: {part} has {', '.join(sorted(unknown))}, but may only have names from "
                    f"{', '.join(known) or 'an empty list'}"
                )
        for part in ("op", "op_vjp", "op_jvp"):
            if not callable(getattr(self, part)):
                raise TypeError(f"{self.name}: {part} must be a function, got {getattr(self, part)!r}")
        for name, param in self.params.items():
            if not isinstance(param, Param) or not param.allows(param.default):
                raise TypeError(
                    f"{self.name}: the keyword {name} must be a Param whose default is allowed, such as "
                    f"one_of(False, True), got {param!r}"
                )
        if self.axis and self.axis not in self.params:
            raise ValueError(f"{self.name}: axis is {self.axis!r}, which is not a keyword in params")
        for name, space in self.space.items():
            if space not in SPACES:
                raise ValueError(f"{self.name}: space of {name} is {space!r}, not one of {', '.join(SPACES)}")

    def of(self, count: int) -> Any:
        """The rule for `count` inputs, if the last input may be repeated; else the rule itself."""
        return _repeated(self, count) if self.sides.repeats and count >= len(self.inputs) else self

    def from_saved(self, inputs: Any, outputs: Any) -> list[Any]:
        """The inputs and outputs that `saves` names, in that order."""
        values = (*inputs, *outputs)
        return [values[i] for i in self.saved]


def _flat(op_fwd: Callable[..., Arrays], *inputs: Any, **keywords: Any) -> Arrays:
    outputs, extras = op_fwd(*inputs, **keywords)
    return *outputs, *extras


def _extras(op_fwd: Callable[..., Arrays], *inputs: Any, **keywords: Any) -> Arrays:
    _, extras = op_fwd(*inputs, **keywords)
    made: Arrays = extras
    return made


@functools.cache
def _result_type(name: str, outputs: tuple[str, ...]) -> Any:
    def restore(self: Any) -> Any:  # pickle cannot find the type by its name
        return _restored, (name, outputs, *self)

    make: Any = namedtuple
    made = make(f"{name}_result", outputs)
    made.__reduce__ = restore
    return made


def _restored(name: str, outputs: tuple[str, ...], *arrays: Any) -> Any:
    return _result_type(name, outputs)(*arrays)


@functools.cache
def _repeated(record: Any, count: int) -> Any:
    *first, last = record.inputs
    copies = tuple(f"{last}{i}" for i in range(1, count - len(first) + 1))

    def spread(names: tuple[str, ...]) -> tuple[str, ...]:
        several = {last: copies, **parts}
        return tuple(copy for name in names for copy in several.get(name, (name,)))

    parts = {name: tuple(f"{name}{i}" for i in range(1, len(copies))) for name in record.extras}
    spaces = {copy: space for name, space in record.space.items() for copy in spread((name,))}
    changed = {
        f.name: spread(getattr(record, f.name))
        for f in fields(record)
        if f.name in ("inputs", "saves", "keeps", "constant", "shapes")
    }
    signature = repeated(record.signature, len(copies))
    return replace(record, signature=signature, space=spaces, **changed)
