"""Matrix equations by Schur forms: what the rules for Sylvester and Lyapunov equations share."""

from collections.abc import Callable

from ._backends import primitives
from ._matrix import adjoint, broadcast_shapes, conj, eye, is_complex, promote, real
from ._namespaces import Array, Namespace, is_jax_namespace, namespace
from ._registered import again, fixed, of_host

__all__ = ["continuous", "discrete", "equation", "factored", "of_discrete", "one_for", "solved"]


def factored(A: Array, xp: Namespace) -> Array:
    """T and Z with A = Z T Z^H, stacked, in the library's form; they count as constants."""
    return fixed(_factored, A, xp)


def _factored(A: Array) -> Array:
    xp = namespace(None, A)
    return primitives(xp).schur_factor(A, xp)


def solved(
    K: Array,
    M: Array,
    C: Array,
    xp: Namespace,
    ops: str,
    change: Callable[[Array, Array, Array], tuple[Array, Array, Array]] | None = None,
) -> Array:
    """X with op(A) X + X op(B) = C, from the results of `factored`; `ops` has "N" or "C" (adjoint) for each.

    `change` gets both triangles and the right side in the Schur vectors, and returns those of the equation.
    """
    batch = broadcast_shapes(K.shape[:-3], M.shape[:-3], C.shape[:-2])
    factors = (K[..., 0, :, :], K[..., 1, :, :], M[..., 0, :, :], M[..., 1, :, :])
    T, Z, S, U, Y = (xp.broadcast_to(X, (*batch, *X.shape[-2:])) for X in promote(*factors, C, xp=xp))
    Y = adjoint(Z, xp) @ Y @ U
    if change is not None:
        T, S, Y = change(T, S, Y)
    X = Z @ primitives(xp).schur_solve(T, S, Y, xp, ops=ops) @ adjoint(U, xp)
    return X if is_complex(C, xp) else real(X, xp)


def one_for(X: Array, Y: Array, xp: Namespace) -> Array:
    """What X can wait for by `after`: Y if both have the same batch, else a 1 x 1 matrix from Y."""
    if Y.shape[:-2] == X.shape[:-2] or 0 in Y.shape:
        return Y
    return xp.reshape(Y[..., 0, 0], (-1, 1, 1))[:1, ...]


def equation(
    name: str,
    left: Callable[..., Array],
    solve: Callable[[Array, str], Array],
    ops: str,
    at: tuple[Array, ...],
    Q: Array,
    xp: Namespace,
) -> Array:
    """X with left(*at, X) = Q, as solve(Q, ops) from factors that have no derivative.

    JAX differentiates the equation instead of its solution, and needs a solver of the transposed equation.
    Any other host that differentiates it calls its own function for the rule, or kind of equation, of this
    name.
    """
    *some, Q = promote(*at, Q, xp=xp)
    at = tuple(some)

    def transposed(C: Array) -> Array:
        adjoint_ops = ops.translate(str.maketrans("NC", "CN"))
        return conj(solve(conj(C, xp), adjoint_ops), xp)

    if is_jax_namespace(xp):
        return primitives(xp).linear_solve(at, lambda X: left(*at, X), lambda C: solve(C, ops), transposed, Q)
    found: Array = again((*at, Q), lambda *x: solve(x[-1], ops), of_host(name, xp), *at, Q, xp=xp)
    return found


def continuous(K: Array, A: Array, Q: Array, xp: Namespace, ops: str) -> Array:
    """X with A X + X A^H = Q; K is the Schur form of A for ops="NC", and of A^H for ops="CN"."""

    def left(A: Array, X: Array) -> Array:
        return A @ X + X @ adjoint(A, xp)

    def solve(C: Array, ops: str) -> Array:
        return solved(K, K, C, xp, ops)

    return equation("continuous", left, solve, ops, (A,), Q, xp)


def of_discrete(A: Array, xp: Namespace) -> Array:
    """The Schur form of S = (A - I)^-1, for `discrete`."""
    return factored(primitives(xp).inv_or_nan(A - eye(A.shape[-1], A.shape[-1], A, xp), xp), xp)


def discrete(K: Array, A: Array, Q: Array, xp: Namespace, ops: str) -> Array:
    """X with A X A^H - X + Q = 0; K is the form of (A - I)^-1 for ops="NC", and of (A^H - I)^-1 for "CN".

    It solves W X + X W^H = -2 S Q S^H with W = I + 2 S, in which neither a small A nor a large one is lost to
    rounding.
    """

    def left(A: Array, X: Array) -> Array:
        return X - A @ X @ adjoint(A, xp)

    def solve(C: Array, ops: str) -> Array:
        def change(T: Array, _: Array, Y: Array) -> tuple[Array, Array, Array]:
            Th = adjoint(T, xp)
            first, last = (T, Th) if ops == "NC" else (Th, T)
            W = 2.0 * T + eye(T.shape[-1], T.shape[-1], T, xp)
            return W, W, -2.0 * (first @ Y @ last)

        return solved(K, K, C, xp, ops, change)

    return equation("discrete", left, solve, ops, (A,), Q, xp)
