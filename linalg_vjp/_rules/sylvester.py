"""Sylvester equation with Hermitian coefficients: X with H X + X K = C.

For H of shape (..., m, m), K (..., n, n) and C (..., m, n). Two eigendecompositions solve the equation, and
also its derivatives, which are equations of the same kind. First and second derivatives are exact at equal
eigenvalues.

Domain: H and K are Hermitian, and no eigenvalue of H is the negative of one of K; for example, both are
positive definite. Elsewhere X is NaN. The cotangents of H and K are Hermitian too.

Gauge: none.

Sources: T.-C. Kao and G. Hennequin, "Automatic differentiation of Sylvester, Lyapunov, and algebraic Riccati
equations" (2020), arXiv:2011.11430, equations 10 and 11.

Spec: rules/sylvester.md
"""

from .._cotangent import total
from .._matrix import adjoint, after, hermitian, matmul
from .._namespaces import Array, Namespace, namespace
from .._registered import again, fixed
from .._rule import Rule

__all__ = ["SYLVESTER_H", "sylvester_h_jvp", "sylvester_h_vjp"]


def sylvester_h(H: Array, K: Array, C: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """X with H X + X K = C, in a 1-tuple."""
    return sylvester_h_fwd(H, K, C, xp=xp)[0]


def sylvester_h_fwd(
    H: Array, K: Array, C: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array, Array]]:
    """X, and the factors that solve the equation again."""
    xp = namespace(xp, H, K, C)
    V, W, sums = sylvester_h_keep(H, K, C, xp=xp)
    return (_solved(H, K, V, W, sums, C, xp),), (V, W, sums)


def sylvester_h_keep(
    H: Array, K: Array, X: Array, *, xp: Namespace | None = None
) -> tuple[Array, Array, Array]:
    """The eigenvectors V of H and W of K, and the sums: eigenvalue i of H plus eigenvalue j of K."""
    xp = namespace(xp, H, K)
    w, V = xp.linalg.eigh(H)
    of_each = w[..., :, None] if w.shape[:-1] == K.shape[:-2] else xp.reshape(w, (1, -1))
    u, W = xp.linalg.eigh(after(K, of_each, xp))
    sums = w[..., :, None] + u[..., None, :]
    return V, W, xp.where(sums == 0, float("nan"), sums)


def _solved(H: Array, K: Array, V: Array, W: Array, sums: Array, C: Array, xp: Namespace) -> Array:
    """V ((V^H C W) / sums) W^H.

    When this is differentiated again, the factors are constants. A step of iterative refinement has the right
    derivative, and changes the value only by rounding.
    """

    def once(H: Array, K: Array, V: Array, W: Array, sums: Array, C: Array) -> Array:
        Y = matmul(matmul(adjoint(V, xp), C, xp), W, xp) / sums
        return matmul(matmul(V, Y, xp), adjoint(W, xp), xp)

    def twice(H: Array, K: Array, V: Array, W: Array, sums: Array, C: Array) -> Array:
        V, W, sums = (fixed(lambda x: x, x, xp) for x in (V, W, sums))
        X = once(H, K, V, W, sums, C)
        rest = C - matmul(hermitian(H, xp), X, xp) - matmul(X, hermitian(K, xp), xp)
        return X + once(H, K, V, W, sums, rest)

    return again((H, K), once, twice, H, K, V, W, sums, C, xp=xp)


def sylvester_h_vjp(
    H: Array,
    K: Array,
    X: Array,
    V: Array,
    W: Array,
    sums: Array,
    X_bar: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None, Array | None]:
    """Pullback of H X + X K = C.

        H C_bar + C_bar K = X_bar,  H_bar = -herm(C_bar X^H),  K_bar = -herm(X^H C_bar)

    Parameters
    ----------
    H, K : array of shape (..., m, m) and (..., n, n)
    X : array of shape (..., m, n)
        The solution.
    V, W, sums : array of shape (..., m, m), (..., n, n) and (..., m, n)
        The eigenvectors of H and of K, and the sums of their eigenvalues.
    X_bar : array of shape (..., m, n) or None
    xp : namespace, optional

    Returns
    -------
    H_bar, K_bar, C_bar : array of shape (..., m, m), (..., n, n) and (..., m, n)
        The first two are Hermitian.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> [bar.item() for bar in sylvester_h_vjp(3 * one, one, 2 * one, one, one, 4 * one, 8 * one)]
    [-4.0, -4.0, 2.0]
    """
    if X_bar is None:
        return None, None, None
    xp = namespace(xp, X, V)
    S = _solved(H, K, V, W, sums, X_bar, xp)
    Xh = adjoint(X, xp)
    return -hermitian(matmul(S, Xh, xp), xp), -hermitian(matmul(Xh, S, xp), xp), S


def sylvester_h_jvp(
    H: Array,
    K: Array,
    X: Array,
    V: Array,
    W: Array,
    sums: Array,
    H_dot: Array | None,
    K_dot: Array | None,
    C_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of H X + X K = C.

        H X_dot + X_dot K = C_dot - herm(H_dot) X - X herm(K_dot)

    Parameters
    ----------
    H, K, X, V, W, sums : array
        As in `sylvester_h_vjp`.
    H_dot, K_dot, C_dot : array of shape (..., m, m), (..., n, n) and (..., m, n), or None
        The tangents; only the Hermitian parts of the first two are used.
    xp : namespace, optional

    Returns
    -------
    X_dot : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.eye(1)
    >>> sylvester_h_jvp(3 * one, one, 2 * one, one, one, 4 * one, one, None, None)[0].tolist()
    [[-0.5]]
    """
    xp = namespace(xp, X, V)
    right = total(
        C_dot,
        None if H_dot is None else -matmul(hermitian(H_dot, xp), X, xp),
        None if K_dot is None else -matmul(X, hermitian(K_dot, xp), xp),
    )
    return (None if right is None else _solved(H, K, V, W, sums, right, xp),)


SYLVESTER_H = Rule(
    "sylvester_h",
    "(m,m),(n,n),(m,n)->(m,n)",
    inputs=("H", "K", "C"),
    outputs=("X",),
    saves=("H", "K", "X"),
    keeps=("H", "K", "X", "V", "W", "sums"),
    op=sylvester_h,
    op_fwd=sylvester_h_fwd,
    op_keep=sylvester_h_keep,
    op_vjp=sylvester_h_vjp,
    op_jvp=sylvester_h_jvp,
    space={"H": "positive", "K": "positive"},
    page="sylvester",
    family="equations",
    domain="Hermitian H and K such that no eigenvalue of H is the negative of one of K",
)
