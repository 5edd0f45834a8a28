"""Run the tests on a stand-in with CuPy's documented differences from NumPy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .test_tape import ON_THE_STAND_IN

ROOT = Path(__file__).parents[1]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "tests.cupy_stand_in", "--backend", "cupy"]
MATRIX = [
    ["tests/test_vectors.py", "-k", "every_backend"],
    ["tests/test_matrix.py", "-k", "random_cases"],
    ["tests/rules"],
]


@pytest.mark.parametrize("tests", MATRIX, ids=lambda tests: tests[0])
def test_the_matrix_on_the_stand_in(tests):
    run = subprocess.run(
        [*PYTEST, "-p", "no:cacheprovider", *tests],
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
refused(lambda: range(cp.asarray(3)), TypeError, "integer")
refused(lambda: cp.vecdot, AttributeError, "vecdot")
refused(lambda: A.to_device, AttributeError, "to_device")
assert cp.asarray(A) is A
assert cp.array(A) is not A
assert cp.array(A.mT, order="C").strides == A.strides
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


KERNEL = """
import ctypes, subprocess, sys
import numpy as np
from tests import cupy_linalg, cupy_stand_in
cupy_stand_in.install()
from linalg_vjp._backends._cupy_lu import _moved_rows

compiler, source, library = sys.argv[1:]
loop = "for (long long i = 0; i < size; ++i) {" + _moved_rows.operation + "}"
with open(source, "w") as file:
    file.write("void run(int *pivots, long long m, long long k, long long *p, long long size) {" + loop + "}")
subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)

m, k, size = 7, 5, 20
draw = np.random.default_rng(0).integers
pivots = np.stack([draw(j, m, size, dtype=np.int32) for j in range(k)], axis=-1)
found, wanted = np.zeros((2, size, m), np.int64)
count, address = ctypes.c_longlong, ctypes.c_void_p
run = ctypes.CDLL(library).run
run(address(pivots.ctypes.data), count(m), count(k), address(found.ctypes.data), count(size))
cupy_linalg.moved_rows(pivots, m, k, wanted)
np.testing.assert_array_equal(found, wanted)
"""


def test_the_kernel_in_c_on_the_cpu(tmp_path):
    """The Python function that replaces the kernel gives the same results."""
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("not run: there is no C compiler here")
    files = [str(tmp_path / name) for name in ("kernel.c", "kernel.so")]
    command = [sys.executable, "-c", KERNEL, compiler, *files]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


RUNS = [
    *([*PYTEST, "-p", "no:cacheprovider", *tests] for tests in MATRIX),
    *([sys.executable, "-c", code] for code in (BENCHMARK, DIFFERENCES, ON_THE_STAND_IN)),
]
