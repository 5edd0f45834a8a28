"""The points at which frameworks are compared, and the true derivatives there.

Factors may come with other signs, phases or in another order than in the test vectors. `Frame` finds the
difference and carries the cotangents over, so that they mean the same loss to every framework.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.random import default_rng

from linalg_vjp import RULES
from linalg_vjp.testing.vectors import load

from ..hosts.cases import differences

KINDS = ("complex", "tall", "wide", "batched")
OF_FORM = ("gauge", "max_steps")  # keywords that change no derivative here
HERMITIAN = ("hermitian", "positive")


def points(name):
    """One vector of each kind, with the rule's typical keywords; the real and unbatched ones first."""
    rule = RULES[name]
    params = {key: param.default for key, param in rule.params.items()} | rule.typical
    chosen = {}
    for vector in load(name):
        typical = all(vector.params[key] == params[key] for key in vector.params if key not in OF_FORM)
        if typical and set(vector.marks) <= set(KINDS) and usable(vector):
            kept = chosen.setdefault(vector.marks, vector)
            if live(vector) > live(kept):
                chosen[vector.marks] = vector
    if () not in chosen and ("batched",) in chosen:
        chosen[()] = first_of(chosen["batched",])
    in_order = sorted(chosen.values(), key=lambda v: [kind in v.marks for kind in reversed(KINDS)])
    return [without_phase(triangular(vector)) for vector in in_order]


def usable(vector):
    """Whether it tests a JVP as well, is no number, and has one batch axis at most: few hosts take two."""
    return vector.tangents is not None and vector.inputs[0].size > 1 and batch_axes(vector) <= 1


def batch_axes(vector):
    """How many axes of the first input are batch axes: none where the rule takes all axes."""
    core = rule_of(vector).sides.inputs[0]
    return 0 if core == ("*",) else vector.inputs[0].ndim - len(core)


def first_of(vector):
    """The first matrix of a batch."""
    sides = {
        side: tuple(None if x is None else x[0] for x in getattr(vector, side))
        for side in ("inputs", "outputs", "cotangents", "pulled", "tangents", "pushed")
    }
    return vector._replace(name=f"{vector.name}, the first", marks=(), **sides)


def rule_of(vector):
    """Its rule, for so many inputs."""
    return RULES[vector.rule].of(len(vector.inputs))


def varying(vector, arrays):
    """Of so many as the inputs, those that a derivative is with respect to."""
    rule = rule_of(vector)
    return [x for x, name in zip(arrays, rule.inputs, strict=True) if name not in rule.constant]


def completed(vector, given, asarray=np.asarray):
    """All inputs: the given ones, and the constant ones of the vector."""
    rule, rest = rule_of(vector), iter(given)
    named = zip(vector.inputs, rule.inputs, strict=True)
    return [asarray(x) if name in rule.constant else next(rest) for x, name in named]


def live(vector):
    """How many outputs the loss sees."""
    return sum(bar is not None for bar in vector.cotangents)


def triangular(vector):
    """With zeros in the half that the rule does not read: other libraries may."""
    inputs, tangents = list(vector.inputs), list(vector.tangents)
    for i, name in enumerate(rule_of(vector).inputs):
        if rule_of(vector).space.get(name) == "triangular":
            lower, upper = np.any(np.tril(vector.pulled[i], -1)), np.any(np.triu(vector.pulled[i], 1))
            if lower and upper:  # two factors in one array
                continue
            half = np.tril if lower else np.triu
            inputs[i], tangents[i] = half(inputs[i]), half(tangents[i])
    return vector._replace(inputs=tuple(inputs), tangents=tuple(tangents))


def without_phase(vector):
    """Of the phases of eigenvectors, which a library may fix as it likes, nothing is asked."""
    rule = RULES[vector.rule]
    matrices = [i for i, core in enumerate(rule.sides.outputs) if len(core) == 2]
    if len(matrices) != 1 or rule.outputs[matrices[0]] not in rule.gauge:
        return vector
    bars, i = list(vector.cotangents), matrices[0]
    V, bar = vector.outputs[i], bars[i]
    bars[i] = bar - 1j * V * np.imag(np.sum(np.conj(V) * bar, axis=-2, keepdims=True))
    bars[i] = bars[i] if V.dtype.kind == "c" else bars[i].real
    pulled = rule.vjp(vector.inputs, vector.outputs, bars, **vector.params)
    return vector._replace(cotangents=tuple(bars), pulled=tuple(pulled))


class Frame:
    """How the outputs of a framework differ from those of a vector; ValueError where the values do."""

    def __init__(self, vector, found):
        self.order, self.phases, self.real = None, {}, {}
        for x, y in zip(found, vector.outputs, strict=True):
            if x.ndim == 1 + batch_axes(vector) and self.order is None and not close(x, y):
                self.order = np.argmin(abs(x[..., :, None] - y[..., None, :]), axis=-1)
        for i, (x, y) in enumerate(zip(found, vector.outputs, strict=True)):
            self.real[i] = x.dtype.kind != "c"
            y = self._ordered(y, vector)
            if close(x, y):
                continue
            # Those of columns, of rows, or of a basis, in which this matrix is a form.
            others = [_phases(a, b, -2) for a, b in zip(found, vector.outputs, strict=True) if a is not x]
            forms = [np.conj(np.swapaxes(p, -1, -2)) * p for p in others if p.ndim > 1]
            for phase in (_phases(x, y, -2), _phases(x, y, -1), *forms):
                if close(x, y * phase):
                    self.phases[i] = phase
                    break
            else:
                raise ValueError(f"{RULES[vector.rule].outputs[i]} has other values")
        self.vector = vector

    def bars(self):
        """The cotangents for the framework's outputs; None for zero."""
        bars = []
        for i, bar in enumerate(self.vector.cotangents):
            if bar is not None:
                bar = self._ordered(bar, self.vector) * self.phases.get(i, 1)
                bar = bar.real if self.real[i] else bar.astype("complex128")
            bars.append(bar)
        return bars

    def _ordered(self, y, vector):
        if self.order is None:
            return y
        order = self.order if y.ndim == self.order.ndim else self.order[..., None, :]
        return np.take_along_axis(y, order, axis=-1)


def _phases(x, y, axis):
    """The phase between x and y along an axis."""
    if x.ndim < 2 or x.shape != y.shape:
        return np.zeros(1)
    phase = np.sum(np.conj(y) * x, axis, keepdims=True)
    with np.errstate(all="ignore"):
        return phase / abs(phase)


def close(x, y):
    return x.shape == y.shape and np.allclose(x, y, rtol=1e-6, atol=1e-7)


def directions(vector):
    """The tangents of the vector, and random ones of the same structure; none of constant inputs."""
    random, further = default_rng(len(vector.name)), []
    tangents = varying(vector, vector.tangents)
    for dot, name in zip(tangents, varying(vector, rule_of(vector).inputs), strict=True):
        e = random.standard_normal(dot.shape)
        if dot.dtype.kind == "c":
            e = e + 1j * random.standard_normal(dot.shape)
        space = rule_of(vector).space.get(name)
        further.append(on_space(np.where(dot == 0, 0, e) if space == "triangular" else e, space))
    return tangents, further


def on_space(x, space, like=None):
    """The part of a cotangent that tangents can see, however a framework represents it."""
    if space in HERMITIAN:
        return (x + np.conj(np.swapaxes(x, -1, -2))) / 2
    return np.where(like != 0, x, 0) if space == "triangular" and like is not None else x


class Second(NamedTuple):
    """A loss that depends on no gauge: Re<bar, y>, or |bar| |y|^2 entry by entry of factors that have one."""

    bars: list[Any]
    squared: list[bool]

    @classmethod
    def of(cls, frame):
        rule = RULES[frame.vector.rule]
        squared = [bool(rule.gauge) and len(core) == 2 for core in rule.sides.outputs]
        bars = frame.bars()
        bars = [abs(b) if s and b is not None else b for b, s in zip(bars, squared, strict=True)]
        return cls(bars, squared)


def second_truth(vector):
    """The second derivative of that loss along both directions: differences of the rule's own pullback.

    The pullback is compared with the true derivatives, to all digits, by the tests of the vectors.
    """
    rule, (D, E) = RULES[vector.rule], directions(vector)
    loss = Second.of(Frame(vector, [np.asarray(y) for y in rule.forward(*vector.inputs, **vector.params)]))

    def slope(t):
        moved = [x + t * e for x, e in zip(varying(vector, vector.inputs), E, strict=True)]
        inputs = completed(vector, moved)
        outputs = rule.forward(*inputs, **vector.params)
        bars = [
            2 * b * y if s and b is not None else b
            for b, s, y in zip(loss.bars, loss.squared, outputs, strict=True)
        ]
        return paired(varying(vector, rule.vjp(inputs, outputs, bars, **vector.params)), D)

    return differences(slope)


def paired(bars, dots):
    """The sum of Re<bar, dot>."""
    return float(
        sum(np.sum(np.real(np.conj(b) * d)) for b, d in zip(bars, dots, strict=True) if b is not None)
    )
