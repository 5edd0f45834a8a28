"""Spectral projector and nearest positive semidefinite matrix, of a Hermitian A = V diag(w) V^H.

For A of shape (..., n, n). `projector_h` is P = V_k V_k^H, the orthogonal projector onto the eigenvectors of
the k largest eigenvalues, or of those above `cut`. `nearest_psd` is Y = V max(w, 0) V^H, the positive
semidefinite matrix nearest to A in the Frobenius norm.

Domain: Hermitian matrices; the cotangents are Hermitian too. For `projector_h`, the kept eigenvalues must
differ from the others; if a kept one is tied with a dropped one, the derivative is NaN. First and second
derivatives are exact at ties on one side of the cut. At a zero eigenvalue, `nearest_psd` has a generalized
derivative.

Gauge: none.

Sources: T. Kato, "Perturbation theory for linear operators" (1976), section II.2, for the projector;
N. J. Higham, "Computing a nearest symmetric positive semidefinite matrix" (1988), Linear Algebra Appl. 103,
103-118, theorem 2.1; J. Malick and H. S. Sendov, "Clarke generalized Jacobian of the projection onto the cone
of positive semidefinite matrices" (2006), Set-Valued Anal. 14, 273-293.

Spec: rules/projector_h.md
"""

from collections.abc import Callable

from .. import _cuts
from .._gaps import ZERO, eps_of, spectral_radius
from .._makers import self_adjoint
from .._matrix import adjoint
from .._namespaces import Array, Namespace, namespace
from .._params import count, real_number
from .._spectral import derivative, factors

__all__ = [
    "NEAREST_PSD",
    "PROJECTOR_H",
    "nearest_psd_jvp",
    "nearest_psd_vjp",
    "projector_h_jvp",
    "projector_h_vjp",
]

OfNumbers = Callable[[Array], _cuts.Pieces]


def projector_h(A: Array, *, xp: Namespace, k: int | None = None, cut: float = 0.0) -> Array:
    """P = V_k V_k^H."""
    return projector_h_fwd(A, k=k, cut=cut, xp=xp)[0][0]


def projector_h_fwd(
    A: Array, *, k: int | None = None, cut: float = 0.0, xp: Namespace | None = None
) -> tuple[tuple[Array], tuple[Array, Array]]:
    """P, and the eigenvalues and eigenvectors of A."""
    xp = namespace(xp, A)
    w, V = xp.linalg.eigh(A)
    kept = xp.astype(_kept(w, k, cut, xp), w.dtype)
    return ((V * kept[..., None, :]) @ adjoint(V, xp),), (w, V)


def _kept(w: Array, k: int | None, cut: float, xp: Namespace) -> Array:
    """Which of the sorted eigenvalues are kept."""
    if k is None:
        return w > cut
    dropped = max(w.shape[-1] - k, 0)
    return xp.concat([w[..., :dropped] * 0, w[..., dropped:] * 0 + 1], axis=-1) > 0


def _step(w: Array, k: int | None, cut: float, xp: Namespace) -> OfNumbers:
    """The function that is 1 above the cut and 0 below it, for sorted eigenvalues w."""
    level = _cuts.level_of(w, _kept(w, k, cut, xp), xp)
    return lambda x: _cuts.above(x, level, 1.0, 0.0, xp)


def projector_derivative(
    A: Array, w: Array, V: Array, E: Array, *, xp: Namespace, k: int | None = None, cut: float = 0.0
) -> Array:
    """V (D o (V^H herm(E) V)) V^H, with D_ij = 1 / |w_i - w_j| across the cut, and 0 on either side of it."""
    n = w.shape[-1]
    if n == 0 or (k is not None and not 0 < k < n):
        return E * 0
    return _of_cut(A, w, V, E, lambda w, xp: _step(w, k, cut, xp), xp)


def nearest_psd(A: Array, *, xp: Namespace) -> Array:
    """Y = V max(w, 0) V^H."""
    return nearest_psd_fwd(A, xp=xp)[0][0]


def nearest_psd_fwd(A: Array, *, xp: Namespace | None = None) -> tuple[tuple[Array], tuple[Array, Array]]:
    """Y, and the eigenvalues and eigenvectors of A."""
    xp = namespace(xp, A)
    w, V = xp.linalg.eigh(A)
    return ((V * xp.where(w < 0, 0.0, w)[..., None, :]) @ adjoint(V, xp),), (w, V)


def _ramp(w: Array, xp: Namespace) -> OfNumbers:
    """The function max(x, 0), where numbers that are zero to rounding count as below the cut."""
    level = spectral_radius(w, xp) * (ZERO * eps_of(w.dtype, xp))
    return lambda x: _cuts.above(x, level, x, 1.0, xp)


def psd_derivative(A: Array, w: Array, V: Array, E: Array, *, xp: Namespace) -> Array:
    """V (D o (V^H herm(E) V)) V^H, with D_ij = (w_i+ - w_j+) / (w_i - w_j) and w+ = max(w, 0).

    D_ij is 1 for two positive eigenvalues, and 0 for two that are not.
    """
    return _of_cut(A, w, V, E, _ramp, xp) if w.shape[-1] else E


def _of_cut(
    A: Array, w: Array, V: Array, E: Array, f: Callable[[Array, Namespace], OfNumbers], xp: Namespace
) -> Array:
    """The derivative of a function with a cut through the spectrum."""

    def first(w: Array, xp: Namespace) -> Array:
        return _cuts.first(f(w, xp), w, w, xp)

    def second(w: Array, xp: Namespace) -> Array:
        return _cuts.second(f(w, xp), w, xp)

    return derivative(A, w, V, E, first, second, xp)


PROJECTOR_H = self_adjoint(
    "projector_h",
    "(n,n)->(n,n)",
    op=projector_h,
    op_fwd=projector_h_fwd,
    op_keep=factors,
    derivative=projector_derivative,
    outputs=("P",),
    keeps=("A", "w", "V"),
    params={"k": count(None, 1, 2), "cut": real_number(0.0, 0.5)},
    space={"A": "hermitian"},
    page="projector_h",
    family="functions",
    domain="Hermitian matrices with a gap between the kept eigenvalues and the others",
)
NEAREST_PSD = self_adjoint(
    "nearest_psd",
    "(n,n)->(n,n)",
    op=nearest_psd,
    op_fwd=nearest_psd_fwd,
    op_keep=factors,
    derivative=psd_derivative,
    keeps=("A", "w", "V"),
    space={"A": "hermitian"},
    page="projector_h",
    family="functions",
    domain="Hermitian matrices (a generalized derivative at zero eigenvalues)",
)
projector_h_vjp, projector_h_jvp = PROJECTOR_H.op_vjp, PROJECTOR_H.op_jvp
nearest_psd_vjp, nearest_psd_jvp = NEAREST_PSD.op_vjp, NEAREST_PSD.op_jvp
