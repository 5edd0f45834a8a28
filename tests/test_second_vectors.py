"""The second derivatives in the test vectors: by dual numbers, and through the adapter of each host."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp._dual import Dual
from linalg_vjp._dual_namespace import dual_namespace
from linalg_vjp._namespaces import array_namespace
from linalg_vjp.testing import vectors
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load

from .random_inputs import general
from .said_by_torch import SAID_BY_TORCH

pytestmark = SAID_BY_TORCH

FOUND = [vector for vector in vectors.load() if vector.second and "empty" not in vector.marks]
RULES = sorted({vector.rule for vector in FOUND})


def of(rule):
    return [vector for vector in FOUND if vector.rule == rule]


def test_which_have_one():
    """Every rule has some. Rules with only batches of vectors, or with a gauge, have few."""
    assert set(RULES) == set(lv.RULES)


def close(found, wanted, what, tolerance=1e-9):
    for x, y in zip(found, wanted, strict=True):
        if y is not None:
            size = np.max(np.abs(y), initial=0.0) or 1.0
            np.testing.assert_allclose(x, y, rtol=0, atol=tolerance * size, err_msg=what)


@pytest.mark.parametrize("name", RULES)
def test_dual_numbers(name):
    """The tangent of the pullback, for the signs that the outputs of the vector have."""
    for vector in of(name):
        rule, (dots, bar_dots, wanted) = lv.RULES[name], vector.second
        xp = dual_namespace(array_namespace(vector.inputs[0]))
        pushed = rule.jvp(vector.inputs, vector.outputs, dots, **vector.params)
        inputs, outputs, bars = (
            [None if x is None else Dual(x, dot, xp) for x, dot in zip(*pair, strict=True)]
            for pair in (
                (vector.inputs, dots),
                (vector.outputs, pushed),
                (vector.cotangents, bar_dots),
            )
        )
        pulled = rule.vjp(inputs, outputs, bars, xp=xp, **vector.params)
        found = [None if x is None else np.zeros(x.shape) if x.dot is None else x.dot for x in pulled]
        close(found, wanted, vector.name)


@pytest.mark.parametrize("library", ["numpy", "array-api-strict", "torch"])
@pytest.mark.parametrize("name", RULES)
def test_hvp(name, library):
    """`hvp` on any library, with the outputs that the library computes."""
    backend = load(library)
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")

    def arrays(side):
        return [None if x is None else backend.asarray(x) for x in side]

    for vector in filter(signs_are_those_of, of(name)):
        dots, bar_dots, wanted = vector.second
        inputs, bars, tangents, moves = map(arrays, (vector.inputs, vector.cotangents, dots, bar_dots))
        found = lv.hvp(name, inputs, bars, tangents, cotangent_tangents=moves, **vector.params)
        # A Schur form that is computed from eigenvectors loses one more digit.
        tolerance = 1e-8 if library == "array-api-strict" else 1e-9
        close([None if x is None else to_numpy(x) for x in found], wanted, vector.name, tolerance)


def test_errors_of_hvp():
    I, one = np.eye(2), np.asarray(1.0)
    (still,) = lv.hvp("det", (I,), (one,), (None,))
    np.testing.assert_array_equal(still, 0 * I)
    with pytest.raises(ValueError, match="det: the tangent of A has shape"):
        lv.hvp("det", (I,), (one,), (np.ones(3),))
    with pytest.raises(ValueError, match=r"det: the cotangent tangent of d has shape \(3,\), but d has"):
        lv.hvp("det", (I,), (one,), (I,), cotangent_tangents=(np.ones(3),))
    with pytest.raises(ValueError, match=r"svd: expected 3 cotangents \(U, S, Vh\), got 1"):
        lv.hvp("svd", (I,), (I,), (I,))
    with pytest.raises(TypeError, match=r"det: the cotangents must be in a tuple, such as \(d,\)"):
        lv.hvp("det", (I,), one, (I,))
    with pytest.raises(ValueError, match=r"det: expected 1 cotangent tangent \(d\), got 2"):
        lv.hvp("det", (I,), (one,), (I,), cotangent_tangents=(one, one))
    with pytest.raises(TypeError, match="inv: the cotangent tangent of X is complex"):
        lv.hvp("inv", (I,), (I,), (I,), cotangent_tangents=(1j * I,))
    for bar in (1.0, one):  # a number is a cotangent of a scalar
        np.testing.assert_array_equal(lv.hvp("det", (I,), (bar,), (I,), cotangent_tangents=(bar,))[0], 2 * I)
    with pytest.raises(NotImplementedError):
        lv.hvp("funm_hermitian", (I,), (I,), (I,), f=np.sin, df=np.cos)


class Slope:
    """A slope for a test vector: the derivative of Re<weights, pullback> along the tangents, from a host.

    `function(*live)` takes the inputs that can be differentiated, and returns the outputs with a cotangent.
    """

    def __init__(self, vector, function, asarray):
        rule = lv.RULES[vector.rule].of(len(vector.inputs))
        moves = [i for i, name in enumerate(rule.inputs) if name not in rule.constant]
        self.chosen = [i for i, bar in enumerate(vector.cotangents) if bar is not None]
        whole = [asarray(x) for x in vector.inputs]

        def of_live(*live):
            rest = iter(live)
            found = function(*(next(rest) if i in moves else x for i, x in enumerate(whole)), **vector.params)
            found = found if isinstance(found, tuple) else (found,)
            return [found[i] for i in self.chosen]

        dots, bar_dots, result = vector.second
        self.function, self.count = of_live, len(moves)
        self.point = tuple(
            asarray(x)
            for x in (*(vector.inputs[i] for i in moves), *(vector.cotangents[i] for i in self.chosen))
        )
        self.tangents = tuple(
            asarray(x) for x in (*(dots[i] for i in moves), *(bar_dots[i] for i in self.chosen))
        )
        weights = [general(*result[i].shape, dtype=result[i].dtype, seed=i) for i in moves]
        self.weights = [asarray(w) for w in weights]
        pairs = [
            (np.sum(np.conj(w) * result[i]).real, np.sum(abs(w) * abs(result[i])))
            for w, i in zip(weights, moves, strict=True)
        ]
        self.wanted, self.size = map(sum, zip(*pairs, strict=True))

    def loss(self, xp, *point):
        """The sum of Re<cotangent, output>."""
        made, bars = self.function(*point[: self.count]), point[self.count :]
        return sum(xp.sum(xp.real(xp.conj(bar) * y)) for bar, y in zip(bars, made, strict=True))


def signs_are_those_of(vector):
    """Whether LAPACK's outputs equal the vector's: signs and orders of eigenvalues may differ."""
    made = lv.RULES[vector.rule].forward(*vector.inputs, **vector.params)
    pairs = zip(made, vector.outputs, vector.cotangents, strict=True)
    return all(bar is None or np.allclose(y, wanted, rtol=1e-8, atol=1e-10) for y, wanted, bar in pairs)


def through_torch(vector):
    import torch

    from linalg_vjp.adapters import torch as L

    slope = Slope(vector, L.OPERATIONS[vector.rule], lambda x: torch.asarray(np.array(x)))
    count = tuple(range(slope.count))

    def along(*point):
        found = torch.func.grad(lambda *p: slope.loss(torch, *p), argnums=count)(*point)
        return sum((w.conj() * g).sum().real for w, g in zip(slope.weights, found, strict=True))

    return slope, torch.func.jvp(along, slope.point, slope.tangents)[1]


def through_jax(vector):
    import jax
    import jax.numpy as jnp

    from linalg_vjp.adapters import jax as L

    load("jax").start()
    slope = Slope(vector, L.OPERATIONS[vector.rule], jnp.asarray)
    count = tuple(range(slope.count))

    def along(*point):  # autograd's gradients are the conjugates of ours
        found = jax.grad(lambda *p: slope.loss(jnp, *p), argnums=count)(*point)
        return sum(jnp.sum(w * g).real for w, g in zip(slope.weights, found, strict=True))

    return slope, jax.jvp(along, slope.point, slope.tangents)[1]


def through_autograd(vector):
    import autograd
    import autograd.numpy as anp

    from linalg_vjp.adapters import autograd as adapter

    slope = Slope(vector, adapter.function(lv.RULES[vector.rule]), np.asarray)

    def along(point):
        bars = point[slope.count :]
        found = autograd.grad(lambda live: slope.loss(anp, *live, *bars))(point[: slope.count])
        return sum(anp.sum(anp.real(w * g)) for w, g in zip(slope.weights, found, strict=True))

    return slope, autograd.differential_operators.make_jvp(along)(slope.point)(slope.tangents)[1]


HOSTS = {"torch": through_torch, "jax": through_jax, "autograd": through_autograd}
# JAX compiles for every shape, so only a fifth of the vectors runs by day.
STEPS = [("torch", 1), ("jax", 5), ("autograd", 1), pytest.param("jax", 1, marks=pytest.mark.nightly)]


@pytest.mark.filterwarnings("ignore:Output seems independent of input")  # as A^0 is
@pytest.mark.parametrize(("host", "step"), STEPS)
@pytest.mark.parametrize("name", RULES)
def test_hosts(name, host, step):
    pytest.importorskip(host, reason=f"not run: {host} is not installed")
    for vector in list(filter(signs_are_those_of, of(name)))[::step]:
        slope, found = HOSTS[host](vector)
        assert abs(float(found) - slope.wanted) <= 1e-9 * (slope.size or 1.0), vector.name
