"""Findings in PyTorch, in double precision."""

import numpy as np

from .exact import curvature, gradient, mp, slope, total
from .finding import Finding, Library


def inverse_from_a_factor():
    import torch
    from torch.func import jvp

    L = torch.tensor([[1, 0], [2, 1]], dtype=torch.float64)
    D = torch.tensor([[0, 0], [1, 0]], dtype=torch.float64)
    return jvp(torch.cholesky_inverse, (L,), (D,))[1]


def of_its_inverse():
    def inverse(s):
        L = mp.matrix([[1, 0], [2 + s, 1]])
        return mp.inverse(L * L.T)

    return slope(inverse)


def solve_with_factors():
    import torch
    from torch.func import jvp

    L = torch.tensor([[[2, 0], [1, 3]], [[4, 0], [2, 6]]], dtype=torch.float64)
    D = torch.tensor([[[0, 0], [1, 0]], [[0, 0], [1, 0]]], dtype=torch.float64)
    B = torch.tensor([[1, 2], [-1, 3]], dtype=torch.float64)
    return jvp(lambda L: torch.cholesky_solve(B, L)[0], (L,), (D,))[1]


def of_the_first_solution():
    def solution(s):
        L = mp.matrix([[2, 0], [1 + s, 3]])
        return mp.inverse(L * L.T) * mp.matrix([[1, 2], [-1, 3]])

    return slope(solution)


def unread_triangle():
    import torch

    L = torch.tensor([[1, 0], [3, 2]], dtype=torch.float64)
    B = torch.ones(2, 1, dtype=torch.float64)
    return torch.func.grad(lambda L: torch.cholesky_solve(B, L).sum())(L)


def of_the_lower_triangle():
    def summed(L):
        L = mp.matrix([[L[0, 0], 0], [L[1, 0], L[1, 1]]])
        return total(mp.inverse(L * L.T) * mp.matrix([1, 1]))

    return gradient(summed, [[1, 0], [3, 2]])


def singular_determinant():
    import torch

    A = torch.tensor([[1, 1], [1, 1]], dtype=torch.float64)
    D = torch.tensor([[2, 1], [1, 2]], dtype=torch.float64)
    return torch.func.jvp(torch.linalg.det, (A,), (D,))[1]


def of_the_determinant():
    return slope(lambda s: mp.det(mp.matrix([[1 + 2 * s, 1 + s], [1 + s, 1 + 2 * s]])))


def determinant_forward_twice():
    import torch
    from torch.func import jvp

    A = torch.tensor([[2, 1], [1, 3]], dtype=torch.float64)
    D = torch.tensor([[1, 0], [0, 2]], dtype=torch.float64)

    def first(A):
        return jvp(torch.linalg.det, (A,), (D,))[1]

    return jvp(first, (A,), (D,))[1]


def of_the_product():
    return curvature(lambda s: (2 + s) * (3 + 2 * s) - 1)


def reflection_forward_twice():
    import torch
    from torch.func import jvp

    V = torch.tensor([[1, 0], [2, 1], [3, 4]], dtype=torch.float64)
    D = torch.tensor([[0, 0], [1, 0], [-1, 2]], dtype=torch.float64)
    tau = torch.tensor([0.5, 0.25], dtype=torch.float64)

    def product(V):
        return torch.linalg.householder_product(V, tau)

    def first(V):
        return jvp(product, (V,), (D,))[1]

    return jvp(first, (V,), (D,))[1]


def of_two_reflections():
    def product(s):
        v, w = mp.matrix([1, 2 + s, 3 - s]), mp.matrix([0, 1, 4 + 2 * s])
        Q = (mp.eye(3) - v * v.T / 2) * (mp.eye(3) - w * w.T / 4)
        return Q[:, :2]

    return curvature(product)


def hessian_of_a_determinant():
    import torch

    return torch.func.hessian(torch.linalg.det)(torch.eye(2, dtype=torch.float64))[0, 0]


def of_the_other_entry():
    # The second derivatives of ad - bc by a and each entry.
    return np.array([[0.0, 0.0], [0.0, 1.0]])


def polar_factor():
    import torch

    def entry(A):
        U, _, Vh = torch.linalg.svd(A)
        return (U @ Vh)[0, 1]

    return torch.func.grad(entry)(torch.eye(2, dtype=torch.float64))


def of_the_nearest_rotation():
    # Of [[a, b], [c, d]] near the identity it turns by the angle of (a + d, c - b).
    def entry(A):
        return (A[0, 1] - A[1, 0]) / mp.hypot(A[0, 0] + A[1, 1], A[1, 0] - A[0, 1])

    return gradient(entry, [[1, 0], [0, 1]])


TORCH = Library(
    "PyTorch",
    "torch",
    "torch",
    (
        Finding(
            "The inverse from a Cholesky factor has a wrong tangent",
            inverse_from_a_factor,
            of_its_inverse,
            off=10,
            known="The truth is a difference quotient of the inverse at 50 digits. PyTorch's gradient is "
            "right.",
            threads=("pytorch/pytorch#196682",),
        ),
        Finding(
            "Solving with a batch of Cholesky factors and one matrix of sides has a wrong tangent",
            solve_with_factors,
            of_the_first_solution,
            off=0.1,
            known="The truth is a difference quotient of the first solution at 50 digits.",
            said="The documentation says that both arguments may be batches.",
            threads=("pytorch/pytorch#196694",),
        ),
        Finding(
            "A solve with a Cholesky factor gives a gradient to the triangle that it does not read",
            unread_triangle,
            of_the_lower_triangle,
            off=1,
            known="The truth is difference quotients at 50 digits. The solution does not depend on the "
            "entry above the diagonal.",
            said="The documentation calls the factor triangular, and does not say what its gradient is.",
        ),
        Finding(
            "The tangent of a determinant is zero at a singular matrix",
            singular_determinant,
            of_the_determinant,
            off=1,
            known="The determinant is a polynomial in the entries, so it is smooth everywhere. PyTorch's "
            "gradient is right.",
        ),
        Finding(
            "Forward mode within forward mode is wrong for a determinant",
            determinant_forward_twice,
            of_the_product,
            off=1,
            known="The determinant along this line is (2 + s)(3 + 2s) - 1, and its second derivative is 4. "
            "The logarithm of a determinant and the solution of a linear system are wrong in the same way.",
            threads=("pytorch/pytorch#192540", "pytorch/pytorch#196696"),
        ),
        Finding(
            "Forward mode within forward mode is wrong for a product of reflections",
            reflection_forward_twice,
            of_two_reflections,
            off=1,
            known="The truth is a second difference of the product at 50 digits.",
            said="The documentation excludes one value of tau for each reflection, but not the values here.",
            threads=("pytorch/pytorch#196698",),
        ),
        Finding(
            "The Hessian of a determinant is NaN at the identity",
            hessian_of_a_determinant,
            of_the_other_entry,
            off=1,
            known="The determinant is ad - bc. `torch.autograd.functional.hessian` is right.",
            threads=("pytorch/pytorch#192521",),
        ),
        Finding(
            "The nearest orthogonal matrix has a NaN gradient where singular values are equal",
            polar_factor,
            of_the_nearest_rotation,
            off=1,
            known="The nearest rotation to a 2 x 2 matrix has a closed form, which is smooth at the "
            "identity.",
            said="The documentation says that gradients through singular vectors are finite only for "
            "distinct singular values. JAX and autograd return NaN as well; [hosts](hosts.md) has the "
            "tables.",
            threads=("scipy/scipy#25767", "jax-ml/jax#2311"),
        ),
    ),
)
