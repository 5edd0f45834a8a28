"""A point is an op with inputs and keywords. Each point yields cases of the vectors."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import mpmath
import numpy as np

from .draws import Draw
from .exact import exact, filled, jacobian, pulled, pushed, same, second, without_rounding

# Points with these marks have no second derivative, or have one only along some tangents.
ROUGH = {"kink", "tied", "singular", "undefined", "gauge", "junk", "close", "scale", "cut"}
NAN = mpmath.mpf("nan")  # marks an undefined result


@dataclass(frozen=True)
class Op:
    """An operation on one matrix, or on one matrix for each input.

    An axis with "?" in the signature is absent everywhere if an input has too few axes. If "..." follows it,
    the last input may be repeated: "A" is A1, A2 and so on. An input with "(*)" has no batch axes.

    `near(*inputs, draw, **params)` fixes what the definition leaves open at a point (an order of rows, a
    sign, a basis, a rank). It returns a function of the inputs that is smooth there, and returns a list of
    outputs. `invariant(outputs, cotangents)` removes from cotangents, which may be None, the part along the
    gauge. `level(outputs, cotangents)` gives tied values equal cotangents.
    """

    name: str
    signature: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    saves: tuple[str, ...]
    near: Callable[..., Callable[..., list]]
    params: Mapping[str, Any] = field(default_factory=dict)
    constant: tuple[str, ...] = ()  # inputs and outputs that cannot be differentiated
    real: tuple[str, ...] = ()  # outputs that are real even for a complex input
    whole: tuple[str, ...] = ()  # constant arrays that hold integers for all keywords
    complex: tuple[str, ...] = ()  # outputs that are complex even for a real input
    invariant: Callable[[list, list], list] = lambda outputs, bars: bars
    level: Callable[[list, list], list] = lambda outputs, bars: bars
    hermitian: tuple[str, ...] = ()  # inputs that are Hermitian, with Hermitian tangents

    def names(self, count):
        """The names of this many inputs."""
        *first, last = self.inputs
        copies = [f"{last}{i + 1}" for i in range(count - len(first))] if "..." in self.signature else [last]
        return (*first, *copies)

    def axes(self, inputs):
        """How many axes of each input are core axes."""
        left = self.signature.split("->")[0]
        cores = [re.findall(r"\w+\??|\*", core) for core in re.findall(r"\((.*?)\)", left)]
        more = len(inputs) - len(cores)
        if (
            len(cores) > 1 and cores[-1][:1] == cores[-2][-1:] != []
        ):  # a chain, whose middle factors are matrices
            cores[-1:-1] = [[cores[-1][0]] * 2] * more
        else:
            cores += cores[-1:] * more
        short = [core for core, x in zip(cores, inputs, strict=True) if x.ndim < len(core)]
        missing = {name for core in short for name in core if name.endswith("?")}
        counts = [
            x.ndim if core == ["*"] else len([name for name in core if name not in missing])
            for core, x in zip(cores, inputs, strict=True)
        ]
        assert all(x.ndim >= count for x, count in zip(inputs, counts, strict=True))
        return counts


class Piece(NamedTuple):
    """One matrix of the batch: its index in the batch and in each input, its outputs and derivatives."""

    index: tuple[int, ...]
    places: list[tuple[int, ...]]
    inputs: list[Any]
    outputs: list[Any]
    columns: list[Any] | None


@dataclass(frozen=True)
class Point:
    """An op with inputs. `undefined` maps indices in the batch to outputs without a derivative there."""

    op: Op
    title: str
    inputs: tuple[Any, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    note: str = ""
    alone: bool = True  # whether to add a case for each cotangent alone
    pushed: bool = True  # whether to add tangents
    twice: bool = True  # whether to add a second derivative, if the point is smooth
    smooth: bool = False  # whether the point is smooth in spite of its marks
    axes: tuple[int, ...] | None = None  # replaces the axes of the op
    undefined: Mapping[tuple[int, ...], tuple[Any, ...]] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()  # parts that cotangents keep: "gauge", "kink"
    junk: bool = False  # whether tangents of a Hermitian input are not Hermitian
    rounded: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # added to saved outputs

    def cases(self) -> list[dict[str, Any]]:
        """The cases as JSON objects that contain arrays of mpmath numbers."""
        op, draw = self.op, Draw(f"{self.op.name}, {self.title}: cotangents and tangents")
        batch, pieces = self._pieces()
        outputs = [_stacked(batch, [(p.index, p.outputs[k]) for p in pieces]) for k in range(len(op.outputs))]
        if not pieces:  # take the shapes from any matrix
            cores = [x.shape[x.ndim - n :] for x, n in zip(self.inputs, self._axes, strict=True)]
            any_matrices = [exact(np.eye(*core) if len(core) == 2 else np.ones(core)) for core in cores]
            outputs = [np.empty(batch + y.shape, object) for y in self._near(any_matrices)(*any_matrices)]
        bars = [
            None if name in op.constant else exact(draw(*y.shape, complex=self._is_complex(name)))
            for name, y in zip(op.outputs, outputs, strict=True)
        ]
        dots = [draw(*x.shape, complex=x.dtype.kind == "c") for x in self.inputs]
        dots = [
            None
            if name in op.constant
            else exact((x + np.conj(x.mT)) / 2 if name in op.hermitian and not self.junk else x)
            for name, x in zip(self._names, dots, strict=True)
        ]
        saved = [
            y if name not in self.rounded else y + exact(self.rounded[name])
            for name, y in zip(op.outputs, outputs, strict=True)
        ]
        point = {
            **({"note": self.note} if self.note else {}),
            "params": {**op.params, **self.params},
            "inputs": self._named(self._names, [exact(x) for x in self.inputs]),
            "outputs": self._named(op.outputs, saved),
        }
        live = [k for k, bar in enumerate(bars) if bar is not None]
        subsets = [[k] for k in live] if self.alone and len(live) > 1 else []
        cases, smooth = [], None
        for subset in (*subsets, live):
            chosen, shown = self._allowed(
                pieces, [bar if k in subset else None for k, bar in enumerate(bars)]
            )
            alone = f", {op.outputs[subset[0]]}_bar alone" if subset in subsets else ""
            head = {
                "name": self.title + alone,
                "rule": op.name,
                "marks": [*self._marks(batch), *self.marks, *shown],
            }
            cases.append({**head, **point, "vjp": self._vjp(pieces, chosen)})
            given = [bar if k in subset else None for k, bar in enumerate(bars)]
            if (self.smooth or not ROUGH & {*head["marks"]}) and same(given, chosen):
                smooth = len(cases) - 1, chosen
        if self.pushed:
            cases[-1]["jvp"] = self._jvp(batch, pieces, outputs, dots)
        if smooth is not None and batch == () and self.pushed and self.twice:
            at, chosen = smooth
            cases[at]["second"] = self._second(pieces[0], chosen, dots, draw)
        return cases

    @property
    def _axes(self):
        return self.axes or self.op.axes(self.inputs)

    @property
    def _names(self):
        return self.op.names(len(self.inputs))

    def _near(self, inputs):
        return self.op.near(*inputs, draw=Draw(f"{self.op.name}, {self.title}: what is open"), **self.params)

    def _pieces(self):
        batches = [x.shape[: x.ndim - n] for x, n in zip(self.inputs, self._axes, strict=True)]
        batch = np.broadcast_shapes(*batches)
        pieces = []
        for index in np.ndindex(*batch):
            places = [
                tuple(0 if size == 1 else i for i, size in zip(index[len(batch) - len(b) :], b, strict=True))
                for b in batches
            ]
            inputs = [exact(x[place]) for x, place in zip(self.inputs, places, strict=True)]
            if index in self.undefined:
                outputs = [
                    filled(y.shape, y.tolist()) if y.dtype.kind == "i" else exact(y)
                    for y in map(np.asarray, self.undefined[index])
                ]
                columns = None
            else:
                f = self._near(inputs)
                outputs = [y if _is_whole(y) else without_rounding(y) for y in f(*inputs)]
                columns = jacobian(lambda at, f=f: f(*at), inputs)
            pieces.append(Piece(index, places, inputs, outputs, columns))
        return batch, pieces

    def _allowed(self, pieces, bars):
        """The cotangents without the parts that this point does not keep, and marks for the others."""
        bars, marks = [None if bar is None else bar.copy() for bar in bars], []
        for mark, project in (("gauge", self.op.invariant), ("kink", self.op.level)):
            for p in pieces:
                if p.columns is None:
                    continue
                parts = [None if bar is None else bar[(*p.index, ...)].copy() for bar in bars]
                less = project(p.outputs, [None if part is None else part.copy() for part in parts])
                for bar, old, new in zip(bars, parts, less, strict=True):
                    if bar is None or np.all(without_rounding(np.asarray(new - old, object), old) == 0):
                        continue
                    if mark not in self.keeps:
                        bar[(*p.index, ...)] = without_rounding(new, old)
                    elif mark not in marks:
                        marks.append(mark)
        return bars, marks

    def _vjp(self, pieces, bars):
        results = [filled(x.shape, [mpmath.mpf(0)] * x.size) for x in self.inputs]
        for p in pieces:
            if p.columns is None:
                parts = [filled(x.shape, [NAN] * x.size) for x in p.inputs]
            else:
                parts = pulled(
                    p.columns, p.inputs, [None if bar is None else bar[(*p.index, ...)] for bar in bars]
                )
            for result, place, part in zip(results, p.places, parts, strict=True):
                result[(*place, ...)] = result[(*place, ...)] + part
        return {
            "cotangents": self._named(self.op.outputs, bars),
            "result": self._named(
                self._names,
                [
                    None if name in self.op.constant else x
                    for name, x in zip(self._names, results, strict=True)
                ],
            ),
        }

    def _jvp(self, batch, pieces, outputs, dots):
        parts = []
        for p in pieces:
            if p.columns is None:
                parts.append((p.index, [filled(y.shape, [NAN] * y.size) for y in p.outputs]))
            else:
                along = [
                    None if dot is None else dot[(*place, ...)]
                    for dot, place in zip(dots, p.places, strict=True)
                ]
                parts.append((p.index, pushed(p.columns, p.outputs, along)))
        results = [
            None
            if name in self.op.constant
            else _stacked(batch, [(i, part[k]) for i, part in parts], outputs[k].shape)
            for k, name in enumerate(self.op.outputs)
        ]
        return {
            "tangents": self._named(self._names, dots),
            "result": self._named(self.op.outputs, results),
        }

    def _second(self, piece, bars, dots, draw):
        """The tangent of the pullback's result when inputs and cotangents move."""
        moving = [
            None if bar is None else exact(draw(*bar.shape, complex=self._is_complex(name)))
            for name, bar in zip(self.op.outputs, bars, strict=True)
        ]
        result = second(self._near(piece.inputs), piece.inputs, dots, bars, moving)
        return {
            "tangents": self._named(self._names, dots),
            "cotangents": self._named(self.op.outputs, moving),
            "result": self._named(self._names, result),
        }

    def _is_complex(self, name):
        if name in self._names:
            return self.inputs[self._names.index(name)].dtype.kind == "c"
        if name in self.op.complex:
            return True
        return name not in self.op.real and any(x.dtype.kind == "c" for x in self.inputs)

    def _named(self, names, arrays):
        kinds = ("complex128" if self._is_complex(name) else "float64" for name in names)
        return {
            name: None if x is None else Numbers(x, "int64" if self._counts(name, x) else kind)
            for name, x, kind in zip(names, arrays, kinds, strict=True)
        }

    def _counts(self, name, x):
        """Whether an array holds indices. Integers alone do not show it: an empty sum is an integer too."""
        return name in self.op.whole or (name in self.op.constant and _is_whole(x))

    def _marks(self, batch):
        """The marks that follow from the inputs."""
        shapes = [x.shape for x in self.inputs]
        last = shapes[0][-2:] if self.op.axes(self.inputs)[0] == 2 else (0, 0)
        shown = {
            "batched": len(batch) > 0,
            "complex": any(x.dtype.kind == "c" for x in self.inputs),
            "tall": last[0] > last[-1],
            "wide": last[0] < last[-1],
            "empty": any(0 in shape for shape in shapes),
            "broadcast": any(s[: len(s) - n] != batch for s, n in zip(shapes, self._axes, strict=True)),
            "undefined": bool(self.undefined),
        }
        return [mark for mark, is_so in shown.items() if is_so]


class Numbers(NamedTuple):
    """An array of mpmath numbers, and its dtype in double precision."""

    values: Any
    dtype: str


def _stacked(batch, parts, shape=None):
    if not parts:
        return np.empty(shape or (), object)
    result = np.empty(batch + parts[0][1].shape, object)
    for index, part in parts:
        result[(*index, ...)] = part
    return result


def _is_whole(x):
    return x.size > 0 and all(isinstance(v, int) for v in x.flat)
