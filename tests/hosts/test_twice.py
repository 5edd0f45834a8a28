"""Second derivatives at points where a host's own are wrong."""

import mpmath
import numpy as np
import pytest


@pytest.mark.parametrize("n", [4, 5])
@pytest.mark.parametrize("kind", ["last entry", "row", "dependent", "scaled"])
@pytest.mark.parametrize("host", ["torch", "jax"])
def test_the_second_derivative_at_rank_n_minus_1(host, kind, n):
    """The last pivot is zero, also exactly. The derivative of a cofactor is a sum of smaller cofactors."""
    random = np.random.default_rng(n)
    A, W, E = random.standard_normal((3, n, n))
    if kind == "last entry":
        A = np.diag([1.0] * (n - 1) + [0.0])
    elif kind == "row":
        A[2] = 0
    else:
        A[:, -1] = A[:, 0] + A[:, 1]
    if kind == "scaled":
        A, W = A * 2.0 ** np.arange(0, 40 * n, 40), W / 2.0 ** np.arange(0, 40 * n, 40)[::-1]
    with mpmath.workdps(400):

        def weighed(t):
            M = mpmath.matrix(A.tolist()) + t * mpmath.matrix(E.tolist())
            total = mpmath.mpf(0)
            for i in range(n):
                for j in range(n):
                    minor = [[M[r, c] for c in range(n) if c != j] for r in range(n) if r != i]
                    total += float(W[i, j]) * (-1) ** (i + j) * mpmath.det(mpmath.matrix(minor))
            return total

        h = mpmath.mpf(10) ** -100
        wanted = float((weighed(h) - weighed(-h)) / (2 * h))
    found = slope_of_gradient(host, A, W, E)
    assert abs(found - wanted) < 1e-9 * abs(wanted)


def slope_of_gradient(host, A, W, E):
    """The derivative of <W, gradient of det> along E."""
    if host == "torch":
        torch = pytest.importorskip("torch", reason="not run: torch is not installed")
        from linalg_vjp.adapters import torch as L

        leaf = torch.tensor(A, requires_grad=True)
        (G,) = torch.autograd.grad(L.det(leaf), leaf, create_graph=True)
        (H,) = torch.autograd.grad((G * torch.tensor(W)).sum(), leaf)
        return float((H * torch.tensor(E)).sum())
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    with jax.enable_x64(True):
        gradient = jax.grad(lambda t: (jax.grad(L.det)(A + t * E) * W).sum())
        return float(gradient(0.0))
