"""Principal logarithm of a general matrix: Y with exp(Y) = A, for A of shape (..., n, n).

The eigenvalues of Y have imaginary parts between -pi and pi.

Domain: no eigenvalue of A is zero or a negative real number. Otherwise the result is NaN, for that matrix
only. The logarithm of a real matrix is real.

Square roots are taken until the root is close to the identity. There, the logarithm is an integral, evaluated
with seven quadrature points. The derivative takes the same steps with pairs (X, X_dot).

Sources: N. J. Higham, "Functions of matrices" (2008), section 11.5, for the roots and the partial fractions;
A. H. Al-Mohy, N. J. Higham and S. D. Relton, "Computing the Frechet derivative of the matrix logarithm and
estimating the condition number" (2013), SIAM J. Sci. Comput. 35, C394-C410, for the pairs; A. H. Al-Mohy, "A
more accurate Briggs method for the logarithm" (2012), Numer. Algorithms 59, 393-402, for the distance of the
roots from the identity.

Spec: rules/logm.md
"""

from .._logarithm import logarithm, logarithm_along
from .._makers import frechet
from .._namespaces import Array, Namespace
from .._registered import of_host

__all__ = ["LOGM", "logm_jvp", "logm_vjp"]


def logm(A: Array, *, xp: Namespace) -> Array:
    """Y with exp(Y) = A."""
    return logarithm(A, of_host("logm", xp), xp)


def derivative(A: Array, Y: Array, E: Array, *, xp: Namespace) -> Array:
    """L_exp(Y, Y_dot) = A_dot and L_exp(Y^H, A_bar) = Y_bar, with L_exp the derivative of exp."""
    return logarithm_along(A, Y, E, of_host("logm", xp), xp)


LOGM = frechet(
    "logm",
    "(n,n)->(n,n)",
    op=logm,
    derivative=derivative,
    saves=("A", "Y"),
    family="functions",
    domain="matrices without zero or negative real eigenvalues",
)
logm_vjp, logm_jvp = LOGM.op_vjp, LOGM.op_jvp
