"""Sign of a general matrix: S with S S = I and S A = A S, for A of shape (..., n, n).

S has the eigenvectors of A. Its eigenvalue is 1 for each eigenvalue of A in the right half plane, and -1 for
each one in the left half plane.

Domain: no eigenvalue of A is zero or imaginary. Otherwise the result is NaN, for that matrix only.

Newton's iteration computes the sign, using inverses. The derivative solves a Sylvester equation in S A, the
square root of A A; the same iteration solves this equation.

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
    """N S_dot + S_dot N = A_dot - S A_dot S with N = S A; the pullback is the same map at A^H."""
    # Near the imaginary axis, rounding adds a large part between eigenvalues of one side; `across` drops it.
    return across(S, half_sylvester(S @ A, E - S @ E @ S, of_host("sqrtm", xp), xp))


SIGNM = frechet(
    "signm",
    "(n,n)->(n,n)",
    op=signm,
    derivative=derivative,
    outputs=("S",),
    saves=("A", "S"),
    family="functions",
    domain="matrices without zero or purely imaginary eigenvalues",
)
signm_vjp, signm_jvp = SIGNM.op_vjp, SIGNM.op_jvp
