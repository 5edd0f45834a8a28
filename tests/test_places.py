"""Only a rule's own files and its registration name it. docs/adding-a-rule.md lists all these places."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import linalg_vjp as lv

ROOT = Path(__file__).parents[1]
PAGES = {rule.page for rule in lv.RULES.values()}
NAMES = {*lv.RULES, *PAGES}
# Files that may name rules for other reasons: they hold the names of functions of a library, host or peer; or
# primitives with the name of a rule; or the cases of the bug report; or the stand-in for CuPy; or the grid of
# small values, which is for two rules only.
OTHERS = (
    "linalg_vjp/_backends/",
    "linalg_vjp/_matrix.py",
    "linalg_vjp/_namespaces/",
    "linalg_vjp/_registered.py",
    "linalg_vjp/adapters/",
    "linalg_vjp/testing/report.py",
    "tests/bench/peers.py",
    "tests/coverage/",
    "tests/cupy_stand_in.py",
    "tests/hosts/hosts.py",
    "tests/hosts/jaxprs.py",
    "tests/spectra/",
)


def named(path):
    """The names of rules in the code of a file, as strings or as imported modules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level}
    imported = {module.rpartition(".")[2] for module in imported if module}
    return {name for name in found if isinstance(name, str) and name in NAMES} | (imported & PAGES)


def own(path):
    return path.stem.removeprefix("test_") in NAMES


CODE = [
    path
    for folder in ("linalg_vjp", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    # A test may use a rule as its example.
    if not own(path) and not path.name.startswith("test_")
]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_other_file_names_a_rule(path):
    place = path.relative_to(ROOT).as_posix()
    if place == "linalg_vjp/_rules/__init__.py":
        assert named(path) == PAGES
        assert all(path.read_text(encoding="utf-8").count(f"from .{page} import *\n") == 1 for page in PAGES)
    elif not place.startswith(OTHERS):
        assert not named(path)


def test_a_name_would_be_seen(tmp_path):
    (tmp_path / "list.py").write_text('HERMITIAN = ("cholesky", "eigh")\nfrom ._rules.qr import QR\n')
    assert named(tmp_path / "list.py") == {"cholesky", "eigh", "qr"}


PAGE = ROOT / "docs" / "adding-a-rule.md"
FILES = ("linalg_vjp", "rules", "tests", "backends", "docs", "pyproject.toml", "README.md", "LICENSE")
TRIED = (
    "rules/test_gram.py test_pages.py test_vectors.py test_laws.py test_places.py test_rule.py test_kept.py"
)
TRIED += " test_matrix.py test_twice.py test_vendoring.py hosts/test_kept.py"


def test_the_page_is_followed_literally(tmp_path):
    """Write each file that the page shows, run each command, and run the tests of the new rule."""
    for name in FILES:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        options = {"ignore": shutil.ignore_patterns("__pycache__", "*.svg")} if source.is_dir() else {}
        copy(source, tmp_path / name, **options)
    text = PAGE.read_text(encoding="utf-8")
    written = 0
    for fence, language, code in re.findall(r"^(````?)(\w+)\n(.*?)^\1$", text, flags=re.M | re.S):
        if language == "sh":
            program, *arguments = shlex.split(code)
            assert program == "python"
            run(tmp_path, *arguments)
            continue
        first, _, rest = code.partition("\n")
        place, _, after = first.removeprefix("# ").partition(': after "')
        path = tmp_path / place
        if after:
            whole = path.read_text(encoding="utf-8")
            assert whole.count(after.rstrip('"') + "\n") == 1
            rest = whole.replace(after.rstrip('"') + "\n", after.rstrip('"') + "\n" + rest)
        else:
            assert fence == ("````" if language == "markdown" else "```")
            assert not path.exists(), path
        path.write_text(rest, encoding="utf-8")
        written += 1
    assert written == 6
    assert not named(tmp_path / "linalg_vjp" / "_makers.py")
    chosen = [f"tests/{name}" for name in TRIED.split()]
    output = run(
        tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "gram", "--backend", "numpy", *chosen
    )
    assert int(re.search(r"(\d+) passed", output)[1]) > 60


def run(folder, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
