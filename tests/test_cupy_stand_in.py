"""What would fail on CuPy for a documented difference from NumPy: the matrix on a stand-in for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "tests",
    [
        ["tests/test_vectors.py", "-k", "every_backend"],
        ["tests/test_matrix.py", "-k", "random_cases"],
        ["tests/rules"],
    ],
    ids=lambda tests: tests[0],
)
def test_the_matrix_on_the_stand_in(tests):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.cupy_stand_in", "--backend", "cupy"]
    run = subprocess.run(
        [*command, "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5000:]
    assert " passed" in run.stdout


BENCHMARK = """
import numpy as np
from tests import cupy_stand_in
cupy_stand_in.install()
from tests.bench.contenders import CONTENDERS, inputs_of

for name in ("qr", "det", "solve", "vector_norm"):
    inputs = inputs_of(name, 3, 4, "float64")
    ours = CONTENDERS["cuda"]["cupy"](name, inputs)
    wanted = CONTENDERS["cpu"]["numpy"](name, inputs).backward()
    for found in (ours.backward(), ours.whole()):
        for x, y in zip(found, wanted, strict=True):
            np.testing.assert_allclose(x.get(), y, rtol=1e-12, atol=1e-12)
"""


def test_the_benchmark_has_cupy_as_a_contender():
    run = subprocess.run(
        [sys.executable, "-c", BENCHMARK], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


DIFFERENCES = """
import numpy as np
from tests import cupy_stand_in
cp = cupy_stand_in.install()
import array_api_compat
from cupyx.scipy.linalg import solve_triangular

A = cp.asarray(np.ones((2, 3, 3)) + np.eye(3))
assert array_api_compat.array_namespace(A).__name__ == "array_api_compat.cupy"


def refused(f, error, words):
    try:
        f()
    except error as found:
        assert words in str(found), found
    else:
        raise AssertionError(words)


refused(lambda: np.asarray(A), TypeError, "Implicit conversion")
refused(lambda: A + np.ones((3, 3)), TypeError, "Unsupported type")
refused(lambda: cp.matmul(A, np.ones((3, 3))), TypeError, "Unsupported type")
refused(lambda: cp.linalg.solve(A, A[0]), ValueError, "a must have")
refused(lambda: cp.linalg.solve(A, A[..., :0]), ZeroDivisionError, "division")
refused(lambda: solve_triangular(A, A[0], "N"), ValueError, "batch count")
refused(lambda: solve_triangular(A[:0], A[:0], "N"), ValueError, "unpack")
assert solve_triangular(A.astype("float32"), A, "N").dtype == "float32"
assert np.isnan(((1 + 1j) * A / np.inf).get()).all()
assert type(cp.linalg.eigh(A)) is tuple
assert np.isnan(cp.linalg.cholesky(-A).get()).all()
assert not np.isfinite(cp.linalg.inv(0 * A).get()).any()
"""


def test_the_differences_are_there():
    run = subprocess.run(
        [sys.executable, "-c", DIFFERENCES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
