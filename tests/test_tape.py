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
