"""Random matrices for tests of single rules, and regular inputs of every rule."""

import numpy as np

from linalg_vjp import RULES
from linalg_vjp.testing._exact import normal
from linalg_vjp.testing.oracles import page_of

DTYPES = ("float32", "float64", "complex64", "complex128")


def general(*shape, dtype="float64", seed=0):
    """An array of standard normal entries."""
    return np.asarray(normal(np.random.default_rng(seed), shape, dtype), dtype)


def hermitian(*shape, dtype="float64", seed=0):
    """A batch of Hermitian, indefinite matrices."""
    return hermitian_part(general(*shape, shape[-1], dtype=dtype, seed=seed))


def positive(*shape, dtype="float64", seed=0):
    """A batch of Hermitian positive definite matrices."""
    A = general(*shape, shape[-1], dtype=dtype, seed=seed)
    return hermitian_part(A @ np.conj(A.mT) + np.eye(shape[-1], dtype=A.dtype))


def hermitian_part(A):
    return (A + np.conj(A.mT)) / A.dtype.type(2)


def is_hermitian(name):
    """Whether a rule takes Hermitian matrices."""
    return set(RULES[name].space.values()) & {"hermitian", "positive"}


def has_batches(name):
    """Whether the leading axes are batch axes, with typical keywords."""
    rule = RULES[name]
    return rule.batched({key: param.default for key, param in rule.params.items()} | rule.typical)


BATCHED = [name for name in RULES if has_batches(name)]


def live_of(name, f, inputs):
    """A function of only those inputs that can be differentiated, and these inputs.

    The other inputs are fixed at those of the first matrix of the batch.
    """
    rule = RULES[name].of(len(inputs))
    pairs = zip(rule.inputs, rule.sides.inputs, inputs, strict=True)
    fixed = {
        i: x[(0,) * (x.ndim - len(core)) + (...,)]
        for i, (label, core, x) in enumerate(pairs)
        if label in rule.constant
    }

    def of_live(*live):
        rest = iter(live)
        return f(*(fixed[i] if i in fixed else next(rest) for i in range(len(inputs))))

    return of_live, tuple(x for i, x in enumerate(inputs) if i not in fixed)


def regular(name, *batch, n=3, others=2, dtype="float64", axis=-1):
    """Inputs of a rule at which nothing is tied or singular. The axes of the first input have n entries.

    Axes that the first input does not have, have `others` entries. Vectors lie along `axis`.
    """
    inputs, sizes, sides = [], {}, RULES[name].sides
    for i, (label, core) in enumerate(zip(RULES[name].inputs, sides.inputs, strict=True)):
        if RULES[name].space.get(label) == "pivots":  # each row is swapped with the next
            pivots = np.minimum(np.arange(1, n + 1), n - 1)
            inputs.append(np.broadcast_to(pivots, (*batch, n)).copy())
            continue
        if core == ("*",):  # four axes for the first input and two for the others, all of one size
            inputs.append(general(*[min(n, 3)] * (2 if i else 4), dtype=dtype, seed=i))
            continue
        shape = [int(a) if a.isdigit() else sizes.setdefault(a, others if i else n) for a in core]
        if len(core) == 1 and core[0] in sides.optional:  # an array of any number of axes
            shape = [n, n]
        hermitian = is_hermitian(name)
        A = positive(*batch, n, dtype=dtype) if hermitian else general(*batch, *shape, dtype=dtype, seed=i)
        if i == 0 and len(shape) == 2:
            A = A + np.diag(np.arange(2, 2 + n)).astype(dtype)
        inputs.append(A if axis == -1 else np.moveaxis(A, -1, axis))
    page, defaults = page_of(name), {key: param.default for key, param in RULES[name].params.items()}
    return tuple(page.arranged(inputs, defaults) if hasattr(page, "arranged") else inputs)
