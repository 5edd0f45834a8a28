"""Random matrices, for the cases of single rules."""

import numpy as np

DTYPES = ("float32", "float64", "complex64", "complex128")


def general(*shape, dtype="float64", seed=0):
    """Standard normal entries."""
    random = np.random.default_rng(seed)
    x = random.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * random.standard_normal(shape)
    return np.asarray(x, dtype)


def hermitian(*shape, dtype="float64", seed=0):
    """Hermitian, indefinite."""
    A = general(*shape, shape[-1], dtype=dtype, seed=seed)
    return (A + np.conj(A.mT)) / A.dtype.type(2)


def positive(*shape, dtype="float64", seed=0):
    """Hermitian positive definite."""
    A = general(*shape, shape[-1], dtype=dtype, seed=seed)
    return hermitian_part(A @ np.conj(A.mT) + np.eye(shape[-1], dtype=A.dtype))


def hermitian_part(A):
    return (A + np.conj(A.mT)) / A.dtype.type(2)
