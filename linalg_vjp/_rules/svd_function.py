"""Odd functions of the singular values: Y = U f(S) V^H for A = U S V^H, with f(-s) = -f(s).

A and Y have shape (..., m, n). `low_rank` is the best approximation of rank k in the spectral and the
Frobenius norm. `svd_threshold` has f(s) = max(s - tau, 0), the proximal operator of the nuclear norm.
`svd_function` takes "tanh", "asinh", or a function of your own with its derivatives.

Domain: matrices of any rank, with singular values where f has a derivative. For `low_rank`, the k-th singular
value must differ from the next one; at a tie the derivative is NaN. For `svd_threshold`, no singular value
equals tau; if one does, the derivative is that of one of the two sides. First and second derivatives are
exact at zeros, and at ties that the cut does not split.

Gauge: none.

Sources: V. Noferini, "A formula for the Frechet derivative of a generalized matrix function" (2017), SIAM J.
Matrix Anal. Appl. 38, 434-457; J.-F. Cai, E. J. Candes and Z. Shen, "A singular value thresholding algorithm
for matrix completion" (2010), SIAM J. Optim. 20, 1956-1982, theorem 2.1; G. H. Golub and C. F. Van Loan,
"Matrix computations" (2013), section 8.6, for the dilation.

Spec: rules/svd_function.md
"""

from collections.abc import Callable
from typing import Any

from .. import _cuts
from .._dilation import odd_derivative
from .._divided import ODD, odd_scalar, second_differences
from .._makers import self_adjoint
from .._namespaces import Array, Namespace, namespace
from .._params import Param, count, real_number
from .._spectral import function_or_none

__all__ = [
    "LOW_RANK",
    "SVD_FUNCTION",
    "SVD_THRESHOLD",
    "low_rank_jvp",
    "low_rank_vjp",
    "svd_function_jvp",
    "svd_function_vjp",
    "svd_threshold_jvp",
    "svd_threshold_vjp",
]

Function = Callable[[Array], Array]
OfNumbers = Callable[[Array], _cuts.Pieces]


def _factors(A: Array, *, xp: Namespace | None = None, **params: Any) -> tuple[Array, Array, Array]:
    """U, S and V^H of A."""
    U, S, Vh = namespace(xp, A).linalg.svd(A, full_matrices=False)
    return U, S, Vh


def svd_function(A: Array, *, xp: Namespace, **params: Any) -> Array:
    """Y = U f(S) V^H."""
    return svd_function_fwd(A, xp=xp, **params)[0][0]


def svd_function_fwd(
    A: Array, *, xp: Namespace | None = None, **params: Any
) -> tuple[tuple[Array], tuple[Array, Array, Array]]:
    """Y, and the singular value decomposition of A."""
    xp = namespace(xp, A)
    U, S, Vh = _factors(A, xp=xp)
    return ((U * odd_scalar(xp=xp, **params).value(S, xp)[..., None, :]) @ Vh,), (U, S, Vh)


def function_derivative(
    A: Array,
    U: Array,
    S: Array,
    Vh: Array,
    E: Array,
    *,
    xp: Namespace,
    f: Any = "tanh",
    df: Function | None = None,
    d2f: Function | None = None,
) -> Array:
    """`_dilation.between` with the divided differences of f."""
    if 0 in A.shape[-2:]:
        return E

    def first(a: Array, b: Array, S: Array, xp: Namespace) -> Array:
        x, y = a[..., :, None], b[..., None, :]
        return odd_scalar(f, df, d2f, xp).slope(xp.where(x >= y, x, y), xp.where(x >= y, y, x), xp)

    def second(w: Array, S: Array, xp: Namespace) -> Array:
        return second_differences(odd_scalar(f, df, d2f, xp), w, xp)

    known = not callable(f) or d2f is not None
    return odd_derivative(A, U, S, Vh, E, first, second if known else None, xp)


def low_rank(A: Array, *, xp: Namespace, k: int = 1) -> Array:
    """Y = U_k S_k V_k^H."""
    return low_rank_fwd(A, k=k, xp=xp)[0][0]


def low_rank_fwd(
    A: Array, *, k: int = 1, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array, Array]]:
    """Y, and the singular value decomposition of A."""
    xp = namespace(xp, A)
    U, S, Vh = _factors(A, xp=xp)
    k = min(k, S.shape[-1])
    kept = xp.concat([S[..., :k], S[..., k:] * 0], axis=-1)
    return ((U * kept[..., None, :]) @ Vh,), (U, S, Vh)


def low_rank_derivative(
    A: Array, U: Array, S: Array, Vh: Array, E: Array, *, xp: Namespace, k: int = 1
) -> Array:
    """`_dilation.between` with f(x) = x for the k largest singular values and their negatives, else 0."""
    if k == 0 or k >= S.shape[-1]:
        return E * (1.0 if k else 0.0)

    def of(S: Array, xp: Namespace) -> OfNumbers:
        level = _cuts.level_between(S[..., k - 1, None], S[..., k, None], S[..., :1], xp)
        return lambda x: _cuts.beyond(x, level, 0.0, xp)

    return odd_derivative(A, U, S, Vh, E, *_cuts.differences(of), xp)


def svd_threshold(A: Array, *, xp: Namespace, tau: float = 0.5) -> Array:
    """Y = U max(S - tau, 0) V^H."""
    return svd_threshold_fwd(A, tau=tau, xp=xp)[0][0]


def svd_threshold_fwd(
    A: Array, *, tau: float = 0.5, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array, Array]]:
    """Y, and the singular value decomposition of A."""
    xp = namespace(xp, A)
    U, S, Vh = _factors(A, xp=xp)
    return ((U * xp.where(tau < S, S - tau, 0.0)[..., None, :]) @ Vh,), (U, S, Vh)


def threshold_derivative(
    A: Array, U: Array, S: Array, Vh: Array, E: Array, *, xp: Namespace, tau: float = 0.5
) -> Array:
    """`_dilation.between` with f(x) = x - tau above tau, x + tau below -tau, and 0 between."""
    if S.shape[-1] == 0:
        return E

    def of(S: Array, xp: Namespace) -> OfNumbers:
        return lambda x: _cuts.beyond(x, S[..., :1] * 0 + tau, tau, xp)

    return odd_derivative(A, U, S, Vh, E, *_cuts.differences(of), xp)


RECORD = {"keeps": ("A", "U", "S", "Vh"), "op_keep": _factors, "page": "svd_function", "family": "functions"}
SVD_FUNCTION = self_adjoint(
    "svd_function",
    "(m,n)->(m,n)",
    op=svd_function,
    op_fwd=svd_function_fwd,
    derivative=function_derivative,
    params={
        "f": Param(
            "tanh",
            lambda value: value in ODD if isinstance(value, str) else callable(value),
            f"one of {', '.join(map(repr, ODD))}, or an odd function",
            tuple(ODD),
        ),
        "df": function_or_none(),
        "d2f": function_or_none(),
    },
    domain="matrices with singular values where f is smooth, tied and zero ones included",
    **RECORD,
)
LOW_RANK = self_adjoint(
    "low_rank",
    "(m,n)->(m,n)",
    op=low_rank,
    op_fwd=low_rank_fwd,
    derivative=low_rank_derivative,
    params={"k": count(1, 2)},
    domain="matrices with a gap after the k-th singular value",
    **RECORD,
)
SVD_THRESHOLD = self_adjoint(
    "svd_threshold",
    "(m,n)->(m,n)",
    op=svd_threshold,
    op_fwd=svd_threshold_fwd,
    derivative=threshold_derivative,
    params={"tau": real_number(0.5, 1.5, least=0)},
    domain="matrices without a singular value equal to tau",
    **RECORD,
)
svd_function_vjp, svd_function_jvp = SVD_FUNCTION.op_vjp, SVD_FUNCTION.op_jvp
low_rank_vjp, low_rank_jvp = LOW_RANK.op_vjp, LOW_RANK.op_jvp
svd_threshold_vjp, svd_threshold_jvp = SVD_THRESHOLD.op_vjp, SVD_THRESHOLD.op_jvp
