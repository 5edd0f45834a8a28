"""Products of reflectors at 110 digits, applied one at a time."""

import numpy as np

from .exact import adjoint, eye
from .points import Draw, Op, Point


def near(A, tau, *, draw):
    def product(A, tau):
        m, n = A.shape
        Q = eye(m)
        for i in range(len(tau)):
            v = np.where(np.arange(m) > i, A[:, i], A[:, i] * 0)
            v[i] = v[i] + 1
            Q = Q - (Q @ v)[:, None] * tau[i] @ adjoint(v[:, None])
        return [Q[:, :n] + 0 * (A + np.sum(tau))]

    return product


HOUSEHOLDER_PRODUCT = Op("householder_product", "(m,n),(k)->(m,n)", ("A", "tau"), ("Q",), ("A", "tau"), near)


def points():
    def point(title, A, tau, complex=False, tau_complex=None, change=lambda A, tau: (A, tau), **more):
        draw = Draw(f"householder_product, {title}")
        A = draw(*A, complex=complex)
        tau = draw(*tau, complex=complex if tau_complex is None else tau_complex)
        return Point(HOUSEHOLDER_PRODUCT, title, change(A, tau), **more)

    yield point("tall", (4, 2), (2,))
    yield point("tall, complex", (4, 2), (2,), complex=True)
    yield point("square", (3, 3), (3,))
    yield point("square, complex", (3, 3), (3,), complex=True)
    yield point("fewer reflectors than columns", (4, 3), (2,))
    yield point("fewer reflectors than columns, complex", (3, 3), (1,), complex=True)
    yield point("a zero in tau", (4, 3), (3,), change=lambda A, tau: (A, tau * [1.0, 0.0, 1.0]))
    # |1 - tau |v|^2| is one, as in a factorization.
    ones = np.asarray([[0.25, 2.0], [1.0, -0.5], [1.0, 1.0], [-1.0, 0.0]])
    for title, A, tau in (
        ("reflections", ones, [0.5, 1.0]),
        ("reflections, complex", ones * [1, 1j], [0.25 + 0.25j, 0.5 - 0.5j]),
    ):
        yield Point(HOUSEHOLDER_PRODUCT, title, (A, np.asarray(tau)))
    yield point("zeros above the diagonal", (3, 2), (2,), change=lambda A, tau: (np.tril(A, -1), tau))
    yield point("A real, tau complex", (3, 2), (2,), tau_complex=True)
    yield point("A complex, tau real", (3, 2), (2,), complex=True, tau_complex=False)
    yield point("one column", (3, 1), (1,))
    yield point("one by one, complex", (1, 1), (1,), complex=True)
    yield point("a batch of three", (3, 3, 2), (3, 2))
    yield point("two batch axes, complex", (2, 2, 2, 2), (2, 2, 2), complex=True)
    yield point("one A for every tau", (3, 2), (2, 2))
    yield point("no reflectors", (3, 2), (0,))
    yield point("no columns", (3, 0), (0,))
    yield point("no matrices", (0, 3, 2), (0, 2))
