"""Random matrices, for the cases of single rules."""

import numpy as np

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
