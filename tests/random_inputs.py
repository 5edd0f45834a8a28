"""Random matrices, for the cases of single rules; and regular inputs of each, to transform."""

import numpy as np

from linalg_vjp import RULES
from linalg_vjp.testing._exact import normal

DTYPES = ("float32", "float64", "complex64", "complex128")


def general(*shape, dtype="float64", seed=0):
    """Standard normal entries."""
    return np.asarray(normal(np.random.default_rng(seed), shape, dtype), dtype)


def hermitian(*shape, dtype="float64", seed=0):
    """Hermitian, indefinite."""
    return hermitian_part(general(*shape, shape[-1], dtype=dtype, seed=seed))


def positive(*shape, dtype="float64", seed=0):
    """Hermitian positive definite."""
    A = general(*shape, shape[-1], dtype=dtype, seed=seed)
    return hermitian_part(A @ np.conj(A.mT) + np.eye(shape[-1], dtype=A.dtype))


def hermitian_part(A):
    return (A + np.conj(A.mT)) / A.dtype.type(2)


def is_hermitian(name):
    """Whether a rule is one of Hermitian matrices."""
    return set(RULES[name].space.values()) & {"hermitian", "positive"}


def regular(name, *batch, n=3, dtype="float64", axis=-1):
    """Inputs of a rule where nothing is tied or singular, of n entries along the axes of the first one.

    Axes that the first one does not have are of two entries. Vectors lie along `axis`.
    """
    inputs, sizes, sides = [], {}, RULES[name].sides
    for i, core in enumerate(sides.inputs):
        shape = [int(a) if a.isdigit() else sizes.setdefault(a, 2 if i else n) for a in core]
        if len(core) == 1 and sides.optional:  # an array of any axes
            shape = [n, n]
        hermitian = is_hermitian(name)
        A = positive(*batch, n, dtype=dtype) if hermitian else general(*batch, *shape, dtype=dtype, seed=i)
        if i == 0 and len(shape) == 2:
            A = A + np.diag(np.arange(2, 2 + n)).astype(dtype)
        inputs.append(A if axis == -1 else np.moveaxis(A, -1, axis))
    return tuple(inputs)
