"""Sign of a general matrix: S with S S = I and S A = A S, for A of shape (..., n, n).

S has the eigenvectors of A, with the eigenvalue 1 for those in the right half plane, and -1 in the left.

Domain: no eigenvalue of A is zero or imaginary. Elsewhere a matrix gives NaN, for itself alone.

Newton's iteration makes the sign of inverses. The derivative is a Sylvester equation in S A, the
square root of A A, which the same iteration solves.

Sources: N. J. Higham, "Functions of matrices" (2008), chapter 5, for the iteration; C. S. Kenney and
A. J. Laub, "Polar decomposition and matrix sign function condition estimates" (1991), SIAM J. Sci. Stat.
Comput. 12, 488-504, for the equation; J. D. Roberts, "Linear model reduction and solution of the algebraic
Riccati equation by use of the sign function" (1980), Int. J. Control 32, 677-687, for its solution.

Spec: rules/signm.md
"""

from .._makers import frechet
from .._namespaces import Array, Namespace
from .._registered import of_host
from .._roots import across, half_sylvester, sign

__all__ = ["SIGNM", "signm_jvp", "signm_vjp"]


def signm(A: Array, *, xp: Namespace) -> Array:
    """S with S S = I and S A = A S."""
    return sign(A, of_host("signm", xp), xp)


def derivative(A: Array, S: Array, E: Array, *, xp: Namespace) -> Array:
    """N S_dot + S_dot N = A_dot - S A_dot S with N = S A, and the same with adjoints for A_bar."""
    # Near the imaginary axis rounding has a part between eigenvalues of one side, and that is large.
    return across(S, half_sylvester(S @ A, E - S @ E @ S, of_host("sqrtm", xp), xp))


SIGNM = frechet(
    "signm",
    "(n,n)->(n,n)",
    op=signm,
    derivative=derivative,
    outputs=("S",),
    saves=("A", "S"),
    family="functions",
    domain="no eigenvalue is zero or imaginary",
)
signm_vjp, signm_jvp = SIGNM.op_vjp, SIGNM.op_jvp
