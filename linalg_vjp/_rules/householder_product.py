"""Product of Householder reflectors: Q, the first n columns of H_1 ... H_k, with H_i = I - tau_i v_i v_i^H.

A is (..., m, n) with m >= n >= k, and tau is (..., k). The vector v_i is column i of A below the diagonal,
one on it, and zero above it. The entries of A on and above its diagonal, and its columns after the k-th, are
not read. LAPACK's geqrf returns such A and tau, and its orgqr or ungqr computes Q from them.

Domain: every A and tau. They need not come from a factorization, and Q need not be unitary.

Gauge: none.

Sources: R. Schreiber and C. Van Loan, "A storage-efficient WY representation for products of Householder
transformations" (1989), SIAM J. Sci. Stat. Comput. 10, 53-57, for the product; the derivatives are derived in
the spec.

Spec: rules/householder_product.md
"""

from .._cotangent import all_none, total
from .._matrix import adjoint, diagonal, eye, promote, solve_triangular, transpose, tril, triu
from .._namespaces import Array, Namespace, namespace
from .._rule import Rule

__all__ = ["HOUSEHOLDER_PRODUCT", "householder_product_jvp", "householder_product_vjp"]


def householder_product(A: Array, tau: Array, *, xp: Namespace | None = None) -> tuple[Array]:
    """Q, in a 1-tuple."""
    return householder_product_fwd(A, tau, xp=xp)[0]


def householder_product_fwd(
    A: Array, tau: Array, *, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array, Array, Array]]:
    """Q, and V, S, T and Y = T V1^H, where H_1 ... H_k = I - V T V^H."""
    xp = namespace(xp, A, tau)
    V, S, T, Y = kept = householder_product_keep(A, tau, xp=xp)
    return (eye(A.shape[-2], A.shape[-1], A, xp) - V @ Y,), kept


def householder_product_keep(
    A: Array, tau: Array, *, xp: Namespace | None = None
) -> tuple[Array, Array, Array, Array]:
    """V, S, T and Y. T = (I + D S)^-1 D with D = diag(tau), so that tau may have zeros."""
    xp = namespace(xp, A, tau)
    (m, n), k = A.shape[-2:], tau.shape[-1]
    if not m >= n >= k:
        raise ValueError(
            f"householder_product: A has shape {tuple(A.shape)} and tau {tuple(tau.shape)}; "
            f"A must have m >= n rows, and tau one entry for each of at most n reflectors"
        )
    V = tril(A[..., :, :k], xp, -1) + eye(m, k, A, xp)
    S = triu(adjoint(V, xp) @ V, xp, 1)
    one = eye(k, k, A, xp)
    M = one + tau[..., :, None] * S
    T = solve_triangular(M, one * tau[..., None, :], xp, upper=True, unit_diagonal=True)
    return V, S, T, T @ adjoint(V[..., :n, :], xp)


def householder_product_vjp(
    V: Array,
    S: Array,
    T: Array,
    Y: Array,
    Q_bar: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None, Array | None]:
    """Pullback of Q = E - V T V1^H, where E is the first n columns of I, and V1 the first n rows of V.

        T_bar = -V^H Q_bar V1,  Z = T^H T_bar T^H,  S_bar = -triu(Z, 1)
        tau_bar = diag((I - T S)^H T_bar (I - S T)^H)
        V_bar = V (S_bar + S_bar^H) - Q_bar Y^H,  less Q_bar^H V T in the first n rows

    A_bar is V_bar strictly below the diagonal, and zero elsewhere.

    Parameters
    ----------
    V : array of shape (..., m, k)
        The vectors, with zeros above and ones on the diagonal.
    S, T : array of shape (..., k, k)
        V^H V above its diagonal, and (I + diag(tau) S)^-1 diag(tau).
    Y : array of shape (..., k, n)
        T V1^H.
    Q_bar : array of shape (..., m, n) or None
    xp : namespace, optional

    Returns
    -------
    A_bar, tau_bar : array of shape (..., m, n) and (..., k)

    Examples
    --------
    >>> import numpy as np
    >>> _, kept = householder_product_fwd(np.asarray([[0.0], [3.0]]), np.asarray([0.5]))
    >>> A_bar, tau_bar = householder_product_vjp(*kept, np.ones((2, 1)))
    >>> A_bar.tolist(), tau_bar.tolist()
    ([[0.0], [-0.5]], [-4.0])
    """
    if Q_bar is None:
        return None, None
    xp = namespace(xp, V)
    k, n = Y.shape[-2:]
    R = adjoint(adjoint(V, xp) @ Q_bar, xp)
    T_bar = -(adjoint(R, xp) @ V[..., :n, :])
    Th, Sh = adjoint(T, xp), adjoint(S, xp)
    left = Th @ T_bar
    Z = left @ Th
    S_bar = triu(Z, xp, 1)
    # Only the diagonal of (I - S^H T^H) T_bar (I - T^H S^H) is needed.
    turned = xp.sum(Sh * transpose(left - Z @ Sh), axis=-1) + xp.sum(T_bar @ Th * transpose(Sh), axis=-1)
    tau_bar = diagonal(T_bar, xp) - turned
    V_bar = -(V @ (S_bar + adjoint(S_bar, xp))) - Q_bar @ adjoint(Y, xp)
    V_bar = xp.concat([V_bar[..., :n, :] - R @ T, V_bar[..., n:, :]], axis=-2)
    rest = xp.zeros_like(Q_bar[..., :, k:])
    return xp.concat(
        [tril(V_bar, xp, -1), xp.broadcast_to(rest, (*V_bar.shape[:-1], n - k))], axis=-1
    ), tau_bar


def householder_product_jvp(
    V: Array,
    S: Array,
    T: Array,
    Y: Array,
    A_dot: Array | None,
    tau_dot: Array | None,
    *,
    xp: Namespace | None = None,
) -> tuple[Array | None]:
    """Pushforward of Q = E - V T V1^H.

        S_dot = triu(V_dot^H V + V^H V_dot, 1),  Z = diag(tau_dot) (I - S T)
        T_dot = Z - T (S Z + S_dot T)
        Q_dot = -V_dot Y - V (T_dot V1^H + T V1_dot^H)

    V_dot is A_dot strictly below the diagonal.

    Parameters
    ----------
    V, S, T, Y : array
        As in `householder_product_vjp`.
    A_dot, tau_dot : array of shape (..., m, n) and (..., k), or None
    xp : namespace, optional

    Returns
    -------
    Q_dot : array of shape (..., m, n)
        In a 1-tuple.

    Examples
    --------
    >>> import numpy as np
    >>> _, kept = householder_product_fwd(np.asarray([[0.0], [3.0]]), np.asarray([0.5]))
    >>> householder_product_jvp(*kept, None, np.asarray([1.0]))[0].tolist()
    [[-1.0], [-3.0]]
    """
    if all_none(A_dot, tau_dot):
        return (None,)
    xp = namespace(xp, V)
    k, n = Y.shape[-2:]
    Z = inner = first = within = None
    if A_dot is not None:
        A_dot, _ = promote(A_dot, T, xp=xp)
        V_dot = tril(A_dot[..., :, :k], xp, -1)
        K = adjoint(V, xp) @ V_dot
        inner = triu(K + adjoint(K, xp), xp, 1) @ T
        first, within = -(V_dot @ Y), T @ adjoint(V_dot[..., :n, :], xp)
    if tau_dot is not None:
        tau_dot, _ = promote(tau_dot, T, xp=xp)
        Z = tau_dot[..., :, None] * (eye(k, k, T, xp) - S @ T)
        inner = total(inner, S @ Z)
    T_dot = total(Z, -(T @ inner))
    within = total(within, T_dot @ adjoint(V[..., :n, :], xp))
    return (total(first, -(V @ within)),)


HOUSEHOLDER_PRODUCT = Rule(
    "householder_product",
    "(m,n),(k)->(m,n)",
    inputs=("A", "tau"),
    outputs=("Q",),
    saves=("A", "tau"),
    keeps=("V", "S", "T", "Y"),
    op=householder_product,
    op_fwd=householder_product_fwd,
    op_keep=householder_product_keep,
    op_vjp=householder_product_vjp,
    op_jvp=householder_product_jvp,
    space={"A": "tall"},
    family="factorizations",
    domain="every A and tau",
)
