"""The test matrix: every rule on every backend and device, with random batch shapes, dtypes and structures.

These are laws 4 to 7: check_rule compares with the oracle, the slices, the subsets of the cotangents, and the
inner product.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

import linalg_vjp as lv
from linalg_vjp.testing import check_rule
from linalg_vjp.testing.cases import cases

from .random_inputs import general, is_hermitian, regular

EXAMPLES = 60


@pytest.mark.parametrize("name", lv.RULES)
def test_random_cases(name, target):
    if not target.backend.dtypes_of(name):
        pytest.skip(f"not run: {target.backend.name} lacks {name}")

    @settings(
        max_examples=min(EXAMPLES, target.backend.examples),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(name, target.backend.dtypes_of(name)))
    def run(case):
        assume(case.is_for(target.backend))
        case.check(target.backend, target.device)

    run()


def has_batches(name):
    """Whether the leading axes are batch axes by default."""
    rule = lv.RULES[name]
    return rule.batched({key: param.default for key, param in rule.params.items()})


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def strided(x):
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def transposed(x):
    return np.ascontiguousarray(x.mT).mT


def reversed_batch(x):
    return np.ascontiguousarray(x[::-1])[::-1]


@pytest.mark.parametrize("layout", [read_only, strided, transposed, reversed_batch])
@pytest.mark.parametrize("name", lv.RULES)
def test_numpy_layouts(name, layout):
    check_rule(lv.RULES[name], [layout(x) for x in regular(name, 2)], batched=has_batches(name))


@pytest.mark.parametrize("name", lv.RULES)
def test_read_only_cotangents_and_saved_outputs(name):
    rule, inputs = lv.RULES[name], [read_only(x) for x in regular(name, 2)]
    outputs = [read_only(np.asarray(y)) for y in rule.forward(*inputs)]
    bars = [read_only(np.ones(y.shape, y.dtype)) for y in outputs]
    dots = [read_only(np.ones(x.shape, x.dtype)) for x in inputs]
    rule.vjp(inputs, outputs, bars)
    rule.jvp(inputs, outputs, dots)


@pytest.mark.parametrize("n", [20, 50])
@pytest.mark.parametrize("name", lv.RULES)
def test_larger_matrices(name, n):
    """At sizes too large for the oracle, pullback and pushforward agree, and a batch with its slices."""
    rule = lv.RULES[name]
    inputs = regular(name, 2, n=n)
    outputs = rule.forward(*inputs)
    dots = [general(*x.shape, seed=2 + i) for i, x in enumerate(inputs)]
    if is_hermitian(name):
        dots = [(d + d.mT) / 2 for d in dots]
    bars = [general(*y.shape, seed=5 + i) for i, y in enumerate(outputs)]
    pushed, pulled = rule.jvp(inputs, outputs, dots), rule.vjp(inputs, outputs, bars)
    pairs = [(b, d) for b, d in zip(bars, pushed, strict=True) if d is not None]
    forward = sum(np.vdot(b, d).real for b, d in pairs)
    backward = sum(np.vdot(b, d) for b, d in zip(pulled, dots, strict=True) if b is not None)
    size = sum(np.linalg.norm(b) * np.linalg.norm(d) for b, d in pairs)
    assert abs(forward - backward) <= 1e-10 * size
    if not has_batches(name):
        return
    for i in range(2):
        part = rule.vjp([x[i] for x in inputs], [y[i] for y in outputs], [b[i] for b in bars])
        for whole, alone in zip(pulled, part, strict=True):
            if whole is not None:
                assert np.linalg.norm(whole[i] - alone) <= 1e-10 * np.linalg.norm(alone)
