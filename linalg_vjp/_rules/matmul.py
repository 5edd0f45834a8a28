"""Matrix product: Y = A B.

For A of shape (..., m, k) and B of shape (..., k, n), or (k,) for a vector on either side. Batch axes
broadcast, and one factor may be real and the other complex. The product is bilinear.

Domain: every pair of matrices.

Spec: rules/matmul.md
"""

from .._makers import bilinear
from .._matrix import adjoint
from .._matrix import matmul as product
from .._namespaces import Array, Namespace

__all__ = ["MATMUL", "matmul_jvp", "matmul_vjp"]


def matmul(A: Array, B: Array, *, xp: Namespace) -> Array:
    """A_bar = Y_bar B^H, B_bar = A^H Y_bar, Y_dot = A_dot B + A B_dot."""
    return product(A, B, xp)


MATMUL = bilinear(
    "matmul",
    "(m?,k),(k,n?)->(m?,n?)",
    op=matmul,
    A_bar=lambda Y_bar, A, B, xp: product(Y_bar, adjoint(B, xp), xp),
    B_bar=lambda Y_bar, A, B, xp: product(adjoint(A, xp), Y_bar, xp),
    half=True,
    family="products",
    domain="every pair of matrices",
)
matmul_vjp, matmul_jvp = MATMUL.op_vjp, MATMUL.op_jvp
