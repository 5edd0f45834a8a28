"""Kronecker product of matrices: Y[i p + k, j q + l] = A[i, j] B[k, l].

For A of shape (..., m, n) and B of shape (..., p, q), Y is (..., m p, n q); batch axes broadcast. The product
is bilinear. With Y_bar(i, j) for block i, j of Y_bar, A_bar[i, j] = <B, Y_bar(i, j)>, and B_bar is the sum of
conj(A[i, j]) Y_bar(i, j) over all blocks.

Domain: every pair of matrices.

Spec: rules/kron.md
"""

from .._makers import bilinear
from .._matrix import conj
from .._namespaces import Array, Namespace

__all__ = ["KRON", "kron_jvp", "kron_vjp"]


def kron(A: Array, B: Array, *, xp: Namespace) -> Array:
    """A_bar[i, j] = <B, Y_bar(i, j)> for block i, j; B_bar = the sum of conj(A[i, j]) Y_bar(i, j)."""
    Y = A[..., :, None, :, None] * B[..., None, :, None, :]
    return xp.reshape(Y, (*Y.shape[:-4], Y.shape[-4] * Y.shape[-3], Y.shape[-2] * Y.shape[-1]))


def _split(Y_bar: Array, A: Array, B: Array, xp: Namespace) -> Array:
    (m, n), (p, q) = A.shape[-2:], B.shape[-2:]
    return xp.reshape(Y_bar, (*Y_bar.shape[:-2], m, p, n, q))


KRON = bilinear(
    "kron",
    "(m,n),(p,q)->(r,s)",
    op=kron,
    A_bar=lambda Y, A, B, xp: xp.sum(_split(Y, A, B, xp) * conj(B, xp)[..., None, :, None, :], axis=(-3, -1)),
    B_bar=lambda Y, A, B, xp: xp.sum(_split(Y, A, B, xp) * conj(A, xp)[..., :, None, :, None], axis=(-4, -2)),
    half=True,
    family="products",
    domain="every pair of matrices",
)
kron_vjp, kron_jvp = KRON.op_vjp, KRON.op_jvp
