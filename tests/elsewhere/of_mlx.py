"""Findings in MLX, on the CPU in single precision."""

from .exact import curvature, mp
from .finding import Finding, Library


def complex_eigenvectors():
    import mlx.core as mx
    import numpy as np

    A = np.array([[1, 1j], [0, 2]], dtype="complex64")
    w, V = (np.array(x) for x in mx.linalg.eig(mx.array(A), stream=mx.cpu))
    v = V[:, np.argmax(w.real)]  # of the eigenvalue 2
    return v[0] / v[1]


def its_null_space():
    # (A - 2) v = 0 says -v0 + i v1 = 0.
    return complex(mp.mpc(0, 1))


def norm_twice():
    import mlx.core as mx
    import numpy as np

    z = mx.array(np.array([1, 2], dtype="complex64"))
    d = mx.array(np.array([1, 1j], dtype="complex64"))
    second = mx.grad(mx.grad(lambda s: mx.linalg.norm(z + s * d)))
    return np.array(second(mx.array(0.0)))


def of_the_root():
    return curvature(lambda s: mp.sqrt((1 + s) ** 2 + 4 + s**2))


MLX = Library(
    "MLX",
    "mlx",
    "mlx.core",
    (
        Finding(
            "The eigenvectors of a complex matrix are conjugated",
            complex_eigenvectors,
            its_null_space,
            off=1,
            known="By definition A v = 2 v, so v0 = i v1. MLX's eigenvalues are right.",
        ),
        Finding(
            "The second derivative of the norm of a complex vector is wrong",
            norm_twice,
            of_the_root,
            off=0.1,
            known="The norm is the square root of 5 + 2s + 2s^2. The truth is a second difference of this "
            "root at 50 digits. MLX's first derivative is right.",
        ),
    ),
)
