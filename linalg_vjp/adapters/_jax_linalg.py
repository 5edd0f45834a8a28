"""jax.numpy.linalg's functions in its own words: its names, positions, keywords and results.

Each turns the call into that of a rule, and arrays of integers into floating ones. Where a rule has more to
say, such as `gauge`, the function takes that keyword, too. Products, which JAX differentiates rightly, stay
its own.
"""

from numbers import Integral
from typing import Any

import jax.numpy as jnp
from jax.numpy.linalg import eig as own_eig
from jax.numpy.linalg import eigh as own_eigh
from jax.numpy.linalg import qr as own_qr
from jax.numpy.linalg import slogdet as own_slogdet
from jax.numpy.linalg import svd as own_svd

from .._namespaces import Array
from ._jax import OPERATIONS
from ._jax_words import floating, mean, of_triangle, replaces, result

Axes = Any  # an axis, several of them, or None


def _hermitian(a: Any, UPLO: str | None, symmetrize_input: bool) -> Array:
    if UPLO not in (None, "L", "U"):
        raise ValueError(f"UPLO={UPLO!r} is neither None, 'L' nor 'U'")
    a = floating(a)
    return a if symmetrize_input else of_triangle(a, UPLO != "U")


@replaces
def cholesky(a: Array, *, upper: bool = False, symmetrize_input: bool = True) -> Any:
    """L with A = L L^H, or U with A = U^H U for `upper`."""
    L = OPERATIONS["cholesky"](mean(floating(a)) if symmetrize_input else floating(a))
    return L.conj().mT if upper else L


@replaces
def cond(x: Array, p: Any = None) -> Any:
    """The condition number in the norm p, by default 2."""
    return OPERATIONS["cond"](floating(x), p=p)


@replaces
def det(a: Array) -> Any:
    """The determinant."""
    return OPERATIONS["det"](floating(a))


@replaces
def eig(a: Array, *, gauge: Any = "project") -> Any:
    """Eigenvalues and eigenvectors."""
    return result(own_eig, OPERATIONS["eig"](floating(a), gauge=gauge))


@replaces
def eigh(a: Array, UPLO: str | None = None, symmetrize_input: bool = True, *, gauge: Any = "project") -> Any:
    """Eigenvalues and eigenvectors of the Hermitian part, or of the matrix of one triangle."""
    return result(own_eigh, OPERATIONS["eigh"](_hermitian(a, UPLO, symmetrize_input), gauge=gauge))


@replaces
def eigvals(a: Array) -> Any:
    """Eigenvalues."""
    return OPERATIONS["eigvals"](floating(a))


@replaces
def eigvalsh(a: Array, UPLO: str | None = "L", *, symmetrize_input: bool = True) -> Any:
    """Eigenvalues of the Hermitian part, or of the matrix of one triangle."""
    return OPERATIONS["eigvalsh"](_hermitian(a, UPLO, symmetrize_input))


@replaces
def inv(a: Array) -> Any:
    """The inverse."""
    return OPERATIONS["inv"](floating(a))


@replaces
def lstsq(a: Array, b: Array, rcond: Any = None, *, numpy_resid: bool = False) -> Any:
    """The least-squares solution of least norm, the residuals, the rank, and the singular values."""
    a, b = floating(a, b)
    m, n = a.shape[-2:]
    if rcond is None or (isinstance(rcond, float | int) and rcond < 0):
        rcond = max(m, n) * float(jnp.finfo(a.dtype).eps)
    x, residuals = OPERATIONS["lstsq"](a, b, rtol=rcond)
    s = OPERATIONS["svdvals"](a)
    rank = (s > rcond * s[..., :1]).sum(axis=-1) if min(m, n) else jnp.zeros(a.shape[:-2], int)
    if numpy_resid and (m <= n or bool(rank < n)):
        residuals = jnp.zeros(0)  # in the dtype that JAX gives to no numbers
    return x, jnp.atleast_1d(residuals), rank, s


@replaces
def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of matrices."""
    ord = "fro" if ord in (None, "f") else ord
    return OPERATIONS["matrix_norm"](floating(x), ord=ord, keepdims=keepdims)


@replaces
def norm(x: Array, ord: Any = None, axis: Axes = None, keepdims: bool = False) -> Any:
    """A vector norm over one axis or all, or a matrix norm over two."""
    x = floating(x)
    axes = (axis,) if isinstance(axis, Integral) else axis if axis is None else tuple(axis)
    if axes is None and ord is None:
        return OPERATIONS["vector_norm"](x, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axes is None else axes
    if len(axes) == 1 or (len(axes) == 2 and ord in (None, "fro", "f")):
        one = 2 if ord in (None, "fro", "f") else ord
        return OPERATIONS["vector_norm"](x, ord=one, axis=axes, keepdims=keepdims)
    if len(axes) != 2:
        raise ValueError(f"norm: ord={ord!r} is of one axis or of two, and not of {axes}")
    N = OPERATIONS["matrix_norm"](jnp.moveaxis(x, axes, (-2, -1)), ord=ord)
    return jnp.expand_dims(N, tuple(i % x.ndim for i in axes)) if keepdims else N


@replaces
def pinv(a: Array, rtol: Any = None, hermitian: bool = False, *, rcond: Any = None) -> Any:
    """The pseudo-inverse without the singular values of at most rtol times the largest."""
    if rtol is not None and rcond is not None:
        raise ValueError("pinv: rtol and rcond are both given; give one")
    a = mean(floating(a)) if hermitian else floating(a)
    rtol = rcond if rtol is None else rtol
    if rtol is None:
        rtol = 10 * max(a.shape[-2:]) * float(jnp.finfo(a.dtype).eps)
    return OPERATIONS["pinv"](a, rtol=rtol)


@replaces
def qr(a: Array, mode: str = "reduced", *, gauge: Any = "project") -> Any:
    """Q and R with A = Q R, or R alone for mode="r"; mode="raw" is JAX's."""
    if mode == "raw":
        return own_qr(a, mode="raw")
    factors = OPERATIONS["qr"](
        floating(a), mode={"r": "reduced", "full": "reduced"}.get(mode, mode), gauge=gauge
    )
    return factors[1] if mode == "r" else result(own_qr, factors)


@replaces
def slogdet(a: Array, *, method: str | None = None) -> Any:
    """The sign of the determinant, and the logarithm of its modulus. `method` is not needed here."""
    return result(own_slogdet, OPERATIONS["slogdet"](floating(a)))


@replaces
def solve(a: Array, b: Array) -> Any:
    """X with A X = B."""
    return OPERATIONS["solve"](*floating(a, b))


@replaces
def svd(
    a: Array,
    full_matrices: bool = True,
    compute_uv: bool = True,
    hermitian: bool = False,
    subset_by_index: tuple[int, int] | None = None,
    *,
    gauge: Any = "project",
) -> Any:
    """U, S and V^H, or S alone; with `subset_by_index` those from the first index to the last."""
    a = mean(floating(a)) if hermitian else floating(a)
    full_matrices = bool(full_matrices)
    if not compute_uv:
        s = OPERATIONS["svdvals"](a)
        return s if subset_by_index is None else s[..., slice(*subset_by_index)]
    if subset_by_index is None:
        return result(own_svd, OPERATIONS["svd"](a, full_matrices=full_matrices, gauge=gauge))
    first, last = subset_by_index
    factors = OPERATIONS["svd_truncated"](a, k=last, gauge=gauge)
    return result(own_svd, (factors[0][..., first:], factors[1][..., first:], factors[2][..., first:, :]))


@replaces
def svdvals(x: Array, /) -> Any:
    """The singular values."""
    return OPERATIONS["svdvals"](floating(x))


@replaces
def tensorinv(a: Array, ind: int = 2) -> Any:
    """The inverse of a tensor as a map of its last axes to the first `ind`."""
    return OPERATIONS["tensorinv"](floating(a), ind=ind)


@replaces
def tensorsolve(a: Array, b: Array, axes: tuple[int, ...] | None = None) -> Any:
    """X with tensordot(A, X) = B, after the axes `axes` of A are moved to its end."""
    a, b = floating(a, b)
    if axes is not None:
        a = jnp.moveaxis(a, axes, range(a.ndim - len(axes), a.ndim))
    return OPERATIONS["tensorsolve"](a, b.reshape(a.shape[: b.ndim]))


@replaces
def vector_norm(x: Array, /, *, axis: Axes = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm over one axis, several or all."""
    axis = axis if axis is None or isinstance(axis, Integral) else tuple(axis)
    return OPERATIONS["vector_norm"](floating(x), ord=2 if ord is None else ord, axis=axis, keepdims=keepdims)
