"""Principal square root of a general matrix: Y with Y Y = A, for A of shape (..., n, n).

The eigenvalues of Y lie in the open right half plane.

Domain: no eigenvalue of A is zero or a negative real number. Otherwise the result is NaN, for that matrix
only. The root of a real matrix is real.

Newton's iteration computes the root, using inverses. The derivative solves a Sylvester equation in Y; the
same iteration solves this equation.

Sources: E. D. Denman and A. N. Beavers, "The matrix sign function and computations in systems" (1976), Appl.
Math. Comput. 2, 63-94, for the iteration; J. D. Roberts, "Linear model reduction and solution of the
algebraic Riccati equation by use of the sign function" (1980), Int. J. Control 32, 677-687, for the equation.

Spec: rules/sqrtm.md
"""

from .._makers import frechet
from .._namespaces import Array, Namespace
from .._registered import of_host
from .._roots import half_sylvester, square_root

__all__ = ["SQRTM", "sqrtm_jvp", "sqrtm_vjp"]


def sqrtm(A: Array, *, xp: Namespace) -> Array:
    """Y with Y Y = A."""
    return square_root(A, of_host("sqrtm", xp), xp)


def derivative(Y: Array, E: Array, *, xp: Namespace) -> Array:
    """Y Y_dot + Y_dot Y = A_dot, and Y^H A_bar + A_bar Y^H = Y_bar."""
    return half_sylvester(Y, E, of_host("sqrtm", xp), xp)


SQRTM = frechet(
    "sqrtm",
    "(n,n)->(n,n)",
    op=sqrtm,
    derivative=derivative,
    saves=("Y",),
    family="functions",
    domain="matrices without zero or negative real eigenvalues",
)
sqrtm_vjp, sqrtm_jvp = SQRTM.op_vjp, SQRTM.op_jvp
