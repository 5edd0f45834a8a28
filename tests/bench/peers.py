"""The functions of other frameworks that do what a rule does, by its name or as they spell it."""

import linalg_vjp as lv


def with_residuals(X, A, B):
    """A solution and the squares that are left, which libraries return for some shapes alone."""
    return X, (abs(A @ X - B) ** 2).sum(-2)


def torch_function(name):
    """PyTorch's function, of torch.linalg or of torch itself."""
    import torch

    if name == "cholesky_solve":
        return lambda L, B, upper=False: torch.cholesky_solve(B, L, upper=upper)
    if name == "trace":
        return lambda A: torch.sum(torch.diagonal(A, dim1=-2, dim2=-1), dim=-1)
    if name == "lstsq":
        return lambda A, B: with_residuals(torch.linalg.lstsq(A, B)[0], A, B)
    if name == "outer":  # torch.outer takes no batch
        return lambda a, b: a[..., :, None] * b[..., None, :]
    if name == "multi_dot":
        return lambda *factors: torch.linalg.multi_dot(factors)
    if name == "kron":  # torch.kron multiplies the batch axes, too
        return lambda A, B: (torch.func.vmap(torch.kron) if A.ndim > 2 else torch.kron)(A, B)
    return getattr(torch.linalg, name, None) or getattr(torch, name)


def jax_function(name):
    """JAX's function; those of one matrix under vmap."""
    import jax

    def of_each(f):
        return lambda *x: (jax.vmap(f) if x[0].ndim > 2 else f)(*x)

    others = {
        "lu": of_each(jax.scipy.linalg.lu),
        "solve_triangular": jax.scipy.linalg.solve_triangular,
        "cholesky_solve": of_each(lambda L, B: jax.scipy.linalg.cho_solve((L, True), B)),
        "qr_pivoted": lambda A: jax.lax.linalg.qr(A, pivoting=True, full_matrices=False),
        "cholesky_inverse": lambda L: jax.scipy.linalg.cho_solve(
            (L, True), jax.numpy.broadcast_to(jax.numpy.eye(L.shape[-1], dtype=L.dtype), L.shape)
        ),
        "kron": of_each(jax.numpy.kron),
        "tridiagonal_solve": jax.lax.linalg.tridiagonal_solve,
        "tensordot": jax.numpy.tensordot,
        "multi_dot": lambda *factors: jax.numpy.linalg.multi_dot(factors),
        "householder_product": jax.lax.linalg.householder_product,
        "block_diag": of_each(jax.scipy.linalg.block_diag),
        "toeplitz": jax.scipy.linalg.toeplitz,
        "lstsq": of_each(lambda A, B: with_residuals(jax.numpy.linalg.lstsq(A, B)[0], A, B)),
        "outer": lambda a, b: a[..., :, None] * b[..., None, :],
    }
    if name in others:
        return others[name]
    params = lv.RULES[name].typical
    return lambda *x: getattr(jax.numpy.linalg, name)(*x, **params)


def autograd_function(name):
    """HIPS autograd's function; its derivative of eig forgets that the vectors are normalized.

    Its lstsq has none.
    """
    import autograd.numpy as anp

    if name in ("eig", "lstsq"):
        raise NotImplementedError("another derivative is no contender")

    anl = anp.linalg
    functions = {
        "svdvals": lambda A: anl.svd(A, compute_uv=False),
        "vector_norm": lambda x: anl.norm(x, 3, axis=-1),
        "matrix_norm": lambda A: anl.norm(A, "nuc", axis=(1, 2) if A.ndim > 2 else None),
        "svd": lambda A: anl.svd(A, full_matrices=False),
        "matmul": anp.matmul,
        "outer": lambda a, b: a[..., :, None] * b[..., None, :],
        "matrix_power": lambda A: anl.matrix_power(A, 3),
    }
    return functions.get(name) or (lambda *x: getattr(anl, name)(*x))
