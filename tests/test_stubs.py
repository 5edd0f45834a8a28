"""The type stubs agree with the code, and a type checker completes what they promise."""

import re
import subprocess
import sys

from . import stubs


def test_the_stubs_are_those_of_the_code():
    for path, text in stubs.stubs():
        assert path.read_text(encoding="utf-8") == text, "write them anew: python -m tests.rules"


def test_an_adapter_whose_host_is_missing_has_a_stub():
    assert {path.stem for path in (stubs.PACKAGE / "adapters").glob("*.pyi")} == {
        f"_{name}_functions" for name in stubs.ADAPTERS
    }


PROGRAM = """
import numpy as np
import linalg_vjp as lv
from linalg_vjp.adapters import jax as J
from linalg_vjp.adapters import torch as L

A = np.eye(3)
outputs, pullback = lv.vjp("svd", A, full_matrices=False)
reveal_type(outputs)
reveal_type(lv.vjp("inv", A)[0])
reveal_type(lv.jvp("qr", (A,), (A,))[1])
reveal_type(lv.vjp("multi_dot", A, A, A)[0])
reveal_type(L.svd)
reveal_type(L.polar(A).H)
reveal_type(J.solve)
name: str = input()
reveal_type(lv.vjp(name, A)[0])
outputs.Q
L.no_such_function
"""
SAID = [
    "linalg_vjp._named.svd_result",
    "Any",
    "linalg_vjp._named.qr_result",
    "Any",
    "def (A: Any, full_matrices: bool =, *, driver: str | None =, gauge: Any =) -> Any",
    "Any",
    "def (a: Any, b: Any) -> Any",
    "Any",
]
WRONG = [
    '"svd_result" has no attribute "Q"',
    'Module has no attribute "no_such_function"',
]


def test_a_type_checker_knows_the_outputs_and_signatures(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    config = stubs.PACKAGE.parent / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), str(program)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=stubs.PACKAGE.parent, check=False)
    said = re.findall(r'note: Revealed type is "(?:tuple\[.*fallback=)?(.*?)\]?"\n', ran.stdout)
    assert [re.sub(r"\bbuiltins\.", "", each) for each in said] == SAID, ran.stdout
    errors = re.findall(r"error: (.*)", ran.stdout)
    assert len(errors) == len(WRONG), ran.stdout
    assert all(error.startswith(wrong) for error, wrong in zip(errors, WRONG, strict=True)), errors
