"""A backend that is missing is an error where it was asked for, and reported as not run where it was not."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_without_array_api_strict(*arguments):
    code = (
        "import sys; sys.modules['array_api_strict'] = None; "
        "import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    )
    test = "tests/test_report.py::test_true_value_of_the_svd"
    command = [sys.executable, "-c", code, "-rs", "-p", "no:cacheprovider", *arguments, test]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


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
    assert "no backend 'abacus'" in run.stdout + run.stderr
