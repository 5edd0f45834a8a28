"""What generalized Hermitian eigenproblems share: their types, and the way to an ordinary problem and back.

With U = V^-H, A is diag(w) in a basis P, and B is I in a basis Q: P^H A P = diag(w), Q^H B Q = I.

    1:  A V = B V diag(w),  V^H B V = I,     P = V,  Q = V,  s = -1,  t = -1
    2:  A B V = V diag(w),  V^H B V = I,     P = U,  Q = V,  s =  1,  t = -1
    3:  B A V = V diag(w),  V^H B^-1 V = I,  P = V,  Q = U,  s =  1,  t =  1

s and t are the signs of B_dot in the derivatives.
"""

from ._matrix import adjoint, cholesky, hermitian, matmul, solve_triangular
from ._namespaces import Array, Namespace

__all__ = ["SIGNS", "bases", "dual", "eigenpairs", "means", "reduced", "within"]

SIGNS = {1: (-1.0, -1.0), 2: (1.0, -1.0), 3: (1.0, 1.0)}


def reduced(A: Array, B: Array, type: int, xp: Namespace) -> tuple[Array, Array]:
    """The Cholesky factor L of B, and the Hermitian matrix with the same eigenvalues w."""
    L = cholesky(B, xp, upper=False)
    if type == 1:
        half = solve_triangular(L, A, xp, upper=False)
        return L, solve_triangular(L, adjoint(half, xp), xp, upper=False)
    return L, adjoint(L, xp) @ A @ L


def eigenpairs(
    A: Array, B: Array, type: int, xp: Namespace, *, both: bool
) -> tuple[Array, Array, Array | None]:
    """w and V; and U if `both` bases are wanted and the type needs it."""
    L, C = reduced(A, B, type, xp)
    w, Y = xp.linalg.eigh(C)
    both = both and type != 1
    above = L @ Y if both or type == 3 else None
    below = solve_triangular(L, Y, xp, upper=False, trans="C") if both or type != 3 else None
    return (w, above, below) if type == 3 else (w, below, above)


def dual(B: Array, V: Array, type: int, xp: Namespace) -> Array | None:
    """U, which is B V for type 2 and B^-1 V for type 3; None for type 1, which does not need it."""
    if type == 1:
        return None
    L = cholesky(B, xp, upper=False)
    if type == 2:
        return L @ (adjoint(L, xp) @ V)
    return solve_triangular(L, solve_triangular(L, V, xp, upper=False), xp, upper=False, trans="C")


def bases(V: Array, U: Array | None, type: int) -> tuple[Array, Array]:
    """The bases P and Q."""
    return (U if type == 2 else V), (U if type == 3 else V)


def within(P: Array, A_dot: Array | None, xp: Namespace) -> Array | None:
    """P^H herm(A_dot) P; None if A_dot is None."""
    if A_dot is None:
        return None
    return matmul(adjoint(P, xp), matmul(hermitian(A_dot, xp), P, xp), xp)


def means(w: Array) -> Array:
    """(w_i + w_j) / 2."""
    return 0.5 * (w[..., :, None] + w[..., None, :])
