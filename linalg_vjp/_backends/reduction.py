"""Band systems in pure Array API, by parallel cyclic reduction: log2(n) steps over all rows at once.

Each step combines every row with the rows s above and s below it, and eliminates their unknowns, for s = 1,
2, 4 and so on. A row is a block of p = max(l, u) rows of A, so that the matrix is block tridiagonal. There is
no pivoting between the blocks: use it only for matrices that need none, such as diagonally dominant ones.
"""

from typing import Any

from .._namespaces import Array, Namespace, device

__all__ = ["shifted", "solve_bands"]


def shifted(X: Array, k: int, xp: Namespace, axis: int = -1) -> Array:
    """X[i + k] along an axis, with zeros for entries beyond the edge."""
    n = X.shape[axis]
    if k == 0 or n == 0:
        return X
    behind = (slice(None),) * (-1 - axis)
    edge = list(X.shape)
    edge[axis] = min(abs(k), n)
    outside = xp.zeros(tuple(edge), dtype=X.dtype, device=device(X))
    if k > 0:
        return xp.concat([X[(..., slice(min(k, n), n), *behind)], outside], axis=axis)
    return xp.concat([outside, X[(..., slice(0, max(n + k, 0)), *behind)]], axis=axis)


def solve_bands(C: Array, B: Array, xp: Namespace, *, l: int) -> Array:
    """X with A X = B, for C[k + l, i] = A[i, i + k] and B of shape (..., n, m)."""
    w, n = C.shape[-2:]
    if n == 0 or B.shape[-1] == 0:
        return B
    p = max(l, w - 1 - l)
    if p == 0:
        return B / C[..., 0, :, None]
    if p == 1:
        rows = [
            C[..., k + l, :, None] if 0 <= k + l < w else xp.zeros_like(C[..., 0, :, None])
            for k in (-1, 0, 1)
        ]
        low, main, high = (x[..., None] for x in rows)
        return _reduced(low, main, high, B[..., None, :], xp)[..., 0, :]
    count = -(-n // p)
    low, main, high = _blocks(C, l, p, count, xp)
    rest = xp.zeros((*B.shape[:-2], count * p - n, B.shape[-1]), dtype=B.dtype, device=device(B))
    B = xp.reshape(xp.concat([B, rest], axis=-2), (*B.shape[:-2], count, p, B.shape[-1]))
    X = _reduced(low, main, high, B, xp)
    return xp.reshape(X, (*X.shape[:-3], count * p, X.shape[-1]))[..., :n, :]


def _blocks(C: Array, l: int, p: int, count: int, xp: Namespace) -> list[Array]:
    """The blocks below, on and above the diagonal, of shape (..., count, p, p); ones pad the last of them."""
    w, n = C.shape[-2:]
    i = xp.arange(count * p, device=device(C))
    j = xp.arange(p, device=device(C))
    first = i - i % p  # the first row of the block
    rest = xp.zeros((*C.shape[:-1], count * p - n), dtype=C.dtype, device=device(C))
    rows = xp.concat([C, rest], axis=-1).mT
    found = []
    for place in (-1, 0, 1):
        offset = first[:, None] + place * p + j - i[:, None]
        block: Any = 0.0
        for row in range(w):
            block = block + xp.where(offset == row - l, rows[..., row : row + 1], 0.0)
        if place == 0:
            block = xp.where((offset == 0) & (i >= n)[:, None], 1.0, block)
        found.append(xp.reshape(block, (*block.shape[:-2], count, p, p)))
    return found


def _reduced(low: Array, main: Array, high: Array, B: Array, xp: Namespace) -> Array:
    """The unknowns of a block tridiagonal system, of shape (..., count, p, m)."""
    count, p = main.shape[-3:-1]

    def times(X: Array, Y: Array) -> Array:
        return X * Y if p == 1 else X @ Y

    step = 1
    while step < count:
        inverse = 1 / main if p == 1 else xp.linalg.inv(main)
        above, below = ([shifted(x, s, xp, -3) for x in (inverse, low, high, B)] for s in (-step, step))
        up, down = -times(low, above[0]), -times(high, below[0])
        main = main + times(up, above[2]) + times(down, below[1])
        B = B + times(up, above[3]) + times(down, below[3])
        low, high = times(up, above[1]), times(down, below[2])
        step *= 2
    return B / main if p == 1 else xp.linalg.solve(main, B)
