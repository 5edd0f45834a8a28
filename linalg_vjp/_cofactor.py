"""The cofactors of a matrix of any rank and size, without division by a pivot.

Products of pivots can leave the range of the floats where the determinant and the cofactors do not. So a
number, or a whole matrix, comes with an exponent: (X, e) stands for X 2^e, with X of about one.

Source: G. W. Stewart, "On the adjugate matrix" (1998), Linear Algebra Appl. 283, 151-164, for the cofactors
of a singular matrix. rules/det.md derives the halving.
"""

import math
from typing import Any

from ._cotangent import cast
from ._matrix import (
    add_diagonal,
    adjoint,
    conj,
    diagonal,
    eye,
    lu,
    permute_rows,
    solve_triangular,
    transpose,
)
from ._namespaces import Array, Namespace, device, namespace
from ._registered import again, fixed

__all__ = ["cofactor", "product", "times_power"]


def cofactor(A: Array, xp: Namespace) -> Array:
    """The matrix of cofactors, d det(A) / d A_ij: exact at every rank, without division by a pivot.

    A = P L U gives adj(A) = adj(U) L^-1 adj(P), and cof(A) is its transpose.
    """
    if A.shape[-1] <= 3:
        return _minors(A, xp)
    return again((A,), lambda A: _by_lu(A, xp), lambda A: _by_svd(A, xp), A, xp=xp)


def _by_lu(A: Array, xp: Namespace) -> Array:
    A, exponent = _equilibrate(A, xp)
    p, L, U = lu(A, xp)
    adj, e = _adjugate(U, xp)
    Y = solve_triangular(L, transpose(adj), xp, upper=False, trans="T", unit_diagonal=True)
    C = cast(_parity(p, xp), A.dtype, xp)[..., None, None] * permute_rows(Y, p, xp)
    return times_power(C, e + exponent, xp)


def _by_svd(A: Array, xp: Namespace) -> Array:
    """The cofactors in a form that can be differentiated again, which LU cannot at a zero pivot.

    The factors are constants. In M = U^H A V = diag(s) + N, N is zero but has a derivative:

        cof(A) = det(U V^H) conj(U) cof(M) V^T,  cof(M)_ij = -p_ij N_ji
        cof(M)_ii = q_i + sum_j p_ij N_jj

    Here q_i is the product of all singular values except s_i, and p_ij of all except s_i and s_j.
    """
    A, exponent = _equilibrate(A, xp)
    U, S, Vh = (fixed(lambda X: X, X, xp) for X in xp.linalg.svd(A, full_matrices=False))
    M = adjoint(U, xp) @ A @ adjoint(Vh, xp)
    q = fixed(lambda S: _but_one(S, namespace(None, S)), S, xp)
    p = fixed(lambda S: _but_two(S, namespace(None, S)), S, xp)
    sign = fixed(lambda X: namespace(None, X).linalg.det(X), U @ Vh, xp)
    moved = diagonal(M, xp) - S
    C = add_diagonal(-p * transpose(M), q + xp.sum(p * moved[..., None, :], axis=-1), xp)
    return times_power(sign[..., None, None] * (conj(U, xp) @ C @ conj(Vh, xp)), exponent, xp)


def _but_one(S: Array, xp: Namespace) -> Array:
    """The product of all these numbers except the i-th, for each i."""
    x, m, e, zero, zeros = _factored(S, xp)
    return xp.where(zeros == zero, times_power(x / m, e, xp), 0.0)


def _but_two(S: Array, xp: Namespace) -> Array:
    """The product of all these numbers except the i-th and the j-th, and 0 for i = j."""
    x, m, e, zero, zeros = _factored(S, xp)
    rows, columns = (..., slice(None), None), (..., None, slice(None))
    p = times_power(x[rows] / m[rows] / m[columns], e[rows] - _exponent(S, xp)[columns], xp)
    both, n = zero[rows] + zero[columns], S.shape[-1]
    return xp.where((zeros[rows] == both) & (eye(n, n, S, xp) == 0), p, 0.0)


def _factored(S: Array, xp: Namespace) -> tuple[Array, ...]:
    """x, m and e: x / m 2^e is the product of all nonzero numbers but one; which are zero; how many are."""
    nonzero = xp.where(S == 0, 1.0, S)
    (x, total), (m, e) = product(nonzero, xp), _normalized(nonzero, xp, axis=())
    zero = xp.astype(S == 0, S.dtype)
    return x[..., None], m, total[..., None] - e, zero, xp.sum(zero, axis=-1, keepdims=True)


def product(x: Array, xp: Namespace) -> tuple[Array, Array]:
    """The product along the last axis, and its exponent."""
    x, e = _normalized(x, xp, axis=())
    e = xp.sum(e, axis=-1)
    while x.shape[-1] > 64:  # each number is up to two, or up to three if complex
        parts = [xp.prod(x[..., i : i + 64], axis=-1) for i in range(0, x.shape[-1], 64)]
        x, more = _normalized(xp.stack(parts, axis=-1), xp, axis=())
        e = e + xp.sum(more, axis=-1)
    return xp.prod(x, axis=-1), e


def times_power(X: Array, e: Array, xp: Namespace) -> Array:
    """X 2^e, in two steps, because it may be in the range of the floats where 2^e is not."""
    most = math.floor(math.log2(xp.finfo(X.dtype).max)) - 1
    half = xp.clip(xp.floor(e / 2), -most, most)
    return X * 2.0**half * 2.0 ** xp.clip(e - half, -most, most)


def _normalized(X: Array, xp: Namespace, axis: Any = (-2, -1)) -> tuple[Array, Array]:
    """X scaled to about one by a power of two per slice along `axis`, or per entry; and the exponents."""
    size = xp.abs(X)
    e = _exponent(xp.max(size, axis=axis, keepdims=True) if axis else size, xp)
    return times_power(X, -e, xp), e


def _exponent(size: Array, xp: Namespace) -> Array:
    """The exponent of the largest power of two that is at most `size`; 0 for zero."""
    return xp.floor(xp.log2(xp.where(size == 0, 1.0, size)))


def _equilibrate(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """A with rows and columns scaled to about one by powers of two; the exponents its cofactors need."""
    total: Array = 0.0
    for axis in (-1, -2):
        A, e = _normalized(A, xp, axis=(axis,))
        total = total + (xp.sum(e, axis=(-2, -1), keepdims=True) - e)
    return A, total


def _minors(A: Array, xp: Namespace) -> Array:
    n = A.shape[-1]
    if n == 0:
        return A
    if n == 1:
        return xp.ones_like(A)
    # Entry by entry: one pass over the batch for each entry is faster than products of slices.
    a = [[A[..., i, j] for j in range(n)] for i in range(n)]
    if n == 2:
        C = [a[1][1], -a[1][0], -a[0][1], a[0][0]]
    else:
        turn = (1, 2, 0)  # with cyclic indices all signs are plus
        C = [
            a[turn[i]][turn[j]] * a[turn[turn[i]]][turn[turn[j]]]
            - a[turn[i]][turn[turn[j]]] * a[turn[turn[i]]][turn[j]]
            for i in range(n)
            for j in range(n)
        ]
    return xp.reshape(xp.stack(C, axis=-1), A.shape)


def _adjugate(U: Array, xp: Namespace) -> tuple[Array, Array]:
    """adj(U) of an upper triangular U = [[F, B], [0, D]], and its exponent, of shape (..., 1, 1).

    adj(U) = [[det(D) adj(F), -adj(F) B adj(D)], [0, det(F) adj(D)]]

    It starts from blocks of at most three rows and doubles them, all blocks of one size at once.
    """
    n, count = U.shape[-1], 1
    while -(-n // count) > 3:
        count *= 2
    b = -(-n // count)
    U = _padded(U, count * b, xp)
    blocks = xp.stack([U[..., i : i + b, i : i + b] for i in range(0, count * b, b)], axis=-3)
    C = _minors(blocks, xp)
    adj, e = _normalized(transpose(C), xp)
    det, d = _determinant(xp.sum(blocks[..., :1, :] * C[..., :1, :], axis=-1, keepdims=True), e, xp)
    while count > 1:
        B = [U[..., i : i + b, i + b : i + 2 * b] for i in range(0, count * b, 2 * b)]
        (F, e_F), (D, e_D) = ((adj[..., i::2, :, :], e[..., i::2, :, :]) for i in (0, 1))
        (f, d_F), (g, d_D) = ((det[..., i::2, :, :], d[..., i::2, :, :]) for i in (0, 1))
        corner = -F @ xp.stack(B, axis=-3) @ D
        top = xp.maximum(xp.maximum(d_D + e_F, d_F + e_D), e_F + e_D)
        head = xp.concat(
            [times_power(g * F, d_D + e_F - top, xp), times_power(corner, e_F + e_D - top, xp)], axis=-1
        )
        tail = times_power(f * D, d_F + e_D - top, xp)
        adj = xp.concat([head, xp.concat([xp.zeros_like(tail), tail], axis=-1)], axis=-2)
        adj, e = _normalized(adj, xp)
        e = e + top
        det, d = _determinant(f * g, e - d_F - d_D, xp)
        d = d + d_F + d_D
        count, b = count // 2, 2 * b
    return adj[..., 0, :n, :n], e[..., 0, :, :]


def _determinant(x: Array, e: Array, xp: Namespace) -> tuple[Array, Array]:
    """x and its exponent; a zero gets that of the adjugate, e, so that its derivative keeps its size."""
    d = xp.where(x == 0, e, _exponent(xp.abs(x), xp))
    return times_power(x, -d, xp), d


def _padded(U: Array, size: int, xp: Namespace) -> Array:
    """[[U, 0], [0, I]] with `size` rows; the first block of its adjugate is the adjugate of U."""
    n = U.shape[-1]
    if n == size:
        return U
    beside = xp.zeros_like(U[..., :, : size - n])
    rows = eye(size - n, size, U, xp, k=n) + xp.zeros_like(U[..., :1, :1])
    return xp.concat([xp.concat([U, beside], axis=-1), rows], axis=-2)


def _parity(p: Array, xp: Namespace) -> Array:
    """The sign of the permutation p, of shape (..., n): a factor of -1 for each pair out of order."""
    i = xp.arange(p.shape[-1], device=device(p))
    crossed = (p[..., :, None] > p[..., None, :]) & (i[:, None] < i)
    return 1 - 2 * (xp.sum(xp.astype(crossed, xp.int32), axis=(-2, -1)) % 2)
