"""Derivatives at 50 digits. A difference quotient of step 1e-15 is right to 30 of them."""

import mpmath
import numpy as np

# A context of our own: the digits of others stay as they are.
mp = mpmath.mp.clone()
mp.dps = 50
STEP = mp.mpf(10) ** -15


def slope(f):
    """The derivative at zero of a function of a number."""
    return floats((f(STEP) - f(-STEP)) / (2 * STEP))


def curvature(f):
    """The second derivative at zero."""
    return floats((f(STEP) - 2 * f(mp.mpf(0)) + f(-STEP)) / STEP**2)


def gradient(f, rows):
    """The derivatives of a function of a matrix, entry by entry."""
    A = mp.matrix(rows)

    def moved(i, j):
        E = mp.zeros(A.rows, A.cols)
        E[i, j] = 1
        return slope(lambda s: f(A + s * E))

    return np.array([[moved(i, j) for j in range(A.cols)] for i in range(A.rows)])


def floats(x):
    """A number or a matrix of mpmath in double precision."""
    if isinstance(x, mp.matrix):
        return np.array([[floats(x[i, j]) for j in range(x.cols)] for i in range(x.rows)])
    return complex(x) if isinstance(x, mp.mpc) else float(x)


def adjoint(A):
    return A.transpose_conj()


def pseudo_inverse(A):
    """Of a matrix of full column rank."""
    return mp.inverse(adjoint(A) * A) * adjoint(A)


def total(A):
    return sum(A[i, j] for i in range(A.rows) for j in range(A.cols))
