"""Law 2: a copy of the folder works under any name, anywhere, with and without the hook, by real copying."""

import shutil
import subprocess
import sys
from pathlib import Path

import array_api_compat
import pytest

PACKAGE = Path(__file__).parents[1] / "linalg_vjp"
SITE = Path(array_api_compat.__file__).parent

USE = """
import sys
import numpy as np
from {package} import RULES, vjp
(Q, R), pullback = vjp("qr", np.asarray([[3.0, 1.0], [4.0, 2.0]]))
assert np.allclose(pullback(None, np.eye(2))[0], [[-0.248, -0.8], [-1.064, 0.6]])
assert len(RULES) == 15
loaded = {{name.split(".")[0] for name, module in sys.modules.items() if module is not None}}
assert "linalg_vjp" not in loaded
print(*loaded)
"""


@pytest.fixture
def host(tmp_path):
    """A package that vendors the folder under another name, two levels down."""
    vendored = tmp_path / "host" / "_vendored"
    vendored.mkdir(parents=True)
    (tmp_path / "host" / "__init__.py").touch()
    (vendored / "__init__.py").touch()
    shutil.copytree(PACKAGE, vendored / "gradients", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def use(folder, package, *, blocked=""):
    """Run USE in a process that sees the folder; with the named modules blocked, as if not installed."""
    block = "".join(f"import sys; sys.modules[{name!r}] = None\n" for name in blocked.split())
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{block}{USE.format(package=package)}"
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_without_the_hook(host):
    run = use(host, "host._vendored.gradients", blocked="linalg_vjp")
    assert run.returncode == 0, run.stderr
    assert "array_api_compat" in run.stdout


def test_with_the_hook(host):
    """The host's own array-api-compat serves, and no installed one is touched."""
    shutil.copytree(
        SITE, host / "host" / "_vendored" / "compat", ignore=shutil.ignore_patterns("__pycache__")
    )
    (host / "host" / "_vendored" / "_array_api_compat_vendor.py").write_text("from .compat import *\n")
    run = use(host, "host._vendored.gradients", blocked="linalg_vjp array_api_compat")
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("line", ["import no_such_module", "raise ImportError('no_such_module')"])
def test_a_broken_hook_is_heard(host, line):
    (host / "host" / "_vendored" / "_array_api_compat_vendor.py").write_text(line + "\n")
    run = use(host, "host._vendored.gradients", blocked="linalg_vjp")
    assert run.returncode != 0
    assert "no_such_module" in run.stderr


@pytest.mark.parametrize("line", ["", "from array_api_compat import array_namespace\n"])
def test_an_incomplete_hook_is_heard(host, line):
    (host / "host" / "_vendored" / "_array_api_compat_vendor.py").write_text(line)
    run = use(host, "host._vendored.gradients", blocked="linalg_vjp")
    assert "cannot import name" in run.stderr


def test_at_the_top_level_under_another_name(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "gradients", ignore=shutil.ignore_patterns("__pycache__"))
    run = use(tmp_path, "gradients", blocked="linalg_vjp")
    assert run.returncode == 0, run.stderr
