"""Real power of a general matrix: Y = A^t = exp(t log A), for A of shape (..., n, n) and a real number t.

Domain: no eigenvalue of A is zero or a negative real number. Otherwise the result is NaN, for that matrix
only. The power of a real matrix is real. For an integer t, Y is the result of `matrix_power`, with its
domain.

The derivative is the derivative of the exponential along that of the logarithm.

Sources: N. J. Higham and L. Lin, "A Schur-Pade algorithm for fractional powers of a matrix" (2011), SIAM J.
Matrix Anal. Appl. 32, 1056-1078, section 1, for the definition; the chain rule.

Spec: rules/fractional_matrix_power.md
"""

from .._exponential import exponential, exponential_along, exponential_factors
from .._logarithm import logarithm, logarithm_along
from .._makers import frechet
from .._matrix import is_complex
from .._namespaces import Array, Namespace
from .._params import real_number
from .._registered import of_host
from .._roots import size
from .matrix_power import matrix_power, matrix_power_jvp, matrix_power_keep

__all__ = ["FRACTIONAL_MATRIX_POWER", "fractional_matrix_power_jvp", "fractional_matrix_power_vjp"]


def fractional_matrix_power(A: Array, *, t: float = 0.5, xp: Namespace) -> Array:
    """Y = A^t."""
    return matrix_power(A, n=int(t), xp=xp) if t == int(t) else _power(A, _logarithm(A, xp), t, xp)


def fractional_matrix_power_fwd(
    A: Array, *, t: float = 0.5, xp: Namespace
) -> tuple[tuple[Array], tuple[Array]]:
    """Y, and the logarithm of A / c, with c of `_size`."""
    (W,) = fractional_matrix_power_keep(A, t=t, xp=xp)
    return (matrix_power(A, n=int(t), xp=xp) if t == int(t) else _power(A, W, t, xp),), (W,)


def fractional_matrix_power_keep(A: Array, *, t: float = 0.5, xp: Namespace) -> tuple[Array]:
    """The logarithm of A / c, with c of `_size`. An integer t does not need it, and keeps A."""
    # Not A itself: some hosts do not accept an input as an output.
    return (1.0 * A if t == int(t) else _logarithm(A, xp),)


def _logarithm(A: Array, xp: Namespace) -> Array:
    return logarithm(A / _size(A, xp), of_host("logm", xp), xp)


def _power(A: Array, W: Array, t: float, xp: Namespace) -> Array:
    return _size(A, xp) ** t * exponential(t * W, xp)[0]


def _size(A: Array, xp: Namespace) -> Array:
    """A power of two c near the size of each matrix; without it, a large t log A would lose digits."""
    if A.shape[-1] == 0:
        return xp.ones_like(xp.real(A) if is_complex(A, xp) else A)
    c = size(A, xp)
    return 2.0 ** xp.floor(xp.log2(xp.where(c == 0, 1.0, c)))


def derivative(A: Array, W: Array, E: Array, *, t: float = 0.5, xp: Namespace) -> Array:
    """Y_dot = c^t L_exp(t W, t W_dot), with W = log(A / c) and L_exp(W, W_dot) = A_dot / c.

    L_exp is the derivative of exp. The pullback is the same map at A^H.
    """
    if t == int(t):
        (P,) = matrix_power_keep(A, n=int(t), xp=xp)
        return matrix_power_jvp(P, E, n=int(t), xp=xp)[0]
    c = _size(A, xp)
    W_dot = logarithm_along(A / c, W, E / c, of_host("logm", xp), xp)
    return c**t * exponential_along(t * W, exponential_factors(t * W, xp), t * W_dot, xp)


FRACTIONAL_MATRIX_POWER = frechet(
    "fractional_matrix_power",
    "(n,n)->(n,n)",
    op=fractional_matrix_power,
    derivative=derivative,
    saves=("A",),
    keeps=("A", "W"),
    op_fwd=fractional_matrix_power_fwd,
    op_keep=fractional_matrix_power_keep,
    params={"t": real_number(0.5, -0.5, 1 / 3, 2.5, 3)},
    family="functions",
    domain="matrices without zero or negative real eigenvalues; for an integer t, as for matrix_power",
)
fractional_matrix_power_vjp = FRACTIONAL_MATRIX_POWER.op_vjp
fractional_matrix_power_jvp = FRACTIONAL_MATRIX_POWER.op_jvp
