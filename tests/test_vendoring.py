"""Law 2: a copy of the package works under any name, in any place, with and without the hook."""

import shutil
import subprocess
import sys
from pathlib import Path

import array_api_compat
import numpy as np
import pytest

from linalg_vjp import RULES, __version__, cli, hvp
from linalg_vjp._namespaces import REQUIREMENT
from linalg_vjp.vendor import home, vendor

from .random_inputs import regular

PACKAGE = Path(__file__).parents[1] / "linalg_vjp"
SITE = Path(array_api_compat.__file__).parent

USE = """
import sys
import numpy as np
from {package} import RULES, vjp
(Q, R), pullback = vjp("qr", np.asarray([[3.0, 1.0], [4.0, 2.0]]))
assert np.allclose(pullback(None, np.eye(2))[0], [[-0.248, -0.8], [-1.064, 0.6]])
assert len(RULES) == {count}
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
    """Run USE in a process that can import the folder, and cannot import the blocked modules."""
    block = "".join(f"import sys; sys.modules[{name!r}] = None\n" for name in blocked.split())
    used = USE.format(package=package, count=len(RULES))
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{block}{used}"
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_without_the_hook(host):
    run = use(host, "host._vendored.gradients", blocked="linalg_vjp")
    assert run.returncode == 0, run.stderr
    assert "array_api_compat" in run.stdout


def test_with_the_hook(host):
    """The host's own copy of array-api-compat is used, and the installed one is not imported."""
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


@pytest.mark.parametrize("with_compat", [True, False])
def test_the_command(tmp_path, with_compat, capsys):
    """Copy under another name, and use the copy without linalg_vjp, or also without array-api-compat."""
    folder = tmp_path / "host" / "_gradients"
    assert cli.main(["vendor", str(folder)]) == 0
    (tmp_path / "host" / "__init__.py").touch()
    blocked = "linalg_vjp"
    if not with_compat:
        shutil.copytree(SITE, tmp_path / "host" / "compat", ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / "host" / "_array_api_compat_vendor.py").write_text("from .compat import *\n")
        blocked += " array_api_compat"
    run = use(tmp_path, "host._gradients", blocked=blocked)
    assert run.returncode == 0, run.stderr
    found = {path.name for path in folder.iterdir()}
    assert {"LICENSE", "VERSION", "py.typed", "_rules"} <= found
    assert not {"cli", "__main__.py", "testing", "vendor.py"} & found
    version, rules = (folder / "VERSION").read_text().splitlines()[:2]
    assert (version, rules) == (f"linalg_vjp {__version__}", f"rules: {', '.join(RULES)}")
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize("rule", RULES)
def test_one_rule_alone(tmp_path, rule):
    """One rule works with only its own file and those of the rules that it uses."""
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "__init__.py").touch()
    assert cli.main(["vendor", str(tmp_path / "host" / "own"), "--rules", rule]) == 0
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
sys.modules["linalg_vjp"] = None
import numpy as np
import host.own as lv
rule = lv.RULES[{rule!r}]
inputs = [np.asarray(x) for x in {[x.tolist() for x in regular(rule)]}]
outputs = rule.forward(*inputs)
bars = [np.ones_like(y) for y in outputs]
assert all(x is None or np.isfinite(x).all() for x in rule.vjp(inputs, outputs, bars))
assert set(lv.__all__) == set(lv.__all__) & set(vars(lv))
print(*lv.RULES)
dots = [None if label in rule.constant else x for label, x in zip(rule.of(len(inputs)).inputs, inputs)]
bars = [None if label in rule.constant else bar for label, bar in zip(rule.outputs, bars)]
try:
    lv.hvp(rule, inputs, bars, dots)
except NotImplementedError as error:
    assert "which this copy of the library does not have; vendor that rule, too" in str(error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    there = {path.stem for path in (tmp_path / "host" / "own" / "_rules").glob("*.py")}
    assert there == {"__init__", *map(home, run.stdout.split())}
    assert rule in run.stdout.split()
    assert len(there) <= 3


def test_a_second_derivative_from_constant_factors_alone(tmp_path):
    """`polar` treats eigenvectors as constants, so it needs no rule for them."""
    assert cli.main(["vendor", str(tmp_path / "own"), "--rules", "polar"]) == 0
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import numpy as np
import own as lv
A, E = np.diag([1.0, 2.0]), np.ones((2, 2))
print(*lv.hvp("polar", (A,), (E, None), (np.asarray([[0.0, 1.0], [0.0, 0.0]]),))[0].ravel())
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    A, E = np.diag([1.0, 2.0]), np.ones((2, 2))
    (wanted,) = hvp("polar", (A,), (E, None), (np.asarray([[0.0, 1.0], [0.0, 0.0]]),))
    np.testing.assert_allclose([float(x) for x in run.stdout.split()], wanted.ravel(), atol=1e-14)


def test_vendored_again_and_never_over_something_else(tmp_path, capsys):
    folder = tmp_path / "own"
    folder.mkdir()  # an empty folder is accepted
    for rules in (["--rules", "qr"], ["--rules", "svd", "--rules", "lu, svdvals"]):
        assert cli.main(["vendor", str(folder), *rules]) == 0
    assert "rules: lu, svd, svdvals" in (folder / "VERSION").read_text()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "VERSION").write_text("1.0 of something else")
    assert cli.main(["vendor", str(tmp_path / "mine")]) == 2
    assert "was not made by this command" in capsys.readouterr().err
    assert (tmp_path / "mine" / "VERSION").exists()
    for name in ("no-name", "class"):
        assert cli.main(["vendor", str(tmp_path / name)]) == 2
        assert "cannot be the name of a package" in capsys.readouterr().err
    with pytest.raises(KeyError, match="no rule 'qrr'; did you mean 'qr'"):
        vendor(str(tmp_path / "none"), ["qrr"])
    for rules, words in (
        ("qr,qq", "no rule 'qq'; the rules are qr, "),
        (" ", "--rules: names no rule; omit"),
    ):
        with pytest.raises(SystemExit, match="2"):
            cli.main(["vendor", str(tmp_path / "none"), "--rules", rules])
        assert words in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_what_was_changed_in_a_copy_is_not_lost(tmp_path, capsys):
    folder = tmp_path / "own"
    assert cli.main(["vendor", str(folder), "--rules", "qr"]) == 0
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import own"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert cli.main(["vendor", str(folder), "--rules", "qr"]) == 0  # Python's caches do not count as a change
    own = folder / "_rules" / "qr.py"
    own.write_bytes(own.read_bytes().replace(b"\n", b"\r\n"))
    assert cli.main(["vendor", str(folder), "--rules", "qr"]) == 0  # nor do other line endings
    with own.open("a") as file:
        file.write("# mine\n")
    (folder / "more.py").touch()
    (folder / "py.typed").unlink()
    capsys.readouterr()
    assert cli.main(["vendor", str(folder), "--rules", "qr"]) == 2
    said = capsys.readouterr().err
    assert "changed: _rules/qr.py; added: more.py; removed: py.typed. Save your changes elsewhere" in said
    assert own.read_text().endswith("# mine\n")
    assert (folder / "more.py").exists()
    assert cli.main(["vendor", str(folder), "--rules", "qr", "--force"]) == 0
    assert not own.read_text().endswith("# mine\n")
    assert not (folder / "more.py").exists()
    assert cli.main(["vendor", str(folder), "--rules", "qr"]) == 0


def test_force_spares_what_was_not_vendored(tmp_path, capsys):
    (tmp_path / "mine.py").touch()
    assert cli.main(["vendor", str(tmp_path), "--force"]) == 2
    assert "was not made by this command" in capsys.readouterr().err
    assert (tmp_path / "mine.py").exists()


@pytest.mark.parametrize("rules", [[], ["--rules", "trace"]])
def test_doctests_of_the_host(tmp_path, rules):
    """The host's doctests run. Those of the copy do not: they need the original and all array libraries."""
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "__init__.py").write_text('"""A host.\n\n>>> 1 + 1\n2\n"""\n')
    (tmp_path / "conftest.py").write_text("import sys\n\nsys.modules['linalg_vjp'] = None\n")
    assert cli.main(["vendor", str(tmp_path / "host" / "own"), *rules]) == 0
    command = [sys.executable, "-m", "pytest", "--doctest-modules", "-p", "no:cacheprovider", "--rootdir=."]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout


def test_what_a_copy_needs(tmp_path, capsys):
    assert f'dependencies = ["{REQUIREMENT}"]' in (PACKAGE.parent / "pyproject.toml").read_text()
    assert cli.main(["vendor", str(tmp_path / "own")]) == 0
    hook = tmp_path / "_array_api_compat_vendor.py"
    assert f"needs: {REQUIREMENT}, installed, or vendored and named in {hook}" in capsys.readouterr().out


def test_without_array_api_compat(host):
    run = use(host, "host._vendored.gradients", blocked="linalg_vjp array_api_compat")
    assert "ModuleNotFoundError: array-api-compat, which" in run.stderr
    assert f"pip install '{REQUIREMENT}', or vendor it and import your copy" in run.stderr
