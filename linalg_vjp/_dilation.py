"""Functions of singular values as functions of the Hermitian dilation of A.

The dilation [[0, A], [A^H, 0]] has the eigenvalues s_i and -s_i, and zeros beyond the rank. An odd function f
of it is the dilation of U f(S) V^H; an even f has U f(S) U^H and V f(S) V^H on its diagonal. So the divided
differences are those of f at all these numbers. No formula divides by a gap, and the first and second
derivatives are exact at ties and at zeros.
"""

from collections.abc import Callable

from ._matrix import add_diagonal, adjoint, hermitian, skew
from ._namespaces import Array, Namespace, device
from ._registered import again
from ._spectral import OfEigenvalues, derivative, moving, of_eigenvalues

__all__ = ["between", "dilated", "odd_derivative", "odd_function", "of_dilation"]

Differences = Callable[[Array, Array, Array, Namespace], Array]
Seconds = Callable[[Array, Array, Namespace], Array]


def odd_derivative(
    A: Array, U: Array, S: Array, Vh: Array, E: Array, first: Differences, second: Seconds | None,
    xp: Namespace,
) -> Array:  # fmt: skip
    """The derivative of U f(S) V^H along E, a map that is its own adjoint.

    ``first(a, b, S, xp)`` is f[a_i, b_j], and ``second(w, S, xp)`` is f[w_i, w_k, w_j], for numbers among the
    s_i, their negatives and zero. If `second` is None, differentiating again raises an error.
    """

    def once(A: Array, U: Array, S: Array, Vh: Array, E: Array) -> Array:
        k = S.shape[-1]
        D = first(S, xp.concat([S, -S, S[..., :1] * 0], axis=-1), S, xp)
        return between(U, Vh, E, D[..., :, :k], D[..., :, k : 2 * k], D[..., :, 2 * k], xp)

    def twice(A: Array, U: Array, S: Array, Vh: Array, E: Array) -> Array:
        assert second is not None
        m = A.shape[-2]
        return of_dilation(A, dilated(E, xp), first, second, xp)[..., :m, m:]

    return again((A,), once, None if second is None else twice, A, U, S, Vh, E, xp=xp)


def of_dilation(A: Array, E: Array, first: Differences, second: Seconds, xp: Namespace) -> Array:
    """The derivative of f(M) along a Hermitian E, for the dilation M of A; both have m + n rows."""
    M, k = dilated(A, xp), min(A.shape[-2:])
    w, V = xp.linalg.eigh(M)

    def firsts(w: Array, xp: Namespace) -> Array:
        return first(w, w, _largest(w, k, xp), xp)

    def seconds(w: Array, xp: Namespace) -> Array:
        return second(w, _largest(w, k, xp), xp)

    return derivative(M, w, V, E, firsts, seconds, xp)


def odd_function(
    A: Array, U: Array, values: Array, Vh: Array, f: OfEigenvalues, first: OfEigenvalues, xp: Namespace
) -> Array:
    """U diag(values) V^H; its derivative is that of `odd_derivative`, also at ties.

    ``f(w, xp)`` is f(w_i), and ``first(w, xp)`` is f[w_i, w_j], for the sorted eigenvalues w of the dilation.
    """

    def once(A: Array, U: Array, values: Array, Vh: Array) -> Array:
        return (U * values[..., None, :]) @ Vh

    def twice(A: Array, U: Array, values: Array, Vh: Array) -> Array:
        m, M = A.shape[-2], dilated(A, xp)
        w, V = xp.linalg.eigh(M)
        V, N = moving(M, w, V, xp)
        inside = add_diagonal(of_eigenvalues(w, first, xp) * N, of_eigenvalues(w, f, xp), xp)
        return (V @ inside @ adjoint(V, xp))[..., :m, m:]

    return again((A,), once, twice, A, U, values, Vh, xp=xp)


def between(U: Array, Vh: Array, E: Array, F: Array, G: Array, N: Array, xp: Namespace) -> Array:
    """U (F o herm(B) + G o skew(B)) V^H + (I - U U^H) E V N V^H + U N U^H E (I - V V^H), with B = U^H E V.

    F_ij = f[s_i, s_j], G_ij = f[s_i, -s_j], N = diag(f[s_i, 0]).
    """
    V, Uh = adjoint(Vh, xp), adjoint(U, xp)
    m, n = U.shape[-2], Vh.shape[-1]
    if m >= n:
        EV = E @ V
        B = Uh @ EV
        P = F * hermitian(B, xp) + G * skew(B, xp)
        if m == n:
            return U @ P @ Vh
        columns = N[..., None, :]
        return (U @ (P - B * columns) + EV * columns) @ Vh
    UhE, rows = Uh @ E, N[..., :, None]
    B = UhE @ V
    P = F * hermitian(B, xp) + G * skew(B, xp)
    return U @ ((P - rows * B) @ Vh + rows * UhE)


def dilated(A: Array, xp: Namespace) -> Array:
    """[[0, A], [A^H, 0]]."""
    (*batch, m, n), kind = A.shape, {"dtype": A.dtype, "device": device(A)}
    above = xp.concat([xp.zeros((*batch, m, m), **kind), A], axis=-1)
    below = xp.concat([adjoint(A, xp), xp.zeros((*batch, n, n), **kind)], axis=-1)
    return xp.concat([above, below], axis=-2)


def _largest(w: Array, k: int, xp: Namespace) -> Array:
    """The k largest of sorted numbers, in descending order: the singular values."""
    return xp.flip(w[..., w.shape[-1] - k :], axis=-1)
