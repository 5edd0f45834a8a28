"""Gradients of the replacements of jax.numpy.linalg, with JAX's own check, at the shapes of JAX's tests."""

import numpy as np
import pytest

from ..random_inputs import general

jax = pytest.importorskip("jax", reason="not run: jax is not installed")
import jax.numpy as jnp  # noqa: E402

from linalg_vjp.adapters import jax as L  # noqa: E402

PHASES = ("eigh", "svd", "qr")  # their vectors have a phase
SQUARE, OBLONG = [(1, 1), (4, 4), (2, 5, 5)], [(1, 1), (3, 4), (2, 10, 5), (2, 5, 10)]
DIFFERENTIATED = [
    *[("cholesky", shape, {}) for shape in SQUARE],
    *[("det", shape, {}) for shape in SQUARE],
    *[("eigh", shape, {"UPLO": "L"}) for shape in SQUARE],
    *[("inv", shape, {}) for shape in SQUARE],
    *[("slogdet", shape, {}) for shape in SQUARE],
    *[("matrix_power", shape, {"n": 3}) for shape in SQUARE],
    *[("pinv", shape, {}) for shape in OBLONG],
    *[("qr", shape, {}) for shape in OBLONG],
    # With more rows than columns, the last columns of Q are arbitrary.
    *[("qr", shape, {"mode": "complete"}) for shape in OBLONG if shape[-2] <= shape[-1]],
    *[("svd", shape, {"full_matrices": False}) for shape in OBLONG],
    *[("svd", shape, {"compute_uv": False}) for shape in OBLONG],
    *[("norm", (3, 4), {"ord": ord}) for ord in (1, 2, -2, np.inf, "fro", "nuc")],
    *[("norm", (5, 6, 7), {"axis": axis}) for axis in (1, (0, 2), (-2, -1))],
    *[("vector_norm", (5, 6, 7), {"ord": 3, "axis": axis}) for axis in (None, 1, (0, 2))],
]


@pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("dtype", [pytest.param("float64", marks=pytest.mark.nightly), "complex128"])
@pytest.mark.parametrize(("name", "shape", "keywords"), DIFFERENTIATED, ids=str)
def test_gradients_at_the_shapes_of_jax(name, shape, keywords, dtype, order):
    """Both modes, with JAX's check. For vectors with a phase, a function that does not depend on it."""
    from jax.test_util import check_grads

    with jax.enable_x64(True):
        A = jnp.asarray(general(*shape, dtype=dtype))
        if name in ("cholesky", "eigh"):
            A = A @ A.conj().mT + jnp.eye(shape[-1])
        elif shape[-1] == shape[-2]:
            A = A + 2 * jnp.eye(shape[-1])

        def f(A):
            if name in ("cholesky", "eigh"):
                A = (A + A.conj().mT) / 2
            found = jax.tree.leaves(getattr(L, name)(A, **keywords))
            return [jnp.abs(x) ** 2 if name in PHASES else x for x in found]

        check_grads(jax.jit(f), (A,), order=order, atol=1e-4, rtol=1e-4)
