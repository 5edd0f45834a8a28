"""The tape of docs/tape.md on arrays that are not those of NumPy: the stand-in for CuPy, and CuPy itself."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from linalg_vjp.testing.backends import MissingBackend, load

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "docs" / "tape.md").read_text("utf-8"), flags=re.M | re.S
)

# The data, and the losses of the first steps, in the place of the last block.
FIT = """
import numpy as np
random = np.random.default_rng(0)
x = np.sort(random.uniform(0, 6, (4, 30)), axis=-1)
y = np.sin(2 * x) + 0.1 * random.standard_normal(x.shape)
values, losses = fit(asarray(x), asarray(y), steps=20)
"""


def first_smooth(rule):
    """The first output that can be differentiated, and one without a gauge if there is one."""
    free = [i for i, name in enumerate(rule.outputs) if name not in rule.constant]
    return next((i for i in free if rule.outputs[i] not in rule.gauge), free[0])


# Of every rule: the gradient of the sum of one output, of inputs that are used twice, on the tape.
EVERY = """
import linalg_vjp as lv
from tests.random_inputs import regular
from tests.test_tape import first_smooth

def gradient_of(rule):
    tape = Tape()
    inputs = [tape.variable(asarray(x)) for x in regular(rule.name)]
    found = [ops[rule.name](*inputs, **rule.typical) for _ in range(2)]
    found = [y if isinstance(y, list) else [y] for y in found]
    i = first_smooth(rule)
    loss = (found[0][i] + found[1][i]).sum()
    return [x for x in tape.gradient(loss, inputs) if x is not None]

gradients = [(rule.name, gradient_of(rule)) for rule in lv.RULES.values()]
"""


def gradients(asarray):
    scope = {"asarray": asarray}
    exec("".join(BLOCKS[:-1]) + EVERY, scope)
    return scope["gradients"]


EVERY_ON_THE_STAND_IN = """
import numpy as np
from tests import cupy_stand_in
from tests.test_tape import gradients
import linalg_vjp as lv
from tests.test_tape import first_smooth
asarray = cupy_stand_in.install().asarray
for (name, found), (_, wanted) in zip(gradients(asarray), gradients(np.asarray), strict=True):
    assert not any(isinstance(x, np.ndarray) for x in found)
    rule = lv.RULES[name]
    if rule.outputs[first_smooth(rule)] in rule.gauge:
        continue  # the gradient depends on the basis that each library chose
    for x, y in zip(found, wanted, strict=True):
        np.testing.assert_allclose(x.get(), y, rtol=1e-9, atol=1e-9, err_msg=name)
"""


def test_every_rule_on_numpy():
    """The same as by the rule itself, twice."""
    import linalg_vjp as lv

    from .random_inputs import regular

    for name, found in gradients(np.asarray):
        rule = lv.RULES[name]
        outputs, pull = lv.vjp(rule, *regular(name), **rule.typical)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        i = first_smooth(rule)
        bars = [np.full(y.shape, 2.0, y.dtype) if j == i else None for j, y in enumerate(outputs)]
        wanted = [x for x in pull(*bars) if x is not None]
        for x, y in zip(found, wanted, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12, err_msg=name)


def test_every_rule_on_the_stand_in_for_cupy():
    command = [sys.executable, "-c", EVERY_ON_THE_STAND_IN]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def fitted(asarray):
    scope = {"asarray": asarray}
    exec("".join(BLOCKS[:-1]) + FIT, scope)
    return scope["losses"]


ON_THE_STAND_IN = f"""
from tests import cupy_stand_in
asarray = cupy_stand_in.install().asarray
{"".join(BLOCKS[:-1])}{FIT}
print(*losses)
assert type(values[0]).__name__ == "ndarray"
assert not isinstance(values[0], np.ndarray)
"""


def test_on_the_stand_in_for_cupy():
    command = [sys.executable, "-c", ON_THE_STAND_IN]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    np.testing.assert_allclose([float(v) for v in run.stdout.split()], fitted(np.asarray), rtol=1e-10)


def test_on_cupy():
    backend = load("cupy")
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    np.testing.assert_allclose(fitted(backend.asarray), fitted(np.asarray), rtol=1e-10)
