"""Second derivatives: the tangents of pullbacks and pushforwards, and those in hosts, against the oracle."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import CheckError, check_rule
from linalg_vjp.testing._exact import DIGITS, exact, inner, norm, to_numpy
from linalg_vjp.testing._trial import Trial
from linalg_vjp.testing._twice import second_truth
from linalg_vjp.testing.oracles import ORACLES

from .random_inputs import general, is_hermitian, live_of, regular
from .said_by_torch import SAID_BY_TORCH

# autograd warns about independent outputs if an operation is linear.
pytestmark = [*SAID_BY_TORCH, pytest.mark.filterwarnings("ignore:Output seems independent of input")]


def forms(rule):
    """Keywords of a rule: each value of each keyword, with typical values of the others."""
    yield dict(rule.typical)
    for key, param in rule.params.items():
        for value in param.tried():
            if key != "gauge" and value != {**{key: param.default}, **rule.typical}[key]:
                yield {**rule.typical, key: value}


def smooth(rule, params):
    """Whether the outputs have second derivatives, and no columns beyond the rank."""
    return not params.get("full_matrices") and (params.get("ord") or 1) not in (-1, -2.5)


def in_memory(target):
    if target.backend.split_batches:
        pytest.skip(f"not run: {target.backend.name} runs a formula on blocks of another library")


FORMS = [(name, params) for name, rule in lv.RULES.items() for params in forms(rule) if smooth(rule, params)]


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize(("name", "params"), FORMS, ids=str)
def test_every_form(name, params, dtype, target):
    in_memory(target)
    axis = params.get(lv.RULES[name].axis, -1)
    inputs = [target.asarray(x) for x in regular(name, *[2] * (-1 - axis), dtype=dtype, axis=axis)]
    check_rule(lv.RULES[name], inputs, batched=lv.RULES[name].batched(params), twice=True, **params)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("name", [n for n, r in lv.RULES.items() if r.signature.startswith("(m,n)->")])
def test_tall_and_wide(name, shape, dtype, target):
    in_memory(target)
    rule = lv.RULES[name]
    check_rule(rule, [target.asarray(general(*shape, dtype=dtype))], twice=True, **rule.typical)


def test_what_is_wrong_in_the_second_derivative_alone_is_seen():
    """The values of this pullback are right, but it treats the saved output as a constant."""
    rule = lv.RULES["inv"]

    def frozen(X, X_bar, *, xp):
        still = getattr(X, "value", X)
        Xh = type(X)(still, None, X.xp).mT if still is not X else X.mT
        return (-(Xh @ X_bar @ Xh),)

    wrong = replace(rule, op_vjp=frozen)
    check_rule(wrong, [general(3, 3)])
    with pytest.raises(CheckError, match="the tangent of the pullback"):
        check_rule(wrong, [general(3, 3)], twice=True)
    with pytest.raises(ValueError, match="own: twice=True needs an oracle"):
        check_rule(replace(rule, name="own"), [general(3, 3)], twice=True)


def loss_and_truth(name, params):
    """A loss with random weights, two directions, and the second derivative of the loss along both."""
    rule = lv.RULES[name]
    trial = Trial(rule, regular(name), params, 1000.0, 3)
    if is_hermitian(name):
        trial.dots = [(e + e.T) / 2 for e in trial.dots]
    further = [None if e is None else trial.draw(x) for x, e in zip(trial.inputs, trial.dots, strict=True)]
    if is_hermitian(name):
        further = [(e + e.T) / 2 for e in further]
    with mpmath.workdps(DIGITS):
        truth = second_truth(trial, ORACLES[name], further)
        parts = [(exact(to_numpy(trial.bars[i])), *truth[i]) for i in trial.live_outputs]
        value = float(sum(inner(weight, true) for weight, true, _ in parts))
        size = float(sum(norm(weight) * size for weight, _, size in parts))
    return trial, further, value, size


def weighed(name, outputs, bars, xp):
    """The sum of Re<bar, y> over the outputs, with the sum of Re(bar) |y|^2 for outputs with a gauge."""
    rule = lv.RULES[name]
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    named = zip(rule.outputs, outputs, bars, strict=True)
    terms = (
        xp.real(bar) * xp.real(y * xp.conj(y)) if label in rule.gauge else xp.real(xp.conj(bar) * y)
        for label, y, bar in named
        if bar is not None
    )
    return sum(map(xp.sum, terms))


def torch_second(name, params, trial, further):
    import torch

    from linalg_vjp.adapters import torch as L

    bars = [None if b is None else torch.asarray(b) for b in trial.bars]
    D, E = ([torch.asarray(x) for x in xs if x is not None] for xs in (trial.dots, further))

    def whole(*x):
        return weighed(name, L.OPERATIONS[name](*x, **params), bars, torch)

    loss, inputs = live_of(name, whole, [torch.asarray(x) for x in trial.inputs])

    def slope(*x):
        return sum((g * d).sum() for g, d in zip(gradient(*x), D, strict=True))

    count = tuple(range(len(inputs)))
    gradient = torch.func.grad(loss, argnums=count)
    yield sum((g * e).sum() for g, e in zip(torch.func.grad(slope, argnums=count)(*inputs), E, strict=True))
    yield torch.func.jvp(slope, tuple(inputs), tuple(E))[1]

    def pushed(*x):
        return torch.func.jvp(loss, x, tuple(D))[1]

    yield sum((g * e).sum() for g, e in zip(torch.func.grad(pushed, argnums=count)(*inputs), E, strict=True))
    leaves = [x.clone().requires_grad_() for x in inputs]
    first = torch.autograd.grad(loss(*leaves), leaves, create_graph=True)
    along = sum((g * d).sum() for g, d in zip(first, D, strict=True))
    moves = along.requires_grad  # false if the operation is linear
    second = torch.autograd.grad(along, leaves, allow_unused=True) if moves else [None] * len(leaves)
    yield sum((g * e).sum() for g, e in zip(second, E, strict=True) if g is not None)


def jax_second(name, params, trial, further):
    import jax

    from linalg_vjp.adapters import jax as L

    bars = [None if b is None else jax.numpy.asarray(b) for b in trial.bars]
    D, E = (tuple(jax.numpy.asarray(x) for x in xs if x is not None) for xs in (trial.dots, further))

    def whole(*x):
        return weighed(name, L.OPERATIONS[name](*x, **params), bars, jax.numpy)

    loss, inputs = live_of(name, whole, [jax.numpy.asarray(x) for x in trial.inputs])

    def slope(*x):
        gradient = jax.grad(loss, argnums=tuple(range(len(x))))(*x)
        return sum((g * d).sum() for g, d in zip(gradient, D, strict=True))

    gradient = jax.jit(jax.grad(slope, argnums=tuple(range(len(inputs)))))(*inputs)
    yield sum((g * e).sum() for g, e in zip(gradient, E, strict=True))
    yield jax.jvp(slope, inputs, E)[1]
    yield jax.jit(lambda: jax.jvp(lambda *x: jax.jvp(loss, x, D)[1], inputs, E)[1])()


def autograd_second(name, params, trial, further):
    import autograd
    import autograd.numpy as anp

    from linalg_vjp.adapters import autograd as adapter

    function = adapter.function(lv.RULES[name])

    def whole(*x):
        return weighed(name, function(*x, **params), trial.bars, anp)

    of_live, inputs = live_of(name, whole, trial.inputs)
    D, E = (tuple(x for x in xs if x is not None) for xs in (trial.dots, further))

    def loss(x):
        return of_live(*x)

    def slope(x):
        return sum(anp.sum(g * d) for g, d in zip(autograd.grad(loss)(x), D, strict=True))

    gradient = autograd.grad(slope)(inputs)
    yield sum(anp.sum(g * e) for g, e in zip(gradient, E, strict=True))
    yield autograd.differential_operators.make_jvp(slope)(inputs)(E)[1]


def mlx_second(name, params, trial, further):
    import mlx.core as mx

    from linalg_vjp.adapters import mlx as L

    def arrays(xs):
        kinds = {"f": "float32", "c": "complex64"}
        return [None if x is None else mx.array(x.astype(kinds.get(x.dtype.kind, x.dtype))) for x in xs]

    def whole(*x):
        return weighed(name, L.OPERATIONS[name](*x, **params), bars, mx)

    bars, inputs, D, E = map(arrays, (trial.bars, trial.inputs, trial.dots, further))
    loss, inputs = live_of(name, whole, inputs)
    inputs, D, E = list(inputs), [d for d in D if d is not None], [e for e in E if e is not None]
    count = list(range(len(inputs)))

    def derive(f, *x):
        found = mx.grad(f, argnums=count)(*x)
        return found if isinstance(found, tuple) else (found,)

    def slope(*x):
        return sum((g * d).sum() for g, d in zip(derive(loss, *x), D, strict=True))

    yield sum((g * e).sum() for g, e in zip(derive(slope, *inputs), E, strict=True)).item()
    yield mx.jvp(slope, inputs, E)[1][0].item()


HOSTS = {"torch": torch_second, "jax": jax_second, "autograd": autograd_second, "mlx": mlx_second}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", lv.RULES)
def test_hosts(name, host):
    """Each adapter, with forward and reverse mode nested in each other."""
    pytest.importorskip(host, reason=f"not run: {host} is not installed")
    if host == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    params = dict(lv.RULES[name].typical)
    trial, further, value, size = loss_and_truth(name, params)
    for found in HOSTS[host](name, params, trial, further):
        eps = np.finfo("float32" if host == "mlx" else "float64").eps
        assert abs(float(found) - value) <= 1000 * eps * size
