"""Arithmetic at 110 digits on NumPy arrays of mpmath numbers, and derivatives by differences there."""

from collections.abc import Callable

import mpmath
import numpy as np

DIGITS = 110
SECOND = mpmath.mpf(10) ** -20  # the step of second differences
ALIKE = mpmath.mpf(10) ** -34  # second differences this small, relative to the largest, are errors
STEP = mpmath.mpf(10) ** -36  # the step of central differences; their error is about its square, 1e-72
ROUNDING = mpmath.mpf(10) ** -85  # changes this small, relative to the values, are rounding
CANCELLED = mpmath.mpf(10) ** -40  # sums this small, relative to their terms, are zero


def exact(x):
    """The same numbers, without rounding, as mpmath numbers."""
    x = np.asarray(x)
    make = {"c": mpmath.mpc, "i": int}.get(x.dtype.kind, mpmath.mpf)
    return filled(x.shape, (make(v.item()) for v in x.flat))


def filled(shape, numbers):
    result = np.empty(shape, object)
    result.reshape(-1)[:] = list(numbers)
    return result


def is_complex(x):
    return any(isinstance(v, mpmath.mpc) for v in x.flat)


def eye(n):
    return exact(np.eye(n))


def adjoint(A):
    return np.conj(A.T)


def real(x):
    return filled(x.shape, (v.real for v in x.flat))


def skew(A):
    return (A - adjoint(A)) / 2


def inverse(A):
    return A if A.size == 0 else _array(mpmath.inverse(mpmath.matrix(A.tolist())))


def cholesky(A):
    """L of a Hermitian positive definite A."""
    return A if A.size == 0 else _array(mpmath.cholesky(mpmath.matrix(A.tolist())))


def eigh(A):
    """Eigenvalues, ascending, and eigenvectors of a Hermitian A."""
    if A.size == 0:
        return np.empty(0, object), A
    w, V = mpmath.eigh(mpmath.matrix(A.tolist()))
    w, V = filled(len(A), w), _array(V)
    order = sorted(range(len(A)), key=lambda i: w[i])
    return w[order], V[:, order]


def orthonormal(X):
    """The nearest orthonormal columns with the same span as X: the polar factor X (X^H X)^(-1/2)."""
    if X.size == 0:
        return X
    w, V = eigh(adjoint(X) @ X)
    return X @ (V / filled(w.shape, map(mpmath.sqrt, w))) @ adjoint(V)


def across(X):
    """The vector that completes the columns of X to a rotation."""
    if X.shape[1] == 0:
        return eye(1)[0]
    if X.shape[1] == 1:
        return np.asarray([-X[1, 0], X[0, 0]], object)
    (a, b, c), (d, e, f) = X.T
    return np.asarray([b * f - c * e, c * d - a * f, a * e - b * d], object)


def _array(M):
    return filled((M.rows, M.cols), M)


def jacobian(f: Callable, at: list):
    """The derivative of f at a point along each real coordinate, as [(input, index, unit, tangents), ...].

    f maps a list of arrays to a list of arrays. A complex number has two coordinates, with units 1 and i.
    """
    columns = []
    for j, x in enumerate(at):
        largest = max((abs(v) for v in x.flat), default=0) or 1
        for i in np.ndindex(*x.shape):
            if isinstance(x[i], int):  # an index
                continue
            step = STEP * (abs(x[i]) or largest)
            for unit in (1, 1j) if isinstance(x[i], mpmath.mpc) else (1,):
                ahead, behind = (f(_moved(at, j, i, sign * step * unit)) for sign in (1, -1))
                columns.append(
                    (j, i, unit, [_quotient(a, b, step) for a, b in zip(ahead, behind, strict=True)])
                )
    return columns


def _moved(at, j, i, by):
    moved = at[j].copy()
    moved[i] += by
    return [*at[:j], moved, *at[j + 1 :]]


def _quotient(ahead, behind, step):
    if ahead is None:
        return None
    change = filled(ahead.shape, (a - b for a, b in zip(ahead.flat, behind.flat, strict=True)))
    return np.asarray(without_rounding(change, ahead) / (2 * step), object)


def without_rounding(x, like=None):
    """x, with zeros in place of entries that are rounding, relative to the size of x or of `like`."""
    least = ROUNDING * max((abs(v) for v in (x if like is None else like).flat), default=0)
    return filled(x.shape, (_clean(v, least) for v in x.flat))


def zeros_like(x):
    return filled(x.shape, (v * 0 for v in x.flat))


def pulled(columns, at, bars):
    """The cotangents of the inputs, from inner products with the tangents of each coordinate."""
    results, sizes = [zeros_like(x) for x in at], [np.zeros(x.shape, object) for x in at]
    for j, i, unit, tangents in columns:
        for bar, dot in zip(bars, tangents, strict=True):
            if bar is not None and dot is not None:
                terms = [(b.conjugate() * d).real for b, d in zip(bar.flat, dot.flat, strict=True)]
                results[j][i] += unit * sum(terms)
                sizes[j][i] += sum(abs(b) * abs(d) for b, d in zip(bar.flat, dot.flat, strict=True))
    return [_cleaned(*pair) for pair in zip(results, sizes, strict=True)]


def second(f: Callable, at: list, dots: list, bars: list, bar_dots: list):
    """The tangent of `pulled` when the point moves along `dots` and the cotangents along `bar_dots`.

    It uses differences of differences, with the smaller step inside. The error is about 1e-40.
    """
    ahead, behind = (
        pulled(jacobian(lambda x: f(*x), point), point, moved)
        for point, moved in ((_along(at, dots, h), _along(bars, bar_dots, h)) for h in (SECOND, -SECOND))
    )
    results = []
    for a, b, dot in zip(ahead, behind, dots, strict=True):
        change = np.asarray((a - b) / (2 * SECOND), object)
        least = ALIKE * max((abs(v) for x in (a, change) for v in x.flat), default=0)
        results.append(None if dot is None else filled(a.shape, (_clean(v, least) for v in change.flat)))
    return results


def _along(arrays, dots, h):
    pairs = zip(arrays, dots, strict=True)
    return [x if x is None or dot is None else np.asarray(x + h * dot, object) for x, dot in pairs]


def pushed(columns, outputs, dots):
    """The tangents of the outputs, or None for an output that cannot be differentiated."""
    results = [None if y is None else zeros_like(y) for y in outputs]
    sizes = [None if y is None else np.zeros(y.shape, object) for y in outputs]
    for j, i, unit, tangents in columns:
        along = dots[j][i].real if unit == 1 else dots[j][i].imag
        for k, dot in enumerate(tangents):
            if dot is not None:
                results[k][...] = results[k] + along * dot
                sizes[k][...] = sizes[k] + abs(along * dot)
    return [None if y is None else _cleaned(y, a) for y, a in zip(results, sizes, strict=True)]


def _cleaned(x, sizes):
    """x, with zeros in place of entries that are rounding of their terms, whose sizes are given."""
    return filled(x.shape, (_clean(v, CANCELLED * a) for v, a in zip(x.flat, sizes.flat, strict=True)))


def _clean(v, least):
    if isinstance(v, mpmath.mpc):
        return mpmath.mpc(_clean(v.real, least), _clean(v.imag, least))
    return v * 0 if abs(v) <= least else v


def same(given, chosen):
    """Whether all chosen cotangents equal the given ones."""
    pairs = zip(given, chosen, strict=True)
    return all(a is None or np.all(a == b) for a, b in pairs)
