"""Trace: t = the sum of A[i, i + offset].

For A of shape (..., m, n), tall or wide. For an offset beyond the edge, the sum is 0. The trace is linear.

Domain: every matrix.

Spec: rules/trace.md
"""

from .._makers import linear
from .._matrix import eye
from .._namespaces import Array, Namespace
from .._params import integer

__all__ = ["TRACE", "trace_jvp", "trace_vjp"]


def trace(A: Array, *, offset: int = 0, xp: Namespace) -> Array:
    """The sum along one diagonal."""
    m, n = A.shape[-2:]
    if not -m < offset < n:  # an empty diagonal; MLX may hang on an empty array
        A, offset = xp.zeros_like(A), 0
    return xp.linalg.trace(A, offset=offset)


def adjoint(t_bar: Array, A: Array, *, offset: int = 0, xp: Namespace) -> Array:
    """A_bar is t_bar on the diagonal, and 0 elsewhere."""
    return t_bar[..., None, None] * eye(A.shape[-2], A.shape[-1], t_bar, xp, k=offset)


TRACE = linear(
    "trace",
    "(m,n)->()",
    op=trace,
    adjoint=adjoint,
    outputs=("t",),
    params={"offset": integer(0, 1, -2)},
    half=True,
    family="products",
    domain="every matrix",
)
trace_vjp, trace_jvp = TRACE.op_vjp, TRACE.op_jvp
