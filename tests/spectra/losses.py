"""Smooth losses of the factors of a matrix, their cotangents, and their gradients at 100 digits.

A loss is a sum of terms that are smooth in A and do not depend on the basis of a tied or null space: an odd
function U f(S) Vh (or V f(w) V^H), a projector onto the first or last columns of U or V, or a sum of f(s).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mpmath
import numpy as np

from linalg_vjp.testing._exact import conj, exact, normal
from linalg_vjp.testing.oracles._common import factors_eigh, factors_svd

__all__ = ["EIGH", "SVD", "Loss", "eigh_cotangents", "eigh_gradient", "svd_cotangents", "svd_gradient"]

TIED = mpmath.mpf(10) ** -60


class Function(NamedTuple):
    """f and its derivative, for NumPy or mpmath numbers."""

    f: Callable[[Any], Any]
    df: Callable[[Any], Any]


IDENTITY = Function(lambda s: s, lambda s: s * 0 + 1)
BENT = Function(lambda s: s - s**3 / 6, lambda s: 1 - s**2 / 2)
LOG = Function(lambda s: mpmath.log(s) if isinstance(s, mpmath.mpf) else np.log(s), lambda s: 1 / s)
SQUARE = Function(lambda s: s**2, lambda s: 2 * s)
UNIT = Function(lambda s: s * 0 + 1, lambda s: s * 0)


class Loss(NamedTuple):
    """The terms of a loss. A cut r separates the first r columns from the others.

    odd: f on all columns; kept: f on the first r columns and zero on the others; left, right: the projector
    onto the first r columns or ("rest") onto the others; values: f of S. `weight` scales the projectors.
    """

    odd: Function | None = None
    kept: Function | None = None
    left: str = ""
    right: str = ""
    values: Function | None = None
    weight: float = 1.0


SVD = {
    "U S Vh": Loss(odd=IDENTITY),
    "U f(S) Vh": Loss(odd=BENT),
    "truncation": Loss(kept=IDENTITY),
    "polar factor": Loss(kept=UNIT),
    "projector, left": Loss(left="first"),
    "projector, right": Loss(right="first"),
    "null projector, left": Loss(left="rest"),
    "null projector, right": Loss(right="rest"),
    "both null projectors": Loss(left="rest", right="rest"),
    "U f(S) Vh and a projector": Loss(odd=BENT, left="first"),
    "truncation and a little null projector": Loss(kept=IDENTITY, right="rest", weight=1e-4),
    "sum of squares and a little null projector": Loss(values=SQUARE, left="rest", weight=1e-3),
    "nuclear norm": Loss(values=IDENTITY),
    "log det": Loss(values=LOG),
}
EIGH = {
    "V w V^H": Loss(odd=IDENTITY),
    "V f(w) V^H": Loss(odd=BENT),
    "truncation": Loss(kept=IDENTITY),
    "projector": Loss(left="first"),
    "other projector": Loss(left="rest"),
    "V f(w) V^H and a projector": Loss(odd=BENT, left="first"),
    "trace and a little projector": Loss(values=SQUARE, left="rest", weight=1e-3),
    "trace": Loss(values=BENT),
}


def matrices(random, m, n, dtype) -> Sequence[Any]:
    """The matrices whose inner products with the terms form a loss."""
    M, L, R = normal(random, (m, n), dtype), normal(random, (m, m), dtype), normal(random, (n, n), dtype)
    return M.astype(dtype), ((L + np.conj(L.T)) / 2).astype(dtype), ((R + np.conj(R.T)) / 2).astype(dtype)


def _applied(loss: Loss, S: Any, r: int) -> tuple[Any, Any]:
    """f(S) and f'(S) of the odd term; with `kept`, zero after the first r values."""
    function = loss.odd or loss.kept
    f, df = (np.asarray([g(s) for s in S], S.dtype) for g in function)
    if loss.kept:
        f[r:], df[r:] = S[r:] * 0, S[r:] * 0
    return f, df


def svd_cotangents(loss: Loss, r: int, M: Sequence[Any], U: Any, S: Any, Vh: Any) -> list[Any]:
    """U_bar, S_bar and Vh_bar as a program would compute them; None if the loss does not use an output."""
    k, V = len(S), np.conj(Vh.T)
    U_bar = V_bar = S_bar = None
    if loss.odd or loss.kept:
        f, df = _applied(loss, S, r)
        MV, MhU = M[0] @ V[:, :k], np.conj(M[0].T) @ U[:, :k]
        U_bar, V_bar = np.zeros_like(U), np.zeros_like(V)
        U_bar[:, :k], V_bar[:, :k] = MV * f, MhU * f
        S_bar = df * np.sum(np.conj(U[:, :k]) * MV, axis=0).real
    if loss.values:
        S_bar = np.asarray([loss.values.df(s) for s in S], S.dtype)
    U_bar = _projected(loss.left, r, loss.weight * M[1], U, U_bar)
    V_bar = _projected(loss.right, r, loss.weight * M[2], V, V_bar)
    return [U_bar, S_bar, None if V_bar is None else np.conj(V_bar.T)]


def _projected(columns: str, r: int, M: Any, Q: Any, Q_bar: Any) -> Any:
    """Q_bar plus the cotangent of tr(M P)."""
    if not columns:
        return Q_bar
    Q_bar = np.zeros_like(Q) if Q_bar is None else Q_bar
    chosen = slice(0, r) if columns == "first" else slice(r, None)
    Q_bar[:, chosen] += 2 * (M @ Q[:, chosen])
    return Q_bar


def eigh_cotangents(loss: Loss, r: int, M: Sequence[Any], w: Any, V: Any) -> list[Any]:
    """w_bar and V_bar as a program would compute them."""
    V_bar = w_bar = None
    if loss.odd or loss.kept:
        f, df = _applied(loss, w, r)
        V_bar = (2 * (M[1] @ V)) * f
        w_bar = df * np.sum(np.conj(V) * (M[1] @ V), axis=0).real
    if loss.values:
        w_bar = np.asarray([loss.values.df(s) for s in w], w.dtype)
    return [w_bar, _projected(loss.left, r, loss.weight * M[1], V, V_bar)]


def svd_gradient(loss: Loss, r: int, M: Sequence[Any], A: Any) -> Any:
    """The gradient of the loss at A, an array of mpmath numbers."""
    U, S, Vh = factors_svd(A)
    V, total = conj(Vh.T), A * 0
    if loss.odd or loss.kept:
        total = total + _odd_gradient(U, S, V, _applied(loss, S, r), exact(M[0]))
    if loss.values:
        total = total + (U * np.asarray([loss.values.df(s) for s in S], object)) @ Vh
    if loss.left:
        total = total + _sign(loss.left) * _projector_gradient(U, S, V, r, loss.weight * exact(M[1]))
    if loss.right:
        total = total + _sign(loss.right) * conj(_projector_gradient(V, S, U, r, loss.weight * exact(M[2])).T)
    return total


def _sign(columns: str) -> int:
    return 1 if columns == "first" else -1


def _quotient(numerator: Any, denominator: Any, limit: Any) -> Any:
    return numerator / denominator if abs(denominator) > TIED else limit


def _odd_gradient(U: Any, S: Any, V: Any, applied: tuple[Any, Any], M: Any) -> Any:
    (f, df), k = applied, range(len(S))
    B = conj(U.T) @ M @ V
    F = np.asarray([[_quotient(f[i] - f[j], S[i] - S[j], df[i]) for j in k] for i in k], object)
    G = np.asarray([[_quotient(f[i] + f[j], S[i] + S[j], df[i]) for j in k] for i in k], object)
    ratio = np.asarray([_quotient(f[i], S[i], df[i]) for i in k], object)
    inside = F * (B + conj(B.T)) / 2 + G * (B - conj(B.T)) / 2
    left, right = (M @ V - U @ B) * ratio, (conj(U.T) @ M - B @ conj(V.T)) * ratio[:, None]
    return U @ inside @ conj(V.T) + left @ conj(V.T) + U @ right


def _projector_gradient(U: Any, S: Any, V: Any, r: int, M: Any) -> Any:
    """The gradient of tr(M P), where P projects onto the first r columns of U and is a function of A A^H."""
    zero, k = mpmath.mpf(0), range(len(S))
    inside = 2 * conj(U.T) @ M @ U
    for i in k:
        for j in k:
            apart = (i < r) - (j < r)
            scale = S[i] ** 2 - S[j] ** 2
            inside[i, j] = inside[i, j] * _quotient(apart * S[j], scale, zero) if apart else zero
    beyond = 2 * (M @ U - U @ (conj(U.T) @ M @ U))[:, :r] / S[:r]
    return U @ inside @ conj(V.T) + beyond @ conj(V[:, :r].T)


def eigh_gradient(loss: Loss, r: int, M: Sequence[Any], A: Any) -> Any:
    """The gradient of the loss at a Hermitian A."""
    w, V = factors_eigh(A)
    k, total = range(len(w)), A * 0
    B = conj(V.T) @ exact(M[1]) @ V
    if loss.odd or loss.kept:
        f, df = _applied(loss, w, r)
        F = np.asarray([[_quotient(f[i] - f[j], w[i] - w[j], df[i]) for j in k] for i in k], object)
        total = total + V @ (F * B) @ conj(V.T)
    if loss.values:
        total = total + (V * np.asarray([loss.values.df(s) for s in w], object)) @ conj(V.T)
    if loss.left:
        apart = [[_quotient(mpmath.mpf((i < r) - (j < r)), w[i] - w[j], 0) for j in k] for i in k]
        total = total + loss.weight * _sign(loss.left) * (V @ (np.asarray(apart, object) * B) @ conj(V.T))
    return total
