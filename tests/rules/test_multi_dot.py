"""Tests of multi_dot. Two factors, real factors, or no batch can hide mistakes."""

import functools
import itertools
import operator

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing._exact import to_numpy

from ..random_inputs import DTYPES, general
from .mistakes import adjoint, given_other_inputs, reverse_axes, transpose, wide, wrong

RULE = lv.RULES["multi_dot"]


def chain(*sizes, dtype="float64", batch=()):
    pairs = itertools.pairwise(sizes)
    return [general(*batch, m, n, dtype=dtype, seed=i) for i, (m, n) in enumerate(pairs)]


@pytest.mark.parametrize("sizes", [(2, 3, 2), (3, 2, 4, 1), (1, 4, 1, 4, 1), (2, 3, 0, 2, 3), (1, 1, 1)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_chains(sizes, dtype, target):
    factors = chain(*sizes, dtype=dtype)
    (Y,) = RULE.forward(*map(target.asarray, factors))
    np.testing.assert_allclose(to_numpy(Y), functools.reduce(operator.matmul, factors), rtol=2e-4, atol=1e-5)
    check_rule(RULE, list(map(target.asarray, factors)))


@pytest.mark.parametrize(("row", "column"), [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_vectors(row, column, count, target):
    first, *middle, last = chain(*range(3, 4 + count), dtype="complex128")
    factors = [first[0] if row else first, *middle, last[:, 0] if column else last]
    (Y,) = RULE.forward(*map(target.asarray, factors))
    np.testing.assert_allclose(to_numpy(Y), np.linalg.multi_dot(factors), rtol=1e-6)
    check_rule(RULE, list(map(target.asarray, factors)))


def test_broadcasting(target):
    factors = [general(2, 1, 2, 3), general(3, 2, seed=1, dtype="complex128"), general(3, 2, 2, seed=2)]
    check_rule(RULE, list(map(target.asarray, factors)))


def test_the_order_of_least_cost():
    """A column in the middle is multiplied early, so two large matrices are never multiplied."""
    factors = chain(60, 50, 40, 1)
    (_, linear) = RULE.fwd(*factors)
    parts = [x.shape for name, x in zip(linear.rule.keeps, linear.kept, strict=True) if name.startswith("P")]
    assert parts == [(50, 1)]
    assert [bar.shape for bar in linear.vjp((np.ones((60, 1)),))] == [x.shape for x in factors]


def test_shapes_that_do_not_meet():
    with pytest.raises(ValueError, match=r"multi_dot: B2 has shape \(3, 2\); the signature"):
        lv.vjp("multi_dot", np.ones((2, 3)), np.ones((3, 4)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="multi_dot: expected at least 2 inputs"):
        lv.vjp("multi_dot", np.ones((2, 3)))


# The mistakes of rules/multi_dot.md.
def product(factors, size):
    return functools.reduce(operator.matmul, factors) if factors else np.eye(size)


def formula(op=adjoint, suffix=product, before=product):
    def op_vjp(*arguments, xp):
        n = (len(arguments) + 1) // 2
        factors, Y_bar = arguments[:n], arguments[-1]
        sizes = Y_bar.shape[-2:]
        return tuple(
            op(before(factors[:i], sizes[0])) @ Y_bar @ op(suffix(factors[i + 1 :], sizes[1]))
            for i in range(n)
        )

    return wrong("multi_dot", op_vjp=op_vjp)


def turned(factors, size):
    """Multiplies in the other order if the sizes allow it."""
    square = len({x.shape[-2:] for x in factors}) == 1 and len(factors) > 1
    return product(factors[::-1] if square else factors, size) * (1 if len(factors) < 2 or square else 2)


RIGHT = formula()
MISTAKES = {
    "Transposes in place of adjoints": formula(op=transpose),
    "The order of the suffix is that of the chain": formula(suffix=turned),
    "Only neighbours count": formula(suffix=lambda factors, size: product(factors[:1], size)),
    "What was broadcast is not summed": given_other_inputs("multi_dot", wide),
    "A real factor gets a complex cotangent": given_other_inputs("multi_dot", lambda x, outputs: x + 0j),
    "All axes are reversed, and not the last two": formula(op=reverse_axes),
}
