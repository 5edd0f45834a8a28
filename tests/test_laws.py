"""The laws that are about the code itself: what it imports, what it names, how it is laid out."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import linalg_vjp as lv
from linalg_vjp.vendor import home

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "linalg_vjp"
LIBRARIES = r"numpy|cupy|torch|jax|dask|mlx|ndonnx|tensorflow|scipy|array_api_strict"
LIBRARY_PROPER = [
    p
    for p in PACKAGE.rglob("*.py")
    if not {"testing", "adapters"} & set(p.parts) and p.name not in ("cli.py", "__main__.py")
]


def test_law_1_importing_imports_no_array_library():
    code = "import sys; before = set(sys.modules); import linalg_vjp; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert {m.split(".")[0] for m in loaded} - set(sys.stdlib_module_names) <= {
        "linalg_vjp",
        "array_api_compat",
    }
    assert not any(m.startswith(("linalg_vjp.testing", "linalg_vjp.cli")) for m in loaded)


@pytest.mark.parametrize("path", LIBRARY_PROPER, ids=lambda p: str(p.relative_to(ROOT)))
def test_law_1_and_2_only_relative_imports(path):
    """What is not relative is the standard library, array-api-compat, or the backend's own library."""
    allowed = set(sys.stdlib_module_names) | {"array_api_compat"}
    if path.parent.name == "_backends":
        allowed |= {path.stem.removesuffix("_namespace"), "cupyx", "numpy", "scipy"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {name.name.split(".")[0] for name in node.names} <= allowed
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] in allowed
    assert "array_api_compat" not in path.read_text(encoding="utf-8") or path.name == "_namespace.py"


def code_only(path):
    """The source without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree, ast.unparse(tree)


@pytest.mark.parametrize("path", sorted((PACKAGE / "_rules").glob("*.py")), ids=lambda p: p.name)
def test_law_3_no_rule_names_an_array_library(path):
    tree, text = code_only(path)
    assert not re.search(rf"\b({LIBRARIES}|np)\b", text)
    # And, as the rules are to be traced: no item assignment, no test on ndim, no explicit branch on values.
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            assert not any(isinstance(t, ast.Subscript) for t in targets)
        assert not (isinstance(node, ast.Attribute) and node.attr in ("ndim", "item", "tolist"))


def families():
    return sorted(p.stem for p in (PACKAGE / "_rules").glob("*.py") if p.stem != "__init__")


def test_one_name_in_each_place():
    """The code of a rule, its page, vectors and cases bear one name; closely tied ops share a file."""
    assert families() == sorted(p.stem[5:] for p in (ROOT / "tests" / "rules").glob("test_*.py"))
    assert families() == sorted(p.stem for p in (ROOT / "rules").glob("*.md") if p.stem != "README")
    assert families() == sorted(p.stem for p in (ROOT / "rules").glob("*.json") if p.stem != "schema")
    homes = {home(name) for name in lv.RULES}
    assert homes == set(families())
    for name in lv.RULES:
        assert any(
            name == home or name.endswith(home) or name.startswith(home) or home[:3] == name[:3]
            for home in families()
        )


@pytest.mark.parametrize("name", lv.RULES)
def test_every_rule_has_its_bare_functions(name):
    rule = lv.RULES[name]
    assert getattr(lv, f"{name}_vjp") is rule.op_vjp
    assert getattr(lv, f"{name}_jvp") is rule.op_jvp
    assert f"Spec: rules/{home(name)}.md" in sys.modules[rule.op_vjp.__module__].__doc__


def test_the_top_level_belongs_to_the_user():
    known = {"pyproject.toml", "linalg_vjp", "rules", "backends", "tests", "docs", "README.md", "LICENSE"}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {line.split("/")[0] for line in tracked.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= known


@pytest.mark.parametrize(
    "path",
    sorted({*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")}),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_no_file_is_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


def test_the_public_face_is_frozen():
    names = {f"{rule}_{kind}" for rule in lv.RULES for kind in ("vjp", "jvp")}
    assert set(lv.__all__) == names | {"vjp", "jvp", "RULES", "Rule", "Param", "one_of", "GaugeError"}
    with pytest.raises(TypeError):
        lv.RULES["qr"] = None
    with pytest.raises(AttributeError):
        lv.RULES["qr"].name = "other"
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
