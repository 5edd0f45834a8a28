"""Functions of other frameworks that compute what a rule computes, with the rule's arguments and results."""

import linalg_vjp as lv

# In PyTorch the arguments or results of these differ from those of the rule.
OTHERWISE_IN_TORCH = ("lstsq", "lu_solve")


def with_residuals(X, A, B):
    """A solution and the squared residuals, which libraries return only for some shapes."""
    return X, (abs(A @ X - B) ** 2).sum(-2)


def found(name, *modules):
    """The function of this name in the first module that has it."""
    for module in modules:
        if function := getattr(module, name, None):
            return function
    raise NotImplementedError(f"there is no {name} in {modules[0].__name__}")


def torch_function(name):
    """PyTorch's function, from torch.linalg or torch."""
    import torch

    if name == "cholesky_solve":
        return lambda L, B, upper=False: torch.cholesky_solve(B, L, upper=upper)
    if name == "expm":
        return torch.linalg.matrix_exp
    if name == "polar":
        raise NotImplementedError("torch.polar is of numbers, not of matrices")
    if name == "trace":
        return lambda A: torch.sum(torch.diagonal(A, dim1=-2, dim2=-1), dim=-1)
    if name == "lstsq":
        return lambda A, B: with_residuals(torch.linalg.lstsq(A, B)[0], A, B)
    if name == "outer":  # torch.outer takes no batches
        return lambda a, b: a[..., :, None] * b[..., None, :]
    if name == "multi_dot":
        chain = lambda *factors: torch.linalg.multi_dot(factors)  # noqa: E731
        return lambda *factors: (torch.func.vmap(chain) if factors[0].ndim > 2 else chain)(*factors)
    if name == "block_diag":
        return lambda *A: (torch.func.vmap(torch.block_diag) if A[0].ndim > 2 else torch.block_diag)(*A)
    if name == "lu_solve":  # its pivots count from one
        return lambda F, pivots, B: torch.linalg.lu_solve(
            F, pivots.to(torch.int32).expand(F.shape[:-1]) + 1, B
        )
    if name == "kron":  # torch.kron also multiplies the batch axes
        return lambda A, B: (torch.func.vmap(torch.kron) if A.ndim > 2 else torch.kron)(A, B)
    return found(name, torch.linalg, torch)


def jax_function(name):
    """JAX's function, under vmap if it takes one matrix. Its pivoted QR has no derivative for a batch."""
    import jax

    def of_each(f):
        return lambda *x: (jax.vmap(f) if x[0].ndim > 2 else f)(*x)

    def lu_solve(F, pivots, B):
        pivots = jax.numpy.broadcast_to(pivots, F.shape[:-1]).astype("int32")
        return of_each(lambda F, pivots, B: jax.scipy.linalg.lu_solve((F, pivots), B))(F, pivots, B)

    others = {
        "expm": jax.scipy.linalg.expm,
        "sqrtm": of_each(jax.scipy.linalg.sqrtm),
        "lu": of_each(jax.scipy.linalg.lu),
        "solve_triangular": jax.scipy.linalg.solve_triangular,
        "cholesky_solve": of_each(lambda L, B: jax.scipy.linalg.cho_solve((L, True), B)),
        "cholesky_inverse": lambda L: jax.scipy.linalg.cho_solve(
            (L, True), jax.numpy.broadcast_to(jax.numpy.eye(L.shape[-1], dtype=L.dtype), L.shape)
        ),
        "kron": of_each(jax.numpy.kron),
        "tridiagonal_solve": jax.lax.linalg.tridiagonal_solve,
        "tensordot": jax.numpy.tensordot,
        "multi_dot": of_each(lambda *factors: jax.numpy.linalg.multi_dot(factors)),
        "lu_solve": lu_solve,
        "lu_factor": of_each(jax.scipy.linalg.lu_factor),
        "householder_product": jax.lax.linalg.householder_product,
        "block_diag": of_each(jax.scipy.linalg.block_diag),
        "toeplitz": jax.scipy.linalg.toeplitz,
        "lstsq": of_each(lambda A, B: with_residuals(jax.numpy.linalg.lstsq(A, B)[0], A, B)),
        "outer": lambda a, b: a[..., :, None] * b[..., None, :],
    }
    if name in others:
        return others[name]
    function, params = found(name, jax.numpy.linalg), lv.RULES[name].typical
    return lambda *x: function(*x, **params)


def autograd_function(name):
    """HIPS autograd's function. Its eig has another derivative, its lstsq has none, multi_dot no batches."""
    import autograd.numpy as anp

    if name in ("eig", "lstsq", "multi_dot"):
        raise NotImplementedError("what is otherwise is no contender")

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
