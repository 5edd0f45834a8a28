"""The tape of docs/tape.md on arrays that are not NumPy's: the stand-in for CuPy, and CuPy itself."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing.backends import MissingBackend, load

from .blocks import blocks, importable
from .random_inputs import regular

ROOT = Path(__file__).parents[1]
*_, LAST = blocks(ROOT / "docs" / "tape.md")
FILES = LAST.files


def first_smooth(rule):
    """The first output that can be differentiated, and one without a gauge if there is one."""
    free = [i for i, name in enumerate(rule.outputs) if name not in rule.constant]
    return next((i for i in free if rule.outputs[i] not in rule.gauge), free[0])


def gradients(asarray):
    """For every rule the gradient of the sum of one output, of inputs that are used twice, on the tape."""
    from linear_algebra import ops
    from tape import Tape

    for name, rule in lv.RULES.items():
        tape = Tape()
        inputs = [tape.variable(asarray(x)) for x in regular(name)]
        found = [ops[name](*inputs, **rule.typical) for _ in range(2)]
        found = [y if isinstance(y, list) else [y] for y in found]
        i = first_smooth(rule)
        loss = (found[0][i] + found[1][i]).sum()
        yield name, [x for x in tape.gradient(loss, inputs) if x is not None]


def fitted(asarray):
    """The losses of the first steps of the fit."""
    from gaussian_process import fit

    random = np.random.default_rng(0)
    x = np.sort(random.uniform(0, 6, (4, 30)), axis=-1)
    y = np.sin(2 * x) + 0.1 * random.standard_normal(x.shape)
    values, losses = fit(asarray(x), asarray(y), steps=20)
    assert isinstance(values[0], type(asarray(x)))
    return losses


@pytest.fixture
def files(tmp_path):
    with importable(FILES, tmp_path):
        yield


@pytest.mark.usefixtures("files")
def test_every_rule_on_numpy():
    """The same as by the rule itself, twice."""
    for name, found in gradients(np.asarray):
        rule = lv.RULES[name]
        outputs, pull = lv.vjp(rule, *regular(name), **rule.typical)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        i = first_smooth(rule)
        bars = [np.full(y.shape, 2.0, y.dtype) if j == i else None for j, y in enumerate(outputs)]
        wanted = [x for x in pull(*bars) if x is not None]
        for x, y in zip(found, wanted, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12, err_msg=name)


# The stand-in changes the modules that it stands for, so that it has a process of its own.
ON_THE_STAND_IN = """
import sys
from pathlib import Path
import numpy as np
from tests import cupy_stand_in
from tests.blocks import importable
from tests.test_tape import FILES, first_smooth, fitted, gradients
import linalg_vjp as lv
asarray = cupy_stand_in.install().asarray
with importable(FILES, Path(sys.argv[1])):
    np.testing.assert_allclose(fitted(asarray), fitted(np.asarray), rtol=1e-10)
    for (name, found), (_, wanted) in zip(gradients(asarray), gradients(np.asarray), strict=True):
        assert not any(isinstance(x, np.ndarray) for x in found)
        rule = lv.RULES[name]
        if rule.outputs[first_smooth(rule)] in rule.gauge:
            continue  # the gradient depends on the basis that each library chose
        for x, y in zip(found, wanted, strict=True):
            np.testing.assert_allclose(x.get(), y, rtol=1e-9, atol=1e-9, err_msg=name)
"""


def test_on_the_stand_in_for_cupy(tmp_path):
    """Every rule, and the fit."""
    command = [sys.executable, "-c", ON_THE_STAND_IN, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.usefixtures("files")
def test_on_cupy():
    backend = load("cupy")
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    np.testing.assert_allclose(fitted(backend.asarray), fitted(np.asarray), rtol=1e-10)
