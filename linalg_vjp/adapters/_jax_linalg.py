"""The functions of jax.numpy.linalg, with the same names, arguments and results, computed by the rules.

Each function converts its arguments, integers to floating dtypes included, and calls a rule. It also takes
keywords that only the rule has, such as `gauge`. Products are not here: JAX's own derivatives of them are
correct.
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
from ._jax_words import check_word, floating, mean, of_triangle, replaces, result

Axes = Any  # an axis, several of them, or None


def _hermitian(function: str, a: Any, UPLO: str | None, symmetrize_input: bool) -> Array:
    if UPLO not in (None, "L", "U"):
        check_word(function, "UPLO", UPLO, None, "L", "U")
    a = floating(a)
    return a if symmetrize_input else of_triangle(a, UPLO != "U")


@replaces
def cholesky(a: Array, *, upper: bool = False, symmetrize_input: bool = True) -> Any:
    """Cholesky decomposition: L with a = L L^H, or with `upper` U with a = U^H U.

    With `symmetrize_input`, a is first replaced by its Hermitian part.
    """
    L = OPERATIONS["cholesky"](mean(floating(a)) if symmetrize_input else floating(a))
    return L.conj().mT if upper else L


@replaces
def cond(x: Array, p: Any = None) -> Any:
    """Condition number with respect to inversion, in the norm p (default: 2)."""
    return OPERATIONS["cond"](floating(x), p=p)


@replaces
def det(a: Array) -> Any:
    """Determinant."""
    return OPERATIONS["det"](floating(a))


@replaces
def eig(a: Array, *, gauge: Any = "project") -> Any:
    """Eigenvalues and eigenvectors of a general matrix."""
    return result(own_eig, OPERATIONS["eig"](floating(a), gauge=gauge))


@replaces
def eigh(a: Array, UPLO: str | None = None, symmetrize_input: bool = True, *, gauge: Any = "project") -> Any:
    """Eigenvalues and eigenvectors of a Hermitian matrix.

    With `symmetrize_input` they are those of the Hermitian part of a, otherwise of the matrix whose `UPLO`
    triangle is that of a.
    """
    return result(own_eigh, OPERATIONS["eigh"](_hermitian("eigh", a, UPLO, symmetrize_input), gauge=gauge))


@replaces
def eigvals(a: Array) -> Any:
    """Eigenvalues of a general matrix."""
    return OPERATIONS["eigvals"](floating(a))


@replaces
def eigvalsh(a: Array, UPLO: str | None = "L", *, symmetrize_input: bool = True) -> Any:
    """Eigenvalues of a Hermitian matrix, read from a as in `eigh`."""
    return OPERATIONS["eigvalsh"](_hermitian("eigvalsh", a, UPLO, symmetrize_input))


@replaces
def inv(a: Array) -> Any:
    """Matrix inverse."""
    return OPERATIONS["inv"](floating(a))


@replaces
def lstsq(a: Array, b: Array, rcond: Any = None, *, numpy_resid: bool = False) -> Any:
    """Least-squares solution of least norm, with the residuals, the rank and the singular values of a.

    Singular values of at most `rcond` times the largest count as zero.
    """
    a, b = floating(a, b)
    if rcond is None or (isinstance(rcond, float | int) and rcond < 0):
        rcond = max(a.shape[-2:], default=1) * float(jnp.finfo(a.dtype).eps)
    x, residuals = OPERATIONS["lstsq"](a, b, rtol=rcond)
    s, (m, n) = OPERATIONS["svdvals"](a), a.shape[-2:]
    rank = (s > rcond * s[..., :1]).sum(axis=-1) if min(m, n) else jnp.zeros(a.shape[:-2], int)
    if numpy_resid and (m <= n or bool(rank < n)):
        residuals = jnp.zeros(0)  # in JAX's default dtype, as JAX returns them
    return x, jnp.atleast_1d(residuals), rank, s


@replaces
def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Norm of a matrix, or of a batch of matrices."""
    ord = "fro" if ord in (None, "f") else ord
    return OPERATIONS["matrix_norm"](floating(x), ord=ord, keepdims=keepdims)


@replaces
def norm(x: Array, ord: Any = None, axis: Axes = None, keepdims: bool = False) -> Any:
    """Vector norm over one axis or over all axes, or matrix norm over two axes."""
    x = floating(x)
    axes = (axis,) if isinstance(axis, Integral) else axis if axis is None else tuple(axis)
    if axes is None and ord is None:
        return OPERATIONS["vector_norm"](x, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axes is None else axes
    if len(axes) == 1 or (len(axes) == 2 and ord in (None, "fro", "f")):
        one = 2 if ord in (None, "fro", "f") else ord
        return OPERATIONS["vector_norm"](x, ord=one, axis=axes, keepdims=keepdims)
    if len(axes) != 2:
        raise ValueError(f"norm: ord={ord!r} needs one or two axes, got {axes}")
    N = OPERATIONS["matrix_norm"](jnp.moveaxis(x, axes, (-2, -1)), ord=ord)
    return jnp.expand_dims(N, tuple(i % x.ndim for i in axes)) if keepdims else N


@replaces
def pinv(a: Array, rtol: Any = None, hermitian: bool = False, *, rcond: Any = None) -> Any:
    """Pseudoinverse. Singular values of at most `rtol` times the largest count as zero.

    With `hermitian`, a is first replaced by its Hermitian part.
    """
    if rtol is not None and rcond is not None:
        raise ValueError("pinv: got both rtol and rcond; pass rtol alone")
    a = mean(floating(a)) if hermitian else floating(a)
    rtol = rcond if rtol is None else rtol
    if rtol is None:
        rtol = 10 * max(a.shape[-2:], default=1) * float(jnp.finfo(a.dtype).eps)
    return OPERATIONS["pinv"](a, rtol=rtol)


@replaces
def qr(a: Array, mode: str = "reduced", *, gauge: Any = "project") -> Any:
    """QR decomposition a = Q R. mode="r" returns R alone, and mode="raw" is JAX's own."""
    if mode == "raw":
        return own_qr(a, mode="raw")
    factors = OPERATIONS["qr"](
        floating(a), mode={"r": "reduced", "full": "reduced"}.get(mode, mode), gauge=gauge
    )
    return factors[1] if mode == "r" else result(own_qr, factors)


@replaces
def slogdet(a: Array, *, method: str | None = None) -> Any:
    """Sign and log-modulus of the determinant. `method` is ignored."""
    if method is not None:
        check_word("slogdet", "method", method, "lu", "qr")
    return result(own_slogdet, OPERATIONS["slogdet"](floating(a)))


@replaces
def solve(a: Array, b: Array) -> Any:
    """Solve a x = b for x."""
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
    """Singular value decomposition: U, S and Vh, or with compute_uv=False S alone.

    ``subset_by_index=(first, last)`` selects the singular values first, ..., last - 1 and their vectors.
    With `hermitian`, a is first replaced by its Hermitian part. `gauge` is "project", "keep" or a `Gauge`.
    """
    a = mean(floating(a)) if hermitian else floating(a)
    full_matrices = bool(full_matrices)
    if subset_by_index is not None:
        (first, last), k = subset_by_index, min(a.shape[-2:], default=0)
        if not 0 <= first <= last <= k:
            raise ValueError(f"svd: subset_by_index={subset_by_index} must lie in the {k} singular values")
    if not compute_uv:
        s = OPERATIONS["svdvals"](a)
        return s if subset_by_index is None else s[..., slice(*subset_by_index)]
    if subset_by_index is None:
        return result(own_svd, OPERATIONS["svd"](a, full_matrices=full_matrices, gauge=gauge))
    factors = OPERATIONS["svd_truncated"](a, k=last, gauge=gauge)
    return result(own_svd, (factors[0][..., first:], factors[1][..., first:], factors[2][..., first:, :]))


@replaces
def svdvals(x: Array, /) -> Any:
    """Singular values, in descending order."""
    return OPERATIONS["svdvals"](floating(x))


@replaces
def tensorinv(a: Array, ind: int = 2) -> Any:
    """Inverse of a tensor, as a linear map from its last axes to its first `ind` axes."""
    return OPERATIONS["tensorinv"](floating(a), ind=ind)


@replaces
def tensorsolve(a: Array, b: Array, axes: tuple[int, ...] | None = None) -> Any:
    """Solve tensordot(a, x, x.ndim) = b for x, after moving the axes `axes` of a to its end."""
    a, b = floating(a, b)
    if axes is not None:
        a = jnp.moveaxis(a, axes, range(a.ndim - len(axes), a.ndim))
    return OPERATIONS["tensorsolve"](a, b.reshape(a.shape[: b.ndim]))


@replaces
def vector_norm(x: Array, /, *, axis: Axes = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Vector norm over one axis, several axes, or all of them."""
    axis = axis if axis is None or isinstance(axis, Integral) else tuple(axis)
    return OPERATIONS["vector_norm"](floating(x), ord=2 if ord is None else ord, axis=axis, keepdims=keepdims)
