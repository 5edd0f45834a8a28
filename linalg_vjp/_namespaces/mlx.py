"""MLX with the standard's functions: those that MLX lacks or names differently, over those that it has.

Its linear algebra runs only on the CPU, and is sent there. Arrays have no device, because memory is shared,
and `device` arguments are ignored.
"""

import functools
import math
from types import SimpleNamespace
from typing import Any

import mlx.core as mx

Array = Any


def __getattr__(name: str) -> Any:
    return getattr(mx, name)


def _ignoring(f: Any, *keywords: str) -> Any:
    @functools.wraps(f)
    def call(*args: Any, **kw: Any) -> Any:
        return f(*args, **{k: v for k, v in kw.items() if k not in keywords})

    return call


asarray = _ignoring(mx.array, "device", "copy")
arange, zeros, ones, eye, full = (
    _ignoring(f, "device") for f in (mx.arange, mx.zeros, mx.ones, mx.eye, mx.full)
)
astype = _ignoring(mx.astype, "copy")
permute_dims, reshape = mx.transpose, _ignoring(mx.reshape, "copy")


def full_like(x: Array, value: Any) -> Array:
    return mx.full(x.shape, value, dtype=x.dtype)


def finfo(dtype: Any) -> SimpleNamespace:
    """The standard's function; it adds the smallest normal number, which MLX lacks."""
    info = mx.finfo(dtype)
    smallest = 2.0**-1022 if dtype == mx.float64 else 2.0**-126
    return SimpleNamespace(
        bits=8 * dtype.size, eps=float(info.eps), max=float(info.max), smallest_normal=smallest
    )


def flip(x: Array, axis: int) -> Array:
    """The standard's function."""
    return x[(..., slice(None, None, -1), *[slice(None)] * (-1 - axis))]


def argmax(x: Array, axis: int, keepdims: bool = False) -> Array:
    """MLX raises on empty arrays, even when the result is empty too."""
    if x.size == 0 and x.shape[axis] > 0:
        return mx.sum(x, axis=axis, keepdims=keepdims).astype(mx.uint32)
    return mx.argmax(x, axis=axis, keepdims=keepdims)


def take_along_axis(x: Array, indices: Array, axis: int) -> Array:
    """Stop the gradient of the indices; MLX would differentiate the result with respect to them."""
    return mx.take_along_axis(x, mx.stop_gradient(indices), axis=axis)


def _on_cpu(f: Any) -> Any:
    return functools.partial(f, stream=mx.cpu)


def _qr(A: Array, mode: str = "reduced") -> Any:
    m, n = A.shape[-2:]
    if _is_complex(A):
        Q, R = _reflected(A)
        return (Q, R) if mode == "complete" else (Q[..., :, : min(m, n)], R[..., : min(m, n), :])
    if mode == "reduced" or m <= n:
        return mx.linalg.qr(A, stream=mx.cpu)
    # The factors of [A, I] are square, and their first columns are the factors of A.
    identity = mx.broadcast_to(mx.eye(m, dtype=A.dtype), (*A.shape[:-1], m))
    Q, R = mx.linalg.qr(mx.concatenate([A, identity], axis=-1), stream=mx.cpu)
    return Q, R[..., :, :n]


def _reflected(A: Array) -> tuple[Array, Array]:
    """Q and R of complex matrices, which MLX does not support: LAPACK's reflections, column by column."""
    m, n = A.shape[-2:]
    unit = _size(A)  # MLX squares real and imaginary parts for a modulus, which may overflow
    Q, R = mx.broadcast_to(mx.eye(m, dtype=A.dtype), (*A.shape[:-1], m)), A / unit
    i = mx.arange(m)[:, None]
    for k in range(min(m, n)):
        x = mx.where(i >= k, R[..., :, k : k + 1], 0)
        top, length = x[..., k : k + 1, :], _vector_norm(x, axis=-2, keepdims=True)
        below = _vector_norm(mx.where(i > k, x, 0), axis=-2, keepdims=True)
        done = (below == 0) & (mx.imag(top) == 0)
        end = mx.where(mx.real(top) < 0, length, -length)  # the diagonal entry
        v = mx.where(i == k, 1, x / mx.where(done, 1, top - end))
        tau = mx.where(done, 0, (end - top) / mx.where(done, 1, end))
        R = R - mx.conj(tau) * (v @ (mx.conj(v.mT) @ R))
        Q = Q - tau * ((Q @ v) @ mx.conj(v.mT))
    return Q, unit * mx.where(i == mx.arange(n), mx.real(R).astype(R.dtype), mx.triu(R))


def _size(A: Array) -> Array:
    """The largest real or imaginary part in each matrix; 1 for a zero matrix."""
    if A.size == 0:
        return mx.ones((*A.shape[:-2], 1, 1))
    size = mx.max(mx.maximum(mx.abs(mx.real(A)), mx.abs(mx.imag(A))), axis=(-2, -1), keepdims=True)
    return mx.where(size == 0, 1, size)


def _inv(A: Array) -> Array:
    """The inverse; MLX crashes on empty matrices, and has no inverse of complex ones."""
    if A.size == 0:
        return A
    if not _is_complex(A):
        return mx.linalg.inv(A, stream=mx.cpu)
    n = A.shape[-1]
    return _complex(mx.linalg.inv(_real_form(A), stream=mx.cpu)[..., :, :n])


def _inv_or_nan(A: Array) -> Array:
    """The inverse, or NaN; MLX raises for a singular matrix, but only when the result is evaluated."""
    if A.size == 0:
        return A
    form = _real_form(A) if _is_complex(A) else A
    _, _, U = mx.linalg.lu(form, stream=mx.cpu)
    singular = mx.any(mx.diagonal(U, axis1=-2, axis2=-1) == 0, axis=-1)[..., None, None]
    X = _inv(mx.where(singular, mx.eye(A.shape[-1], dtype=A.dtype), A))
    return mx.where(singular, mx.array(float("nan"), dtype=A.dtype), X)


def _solve(A: Array, B: Array) -> Array:
    """Solve; MLX crashes on empty matrices, takes only real ones, and needs equal batches."""
    batch = mx.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    A, B = (mx.broadcast_to(X, (*batch, *X.shape[-2:])) for X in (A, B))
    if B.size == 0:
        return B
    if not _is_complex(A):
        return mx.linalg.solve(A, B, stream=mx.cpu)
    parts = mx.concatenate([mx.real(B), mx.imag(B)], axis=-2)
    return _complex(mx.linalg.solve(_real_form(A), parts, stream=mx.cpu))


def _is_complex(A: Array) -> bool:
    return bool(mx.issubdtype(A.dtype, mx.complexfloating))


def _real_form(A: Array) -> Array:
    """The real matrix [[Re A, -Im A], [Im A, Re A]], which acts on [Re X, Im X] as A acts on X."""
    re, im = mx.real(A), mx.imag(A)
    rows = [mx.concatenate([re, -im], axis=-1), mx.concatenate([im, re], axis=-1)]
    return mx.concatenate(rows, axis=-2)


def _complex(parts: Array) -> Array:
    """X from [Re X, Im X]."""
    m = parts.shape[-2] // 2
    return parts[..., :m, :] + 1j * parts[..., m:, :]


def _pinv(A: Array, rtol: Any = None) -> Array:
    """The pseudo-inverse with rtol, which MLX does not have."""
    m, n = A.shape[-2:]
    U, S, Vh = _svd(A, full_matrices=False)
    if rtol is None:
        rtol = max(m, n) * mx.finfo(A.dtype).eps
    cutoff = S[..., :1] * (rtol[..., None] if hasattr(rtol, "shape") else rtol)
    inverse = mx.where(cutoff < S, 1 / mx.where(cutoff < S, S, 1.0), 0.0)
    return mx.conj(Vh.mT) @ (inverse[..., None] * mx.conj(U.mT))


def _svd(A: Array, full_matrices: bool = True) -> Any:
    """The full or reduced SVD; MLX has only the full one."""
    U, S, Vh = mx.linalg.svd(A, stream=mx.cpu)
    k = S.shape[-1]
    return (U, S, Vh) if full_matrices else (U[..., :, :k], S, Vh[..., :k, :])


def _svdvals(A: Array) -> Array:
    return mx.linalg.svd(A, compute_uv=False, stream=mx.cpu)


def _eig(A: Array) -> Any:
    w, V = mx.linalg.eig(A, stream=mx.cpu)
    return w, mx.conj(V) if _is_complex(A) and _conjugates() else V


@functools.cache
def _conjugates() -> bool:
    """Whether MLX returns conjugated eigenvectors for a complex matrix, as 0.32 does."""
    A = mx.array([[1.0, 1.0j], [0.0, 2.0]])
    w, V = mx.linalg.eig(A, stream=mx.cpu)
    return bool((mx.abs(A @ V - V * w).max() > 0.1).item())


def _matrix_norm(A: Array, ord: Any = "fro", keepdims: bool = False) -> Array:
    """The matrix norm; MLX's own is wrong for complex entries."""
    if ord in (2, -2, "nuc"):
        S = _svdvals(A)
        N = {2: mx.max, -2: mx.min, "nuc": mx.sum}[ord](S, axis=-1)
        return N[..., None, None] if keepdims else N
    a = mx.abs(A)
    if ord == "fro":
        return mx.sqrt(mx.sum(a * a, axis=(-2, -1), keepdims=keepdims))
    along = -2 if abs(ord) == 1 else -1
    N = (mx.max if ord > 0 else mx.min)(mx.sum(a, axis=along, keepdims=True), axis=-3 - along, keepdims=True)
    return N if keepdims else N[..., 0, 0]


def _vector_norm(x: Array, ord: float = 2, axis: Any = None, keepdims: bool = False) -> Array:
    a = mx.abs(x)
    if ord == 0:
        return mx.sum(a != 0, axis=axis, keepdims=keepdims).astype(a.dtype)
    if math.isinf(ord):
        return (mx.max if ord > 0 else mx.min)(a, axis=axis, keepdims=keepdims)
    return mx.sum(a**ord, axis=axis, keepdims=keepdims) ** (1 / ord)


linalg = SimpleNamespace(
    cholesky=_on_cpu(mx.linalg.cholesky),
    det=_on_cpu(mx.linalg.det),
    diagonal=functools.partial(mx.diagonal, axis1=-2, axis2=-1),
    eig=_eig,
    eigh=_on_cpu(mx.linalg.eigh),
    eigvals=_on_cpu(mx.linalg.eigvals),
    eigvalsh=_on_cpu(mx.linalg.eigvalsh),
    inv=_inv,
    inv_or_nan=_inv_or_nan,
    matrix_norm=_matrix_norm,
    pinv=_pinv,
    qr=_qr,
    slogdet=_on_cpu(mx.linalg.slogdet),
    solve=_solve,
    svd=_svd,
    svdvals=_svdvals,
    trace=functools.partial(mx.trace, axis1=-2, axis2=-1),
    vector_norm=_vector_norm,
)
