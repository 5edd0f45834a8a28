"""Findings in HIPS autograd.

Most are derivatives with respect to a real number, which need no convention of complex gradients.
"""

from .exact import adjoint, mp, pseudo_inverse, slope, total
from .finding import Finding, Library


def complex_cholesky():
    import autograd
    import autograd.numpy as np

    def logdet(s):
        A = np.array([[2, 1j], [-1j, 3]]) + s * np.eye(2)
        return 2 * np.sum(np.log(np.real(np.diag(np.linalg.cholesky(A)))))

    return autograd.grad(logdet)(0.0)


def log_of_the_determinant():
    j = mp.mpc(0, 1)
    return slope(lambda s: mp.log(mp.re(mp.det(mp.matrix([[2 + s, j], [-j, 3 + s]])))))


def sign_of_a_determinant():
    import autograd
    import autograd.numpy as np

    def sign(s):
        return np.imag(np.linalg.slogdet(np.exp(1j * s) * np.array([[2, 1], [1, 3]]))[0])

    return autograd.grad(sign)(0.0)


def turned_twice():
    # The determinant is 5 exp(2 i s).
    return slope(lambda s: mp.sin(2 * s))


def complex_pseudo_inverse():
    import autograd
    import autograd.numpy as np

    def summed(s):
        return np.sum(np.real(np.linalg.pinv(np.array([[1], [1j]]) + s * np.array([[0], [1j]]))))

    return autograd.grad(summed)(0.0)


def of_the_normal_equations():
    return slope(lambda s: mp.re(total(pseudo_inverse(mp.matrix([[1], [mp.mpc(0, 1 + s)]])))))


def complex_square_root():
    import autograd
    import autograd.numpy as np
    import autograd.scipy.linalg as linalg

    def entry(s):
        return np.imag(linalg.sqrtm(np.array([[4, 1], [0, 1]]) + s * np.array([[1j, 0], [0, 0]]))[0, 0])

    return autograd.grad(entry)(0.0)


def root_of_the_entry():
    # The matrix is triangular, and so is its square root.
    return slope(lambda s: mp.im(mp.sqrt(4 + mp.mpc(0, 1) * s)))


def adjoint_triangular_solve():
    import autograd
    import autograd.numpy as np
    import autograd.scipy.linalg as linalg

    def entry(s):
        A = np.array([[1, 0], [2j, 1]]) + s * np.array([[0, 0], [1j, 0]])
        return np.imag(linalg.solve_triangular(A, np.array([1, 1 + 0j]), trans="C", lower=True)[0])

    return autograd.grad(entry)(0.0)


def of_the_adjoint():
    def entry(s):
        A = mp.matrix([[1, 0], [mp.mpc(0, 2 + s), 1]])
        return mp.im((mp.inverse(adjoint(A)) * mp.matrix([1, 1]))[0])

    return slope(entry)


def largest_entry():
    import autograd
    import autograd.numpy as np

    return autograd.grad(lambda x: np.linalg.norm(x, np.inf))(np.array([1.0, 3, -2]))


def of_the_second():
    def largest(x):
        return max(abs(x[i]) for i in range(3))

    x = mp.matrix([1, 3, -2])
    units = [mp.matrix([i == j for j in range(3)]) for i in range(3)]
    return [slope(lambda s, e=e: largest(x + s * e)) for e in units]


AUTOGRAD = Library(
    "HIPS autograd",
    "autograd",
    "autograd",
    (
        Finding(
            "The Cholesky decomposition of a complex matrix has a wrong gradient",
            complex_cholesky,
            log_of_the_determinant,
            off=0.1,
            known="The truth is a difference quotient of the logarithm of the determinant at 50 digits.",
        ),
        Finding(
            "The sign of a complex determinant is taken for a constant",
            sign_of_a_determinant,
            turned_twice,
            off=1,
            known="Multiplying a 2 x 2 matrix by exp(is) turns its determinant by the angle 2s, so the "
            "imaginary part of the sign is sin(2s).",
        ),
        Finding(
            "The pseudo-inverse of a tall complex matrix has a wrong gradient",
            complex_pseudo_inverse,
            of_the_normal_equations,
            off=0.1,
            known="The truth is a difference quotient of the normal equations at 50 digits.",
        ),
        Finding(
            "The square root of a complex matrix loses the imaginary part of its gradient",
            complex_square_root,
            root_of_the_entry,
            off=0.1,
            known="The matrix is triangular, so the first entry of its square root is the square root of 4 "
            "+ is.",
        ),
        Finding(
            "The triangular solve with the adjoint of a complex matrix has a wrong gradient",
            adjoint_triangular_solve,
            of_the_adjoint,
            off=1,
            known="The entry is 1 + i(2 + s), so its imaginary part has the derivative 1. mpmath confirms "
            "this.",
        ),
        Finding(
            "The gradient of the maximum norm of a vector has NaN",
            largest_entry,
            of_the_second,
            off=1,
            known="Only one entry is the largest, so the norm is smooth there and depends on that entry "
            "alone.",
        ),
    ),
)
