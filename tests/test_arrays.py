"""Arrays of unusual kinds: right, or an error that names the rule and the way out."""

import numpy as np
import pytest

import linalg_vjp as lv

from .random_inputs import regular


def results(name, inputs):
    """The outputs and the cotangents of the inputs, of a rule with typical keywords."""
    rule = lv.RULES[name]
    outputs, linear = rule.fwd(*inputs, **rule.typical)
    bars = [None if label in rule.constant else y for label, y in zip(rule.outputs, outputs, strict=True)]
    return [*outputs, *linear.vjp(bars), *(y for y in linear.jvp(inputs) if y is not None)]


@pytest.mark.parametrize("batch", [(), (100,)], ids=["one", "many"])
@pytest.mark.parametrize("n", [4, 12])
@pytest.mark.parametrize("dtype", ["float64", "complex64"])
@pytest.mark.parametrize("name", lv.RULES)
def test_the_other_order_of_bytes(name, dtype, n, batch):
    """LAPACK would read nonsense."""
    inputs = [np.broadcast_to(x, (*batch, *x.shape)) for x in regular(name, n=n, dtype=dtype)]
    swapped = [x.astype(x.dtype.newbyteorder()) for x in inputs]
    for found, wanted in zip(results(name, swapped), results(name, inputs), strict=True):
        size = np.max(abs(wanted), initial=1.0)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e3 * np.finfo(dtype).eps * size)
