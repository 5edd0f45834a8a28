"""What a framework's derivatives are at the points of a rule: right, wrong by how much, NaN, or raised."""

import warnings
from math import sqrt

import numpy as np

from .points import (
    Frame,
    Second,
    completed,
    directions,
    on_space,
    paired,
    points,
    rule_of,
    second_truth,
    varying,
)

WAYS = ("vjp", "jvp", "twice")
TOLERANCE = 1e-6


def judged(host, name):
    """For each point, by its title, a word for each derivative; None where the framework has no function."""
    chosen = points(name)
    function = found_function(host, name, chosen[0])
    if function is None:
        return None
    return {vector.name: at_point(host, function, vector) for vector in chosen}


def found_function(host, name, vector):
    """The first of the host's candidates whose values are those of the rule."""
    for function in host.candidates(name, vector.params):
        try:
            frame_of(host, function, vector)
        except Exception:
            continue
        return function
    return None


def at_point(host, function, vector):
    """One word for each derivative."""
    try:
        frame = frame_of(host, function, vector)
    except Exception as error:
        return dict.fromkeys(WAYS, said(error))
    return {way: word(way, host, function, frame) for way in WAYS}


def frame_of(host, function, vector):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs = parts(function(*map(host.h.asarray, vector.inputs)), len(vector.outputs))
    return Frame(vector, [host.numpy(y) for y in outputs])


def parts(outputs, count):
    """A list of the outputs; autograd's sequences are no tuples."""
    return [outputs] if count == 1 else [outputs[i] for i in range(count)]


def word(way, host, function, frame):
    """How a derivative is."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            error = {"vjp": vjp_error, "jvp": jvp_error, "twice": twice_error}[way](host, function, frame)
    except Exception as problem:
        return said(problem)
    if np.isnan(error):
        return "NaN"
    return "right" if error <= TOLERANCE else f"wrong by {error:.0e}"


def said(error):
    first = (str(error).strip().splitlines() or [""])[0]
    return f"raises {type(error).__name__}: {first[:100]}".rstrip(": ")


def vjp_error(host, function, frame):
    """The largest error of the cotangents, relative to the largest number of them."""
    vector, rule = frame.vector, rule_of(frame.vector)
    loss = loss_of(host, function, vector, Second(frame.bars(), [False] * len(frame.real)))
    names, inputs, pulled = (varying(vector, xs) for xs in (rule.inputs, vector.inputs, vector.pulled))
    found = host.gradient(loss)(*map(host.h.asarray, inputs))
    errors = []
    for bar, right, name, x in zip(found, pulled, names, inputs, strict=True):
        bar = on_space(host.numpy(host.bar(bar)), rule.space.get(name), x)
        errors.append(np.max(abs(bar - on_space(right, rule.space.get(name), x))) / (np.max(abs(right)) or 1))
    return np.max(errors)


def jvp_error(host, function, frame):
    """The error of the loss's derivative along the vector's tangents, relative to their size."""
    vector = frame.vector
    loss = loss_of(host, function, vector, Second(frame.bars(), [False] * len(frame.real)))
    inputs, dots, pulled = (varying(vector, xs) for xs in (vector.inputs, vector.tangents, vector.pulled))
    along = host.along(loss, *([host.h.asarray(x) for x in xs] for xs in (inputs, dots)))
    return abs(float(host.numpy(along)) - paired(pulled, dots)) / (size(pulled) * size(dots))


def twice_error(host, function, frame):
    """The error of the second derivative, backwards over backwards, along two directions."""
    vector = frame.vector
    D, E = directions(vector)
    gradient = host.gradient(loss_of(host, function, vector, Second.of(frame)))
    along = [host.h.asarray(d) for d in D]

    def slope(*inputs):
        return sum(host.h.pair(host.bar(b), d) for b, d in zip(gradient(*inputs), along, strict=True))

    found = host.second_gradient(slope)(*map(host.h.asarray, varying(vector, vector.inputs)))
    right = second_truth(vector)
    value = paired([host.numpy(host.bar(b)) for b in found], E)
    return abs(value - right) / max(abs(right), size(D) * size(E))


def loss_of(host, function, vector, loss):
    """The loss as a function of the host's; constant inputs are closed over."""
    h = host.h

    def of_inputs(*given):
        outputs = parts(function(*completed(vector, given, h.asarray)), len(loss.bars))
        total = 0.0
        for y, bar, squared in zip(outputs, loss.bars, loss.squared, strict=True):
            if bar is not None:
                bar = h.asarray(bar)
                total = total + (h.sum(bar * h.abs2(y)) if squared else h.pair(bar, y))
        return total

    return of_inputs


def size(arrays):
    return sqrt(sum(np.sum(abs(x) ** 2) for x in arrays)) or 1.0
