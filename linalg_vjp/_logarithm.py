"""The principal logarithm by inverse scaling and squaring, and its derivative, from products and inverses.

Each matrix of a batch takes as many square roots as it needs. Where it has no logarithm, the result is NaN.
"""

from ._backends import primitives
from ._exponential import exponential_along, exponential_factors
from ._matrix import after, eye, transpose
from ._namespaces import Array, Namespace, is_jax_namespace
from ._roots import Host, corner, near_root, size, whole_of

__all__ = ["logarithm", "logarithm_along"]

MOST = 64  # square roots; each one also halves the entries off the diagonal
# Up to this distance from I, Gauss-Legendre quadrature is exact to rounding: points in [0, 1] and weights.
FAR = 0.25
RULE = (
    (0.025446043828620736, 0.06474248308443485),
    (0.12923440720030277, 0.13985269574463832),
    (0.2970774243113014, 0.19091502525255946),
    (0.5, 0.2089795918367347),
    (0.7029225756886985, 0.19091502525255946),
    (0.8707655927996972, 0.13985269574463832),
    (0.9745539561713793, 0.06474248308443485),
)


def logarithm(A: Array, host: Host, xp: Namespace) -> Array:
    """The principal logarithm, by the host's function if there is one; NaN where it does not exist."""
    return whole_of(_logarithm, A, host, xp)


def logarithm_along(A: Array, Y: Array, E: Array, host: Host, xp: Namespace) -> Array:
    """The derivative along E, from A and its logarithm Y.

    A host differentiates it as a block of the logarithm of [[A, E], [0, A]]. JAX differentiates the equation
    L_exp(Y, Y_dot) = E.
    """
    if E.shape[-1] == 0:
        return 1.0 * E
    if host and not is_jax_namespace(xp):
        return corner(host, A, E, xp)
    p = primitives(xp)
    return p.linear_solve(
        (A, Y),
        lambda Z: exponential_along(Y, exponential_factors(Y, xp), Z, xp),
        lambda E: p.whole(_logarithm_along, after(A, Y, xp), E, xp=xp),
        lambda E: p.whole(_logarithm_along, transpose(after(A, Y, xp)), E, xp=xp),
        E,
    )


def _logarithm(A: Array, xp: Namespace) -> Array:
    """2^s log X for X = A^(1 / 2^s), as the integral of Z (I + t Z)^-1 for Z = X - I."""
    scale, Z = _roots(A, xp)
    R = _inverses(Z, xp)
    return scale * (Z @ _mean(R))


def _logarithm_along(A: Array, E: Array, xp: Namespace) -> Array:
    """Its derivative along E, as the integral of (I + t Z)^-1 Z_dot (I + t Z)^-1."""
    _, Z, E = _roots(A, xp, E)
    R = _inverses(Z, xp)
    return _mean(R @ E[..., None, :, :] @ R)


def _roots(A: Array, xp: Namespace, *E: Array) -> list[Array]:
    """2^s and Z = A^(1 / 2^s) - I, which is small, and 2^s Z_dot for each E.

    For the root X' of X, X' - I = (X - I) (X' + I)^-1 keeps the digits that a difference would lose.
    """
    one = eye(A.shape[-1], A.shape[-1], A, xp)

    def step(left: Array, scale: Array, X: Array, Z: Array, *E: Array) -> tuple[Array, ...]:
        root, *dots = near_root(X, xp, *E)
        last = after(root, dots[-1], xp) if dots else root
        distance = Z @ primitives(xp).inv_or_nan(last + one, xp)
        new = (size(distance, xp) - FAR, 2.0 * scale, root, distance, *(2.0 * dot for dot in dots))
        old = (left, scale, X, Z, *E)
        return tuple(xp.where(left > 0, x, y) for x, y in zip(new, old, strict=True))

    Z = A - one
    far = size(Z, xp) - FAR
    left, scale, _, *ends = primitives(xp).repeat(step, MOST, far, xp.ones_like(far), A, Z, *E, xp=xp)
    return [scale, *(xp.where(left <= 0, X, float("nan")) for X in ends)]


def _inverses(Z: Array, xp: Namespace) -> Array:
    """(I + t Z)^-1 for the points t, stacked."""
    one = eye(Z.shape[-1], Z.shape[-1], Z, xp)
    return primitives(xp).inv_or_nan(xp.stack([one + t * Z for t, _ in RULE], axis=-3), xp)


def _mean(R: Array) -> Array:
    """The integral of a function from its stacked values at the points."""
    terms = [weight * R[..., j, :, :] for j, (_, weight) in enumerate(RULE)]
    return sum(terms[1:], terms[0])
