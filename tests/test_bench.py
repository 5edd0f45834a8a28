"""The benchmark compares like with like: every contender's backward pass gives the same."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing.backends import load

from .bench.contenders import CONTENDERS, inputs_of
from .bench.measure import Time, means
from .bench.page import table_of

LIBRARIES = {"torch": "torch", "torch's own": "torch", "jax": "jax", "jax's own": "jax"}


@pytest.mark.filterwarnings("ignore:.*mkldnn.*:UserWarning")
@pytest.mark.parametrize(
    "contender",  # JAX compiles each
    [
        pytest.param(name, marks=[pytest.mark.nightly] if name.startswith("jax") else [])
        for name in CONTENDERS
    ],
)
@pytest.mark.parametrize("name", lv.RULES)
def test_every_contender_gives_the_same(name, contender):
    if contender in LIBRARIES:
        library = LIBRARIES[contender]
        pytest.importorskip(library, reason=f"not run: {library} is not installed")
        load(library).start()
    inputs = inputs_of(name, 3, 4, "float64")
    wanted = CONTENDERS["numpy"](name, inputs).backward()
    try:
        made = CONTENDERS[contender](name, inputs)
        found = made.backward()
    except (NotImplementedError, AttributeError):
        if contender != "autograd's own":
            raise
        return  # it has no gradient of that
    for result in (found, made.whole()):
        result = result if len(inputs) > 1 or contender != "autograd's own" else tuple(result)
        for x, y in zip(result, wanted, strict=True):
            x = x.detach().numpy() if hasattr(x, "detach") else np.asarray(x)
            if name in ("eigh", "eigvalsh", "cholesky"):  # Hermitian, or in one triangle
                x, y = (np.tril(z + z.mT) for z in (x, y))
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)


def test_the_ratios_of_known_times():
    def at(contender, seconds, n, part="backward"):
        return Time("qr", contender, 10, n, "float64", 1, part, seconds)

    found = [at("numpy", 2.0, 4), at("torch's own", 1.0, 4), at("jax's own", 4.0, 4)]
    found += [at("numpy", 2.0, 8), at("torch's own", 1.0, 8), at("jax's own", 0.25, 8)]
    found += [at("numpy", 9.0, 4, "whole"), at("torch's own", 3.0, 4, "whole")]
    label = "NumPy against the faster of the two"
    assert means(found) == {label: {"qr": pytest.approx(4), "all": pytest.approx(4)}}  # of 2 and 8
    assert means(found, "whole") == {label: {"qr": pytest.approx(3), "all": pytest.approx(3)}}
    assert "| `qr` | 4.00 | 3.00 |" in list(table_of(found, label))
