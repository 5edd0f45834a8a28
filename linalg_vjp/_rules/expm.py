"""Matrix exponential: Y = exp(A), the sum of A^k / k!, for A of shape (..., n, n).

Domain: every matrix. A library that may not look at values, such as JAX, takes up to 20 squarings: there a
matrix with a norm above 1.1e6 (3.1e6 in single precision) gives NaN, for itself alone.

Y is a Taylor polynomial of a small multiple of A, squared again and again; each matrix of a batch is scaled
for itself. It is made of products alone. The derivative goes the same way with pairs (X, X_dot), reads the
factors of the forward, and needs no matrix of twice the size: ten products and three for each squaring.

Sources: P. Bader, S. Blanes and F. Casas, "Computing the matrix exponential with an optimized Taylor
polynomial approximation" (2019), Mathematics 7, 1174, for the polynomial of degree 18 in five products;
A. H. Al-Mohy and N. J. Higham, "Computing the Frechet derivative of the matrix exponential" (2009), SIAM J.
Matrix Anal. Appl. 30, 1639-1657, for the pairs.

Spec: rules/expm.md
"""

from .._exponential import exponential, exponential_along, exponential_factors
from .._makers import frechet
from .._namespaces import Array, Namespace

__all__ = ["EXPM", "expm_jvp", "expm_vjp"]


def expm(A: Array, *, xp: Namespace) -> Array:
    """Y = exp(A)."""
    return exponential(A, xp)[0]


def expm_fwd(A: Array, *, xp: Namespace) -> tuple[tuple[Array], tuple[Array]]:
    """Y, and the matrices that make the polynomial, stacked."""
    Y, factors = exponential(A, xp)
    return (Y,), (xp.stack(factors, axis=-3),)


def expm_keep(A: Array, *, xp: Namespace) -> tuple[Array]:
    """The matrices that make the polynomial, stacked."""
    return (xp.stack(exponential_factors(A, xp), axis=-3),)


def derivative(A: Array, K: Array, E: Array, *, xp: Namespace) -> Array:
    """From the factors K of the forward: (X Z)_dot = X_dot Z + X Z_dot for each product, both ways."""
    return exponential_along(A, [K[..., i, :, :] for i in range(8)], E, xp)


EXPM = frechet(
    "expm",
    "(n,n)->(n,n)",
    op=expm,
    derivative=derivative,
    saves=("A",),
    keeps=("A", "K"),
    op_fwd=expm_fwd,
    op_keep=expm_keep,
    family="functions",
    domain="every matrix",
)
expm_vjp, expm_jvp = EXPM.op_vjp, EXPM.op_jvp
