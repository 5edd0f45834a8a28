"""The primitives in pure Array API: for any library; traceable, and differentiable once more."""

from typing import Any, NoReturn

from .._namespaces import Array, Namespace, device
from . import schur as forms
from .iteration import linear_solve, repeat, scan, square_root, whole
from .reduction import solve_bands

__all__ = [
    "add_diagonal",
    "after",
    "again",
    "cholesky",
    "choose",
    "fixed",
    "inv",
    "inv_or_nan",
    "inverse_permutation",
    "largest",
    "linear_solve",
    "lu",
    "lu_diagonal",
    "lu_factor",
    "lu_inverse",
    "lu_packed",
    "lu_solve",
    "mirror",
    "no_second",
    "no_third",
    "peek",
    "permute_rows",
    "plain_norm",
    "qr_pivoted",
    "repeat",
    "row_sum",
    "scan",
    "schur",
    "schur_factor",
    "schur_solve",
    "shortcut",
    "solve_bands",
    "solve_triangular",
    "square_root",
    "tril",
    "tril_half",
    "triu",
    "whole",
]


def tril(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros above its k-th diagonal."""
    return xp.tril(X, k=k)


def triu(X: Array, xp: Namespace, k: int = 0) -> Array:
    """X with zeros below its k-th diagonal."""
    return xp.triu(X, k=k)


def add_diagonal(X: Array, d: Array, xp: Namespace) -> Array:
    """X + diag(d)."""
    i = xp.arange(X.shape[-1], device=device(X))
    return X + xp.where(i[:, None] == i, d[..., None, :], 0.0)


def tril_half(X: Array, xp: Namespace) -> Array:
    """The lower half of X with half of its diagonal."""
    return (xp.tril(X) + xp.tril(X, k=-1)) * 0.5


def mirror(X: Array, xp: Namespace) -> Array:
    """The Hermitian matrix with the lower half of X, and with the real part of its diagonal."""
    i = xp.arange(X.shape[-1], device=device(X))
    if not xp.isdtype(X.dtype, "complex floating"):
        return xp.where(i[:, None] >= i, X, X.mT)
    Y = xp.where(i[:, None] >= i, X, xp.conj(X.mT))
    return (Y + xp.conj(Y.mT)) * 0.5


def after(X: Array, Y: Array) -> Array:
    """X itself, because operations run one after the other."""
    return X


def permute_rows(X: Array, p: Array, xp: Namespace) -> Array:
    """X[p], matrix by matrix."""
    return xp.take_along_axis(X, p[..., None], axis=-2)


def inverse_permutation(p: Array, xp: Namespace) -> Array:
    """The vector q with X[p][q] = X."""
    return xp.argsort(p, axis=-1)


def largest(X: Array, axis: Any, xp: Namespace) -> Array:
    """The maximum along `axis`; the axes stay."""
    return xp.max(X, axis=axis, keepdims=True)


def cholesky(A: Array, xp: Namespace, *, upper: bool) -> Array:
    """The factor from one triangle; not all libraries document which one they read, and some average both."""
    if not upper:
        return xp.linalg.cholesky(mirror(A, xp))
    return _adjoint(xp.linalg.cholesky(mirror(_adjoint(A, xp), xp)), xp)


def plain_norm(x: Array, p: float, axis: Any, xp: Namespace) -> Array:
    """The p-norm along `axis`; the axes stay."""
    return xp.linalg.vector_norm(x, ord=p, axis=axis, keepdims=True)


def row_sum(X: Array, axis: Any, xp: Namespace) -> Array:
    """The sum along `axis`; the axes stay."""
    return xp.sum(X, axis=axis, keepdims=True)


def solve_triangular(
    A: Array, B: Array, xp: Namespace, *, upper: bool, trans: str, unit_diagonal: bool
) -> Array:
    """X of shape (..., m, n) with op(A) X = B, by halving the matrix until it is 1 x 1."""
    if trans != "N":
        A, upper = A.mT, not upper
    if trans == "C" and xp.isdtype(A.dtype, "complex floating"):
        A = xp.conj(A)
    if unit_diagonal:
        index = xp.arange(A.shape[-1], device=device(A))
        A = xp.where(index[:, None] == index, 1.0, A)
    return _halve(A, B, xp, upper)


def _halve(A: Array, B: Array, xp: Namespace, upper: bool) -> Array:
    n = A.shape[-1]
    if n == 0:
        return A @ B  # of shape (..., 0, n), with the batch axes of both
    if n == 1:
        return B / A
    h = n // 2
    top, low = slice(0, h), slice(h, n)
    if upper:
        X2 = _halve(A[..., low, low], B[..., low, :], xp, upper)
        X1 = _halve(A[..., top, top], B[..., top, :] - A[..., top, low] @ X2, xp, upper)
    else:
        X1 = _halve(A[..., top, top], B[..., top, :], xp, upper)
        X2 = _halve(A[..., low, low], B[..., low, :] - A[..., low, top] @ X1, xp, upper)
    return xp.concat([X1, X2], axis=-2)


def lu(A: Array, xp: Namespace) -> tuple[Array, Array, Array]:
    """A = (L @ U)[p] with partial pivoting."""
    k = min(A.shape[-2:])
    row = xp.arange(A.shape[-2], device=device(A))
    F, origin, _ = _eliminated(A, xp)
    L = xp.where(row[:, None] == row[:k], 1.0, xp.tril(F[..., :, :k], k=-1))
    return inverse_permutation(origin, xp), L, xp.triu(F[..., :k, :])


def lu_packed(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """L and U in one array, and the pivots."""
    F, _, pivots = _eliminated(A, xp)
    none = xp.zeros((*A.shape[:-2], 0), dtype=xp.arange(1).dtype, device=device(A))
    return F, xp.concat([none, *pivots], axis=-1)


def _eliminated(A: Array, xp: Namespace) -> tuple[Array, Array, list[Array]]:
    """L and U in one array, the rows in their new order, and the pivots; the whole batch at once."""
    m, n = A.shape[-2:]
    k, pivots = min(m, n), []
    row = xp.arange(m, device=device(A))
    col = xp.arange(n, device=device(A))
    origin = xp.broadcast_to(row, A.shape[:-1])  # the row of A that is here now
    for j in range(k):
        below = xp.where(row >= j, _size(A[..., :, j], xp), -1.0)
        best = xp.argmax(below, axis=-1, keepdims=True)
        pivots.append(best)
        swap = xp.where(row == j, best, xp.where(row == best, j, row))
        A = xp.take_along_axis(A, swap[..., None], axis=-2)
        origin = xp.take_along_axis(origin, swap, axis=-1)
        if j + 1 == m:
            break  # nothing is below
        # Below a zero pivot are only zeros. Dividing by one leaves them, as LAPACK does. LU has no derivative
        # there: the square root makes it NaN, on purpose.
        pivot = A[..., j : j + 1, j]
        pivot = xp.where(pivot == 0, 1 + xp.sqrt(xp.abs(pivot)), pivot)
        factor = xp.where(row > j, A[..., :, j] / pivot, 0.0)[..., None]
        rest = A - factor * A[..., j : j + 1, :]
        A = xp.where(col > j, rest, xp.where((col == j) & (row > j)[:, None], factor, A))
    return A, origin, pivots


def qr_pivoted(A: Array, xp: Namespace, *, mode: str, rows: Any = permute_rows) -> tuple[Array, Array, Array]:
    """The library's QR of the columns in pivoted order; `rows` is its `permute_rows`."""
    p = _order_of_columns(A, xp, rows)
    Q, R = xp.linalg.qr(rows(A.mT, p, xp).mT, mode=mode)
    return Q, R, p


def _order_of_columns(A: Array, xp: Namespace, rows: Any) -> Array:
    """The pivoted order: the next column has the largest part outside the span of those before it."""
    m, n = A.shape[-2:]
    column = xp.arange(n, device=device(A))
    p = xp.broadcast_to(column, (*A.shape[:-2], n))
    A = A.mT
    for j in range(min(m, n) - (m >= n)):
        size = xp.where(column >= j, xp.linalg.vector_norm(A, axis=-1), -1.0)
        best = xp.argmax(size, axis=-1, keepdims=True)
        swap = xp.where(column == j, best, xp.where(column == best, j, column))
        A, p = rows(A, swap, xp), rows(p[..., None], swap, xp)[..., 0]
        length = xp.max(size, axis=-1, keepdims=True)[..., None]
        q = A[..., j : j + 1, :] / xp.where(length == 0, 1.0, length)
        A = A - xp.sum(_conj(q, xp) * A, axis=-1, keepdims=True) * q
    return p


def inv(A: Array, xp: Namespace) -> Array:
    """A^-1."""
    return xp.linalg.inv(A)


def schur(A: Array, xp: Namespace) -> tuple[Array, Array]:
    """T and Z, from eigenvectors."""
    return forms.schur(A, xp, choose=choose)


def schur_factor(A: Array, xp: Namespace) -> Array:
    """T and Z, stacked."""
    return forms.schur_factor(A, xp, choose=choose)


def schur_solve(T: Array, S: Array, C: Array, xp: Namespace, *, ops: str) -> Array:
    """Y with op(T) Y + Y op(S) = C."""
    return forms.by_columns(T, S, C, xp, ops, solve_triangular)


def inv_or_nan(A: Array, xp: Namespace, inverse: Any = inv) -> Array:
    """A^-1; if the library raises for a singular matrix, matrices are inverted one by one."""
    if own := getattr(xp.linalg, "inv_or_nan", None):
        return own(A)
    try:
        return inverse(A, xp)
    except Exception:  # each library has its own error
        if A.ndim == 2:
            return xp.full_like(A, float("nan"))
    return xp.stack([inv_or_nan(A[i, ...], xp, inverse) for i in range(A.shape[0])])


def lu_factor(A: Array, xp: Namespace, *, strict: bool) -> tuple[Array, None]:
    """A itself: computing a factorization here would cost more than it saves."""
    return A, None


def lu_solve(F: Array, pivots: Array | None, B: Array, xp: Namespace, *, adjoint: bool) -> Array:
    """A^-1 B or A^-H B from A itself."""
    if adjoint:
        F = xp.conj(F.mT) if xp.isdtype(F.dtype, "complex floating") else F.mT
    return xp.linalg.solve(F, B)


def lu_inverse(F: Array, pivots: Array, xp: Namespace) -> Array:
    """Not called, because there are no pivots."""
    raise NotImplementedError("a matrix in place of its factorization has no pivots")


def lu_diagonal(F: Array, pivots: Array) -> Array:
    """Not called, because there are no pivots."""
    raise NotImplementedError("a matrix in place of its factorization has no pivots")


def choose(condition: Array, quick: Any, exact: Any, *arrays: Array) -> Any:
    """The exact way, because the values of a traced array cannot be looked at."""
    return exact(*arrays)


shortcut = choose


def peek(X: Array) -> float | None:
    """None, because the values of a traced array cannot be looked at."""
    return None


def again(at: tuple[Array, ...], once: Any, twice: Any, *arrays: Array) -> Any:
    """once(*arrays), because no host differentiates here; a host's namespace has its own `again`."""
    return once(*arrays)


def fixed(f: Any, X: Array) -> Array:
    """f(X), because nothing is differentiated here."""
    return f(X)


def no_second() -> NoReturn:
    """Raise where a host differentiates a derivative that has none."""
    raise NotImplementedError(
        "this rule has no second derivative with these keywords; its page in rules/ says what it needs, such "
        "as the keyword d2f for a function f of your own"
    )


def no_third() -> NoReturn:
    """Raise where a host differentiates a constant twice."""
    raise NotImplementedError(
        "this rule has first and second derivatives, but no third; take finite differences of the second"
    )


def _conj(X: Array, xp: Namespace) -> Array:
    return xp.conj(X) if xp.isdtype(X.dtype, "complex floating") else X


def _adjoint(X: Array, xp: Namespace) -> Array:
    return _conj(X.mT, xp)


def _size(x: Array, xp: Namespace) -> Array:
    """The size by which LAPACK chooses a pivot: |Re x| + |Im x|."""
    return xp.abs(xp.real(x)) + xp.abs(xp.imag(x)) if xp.isdtype(x.dtype, "complex floating") else xp.abs(x)
