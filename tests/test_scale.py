"""Inputs scaled by powers of two, near overflow and underflow: outputs and derivatives scale with them."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing._exact import to_numpy

from .random_inputs import DTYPES, general, regular

# The degree of each output: f(c A) = c^degree f(A). A logarithm changes by a constant.
DEGREES = {
    "qr": (0, 1),
    "lu": (0, 0, 1),
    "svd": (0, 1, 0),
    "svdvals": (1,),
    "eigh": (1, 0),
    "eigvalsh": (1,),
    "cholesky": (0.5,),
    "inv": (-1,),
    "pinv": (-1,),
    "slogdet": (0, 0),
    "matrix_norm": (1,),
    "vector_norm": (1,),
    "trace": (1,),
}
TALL = {"qr": (5, 3), "svd": (5, 3), "lu": (5, 3), "pinv": (5, 3)}


def variants(name):
    if name == "matrix_norm":
        return [{"ord": ord} for ord in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)]
    if name == "pinv":
        return [{}, {"rtol": 0.1}]
    return [{"full_matrices": False}] if name == "svd" else [{}]


CASES = [
    pytest.param(name, degrees, params, id=f"{name} {params or ''}")
    for name, degrees in DEGREES.items()
    for params in variants(name)
]


@pytest.mark.filterwarnings("ignore:overflow")  # from NumPy inside array-api-strict
@pytest.mark.parametrize("side", ["small", "large"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "degrees", "params"), CASES)
def test_derivatives_scale(name, degrees, params, dtype, side, target):
    """The derivatives at c A are those at A, times a power of c. Outputs of c A, scaled back, serve for A."""
    rule, info = lv.RULES[name], np.finfo(dtype)
    if gap := target.backend.lacks(name, dtype):
        pytest.skip(f"not run: {gap.reason}")
    A = general(*TALL[name], dtype=dtype) if name in TALL else regular(name, n=4, dtype=dtype)[0]
    A = A / 4  # leaves room for results that are larger than the entries
    k = info.maxexp - 12 if side == "large" else -info.maxexp + 30 + 2 * info.nmant // 3
    k -= k % 2
    c, *powers = (info.dtype.type(2.0 ** int(k * degree)) for degree in (1, *degrees))
    dot = general(*A.shape, dtype=dtype)
    dot = dot + np.conj(dot.mT) if A.shape[-2:-1] == A.shape[-1:] else dot
    outputs, linear = rule.fwd(target.asarray(A * c), **params)
    pushed = linear.jvp((target.asarray(dot * c),))
    near = [to_numpy(y) / p for y, p in zip(outputs, powers, strict=True)]
    near = [target.asarray(y.astype(info.dtype if y.dtype.kind == "f" else y.dtype)) for y in near]
    wanted = rule.jvp((target.asarray(A),), near, (target.asarray(dot),), **params)
    pairs = [(x, y, p) for x, y, p in zip(pushed, wanted, powers, strict=True) if x is not None]
    for i, (y, p) in enumerate(zip(near, powers, strict=True)):
        if rule.outputs[i] not in rule.constant:
            bar = general(*y.shape, dtype=to_numpy(y).dtype)
            bars, scaled = (
                [None] * i + [target.asarray(x)] + [None] * (len(near) - i - 1) for x in (bar, bar / p)
            )
            (found,) = linear.vjp(scaled)
            (known,) = rule.vjp((target.asarray(A),), near, bars, **params)
            pairs.append((found, known, 1 / c))
    for found, known, p in pairs:
        known = to_numpy(known)
        size = np.max(abs(known), initial=0)
        np.testing.assert_allclose(to_numpy(found) / p, known, rtol=0, atol=300 * info.eps * size)
