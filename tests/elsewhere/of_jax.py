"""Findings in JAX, in its default single precision."""

import numpy as np

from .exact import curvature, gradient, mp, pseudo_inverse, slope, total
from .finding import Finding, Library


def wide_pivoted_qr():
    import jax
    import jax.numpy as jnp

    def squares_of_r(A):
        return jnp.sum(jax.scipy.linalg.qr(A, pivoting=True, mode="economic")[1] ** 2)

    A = jnp.array([[1, 0, 3], [0, 2, 1]], dtype="float32")
    return jax.grad(squares_of_r)(A)


def twice_the_matrix():
    return 2 * np.array([[1.0, 0, 3], [0, 2, 1]])


def tiny_eigenvalues():
    import jax.numpy as jnp

    A = jnp.array([[1e-15, 1e-15], [2e-15, 0]], dtype="float32")
    return jnp.sort(jnp.linalg.eigvals(A).real)


def their_roots():
    # The characteristic polynomial is x^2 - t x - 2 t^2 with t = 1e-15.
    t = mp.mpf(10) ** -15
    return np.array(sorted(float(x) for x in mp.polyroots([1, -t, -2 * t * t])))


def large_eigenvectors():
    import jax
    import jax.numpy as jnp

    def first_entry_squared(s):
        A = jnp.array([[2e9, 1e9], [1e9, 3e9]], dtype="float32")
        D = jnp.array([[1e9, 0], [0, 0]], dtype="float32")
        return jnp.linalg.eigh(A + s * D)[1][0, 0] ** 2

    return jax.grad(first_entry_squared)(jnp.float32(0))


def of_the_exact_vectors():
    def first_entry_squared(s):
        return mp.eigsy(10**9 * mp.matrix([[2 + s, 1], [1, 3]]))[1][0, 0] ** 2

    return slope(first_entry_squared)


def determinant_twice():
    import jax
    import jax.numpy as jnp

    def det(s):
        A = jnp.diag(jnp.array([1, 1, 1, 0], dtype="float32"))
        D = jnp.diag(jnp.array([1, 0, 0, 1], dtype="float32"))
        return jnp.linalg.det(A + s * D)

    return jax.grad(jax.grad(det))(jnp.float32(0))


def of_the_polynomial():
    return curvature(lambda s: mp.det(mp.diag([1 + s, 1, 1, s])))


def least_squares():
    import jax
    import jax.numpy as jnp

    A = jnp.array([[1, 0], [0, 1], [0, 0]], dtype="float32")
    b = jnp.array([1, 2, 3], dtype="float32")
    return jax.grad(lambda A: jnp.sum(jnp.linalg.lstsq(A, b)[0]))(A)


def of_the_normal_equations():
    b = mp.matrix([1, 2, 3])
    return gradient(lambda A: total(pseudo_inverse(A) * b), [[1, 0], [0, 1], [0, 0]])


def squares_of_eigenvalues():
    import jax
    import jax.numpy as jnp

    def squares(s):
        D = jnp.array([[1, 2], [2, 0]], dtype="float32")
        return jnp.sum(jnp.linalg.eigvalsh(jnp.eye(2, dtype="float32") + s * D) ** 2)

    return jax.grad(jax.grad(squares))(jnp.float32(0))


def of_the_entries():
    return curvature(lambda s: (1 + s) ** 2 + 2 * (2 * s) ** 2 + 1)


JAX = Library(
    "JAX",
    "jax",
    "jax",
    (
        Finding(
            "The QR decomposition with pivoting of a wide matrix has a wrong gradient",
            wide_pivoted_qr,
            twice_the_matrix,
            off=0.5,
            known="Q is orthogonal, so R and A have the same sum of squares, and the gradient of that sum is "
            "2A. JAX's tangent of Q is right, but its tangent of R is wrong.",
        ),
        Finding(
            "Eigenvalues of a matrix with tiny entries are wrong",
            tiny_eigenvalues,
            their_roots,
            off=1e-13,
            known="The truth is the roots of the characteristic polynomial, which mpmath computes. On a CPU, "
            "LAPACK scales such a matrix, and JAX does not scale the eigenvalues back. This happens for "
            "matrices with norms below about 9e-13 and above 1e12 in single precision, and below 6e-139 "
            "and above 1e138 in double precision.",
        ),
        Finding(
            "Eigenvectors of a matrix with large entries have no gradient",
            large_eigenvectors,
            of_the_exact_vectors,
            off=1,
            known="The truth is a difference quotient of mpmath's eigenvectors at 50 digits. The "
            "eigenvalues differ by 2e9. JAX's rule adds 1 to the eigenvalues before it takes their "
            "differences, and rounding loses the 1.",
            threads=("jax-ml/jax#40141",),
        ),
        Finding(
            "The second derivative of a determinant is NaN at a singular matrix",
            determinant_twice,
            of_the_polynomial,
            off=1,
            known="The determinant is s + s^2. JAX's first derivative is right.",
        ),
        Finding(
            "The least squares solution has a NaN gradient where singular values are equal",
            least_squares,
            of_the_normal_equations,
            off=1,
            known="The truth is difference quotients of the normal equations at 50 digits. A has full rank, "
            "so the solution is smooth there. JAX differentiates through the singular vectors of A.",
            threads=("jax-ml/jax#10805",),
        ),
        Finding(
            "A smooth function of tied eigenvalues has a NaN second derivative",
            squares_of_eigenvalues,
            of_the_entries,
            off=1,
            known="The eigenvalues and the entries have the same sum of squares. The truth is the second "
            "derivative of the sum over the entries, at 50 digits. JAX's first derivative is right. PyTorch "
            "returns NaN as well; [hosts](hosts.md) has the tables of ties. In this library, `eigvalsh` "
            "returns a finite, wrong value here, and `trace_funm` returns the right one.",
            threads=("jax-ml/jax#21896",),
        ),
    ),
)
