"""H K + K H = M solved for K, and M H^-1, for a Hermitian H = Q diag(w) Q^H: derivatives of a turn need both.

When they are differentiated again, both take Q and w as constants. They add a step of refinement that has the
right derivative, also for equal eigenvalues. The part that belongs to zero eigenvalues is zero.
"""

from collections.abc import Callable

from ._gaps import ZERO, eps_of
from ._matrix import adjoint, skew
from ._namespaces import Array, Namespace
from ._registered import again, fixed

__all__ = ["over", "turn"]


def turn(
    H: Callable[..., Array], at: tuple[Array, ...], w: Array, Q: Array, M: Array, xp: Namespace
) -> Array:
    """K with H K + K H = M for a skew-Hermitian M. No nonzero eigenvalue of H may be the negative of another.

    `H` is a function of the arrays `at`, and is called only if the solution is differentiated again.
    """

    def once(w: Array, Q: Array, M: Array, *at: Array) -> Array:
        Qh = adjoint(Q, xp)
        # `skew` makes the diagonal of a real matrix exactly zero; its divisor may be almost zero.
        B = skew(Qh @ M @ Q, xp)
        return Q @ (B * _reciprocals(w[..., :, None] + w[..., None, :], w, xp)) @ Qh

    def twice(w: Array, Q: Array, M: Array, *at: Array) -> Array:
        w, Q = (fixed(lambda X: X, X, xp) for X in (w, Q))
        K, A = once(w, Q, M), H(*at)
        return K + once(w, Q, M - A @ K - K @ A)

    return again(at, once, twice, w, Q, M, *at, xp=xp)


def over(H: Array, w: Array, Q: Array, M: Array, xp: Namespace) -> Array:
    """M H^-1."""

    def once(H: Array, w: Array, Q: Array, M: Array) -> Array:
        return ((M @ Q) * _reciprocals(w, w, xp)[..., None, :]) @ adjoint(Q, xp)

    def twice(H: Array, w: Array, Q: Array, M: Array) -> Array:
        w, Q = (fixed(lambda X: X, X, xp) for X in (w, Q))
        X = once(H, w, Q, M)
        return X + once(H, w, Q, M - X @ H)

    return again((H,), once, twice, H, w, Q, M, xp=xp)


def _reciprocals(x: Array, w: Array, xp: Namespace) -> Array:
    """1 / x, and 0 where x is zero relative to the eigenvalues w."""
    if not w.shape[-1]:
        return x
    largest = xp.max(xp.abs(w), axis=-1, keepdims=True)
    limit = xp.reshape(largest, (*w.shape[:-1], *[1] * (len(x.shape) - len(w.shape) + 1)))
    zero = xp.abs(x) <= limit * (ZERO * eps_of(w.dtype, xp))
    return xp.where(zero, 0.0, 1 / xp.where(zero, 1.0, x))
