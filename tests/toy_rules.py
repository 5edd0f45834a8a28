"""Small rules in NumPy for tests, one for each form of signature. None of them is in the library."""

import functools

import numpy as np

import linalg_vjp as lv


def adjoint(X):
    return np.conj(X.mT)


def product(arrays, like):
    """The product of all arrays; the unit matrix if there are none."""
    return functools.reduce(np.matmul, arrays) if arrays else np.eye(like)


def form_vjp(A, M, B, Y_bar, *, xp):
    return Y_bar @ adjoint(M @ B), adjoint(A) @ Y_bar @ adjoint(B), adjoint(A @ M) @ Y_bar


def form_jvp(A, M, B, A_dot, M_dot, B_dot, *, xp):
    terms = [(A_dot, M, B), (A, M_dot, B), (A, M, B_dot)]
    return (sum(X @ Y @ Z for X, Y, Z in terms if X is not None and Y is not None and Z is not None),)


FORM = lv.Rule(
    "form", "(p?,m),(m,n),(n,q?)->(p?,q?)", inputs=("A", "M", "B"), outputs=("Y",), saves=("A", "M", "B"),
    op=lambda A, M, B, *, xp: (A @ M @ B,), op_vjp=form_vjp, op_jvp=form_jvp,
)  # fmt: skip

CROSS = lv.bilinear(
    "vector_cross", "(3),(3)->(3)",
    op=lambda a, b, *, xp: xp.linalg.cross(a, b),
    A_bar=lambda y_bar, a, b, *, xp: xp.linalg.cross(xp.conj(b), y_bar),
    B_bar=lambda y_bar, a, b, *, xp: xp.linalg.cross(y_bar, xp.conj(a)),
)  # fmt: skip


def chain(*factors, xp):
    return (product(factors, 0),)


def chain_vjp(*arguments, xp):
    *factors, Y_bar = arguments
    m, n = Y_bar.shape[-2:]
    parts = [(product(factors[:i], m), product(factors[i + 1 :], n)) for i in range(len(factors))]
    return tuple(adjoint(left) @ Y_bar @ adjoint(right) for left, right in parts)


def chain_jvp(*arguments, xp):
    count = len(arguments) // 2
    factors, dots = arguments[:count], arguments[count:]
    terms = [[*factors[:i], dot, *factors[i + 1 :]] for i, dot in enumerate(dots) if dot is not None]
    return (sum(product(term, 0) for term in terms),)


CHAIN = lv.Rule(
    "chain", "(m,n)...->(p,q)", inputs=("A",), outputs=("Y",), saves=("A",),
    op=chain, op_vjp=chain_vjp, op_jvp=chain_jvp,
)  # fmt: skip


def places_of(shapes):
    """The place of each block, and the shape of the whole matrix."""
    ends = np.cumsum([shape[-2:] for shape in shapes], axis=0)
    places = [
        (..., slice(i - m, i), slice(j - n, j))
        for (i, j), (m, n) in zip(ends, [s[-2:] for s in shapes], strict=True)
    ]
    return places, tuple(ends[-1])


def blocks(*parts, xp):
    places, size = places_of([X.shape for X in parts])
    Y = np.zeros((*np.broadcast_shapes(*(X.shape[:-2] for X in parts)), *size), np.result_type(*parts))
    for X, place in zip(parts, places, strict=True):
        Y[place] = X
    return (Y,)


def blocks_vjp(*arguments, xp):
    *likes, Y_bar = arguments
    assert all(type(like).__name__ == "Like" for like in likes)  # only shapes and dtypes are kept
    return tuple(Y_bar[place] for place in places_of([like.shape for like in likes])[0])


def blocks_jvp(*arguments, xp):
    count = len(arguments) // 2
    pairs = zip(arguments[:count], arguments[count:], strict=True)
    return blocks(*(np.zeros(X.shape) if dot is None else dot for X, dot in pairs), xp=xp)


BLOCKS = lv.Rule(
    "blocks", "(m,n)...->(p,q)", inputs=("A",), outputs=("Y",), saves=("A",), shapes=("A",),
    op=blocks, op_vjp=blocks_vjp, op_jvp=blocks_jvp,
)  # fmt: skip


def total(arrays):
    return sum(np.sum(X, axis=(-2, -1)) for X in arrays if X is not None)


def scaled_sum_vjp(c, *rest, xp):
    *As, y_bar = rest
    each = np.conj(c) * y_bar
    return np.conj(total(As)) * y_bar, *(each[..., None, None] * np.ones(A.shape[-2:]) for A in As)


def scaled_sum_jvp(c, *rest, xp):
    count = len(rest) // 2
    As, c_dot, dots = rest[:count], rest[count], rest[count + 1 :]
    return ((0 if c_dot is None else c_dot * total(As)) + c * total(dots),)


SCALED_SUM = lv.Rule(
    "scaled_sum", "(),(m,n)...->()", inputs=("c", "A"), outputs=("y",), saves=("c", "A"),
    op=lambda c, *As, xp: (c * total(As),), op_vjp=scaled_sum_vjp, op_jvp=scaled_sum_jvp,
)  # fmt: skip
