"""Tests of vector_norm. Mistakes are likely at a zero vector, a zero entry, and tied largest entries."""

import functools
import math
import warnings

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import wrong

RULE = lv.RULES["vector_norm"]
ORDERS = [2, 1, 0, 3, 1.5, 0.5, -1, -2.5, math.inf, -math.inf]
CONVEX = [1, 1.5, 2, 3, math.inf]


@pytest.mark.parametrize("ord", ORDERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_orders(ord, dtype, target):
    check_rule(RULE, [target.asarray(general(2, 3, 4, dtype=dtype))], ord=ord, axis=-1)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (-1, 0), (2, 0, 1)])
@pytest.mark.parametrize("ord", [2, 3, math.inf])
def test_axes(ord, axis, keepdims, target):
    x = target.asarray(general(2, 3, 4))
    check_rule(RULE, [x], ord=ord, axis=axis, keepdims=keepdims, batched=False)


def slope(x, ord):
    with np.errstate(divide="ignore"):  # 0 ** -1, in the forward
        N, pullback = lv.vjp("vector_norm", x, ord=ord)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return N, pullback(np.ones_like(N))[0]


@pytest.mark.parametrize("ord", ORDERS)
@pytest.mark.parametrize("x", [[0.0, 0.0], [0.0, 2.0, -1.0], [1.0, -1.0, 0.5], [0.0]], ids=str)
def test_finite_at_every_kink(x, ord):
    assert np.all(np.isfinite(slope(np.asarray(x), ord)[1]))
    assert np.all(np.isfinite(slope(np.asarray(x) * (1 + 1j), ord)[1]))


@pytest.mark.parametrize("ord", CONVEX)
@pytest.mark.parametrize("x", [[0.0, 0.0, 0.0], [0.0, 2.0, -1.0], [1.0, -1.0, 0.5]], ids=str)
def test_subgradient_of_a_convex_norm(x, ord):
    """N(y) >= N(x) + <g, y - x> for every y."""
    x = np.asarray(x)
    N, g = slope(x, ord)
    for seed in range(50):
        y = x + general(3, seed=seed)
        assert np.linalg.vector_norm(y, ord=ord) >= N + g @ (y - x) - 1e-14


def test_least_norm():
    np.testing.assert_array_equal(slope(np.zeros(3), 2)[1], np.zeros(3))
    np.testing.assert_array_equal(slope(np.asarray([0.0, 3.0]), 1)[1], [0.0, 1.0])
    np.testing.assert_array_equal(slope(np.asarray([3.0, -3.0, 1.0]), math.inf)[1], [0.5, -0.5, 0.0])
    np.testing.assert_array_equal(slope(np.asarray([1.0, -1.0, 3.0]), -math.inf)[1], [0.5, -0.5, 0.0])
    np.testing.assert_array_equal(slope(np.asarray([0.0, 4.0]), 0.5)[1], [0.0, 1.0])


@pytest.mark.parametrize(
    "x", [np.zeros((0,)), np.zeros((2, 0)), np.zeros((0, 3))], ids=lambda x: str(x.shape)
)
def test_empty(x):
    for ord in ORDERS:
        if math.isinf(ord) and x.shape[-1] == 0:
            continue  # an empty vector has no largest entry, so the forward raises
        N = np.zeros(x.shape[:-1])
        (x_bar,) = RULE.vjp((x,), (N,), (np.ones_like(N),), axis=-1, ord=ord)
        assert x_bar.shape == x.shape


@pytest.mark.parametrize("ord", [3, 1.5, 0.5, -2.5])
@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_extreme_scale(ord, scale):
    """The derivative does not depend on the scale, even if powers in the forward overflow."""
    x = np.asarray([3.0, -1.0, 2.0])
    N = np.linalg.vector_norm(x, ord=ord)
    wanted = RULE.vjp((x,), (N,), (np.ones(()),), ord=ord)[0]
    got = RULE.vjp((scale * x,), (scale * N,), (np.ones(()),), ord=ord)[0]
    np.testing.assert_allclose(got, wanted, rtol=1e-13)


@pytest.mark.parametrize("ord", ORDERS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.filterwarnings("ignore:(over|under)flow|divide")  # from NumPy inside array-api-strict
def test_every_scale(ord, dtype, target):
    """N scales with x and the derivative does not, near overflow and underflow and for subnormal numbers."""
    x = np.asarray([3.0, -1.0, 2.0], dtype) * (1 + 1j if dtype.startswith("c") else 1)
    info = np.finfo(dtype)
    N, pullback = lv.vjp("vector_norm", target.asarray(x), ord=ord)
    (slope,) = map(to_numpy, pullback(target.asarray(np.ones((), info.dtype))))
    for power in (-info.maxexp + 20, -info.maxexp // 2 - 5, -20, 20, info.maxexp // 2, info.maxexp - 5):
        factor = info.dtype.type(2.0**power)
        scaled, pullback = lv.vjp("vector_norm", target.asarray(x * factor), ord=ord)
        (found,) = map(to_numpy, pullback(target.asarray(np.ones((), info.dtype))))
        np.testing.assert_allclose(to_numpy(scaled), to_numpy(N) * (factor if ord else 1), rtol=30 * info.eps)
        np.testing.assert_allclose(found, slope, rtol=30 * info.eps)


def test_tiny_entries_beside_huge_ones():
    x = np.asarray([1e-300, 1.0, 1e300])
    (g,) = lv.vjp("vector_norm", x, ord=1.5)[1](np.ones(()))
    np.testing.assert_allclose(g, [1e-300, 1e-150, 1.0], rtol=1e-13)


def test_numbers_of_numpy_are_numbers():
    x = general(2, 3)
    N, _ = lv.vjp("vector_norm", x, ord=np.float32(3), axis=np.int64(0))
    np.testing.assert_allclose(N, np.linalg.vector_norm(x, ord=3, axis=0))


@pytest.mark.parametrize(
    ("ord", "wanted"),  # for all three entries, up to terms that vanish
    [(-1, [1, 0, 0]), (-2.5, [1, 0, 0]), (1.5, [0, 0, 1]), (3, [0, 0, 1]), (4.5, [0, 0, 1])],
)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.filterwarnings("ignore:overflow encountered in power")  # in NumPy's forward
def test_entries_whose_ratio_no_float_can_hold(ord, wanted, dtype):
    huge = 1e30 if dtype == "float32" else 1e200
    x = np.asarray([1 / huge, 1, huge], dtype)
    g, pull = RULE.fwd(x, ord=ord)[1].kept[0], lv.vjp("vector_norm", x, ord=ord)[1]
    for found in (g, pull(np.ones((), x.real.dtype))[0]):
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=huge**-0.4)
    N = RULE.forward(x, ord=ord)
    dots = [RULE.jvp((x,), N, (e.astype(dtype),), ord=ord)[0] for e in np.eye(3)]
    np.testing.assert_allclose(dots, wanted, rtol=1e-6, atol=huge**-0.4)


@pytest.mark.parametrize(("dtype", "huge"), [("float32", 1e30), ("float64", 1e200)])
def test_a_slope_is_finite_where_the_ratio_vanishes(dtype, huge):
    """(x_i / N)^(ord - 1) is finite for ord = 1/2, although x_i / N underflows."""
    (g,) = lv.vjp("vector_norm", np.asarray([1 / huge, huge], dtype), ord=0.5)[1](np.ones((), dtype))
    np.testing.assert_allclose(g, [huge, 1], rtol=1e-5)


# The mistakes of rules/vector_norm.md.
def over_norm(x, N):
    return x / np.where(N == 0, np.inf, N)


def plain_norm(x, axis):
    with np.errstate(all="ignore"):
        return np.linalg.vector_norm(x, axis=axis, keepdims=True)


def scaled_norm(x, axis):
    M = np.max(abs(x), axis=axis, keepdims=True)
    M = np.where(M == 0, 1, M)
    return M * plain_norm(x / M, axis)


def direction(x):
    a = abs(x)
    return x / np.where(a == 0, 1, a)


def extreme(a, ord, axis):
    return (np.max if ord > 0 else np.min)(a, axis=axis, keepdims=True)


def shares(hit, axis):
    return hit / np.sum(hit, axis=axis, keepdims=True)


def powers(x, ord, axis, masked=True):
    """Powers relative to the largest entry (for ord < 0 the smallest), so that nothing overflows."""
    M = extreme(abs(x), ord, axis)
    y = abs(x) / np.where(M == 0, 1, M)
    zero = masked & ((y == 0) | (M == 0))
    y = np.where(zero, 1, y)
    s = np.sum(np.where(zero, 0, y**ord), axis=axis, keepdims=True)
    return np.where(zero, 0, y ** (ord - 1)) * np.where(M == 0, 1, s) ** (1 / ord - 1)


def powers_that_overflow(x, ord, axis):
    a = abs(x)
    return a ** (ord - 1) * np.sum(a**ord, axis=axis, keepdims=True) ** (1 / ord - 1)


def formula(over=over_norm, norm=scaled_norm, sign=direction, extreme=extreme, shares=shares, powers=powers):
    """The gradient g of the page. An argument replaces one part by a mistake."""

    def op_keep(x, N, *, ord, axis, keepdims, xp):
        if ord == 0:
            return (np.zeros_like(x),)
        if ord == 2:
            axis = tuple(range(x.ndim)) if axis is None else axis
            return (over(x, norm(x, axis)) if x.size else x,)
        if ord == 1:
            return (sign(x),)
        if math.isinf(ord):
            return (sign(x) * shares(abs(x) == extreme(abs(x), ord, axis), axis),)
        return (direction(x) * powers(x, ord, axis),)

    return wrong("vector_norm", op_keep=op_keep)


RIGHT = formula()
MISTAKES = {
    "A zero vector is divided by its norm": formula(over=lambda x, N: x / N),
    "A zero entry is divided by its size": formula(sign=lambda x: x / abs(x)),
    "A zero entry is raised to a negative power": formula(powers=functools.partial(powers, masked=False)),
    "The sign of a complex number is that of its real part": formula(sign=lambda x: np.sign(x.real)),
    "Every tied entry gets the whole": formula(shares=lambda hit, axis: hit),
    "The largest entry for the smallest": formula(
        extreme=lambda a, ord, axis: np.max(a, axis, keepdims=True)
    ),
    "Powers overflow": formula(powers=powers_that_overflow),
    "Squares vanish or overflow": formula(norm=plain_norm),
    "A batch of norms is broadcast along the entries": wrong(
        "vector_norm", op_vjp=lambda g, N_bar, *, ord, axis, keepdims, xp: (N_bar * g,)
    ),
}
