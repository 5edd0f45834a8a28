"""Matrix power: Y = A^n for an integer n and A of shape (..., m, m).

A^0 is the identity, for a singular A too. A negative n takes a power of the inverse.

Domain: every matrix; for a negative n, nonsingular matrices.

Powers are computed by squaring: A, A^2, A^4 and so on, and products of those that are needed. The derivative
takes the same steps with pairs (X, X_dot), and needs no other power.

Sources: the product rule; N. J. Higham, "Functions of matrices" (2008), section 4.1, for powers by squaring.

Spec: rules/matrix_power.md
"""

from .._makers import frechet
from .._matrix import eye, inv
from .._namespaces import Array, Namespace
from .._params import integer

__all__ = ["MATRIX_POWER", "matrix_power_jvp", "matrix_power_vjp"]


def matrix_power(A: Array, *, n: int = 2, xp: Namespace) -> Array:
    """Y = A^n."""
    return _powers(A, n, xp)[0]


def matrix_power_fwd(A: Array, *, n: int = 2, xp: Namespace) -> tuple[tuple[Array], tuple[Array]]:
    """Y, and the powers that lead to it, stacked."""
    Y, powers = _powers(A, n, xp)
    return (Y,), (xp.stack(powers, axis=-3),)


def matrix_power_keep(A: Array, *, n: int = 2, xp: Namespace) -> tuple[Array]:
    """The powers that lead to Y, stacked."""
    return (xp.stack(_powers(A, n, xp)[1], axis=-3),)


def _powers(A: Array, n: int, xp: Namespace) -> tuple[Array, list[Array]]:
    """A^n, and a list: the squares B^(2^k), for B = A or its inverse, then the products that lead to Y."""
    B, n = (inv(A, xp), -n) if n < 0 else (A, n)
    if n == 0:
        return xp.zeros_like(A) + eye(A.shape[-1], A.shape[-1], A, xp), [A]
    squares, products = [B], []
    while 2 ** len(squares) <= n:
        squares.append(squares[-1] @ squares[-1])
    first, *others = _bits(n)
    Y = squares[first] if n > 1 else 1.0 * B  # a copy: some hosts do not accept an input as an output
    for k in others:
        products.append(Y)
        Y = Y @ squares[k]
    return Y, squares + products[1:]  # the first product is a square


def _bits(n: int) -> list[int]:
    """The k with n = sum of 2^k."""
    return [k for k in range(n.bit_length()) if (n >> k) & 1]


def derivative(P: Array, E: Array, *, n: int = 2, xp: Namespace) -> Array:
    """(X^2)_dot = X_dot X + X X_dot and (Y X)_dot = Y_dot X + Y X_dot, for the kept powers.

    The pullback is the same map at A^H.
    """
    powers = [P[..., i, :, :] for i in range(P.shape[-3])]
    if n in (0, 1):
        return n * E  # a copy, as above
    if n < 0:
        E, n = -(powers[0] @ E @ powers[0]), -n
    squares, products = powers[: n.bit_length()], powers[n.bit_length() :]
    dots = [E]
    for X in squares[:-1]:
        dots.append(dots[-1] @ X + X @ dots[-1])
    first, *others = _bits(n)
    Y_dot = dots[first]
    for k, Y in zip(others, [squares[first], *products], strict=False):
        Y_dot = Y_dot @ squares[k] + Y @ dots[k]
    return Y_dot


MATRIX_POWER = frechet(
    "matrix_power",
    "(m,m)->(m,m)",
    op=matrix_power,
    derivative=derivative,
    saves=("A",),
    keeps=("P",),
    op_fwd=matrix_power_fwd,
    op_keep=matrix_power_keep,
    params={"n": integer(2, 0, 1, 3, 5, -1, -2, -3)},
    space={"A": "nonsingular"},
    typical={"n": 3},
    family="products",
    domain="every matrix; for n < 0, nonsingular matrices",
)
matrix_power_vjp, matrix_power_jvp = MATRIX_POWER.op_vjp, MATRIX_POWER.op_jvp
