"""The cofactors of a matrix of any rank, without a division by a pivot.

Source: for what they are at a singular matrix, G. W. Stewart, "On the adjugate matrix" (1998), Linear Algebra
Appl. 283, 151-164. The halving is derived in rules/det.md.
"""

import math

from ._cotangent import cast
from ._matrix import lu, permute_rows, solve_triangular, transpose
from ._namespaces import Array, Namespace, device

__all__ = ["cofactor"]


def cofactor(A: Array, xp: Namespace) -> Array:
    """The matrix of the cofactors, d det(A) / d A_ij: exact at every rank, without a division by a pivot.

    From A = P L U follows adj(A) = adj(U) L^-1 adj(P), and cof(A) is its transpose.
    """
    if A.shape[-1] <= 3:
        return _minors(A, xp)
    A, exponent, most = _equilibrate(A, xp)
    p, L, U = lu(A, xp)
    adj, _ = _adjugate(U, xp)
    Y = solve_triangular(L, transpose(adj), xp, upper=False, trans="T", unit_diagonal=True)
    C = cast(_parity(p, xp), A.dtype, xp)[..., None, None] * permute_rows(Y, p, xp)
    half = xp.clip(xp.floor(exponent / 2), -most, most)
    return C * 2.0**half * 2.0 ** xp.clip(exponent - half, -most, most)


def _equilibrate(A: Array, xp: Namespace) -> tuple[Array, Array, float]:
    """A with rows and columns scaled to about one by powers of two, and the exponents its cofactors lack.

    Products of pivots would leave the range of the floats otherwise, where the result is well within. Also
    the largest exponent that is safe to raise two to.
    """
    info = xp.finfo(A.dtype)
    total: Array = 0.0
    for axis in (-1, -2):
        largest = xp.max(xp.abs(A), axis=axis, keepdims=True)
        e = xp.floor(xp.log2(xp.maximum(largest, xp.full_like(largest, info.smallest_normal))))
        A = A * 2.0**-e
        total = total + (xp.sum(e, axis=(-2, -1), keepdims=True) - e)
    return A, total, math.floor(math.log2(info.max)) - 1


def _minors(A: Array, xp: Namespace) -> Array:
    n = A.shape[-1]
    if n == 0:
        return A
    if n == 1:
        return xp.ones_like(A)
    # Entry by entry: a pass over the batch for each is quicker than products of slices.
    a = [[A[..., i, j] for j in range(n)] for i in range(n)]
    if n == 2:
        C = [a[1][1], -a[1][0], -a[0][1], a[0][0]]
    else:
        turn = (1, 2, 0)  # indices run on cyclically, so all signs are plus
        C = [
            a[turn[i]][turn[j]] * a[turn[turn[i]]][turn[turn[j]]]
            - a[turn[i]][turn[turn[j]]] * a[turn[turn[i]]][turn[j]]
            for i in range(n)
            for j in range(n)
        ]
    return xp.reshape(xp.stack(C, axis=-1), A.shape)


def _adjugate(U: Array, xp: Namespace) -> tuple[Array, Array]:
    """adj(U) and det(U), of shape (..., 1, 1), for an upper triangular U = [[A, B], [0, D]].

    adj(U) = [[det(D) adj(A), -adj(A) B adj(D)], [0, det(A) adj(D)]]
    """
    n = U.shape[-1]
    if n <= 3:
        cof = _minors(U, xp)
        return transpose(cof), xp.sum(U[..., :1, :] * cof[..., :1, :], axis=-1, keepdims=True)
    h = n // 2
    adj_A, det_A = _adjugate(U[..., :h, :h], xp)
    adj_D, det_D = _adjugate(U[..., h:, h:], xp)
    B = U[..., :h, h:]
    top = xp.concat([det_D * adj_A, -adj_A @ B @ adj_D], axis=-1)
    low = xp.concat([xp.zeros_like(transpose(B)), det_A * adj_D], axis=-1)
    return xp.concat([top, low], axis=-2), det_A * det_D


def _parity(p: Array, xp: Namespace) -> Array:
    """The sign of the permutation p, of shape (..., n): minus one for each pair out of order."""
    i = xp.arange(p.shape[-1], device=device(p))
    crossed = (p[..., :, None] > p[..., None, :]) & (i[:, None] < i)
    return 1 - 2 * (xp.sum(xp.astype(crossed, xp.int32), axis=(-2, -1)) % 2)
