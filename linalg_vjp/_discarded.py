"""How the kept part of a truncated factorization moves relative to the discarded part.

Let A = U S V^H + A' with k columns kept, and let R_U and R_V be orthogonal to the columns of U and of V. The
functions here solve

    X S - A' Y = R_U,  Y S - A'^H X = R_V                    for singular vectors
    X D - A' X = R                                           for eigenvectors

for both pullback and pushforward. They use the factors of the discarded part, but divide by no gap between
two discarded values. Where the solution is differentiated again, these factors are constants. A step of
refinement in A and the kept factors then has the derivative, and is exact at ties of the discarded part.
"""

from ._gaps import Gauge, vanishing
from ._matrix import adjoint, divide, hermitian
from ._namespaces import Array, Namespace
from ._registered import again, fixed

__all__ = ["eigenvectors_across", "singular_vectors_across", "tied_across"]

Factors = tuple[Array, Array, Array]
Pair = tuple[Array, Array]


def tied_across(S: Array, S0: Array, coefficients: Array, gauge: Gauge, xp: Namespace) -> Array:
    """The coefficients, a row for each discarded value, that belong to a tie across the cut; else 0."""
    return xp.where(xp.isinf(_gaps(S, S0, gauge, xp)), coefficients, 0.0)


def _largest(S: Array, S0: Array, xp: Namespace) -> Array:
    return xp.maximum(xp.max(xp.abs(S), axis=-1, keepdims=True), xp.max(xp.abs(S0), axis=-1, keepdims=True))


def _gaps(S: Array, S0: Array, gauge: Gauge, xp: Namespace) -> Array:
    """s_i - s_j for each kept s_i, in columns, and discarded s_j, in rows; inf where they are tied."""
    return vanishing(S[..., None, :] - S0[..., :, None], _largest(S, S0, xp), gauge.tied, gauge, xp)


def singular_vectors_across(
    A: Array, kept: Factors, discarded: Factors, R_U: Array, R_V: Array, gauge: Gauge, xp: Namespace
) -> Pair:
    """Solve for X and Y."""
    U, S, Vh = kept

    def solved(S: Array, discarded: Factors, R: Pair, whole: bool) -> Pair:
        """Solve; beyond all factors only if there is a space beyond them, or with `whole`."""
        U0, S0, V0h = discarded
        m, n, k = A.shape[-2], A.shape[-1], min(A.shape[-2:])
        V0, zero = adjoint(V0h, xp), gauge.zero
        scale = 1 / vanishing(S[..., None, :], S[..., :1], zero, gauge, xp)
        if S0.shape[-1] == 0:
            return R[0] * scale, R[1] * scale
        x, y = adjoint(U0, xp) @ R[0], V0h @ R[1]
        sums = vanishing(S[..., None, :] + S0[..., :, None], _largest(S, S0, xp), 2 * zero, gauge, xp)
        both, apart = divide(x + y, 2 * _gaps(S, S0, gauge, xp), xp), divide(x - y, 2 * sums, xp)
        X, Y = U0 @ (both + apart), V0 @ (both - apart)
        if whole or m > k:
            X = X + (R[0] - U0 @ x) * scale
        if whole or n > k:
            Y = Y + (R[1] - V0 @ y) * scale
        return X, Y

    def once(A: Array, U: Array, S: Array, Vh: Array, *rest: Array) -> Pair:
        U0, S0, V0h, R_U, R_V = rest
        return solved(S, (U0, S0, V0h), (R_U, R_V), False)

    def twice(A: Array, U: Array, S: Array, Vh: Array, *rest: Array) -> Pair:
        S1, U0, S0, V0h = (fixed(lambda X: X, X, xp) for X in (S, *rest[:3]))
        R_U, R_V = rest[3:]
        left = A - (U * S[..., None, :]) @ Vh
        X, Y = solved(S1, (U0, S0, V0h), (R_U, R_V), True)
        error = R_U - X * S[..., None, :] + left @ Y, R_V - Y * S[..., None, :] + adjoint(left, xp) @ X
        dX, dY = solved(S1, (U0, S0, V0h), error, True)
        return X + dX, Y + dY

    X, Y = again((A,), once, twice, A, U, S, Vh, *discarded, R_U, R_V, xp=xp)
    return X, Y


def eigenvectors_across(
    A: Array, kept: Pair, discarded: Pair, R: Array, gauge: Gauge, xp: Namespace
) -> Array:
    """Solve for X; D has the eigenvalues of the kept eigenvectors."""

    def solved(w: Array, w0: Array, V0: Array, R: Array) -> Array:
        return V0 @ divide(adjoint(V0, xp) @ R, _gaps(w, w0, gauge, xp), xp)

    def once(A: Array, w: Array, V: Array, w0: Array, V0: Array, R: Array) -> Array:
        return solved(w, w0, V0, R)

    def twice(A: Array, w: Array, V: Array, w0: Array, V0: Array, R: Array) -> Array:
        """In A' the kept eigenvectors get the least eigenvalue; then X has no part along them."""
        w1, w0, V0, V1 = (fixed(lambda X: X, X, xp) for X in (w, w0, V0, V))
        least = w0[..., :1]
        left = hermitian(A, xp) - (V * (w - least)[..., None, :]) @ adjoint(V, xp)
        X = solved(w1, w0, V0, R)
        error = R - X * w[..., None, :] + left @ X
        inside = V1 @ divide(adjoint(V1, xp) @ error, (w1 - least)[..., None, :] + w1[..., :, None] * 0, xp)
        return X + solved(w1, w0, V0, error) + inside

    if discarded[0].shape[-1] == 0:
        return R * 0
    return again((A,), once, twice, A, *kept, *discarded, R, xp=xp)
