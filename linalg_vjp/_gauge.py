"""The gauge: outputs that are defined up to a phase or a rotation, and extra columns of a factorization."""

import functools
import numbers
from collections.abc import Sequence

from ._gaps import KEEP, Gauge, apart, columns, eps_of, spectral_radius, vanishing
from ._matrix import adjoint, divide, shortcut
from ._namespaces import Array, Namespace, device
from ._params import Param

__all__ = [
    "GAUGE",
    "Gauge",
    "GaugeError",
    "check_gauge",
    "entry_of",
    "extra_cotangent",
    "extra_tangent",
    "largest_real",
    "over_gaps",
]


def _is_gauge(value: object) -> bool:
    if isinstance(value, Gauge):
        bounds = value.tied, value.zero
        return _is_gauge(value.mode) and all(isinstance(x, numbers.Real) and x >= 0 for x in bounds)
    return isinstance(value, str) and value in MODES


CHECK = Gauge("check")
MODES = ("project", "check", "keep")
WANTED = "one of 'project', 'check', 'keep', or a Gauge with such a mode and thresholds of at least 0"
GAUGE = Param("project", _is_gauge, WANTED, MODES)


class GaugeError(ValueError):
    """A cotangent has a part along the gauge: the loss depends on an arbitrary choice.

    Derivatives with ``gauge="check"`` raise it. The choice is a phase, a sign, or a rotation of tied vectors,
    which the factorization leaves open.
    """


def extra_tangent(Q: Array, Q_dot: Array, Q0: Array, xp: Namespace) -> Array:
    """The tangent of [Q, Q0]. The extra columns Q0 move only as needed to stay orthogonal to Q."""
    if Q0.shape[-1] == 0:
        return Q_dot
    return xp.concat([Q_dot, -Q @ (adjoint(Q_dot, xp) @ Q0)], axis=-1)


def extra_cotangent(Q: Array, Q_bar: Array, Q0: Array, Q0_bar: Array, xp: Namespace) -> Array:
    """The cotangent of Q with the contribution of the extra columns Q0: the adjoint of `extra_tangent`."""
    if Q0_bar.shape[-1] == 0:
        return Q_bar
    return Q_bar - Q0 @ (adjoint(Q0_bar, xp) @ Q)


def largest_real(V: Array, xp: Namespace) -> Array:
    """1 for the entry of each column that the normalization makes real, 0 for the others.

    It is the largest entry whose imaginary part is exactly zero. If several entries have the same modulus, as
    for circulant matrices, the largest modulus alone would find another one.
    """
    size = xp.abs(V)
    if xp.isdtype(V.dtype, "complex floating"):
        size = size + 2 * xp.astype(xp.imag(V) == 0, size.dtype)
    i = xp.arange(V.shape[-2], device=device(V))
    return xp.astype(i[:, None] == xp.argmax(size, axis=-2, keepdims=True), V.dtype)


def entry_of(X: Array, top: Array, xp: Namespace) -> Array:
    """The entry of each column that `top` marks, of shape (..., 1, n)."""
    return xp.sum(X * top, axis=-2, keepdims=True)


def over_gaps(
    rule: str, S: Array, V_bar: Array, w: Array, w_bar: Array | None, gauge: Gauge, xp: Namespace
) -> Array:
    """The quotients in a pullback of eigenvectors: S / 2 (w_j - w_i), and 0 at ties.

    S is twice the skew-Hermitian part of the cotangents in the basis of the eigenvectors. Of V_bar, only the
    sizes of its columns are used.
    """
    D, largest = w[..., None, :] - w[..., :, None], spectral_radius(w, xp)
    mode, tied, _ = gauge
    if mode == "check":
        free = xp.where(xp.isinf(vanishing(D, largest, tied, gauge, xp)), S * 0.5, 0.0)
        moved = None if w_bar is None else (w_bar * largest)[..., None]  # comparable with those of vectors
        check_gauge(rule, "eigenvectors", [free], (V_bar, moved), xp, gauge)
    D, twice = 2 * D, 2 * largest

    def quick(S: Array) -> Array:
        return divide(S, vanishing(D, twice, tied, KEEP, xp), xp)

    def exact(S: Array) -> Array:
        pairs, _ = columns((V_bar,), w_bar, largest, w.shape[-1], xp)
        return divide(S, vanishing(D, twice, tied, gauge, xp, pairs, S), xp)

    return quick(S) if mode == "keep" else shortcut(apart(w, largest, xp), quick, exact, S, xp=xp)


def check_gauge(
    rule: str,
    names: str,
    parts: Sequence[Array],
    bars: Sequence[Array | None],
    xp: Namespace,
    gauge: Gauge = CHECK,
) -> None:
    """Raise GaugeError if `parts`, the parts of the cotangents along the gauge, exceed rounding."""
    scale = functools.reduce(xp.maximum, (_largest(bar, xp) for bar in bars if bar is not None))
    size = functools.reduce(xp.maximum, (_largest(part, xp) for part in parts))
    tol, (_, tied, zero) = eps_of(size.dtype, xp) ** 0.5, gauge
    if not xp.all(size <= tol * scale):
        raise GaugeError(
            f"{rule}: the cotangent of {names} has a part along the gauge, of up to {_shown(size, xp):.3g} "
            f"(the largest entry is {_shown(scale, xp):.3g}, and the tolerance is {tol:.1g} times that). "
            f"The loss depends on a phase, sign or rotation that the factorization leaves open, so it has no "
            f"gradient. Values count as tied if they differ by at most {tied:g} eps times the largest value, "
            f"and as zero up to {zero:g} eps times it. Change the loss so that it does not depend on this "
            f'choice, or pass gauge="project" to drop that part.'
        )


def _largest(x: Array, xp: Namespace) -> Array:
    """The size of the largest entry of each matrix; 0 for an empty one."""
    if 0 in x.shape[-2:]:
        return xp.sum(xp.abs(x), axis=(-2, -1))
    return xp.max(xp.abs(x), axis=(-2, -1))


def _shown(x: Array, xp: Namespace) -> float:
    return float(xp.max(x))
