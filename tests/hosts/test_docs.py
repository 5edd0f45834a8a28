"""The code of docs/hosts.md and docs/ising.md, and the examples of the adapters, for installed hosts."""

import doctest
import importlib
import re
import subprocess
import sys

import pytest

from .hosts import HOSTS
from .table import PAGE

BLOCKS = [
    pytest.param(code, id=f"{page.name} {i}")
    for page in (PAGE, PAGE.with_name("ising.md"))
    for i, code in enumerate(
        re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    )
]


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize("code", BLOCKS)
def test_code_blocks(code):
    for name, host in HOSTS.items():
        if f"adapters import {name}" in code or f"adapters.{name}" in code:
            pytest.importorskip(host.module, reason=f"not run: {name} is not installed")
    exec(compile(code, "a block", "exec"), {})


@pytest.mark.parametrize("name", HOSTS)
def test_examples(name):
    pytest.importorskip(HOSTS[name].module, reason=f"not run: {name} is not installed")
    module = importlib.import_module(f"linalg_vjp.adapters.{name}")
    failed, tried = doctest.testmod(module)
    assert tried
    assert not failed


@pytest.mark.parametrize("name", HOSTS)
def test_an_adapter_imports_its_own_host_alone(name):
    pytest.importorskip(HOSTS[name].module, reason=f"not run: {name} is not installed")
    code = f"import sys, linalg_vjp.adapters.{name}; print(*{{m.split('.')[0] for m in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    others = {host.module.split(".")[0] for other, host in HOSTS.items() if other != name}
    assert not others & set(run.stdout.split())
