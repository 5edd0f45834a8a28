"""A missing backend is an error if --backend names it, and is reported as not run otherwise."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp import cli
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import MissingBackend, load, names, tomllib
from linalg_vjp.testing.support import support_page

from .conftest import record
from .random_inputs import regular

ROOT = Path(__file__).parents[1]


def run_without_array_api_strict(*arguments):
    code = (
        "import sys; sys.modules['array_api_strict'] = None; "
        "import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    )
    test = "tests/test_report.py::test_true_value_of_the_svd"
    command = [sys.executable, "-c", code, "-rs", "-p", "no:cacheprovider", *arguments, test]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_not_installed_and_not_asked_for_is_reported():
    run = run_without_array_api_strict()
    assert run.returncode == 0
    assert "passed" in run.stdout
    assert "not run: backend array-api-strict is not installed" in run.stdout


def test_not_installed_and_asked_for_is_an_error():
    run = run_without_array_api_strict("--backend", "array-api-strict")
    assert run.returncode != 0
    assert "pip install 'array-api-strict" in run.stdout + run.stderr


def test_unknown_is_an_error():
    run = run_without_array_api_strict("--backend", "abacus")
    assert run.returncode != 0
    assert "unknown backend 'abacus'" in run.stdout + run.stderr


def test_the_page_of_support_is_what_the_profiles_say():
    assert (ROOT / "docs" / "support.md").read_text(encoding="utf-8") == support_page(), (
        "regenerate it: linalg-vjp backends --markdown > docs/support.md"
    )


def test_backends_lists_what_is_here(capsys):
    assert cli.main(["backends"]) == 0
    text = capsys.readouterr().out
    assert "numpy" in text
    assert "mlx" in text
    assert cli.main(["backends", "--markdown"]) == 0
    assert capsys.readouterr().out == support_page()


def test_a_run_is_recorded(tmp_path, monkeypatch):
    (tmp_path / "backends").mkdir()
    profile = tmp_path / "backends" / "numpy.toml"
    profile.write_text('module = "numpy"\n')
    monkeypatch.setattr("tests.conftest.ROOT", tmp_path)
    other = {"date": "2020-01-01", "version": "0", "device": "another"}
    for _ in range(2):
        record(replace(load("numpy"), last_verified=(other,)))
    found = tomllib.loads(profile.read_text())
    assert found["module"] == "numpy"
    assert [entry["device"] for entry in found["last_verified"]] == ["another", "cpu"]
    assert found["last_verified"][1]["version"] == np.__version__


def test_a_run_of_something_else_is_not_recorded():
    arguments = ["--backend", "numpy", "--record", "tests/test_report.py"]
    run = run_without_array_api_strict(*arguments)
    assert run.returncode != 0
    assert "numpy is not recorded as verified: test_random_cases[numpy-cpu-qr]" in run.stdout + run.stderr
    command = [sys.executable, "-m", "pytest", "-p", "tests.cupy_stand_in", "--backend", "cupy", "--record"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "is no run on CuPy" in run.stdout + run.stderr


@pytest.mark.parametrize("gap", [(name, gap) for name in names() for gap in load(name).gaps], ids=str)
def test_a_gap_is_still_there(gap):
    """When this fails, the library has closed the gap: remove it from the profile."""
    name, gap = gap
    backend = load(name)
    try:
        backend.start()
    except MissingBackend as missing:
        pytest.skip(f"not run: {missing}")
    for dtype in gap.dtypes:
        inputs = [backend.asarray(x) for x in regular(gap.rule, dtype=dtype)]

        def run(inputs=inputs):
            for y in lv.RULES[gap.rule].forward(*inputs):
                to_numpy(y)  # where a lazy library fails

        with pytest.raises(Exception, match=gap.says):
            run()


def test_the_gpu_run_says_where_there_is_none(tmp_path):
    """Without a GPU, test that the script parses, and that it stops with a reason."""
    command = ["bash", str(ROOT / "tests" / "gpu" / "run.sh")]
    subprocess.run([command[0], "-n", command[1]], check=True)
    if shutil.which("nvidia-smi") is None:
        results = {**os.environ, "RESULTS": str(tmp_path / "results")}
        run = subprocess.run(command, env=results, capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert "finds no NVIDIA GPU here" in run.stderr
        assert not (tmp_path / "results").exists()


def test_the_commands_to_install_are_whole(capsys, monkeypatch):
    """rich would read brackets in a table as markup, and drop them."""
    monkeypatch.setitem(sys.modules, "dask.array", None)
    monkeypatch.setitem(sys.modules, "array_api_compat.dask.array", None)
    assert cli.main(["backends"]) == 0
    assert "pip install 'dask[array]>=" in capsys.readouterr().out


def test_a_device_that_is_not_here():
    run = run_without_array_api_strict("--backend", "numpy", "--device", "cuda")
    assert run.returncode != 0
    assert "numpy has no device with 'cuda' in its name here" in run.stdout + run.stderr
