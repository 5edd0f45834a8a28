"""What algebraic Riccati equations share: their solution by doubling, closed loops, and derivatives.

Doubling needs only products and inverses, for a whole batch at once. Each step squares the closed loop.
"""

from ._backends import primitives
from ._cotangent import total
from ._matrix import (
    adjoint,
    after,
    broadcast_shapes,
    eye,
    hermitian,
    inv,
    largest,
    lu_factor,
    lu_solve,
    matmul,
    real,
)
from ._namespaces import Array, Namespace
from ._schur import one_for

__all__ = [
    "continuous_loop",
    "corrected",
    "discrete_loop",
    "moved",
    "pulled",
    "solution",
    "solved",
]

# A closed loop with a spectral radius of 1 - 2^-k takes about k + 5 steps.
MOST = 40


def solution(kind: str, A: Array, G: Array, Q: Array, xp: Namespace) -> Array:
    """X with a stable closed loop, for the "continuous" or "discrete" equation; NaN if there is none.

    The equations are A^H X + X A - X G X + Q = 0, and X = A^H X (I + G X)^-1 A + Q.
    """
    batch = broadcast_shapes(A.shape[:-2], G.shape[:-2], Q.shape[:-2])
    A, G, Q = (xp.broadcast_to(X, (*batch, *X.shape[-2:])) for X in (A, G, Q))
    if A.shape[-1] == 0:
        return 1.0 * Q
    return primitives(xp).whole(_continuous if kind == "continuous" else _discrete, A, G, Q, xp=xp)


def _discrete(A: Array, G: Array, Q: Array, xp: Namespace) -> Array:
    """Doubling: with W = (I + G X)^-1, the next A, G, X are A W A, G + A W G A^H, X + A^H X W A."""
    one, most = eye(A.shape[-1], A.shape[-1], A, xp), xp.finfo(A.dtype).max ** 0.25  # so no product overflows

    def step(left: Array, A: Array, G: Array, X: Array) -> tuple[Array, ...]:
        W = inv(xp.where(left > 0, one + G @ X, one), xp)
        X_next = hermitian(X + adjoint(A, xp) @ X @ W @ A, xp)
        G_next = hermitian(G + A @ W @ G @ adjoint(A, xp), xp)
        A_next = A @ W @ A
        change, size = _largest(X_next - X, xp), _largest(X_next, xp)
        last = change <= xp.finfo(A.dtype).eps * size
        small = _largest(A_next, xp) + _largest(G_next, xp) + size < most
        after = xp.where(last, 0.0, xp.where(small, left, -1.0))
        new, old = (A_next, G_next, X_next), (A, G, X)
        return xp.where(left > 0, after, left), *(
            xp.where(left > 0, x, y) for x, y in zip(new, old, strict=True)
        )

    left, _, _, X = primitives(xp).repeat(step, MOST, xp.ones_like(_largest(A, xp)), A, G, Q, xp=xp)
    return xp.where(left == 0, X, float("nan"))


def _continuous(A: Array, G: Array, Q: Array, xp: Namespace) -> Array:
    """Solve the discrete equation of the Cayley transform; X is scaled so that G and Q have one size."""
    n = A.shape[-1]
    given, by = _size(Q, xp), _size(G, xp)
    there = (given > 0) & (by > 0)
    unit = xp.sqrt(xp.where(there, given, 1.0) / xp.where(there, by, 1.0))
    G, Q = G * unit, Q / unit
    shift = xp.sqrt((_size(A, xp) ** 2 + 0.5 * (_size(G, xp) ** 2 + _size(Q, xp) ** 2)) / max(n, 1))
    inverse = inv(A - shift * eye(n, n, A, xp), xp)
    W = 2 * shift * inv(adjoint(A - shift * eye(n, n, A, xp), xp) + Q @ inverse @ G, xp)
    A = eye(n, n, A, xp) + adjoint(W, xp)
    G, Q = hermitian(inverse @ G @ W, xp), hermitian(W @ Q @ inverse, xp)
    return unit * _discrete(A, G, Q, xp)


def corrected(X: Array, by: Array, xp: Namespace) -> Array:
    """X + by, if `by` is a small correction. If it is not, X has more digits than the residual."""
    small = _size(by, xp) <= xp.finfo(X.dtype).eps ** (1 / 3) * _size(X, xp)
    return X + xp.where(small, hermitian(by, xp), 0.0)


def solved(R: Array, B: Array, xp: Namespace) -> Array:
    """R^-1 B; batches broadcast, and either may be empty."""
    return lu_solve(*lu_factor(R, xp), B, xp)


def continuous_loop(A: Array, B: Array, R: Array, X: Array, xp: Namespace) -> tuple[Array, Array]:
    """The gain F, and the closed loop A_c = A - B F."""
    Bh = adjoint(B, xp)
    R = after(hermitian(R, xp), one_for(R, real(X, xp), xp), xp)
    F = solved(R, matmul(Bh, X, xp), xp)
    return F, A - matmul(B, F, xp)


def discrete_loop(A: Array, B: Array, R: Array, X: Array, xp: Namespace) -> tuple[Array, Array]:
    """The gain F, and the closed loop A_c = A - B F."""
    Bh = adjoint(B, xp)
    BX = matmul(Bh, X, xp)
    F = solved(hermitian(R, xp) + matmul(BX, B, xp), matmul(BX, A, xp), xp)
    return F, A - matmul(B, F, xp)


def pulled(F: Array, Y: Array, S: Array, xp: Namespace) -> tuple[Array, Array, Array, Array]:
    """The cotangents A_bar, B_bar, Q_bar and R_bar."""
    A_bar = 2.0 * matmul(Y, S, xp)
    SF = matmul(S, adjoint(F, xp), xp)
    return A_bar, -2.0 * matmul(Y, SF, xp), S, matmul(F, SF, xp)


def moved(
    F: Array,
    Y: Array,
    A_dot: Array | None,
    B_dot: Array | None,
    Q_dot: Array | None,
    R_dot: Array | None,
    xp: Namespace,
) -> Array | None:
    """Q_dot + F^H R_dot F + 2 herm(Y^H (A_dot - B_dot F)), with the Hermitian parts of Q_dot and R_dot."""
    loop = total(A_dot, None if B_dot is None else -matmul(B_dot, F, xp))
    return total(
        None if Q_dot is None else hermitian(Q_dot, xp),
        None if loop is None else 2.0 * hermitian(matmul(adjoint(Y, xp), loop, xp), xp),
        None if R_dot is None else matmul(adjoint(F, xp), matmul(hermitian(R_dot, xp), F, xp), xp),
    )


def _size(X: Array, xp: Namespace) -> Array:
    """The Frobenius norm."""
    return xp.linalg.matrix_norm(X, keepdims=True)


def _largest(X: Array, xp: Namespace) -> Array:
    """The largest entry. No square is formed, which could overflow where there is no solution."""
    return largest(xp.abs(X), (-2, -1), xp)
