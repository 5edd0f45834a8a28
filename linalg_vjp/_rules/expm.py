"""Matrix exponential: Y = exp(A), the sum of A^k / k! over k, for A of shape (..., n, n).

Domain: every matrix. Where values cannot be inspected, as in a traced JAX function, at most 20 squarings are
taken. There a matrix of norm above 1.1e6 (3.1e6 in single precision) gives NaN, for that matrix only.

Y is a Taylor polynomial of A / 2^s, squared s times; each matrix of a batch has its own s. Only matrix
products are needed. The derivative takes the same steps with pairs (X, X_dot), and reads the factors of the
forward pass, so no matrix of twice the size is formed. It takes ten products, and three for each squaring.

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
    """Y, and the factors of the polynomial, stacked."""
    Y, factors = exponential(A, xp)
    return (Y,), (xp.stack(factors, axis=-3),)


def expm_keep(A: Array, *, xp: Namespace) -> tuple[Array]:
    """The factors of the polynomial, stacked."""
    return (xp.stack(exponential_factors(A, xp), axis=-3),)


def derivative(A: Array, K: Array, E: Array, *, xp: Namespace) -> Array:
    """(X Z)_dot = X_dot Z + X Z_dot, for each product of the forward pass.

    The pullback is the same map at A^H.
    """
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
