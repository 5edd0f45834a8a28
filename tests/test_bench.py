"""The benchmark compares like with like: every contender's backward pass gives the same result."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing.backends import load

from .bench import hosts
from .bench.contenders import COMPARED, CONTENDERS, inputs_of, torch_adapter, torch_own
from .bench.measure import Time, means, turns
from .bench.page import goals, table_of
from .bench.single import Single
from .random_inputs import is_hermitian

CPU = CONTENDERS["cpu"]
LIBRARIES = {"torch": "torch", "torch's own": "torch", "jax": "jax", "jax's own": "jax"}


@pytest.mark.filterwarnings("ignore:.*mkldnn.*:UserWarning")
@pytest.mark.parametrize(
    "contender",  # slow on JAX, which compiles each case
    [pytest.param(name, marks=[pytest.mark.nightly] if name.startswith("jax") else []) for name in CPU],
)
@pytest.mark.parametrize("name", COMPARED)
def test_every_contender_gives_the_same(name, contender):
    if contender in LIBRARIES:
        library = LIBRARIES[contender]
        pytest.importorskip(library, reason=f"not run: {library} is not installed")
        load(library).start()
    inputs = inputs_of(name, 3, 4, "float64")
    wanted = CPU["numpy"](name, inputs).backward()
    try:
        made = CPU[contender](name, inputs)
        found = made.backward()
    except (NotImplementedError, AttributeError):
        if not contender.endswith("own") and not lv.RULES[name].shapes:
            raise
        return  # this contender has no such gradient
    for result in (found, made.whole()):
        result = result if len(inputs) > 1 or contender != "autograd's own" else tuple(result)
        live = [y for y in wanted if y is not None]
        for i, (x, y) in enumerate(zip((x for x in result if x is not None), live, strict=True)):
            x = x.detach().numpy() if hasattr(x, "detach") else np.asarray(x)
            if is_hermitian(name):  # some gradients are in one triangle
                x, y = (np.tril(z + z.mT) for z in (x, y))
            if lv.RULES[name].space.get(lv.RULES[name].inputs[i]) == "triangular":
                x, y = (np.where(inputs[i], z, 0) for z in (x, y))
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)


def test_the_ratios_of_known_times():
    def at(contender, seconds, n, part="backward"):
        return Time("qr", contender, 10, n, "float64", 1, part, seconds)

    found = [at("numpy", 2.0, 4), at("torch's own", 1.0, 4), at("jax's own", 4.0, 4)]
    found += [at("numpy", 2.0, 8), at("torch's own", 1.0, 8), at("jax's own", 0.25, 8)]
    found += [at("numpy", 9.0, 4, "whole"), at("torch's own", 3.0, 4, "whole")]
    label = "NumPy against the faster of the two"
    assert means(found) == {label: {"qr": pytest.approx(4), "all": pytest.approx(4)}}  # mean of 2 and 8
    assert means(found, "whole") == {label: {"qr": pytest.approx(3), "all": pytest.approx(3)}}
    assert "| `qr` | 4.00 | 3.00 |" in list(table_of(found, label))


def test_every_call_has_its_turns():
    made = []
    found = turns({"a": lambda: made.append("a"), "b": lambda: made.append("b")}, least=0, most=60, rounds=3)
    assert set(found) == {"a", "b"}
    assert made[:2] == ["a", "b"]
    assert made.count("a") == made.count("b")
    slow = []
    turns({"a": lambda: slow.append(sum(range(10**6)))}, least=0, most=0, rounds=5)
    assert len(slow) == 2  # the first call, and one more round


def test_a_goal_is_met_or_missed():
    def at(contender, seconds, threads):
        return Time("qr", contender, 10, 4, "float64", threads, "backward", seconds)

    found = [at("torch", 0.5, 1), at("torch's own", 1.0, 1), at("torch", 1.2, 2), at("torch's own", 1.0, 2)]
    found += [at("numpy", 0.9, 1), at("autograd's own", 2.0, 1)]  # with one thread only
    alone = [Single("qr", 20e-6, 40e-6, 4.0, 5.0, 1.01), Single("lu", 31e-6, 62e-6, 1.0, 1.0, 1.1)]
    assert list(goals(found, alone)) == [
        "| PyTorch on its tensors: 1.0 over all rules | 1.20 | missed |",
        "| PyTorch on its tensors: 1.3 for each rule | 1.20 (`qr`) | met |",
        "| NumPy against the faster of the two: 1.0 over all rules | 0.90 | met |",
        "| NumPy against the faster of the two: 2.0 for each rule | 0.90 (`qr`) | met |",
        "| NumPy against autograd: 0.5 over all rules | 0.45 | met |",
        "| Overhead on NumPy: 30 microseconds | 31.00 (`lu`) | missed |",
        "| Overhead: less than PyTorch's | 0.50 of it (`qr`) | met |",
        "| Memory: 4 arrays | 5.00 (`qr`) | missed |",
        "| 100 times the batch: 105 times the time | 110.00 (`lu`) | missed |",
    ]


@pytest.mark.parametrize("name", [name for name in COMPARED if lv.RULES[name].family != "products"])
def test_both_doors_of_pytorch_give_the_same(name):
    """The two gradients in the table of hosts: by our function, and by PyTorch's own."""
    pytest.importorskip("torch", reason="not run: torch is not installed")
    for m in hosts.rows(name, 4):
        inputs = hosts.shaped(name, 3, m, 4)
        try:
            own = torch_own(name, inputs).whole()
        except NotImplementedError:
            return  # PyTorch has no such function
        pairs = zip(torch_adapter(name, inputs).whole(), own, strict=True)
        for i, (x, y) in enumerate(pairs):
            x, y = x.numpy(), y.numpy()
            if is_hermitian(name):
                x, y = (np.tril(z + z.mT) for z in (x, y))
            if lv.RULES[name].space.get(lv.RULES[name].inputs[i]) == "triangular":
                x, y = (np.where(inputs[i], z, 0) for z in (x, y))
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)


def test_the_table_of_hosts():
    found = [
        hosts.Felt("PyTorch", "qr", 20, 90, 90, 2.0, 1.0),
        hosts.Felt("PyTorch", "qr", 20, 180, 90, 0.5, 1.0),
        hosts.Felt("PyTorch", "qr", 1, 3, 3, 3e-5, 1e-5),
        hosts.Felt("PyTorch", "lu", 20, 90, 90, 1.21, 1.0),
        hosts.Felt("PyTorch", "lu", 1, 3, 3, 2e-5, 2e-5),
    ]
    assert hosts.shares(found)["PyTorch"]["qr"] == (pytest.approx(1), pytest.approx(3))
    assert list(hosts.summary(found))[2:] == [
        "| `qr` | 1.00 | 3.00 |",
        "| `lu` | 1.21 | 1.00 |",
        "| `all` | 1.10 | 1.73 |",
    ]
    assert list(hosts.goals(found)) == [
        "| PyTorch: 1.0 over all rules, in batches | 1.10 | missed |",
        "| PyTorch: 1.15 for each rule, in batches | 1.21 (`lu`) | missed |",
        "| PyTorch: 1.5 for each rule, on one 3 x 3 matrix | 3.00 (`qr`) | missed |",
    ]
    assert "| `qr` | 2.00 / 0.50 | 3.00 | 30 |" in list(hosts.details(found))
