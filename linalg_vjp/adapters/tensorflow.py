"""TensorFlow: the rules as functions of its tensors, computed by NumPy.

>>> import tensorflow as tf
>>> from linalg_vjp.adapters import tensorflow as L
>>> A = tf.eye(3, 2, dtype="float64")
>>> with tf.GradientTape() as tape:
...     tape.watch(A)
...     y = tf.reduce_sum(L.qr(A, mode="complete").R)  # tf.linalg.qr has no gradient for it
>>> tape.gradient(y, A).shape
TensorShape([3, 2])

TensorFlow does not follow the Array API standard. So NumPy computes the values, the pullback and its
derivative, on the CPU: directly for eager tensors, and through `tf.numpy_function` in a `tf.function`, which
XLA then cannot compile. An eager call keeps what the rule keeps. In a graph the pullback computes it again.

Cotangents need no conversion: TensorFlow's convention is ours. The pullback P(x, bar) can be differentiated
once more, also by the rule. The adjoint of its derivative, applied to w, is the pushforward of x along w for
bar, and the Hessian of <bar, f> times w for x.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from .. import RULES, Linearization, Rule
from .._api import find
from .._backends.generic import no_third
from .._hvp import hvp
from .._namespaces import Array
from ._functions import as_function

__all__ = [*RULES, "OPERATIONS", "function"]

Arrays = tuple[Any, ...]
Likes = list[tuple[Any, Any]]  # the dtype and shape of each result


def function(rule: str | Rule) -> Any:
    """Turn a rule, for example one of your own, into a function that TensorFlow differentiates.

    Parameters
    ----------
    rule : str or Rule
        The name of a built-in rule, or a rule of your own.

    Returns
    -------
    callable
        Takes the inputs and keywords of the rule, and returns a tensor or a named tuple of tensors.

    Examples
    --------
    >>> inv, A = function("inv"), tf.eye(2)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(A)
    ...     y = tf.reduce_sum(inv(A))
    >>> tape.gradient(y, A).numpy().tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    rule = find(rule)
    return as_function(rule, functools.partial(_apply, rule), "TensorFlow", {}, module=__name__)


@tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
def _apply(rule: Rule, inputs: Arrays, params: dict[str, Any]) -> Arrays:
    rule = rule.of(len(inputs))
    inputs = tuple(map(tf.convert_to_tensor, inputs))
    likes = None if tf.executing_eagerly() else _likes(rule, inputs, params)
    linear: list[Linearization] = []

    def forward(*inputs: Array) -> Arrays:
        if likes is not None:
            return rule.forward(*inputs, **params)
        outputs, found = rule.fwd(*inputs, **params)
        linear[:] = [found]
        return outputs

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def operation(*inputs: Array) -> Any:
        outputs = _computed(forward, inputs, likes)

        def backward(*bars: Array) -> Arrays:
            return _pulled(rule, params, inputs, bars, linear[0] if linear else None)

        return outputs, backward

    results = operation(*inputs)
    return tuple(results) if isinstance(results, list | tuple) else (results,)


def _pulled(
    rule: Rule, params: dict[str, Any], inputs: Arrays, bars: Arrays, linear: Linearization | None
) -> Arrays:
    """The cotangents of the inputs, as a function that TensorFlow differentiates once more."""
    count = len(inputs)
    live = [i for i, name in enumerate(rule.inputs) if name not in rule.constant]
    moving = [i for i, name in enumerate(rule.outputs) if name not in rule.constant]
    likes = [(inputs[i].dtype, inputs[i].shape) for i in live]

    def cotangents(given: Any) -> list[Any]:
        """The given cotangents in the order of the outputs, with None for outputs that cannot have one."""
        return [given[moving.index(i)] if i in moving else None for i in range(len(rule.outputs))]

    def pull(*arrays: Array) -> Arrays:
        inputs, bars = arrays[:count], cotangents(arrays[count:])
        found = (rule.fwd(*inputs, **params)[1] if linear is None else linear).vjp(bars)
        return _filled([found[i] for i in live], [inputs[i] for i in live])

    def again(*arrays: Array) -> Arrays:
        """The adjoint of the pullback's derivative: first for the inputs, then for the cotangents."""
        inputs, rest = arrays[:count], arrays[count:]
        bars, w = cotangents(rest[: len(moving)]), [None] * count
        for i, x in zip(live, rest[len(moving) :], strict=True):
            w[i] = x
        of_inputs = hvp(rule, inputs, bars, w, **params)
        of_bars = rule.fwd(*inputs, **params)[1].jvp(w)
        owners = [*(inputs[i] for i in live), *rest[: len(moving)]]
        return _filled([*(of_inputs[i] for i in live), *(of_bars[i] for i in moving)], owners)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def pullback(*arrays: Array) -> Any:
        def backward(*w: Array) -> Arrays:
            owners = [*(arrays[i] for i in live), *arrays[count:]]
            found = _once(again, (*arrays, *w), [(x.dtype, x.shape) for x in owners])
            rest = iter(found)
            of_inputs = [next(rest) if i in live else None for i in range(count)]
            return (*of_inputs, *rest)

        return _computed(pull, arrays, likes), backward

    results = pullback(*inputs, *(bars[i] for i in moving))
    there = iter(results if isinstance(results, list | tuple) else (results,))
    return tuple(next(there) if i in live else None for i in range(count))


def _once(f: Callable[..., Arrays], arrays: Arrays, likes: Likes) -> list[Any]:
    """f(*arrays); its derivative raises, because third derivatives are not implemented."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def values(*arrays: Array) -> Any:
        return _computed(f, arrays, likes), lambda *bars: no_third()

    found = values(*arrays)
    return list(found) if isinstance(found, list | tuple) else [found]


def _computed(f: Callable[..., Arrays], arrays: Arrays, likes: Likes | None) -> list[Any]:
    """f computed by NumPy: directly, or as a graph operation whose results have these dtypes and shapes."""
    if likes is None or tf.executing_eagerly():
        return [tf.constant(np.asarray(y, order="C")) for y in f(*(x.numpy() for x in arrays))]

    def flat(*arrays: Array) -> list[Array]:
        pairs = zip(f(*arrays), likes, strict=True)
        return [np.asarray(y, dtype.as_numpy_dtype, order="C") for y, (dtype, _) in pairs]

    results = tf.numpy_function(flat, arrays, [dtype for dtype, _ in likes])
    for y, (_, shape) in zip(results, likes, strict=True):
        y.set_shape(shape)
    return list(results)


def _filled(found: list[Any], owners: list[Any]) -> Arrays:
    """The arrays, with zeros in place of None."""
    return tuple(np.zeros_like(x) if y is None else y for y, x in zip(found, owners, strict=True))


def _likes(rule: Rule, inputs: Arrays, params: dict[str, Any]) -> Likes:
    """The dtypes and shapes of the outputs in a graph, found by running the rule on one example matrix."""
    for name, x in zip(rule.inputs, inputs, strict=False):
        if x.shape.rank is None:
            raise ValueError(f"{rule.name}: {name} has unknown rank in this graph; use tf.ensure_shape")
    dtypes = [x.dtype.as_numpy_dtype for x in inputs]
    if ("*",) in rule.sides.inputs:  # tensors of any rank, without batch axes
        return [(tf.as_dtype(np.result_type(*dtypes)), tf.TensorShape(None)) for _ in rule.outputs]
    shapes, batch = [tuple(n or 2 for n in x.shape) for x in inputs], tf.TensorShape([])
    if rule.axis is None:
        ends = [max(0, len(n) - len(core)) for n, core in zip(shapes, rule.sides.inputs, strict=True)]
        for x, end in zip(inputs, ends, strict=True):
            batch = tf.broadcast_static_shape(batch, x.shape[:end])
        shapes = [n[end:] for n, end in zip(shapes, ends, strict=True)]
    examples = (_example(i, n, dtype) for i, (n, dtype) in enumerate(zip(shapes, dtypes, strict=True)))
    found = rule.forward(*examples, **params)
    known = all(x.shape.is_fully_defined() for x in inputs)
    return [(tf.as_dtype(y.dtype), batch + y.shape if known else tf.TensorShape(None)) for y in found]


def _example(i: int, shape: tuple[int, ...], dtype: Any) -> Array:
    """An array on which any rule can run: a positive definite matrix, or a vector that differs by input."""
    if len(shape) < 2 or not np.issubdtype(dtype, np.inexact):
        return np.full(shape, 1 / (1 + i)).astype(dtype)
    m, n = shape[-2:]
    return np.broadcast_to(0.5 * np.eye(m, n) + 0.01, shape).astype(dtype)


OPERATIONS = {name: function(rule) for name, rule in RULES.items()}
globals().update(OPERATIONS)
if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The function of each rule."""
