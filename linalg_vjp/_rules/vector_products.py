"""Products of vectors: y = sum of conj(a_i) b_i, Y = a b^T, and c = a x b in three dimensions.

a and b have shape (..., n) for `vecdot`, (..., 3) for `cross`, and (..., m) and (..., n) for `outer`.
`vecdot` and `cross` may use another axis than the last one. The other axes broadcast. Only `vecdot`
conjugates: its first argument.

Domain: every pair of vectors.

Spec: rules/vector_products.md
"""

from collections.abc import Mapping

from .._makers import bilinear
from .._matrix import conj
from .._namespaces import Array, Namespace
from .._params import negative_axis

__all__ = [
    "CROSS",
    "OUTER",
    "VECDOT",
    "cross_jvp",
    "cross_vjp",
    "outer_jvp",
    "outer_vjp",
    "vecdot_jvp",
    "vecdot_vjp",
]


def _over_last_axis(params: Mapping[str, object]) -> bool:
    return params.get("axis", -1) == -1


def vecdot(a: Array, b: Array, *, xp: Namespace) -> Array:
    """a_bar = conj(y_bar) b, b_bar = y_bar a."""
    return xp.sum(conj(a, xp) * b, axis=-1)


VECDOT = bilinear(
    "vecdot",
    "(n),(n)->()",
    op=vecdot,
    A_bar=lambda y_bar, a, b, xp: conj(y_bar, xp)[..., None] * b,
    B_bar=lambda y_bar, a, b, xp: y_bar[..., None] * a,
    inputs=("a", "b"),
    outputs=("y",),
    params={"axis": negative_axis()},
    axis="axis",
    batched=_over_last_axis,
    page="vector_products",
    family="products",
    domain="every pair of vectors",
)
vecdot_vjp, vecdot_jvp = VECDOT.op_vjp, VECDOT.op_jvp


def outer(a: Array, b: Array, *, xp: Namespace) -> Array:
    """a_bar = Y_bar conj(b), b_bar = Y_bar^T conj(a)."""
    return a[..., :, None] * b[..., None, :]


OUTER = bilinear(
    "outer",
    "(m),(n)->(m,n)",
    op=outer,
    A_bar=lambda Y_bar, a, b, xp: xp.sum(Y_bar * conj(b, xp)[..., None, :], axis=-1),
    B_bar=lambda Y_bar, a, b, xp: xp.sum(Y_bar * conj(a, xp)[..., :, None], axis=-2),
    inputs=("a", "b"),
    half=True,
    page="vector_products",
    family="products",
    domain="every pair of vectors",
)
outer_vjp, outer_jvp = OUTER.op_vjp, OUTER.op_jvp


def cross(a: Array, b: Array, *, xp: Namespace) -> Array:
    """a_bar = conj(b) x c_bar, b_bar = c_bar x conj(a)."""
    (a0, a1, a2), (b0, b1, b2) = ([x[..., i] for i in range(3)] for x in (a, b))
    return xp.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=-1)


CROSS = bilinear(
    "cross",
    "(3),(3)->(3)",
    op=cross,
    A_bar=lambda c_bar, a, b, xp: cross(conj(b, xp), c_bar, xp=xp),
    B_bar=lambda c_bar, a, b, xp: cross(c_bar, conj(a, xp), xp=xp),
    inputs=("a", "b"),
    outputs=("c",),
    params={"axis": negative_axis()},
    axis="axis",
    batched=_over_last_axis,
    half=True,
    page="vector_products",
    family="products",
    domain="every pair of vectors",
)
cross_vjp, cross_jvp = CROSS.op_vjp, CROSS.op_jvp
