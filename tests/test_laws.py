"""The laws about the code itself: its imports, its names and its layout."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import linalg_vjp as lv

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "linalg_vjp"
LIBRARIES = r"numpy|cupy|torch|jax|dask|mlx|ndonnx|tensorflow|scipy|array_api_strict"
COMPAT = PACKAGE / "_namespaces" / "__init__.py"
# The other libraries that the file of a library may import.
BESIDE = {
    "numpy": ["scipy"],
    "_numpy_lu": ["numpy", "scipy"],
    "_numpy_bands": ["numpy", "scipy"],
    "_numpy_schur": ["numpy", "scipy"],
    "_jax_iteration": ["jax"],
    "cupy": ["cupyx", "numpy"],
    "_cupy_lu": ["cupy", "cupyx", "numpy"],
    "dask": ["numpy"],
    "autograd": ["numpy"],
}
LIBRARY_PROPER = [
    p
    for p in PACKAGE.rglob("*.py")
    if not {"testing", "adapters", "cli"} & set(p.parts) and p.name != "__main__.py"
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
    """Absolute imports are of the standard library, array-api-compat, or the library of the backend."""
    allowed = set(sys.stdlib_module_names)
    if path == COMPAT:
        allowed.add("array_api_compat")
    elif path.parent.name in ("_backends", "_batches", "_namespaces") and path.stem != "generic":
        allowed |= {path.stem, *BESIDE.get(path.stem, ())} - {"__init__"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {name.name.split(".")[0] for name in node.names} <= allowed
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] in allowed
    assert "array_api_compat" not in path.read_text(encoding="utf-8") or path == COMPAT


def modules():
    """The modules of the package by name, with their files. An `__init__` has the name of its package."""
    for path in PACKAGE.rglob("*.py*"):
        if path.suffix not in (".py", ".pyi"):
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports():
    """The modules of the package that each module imports, at the top or in a function.

    Importing a submodule also imports the packages that contain it, except those that contain the importer.
    """
    known = dict(modules())
    for name, path in known.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level <= len(package.split(".")) and node.level:
                base = package.rsplit(".", node.level - 1)[0]
                base = f"{base}.{node.module}" if node.module else base
                named = {f"{base}.{alias.name}" for alias in node.names}
                found |= {module if module in known else base for module in named}
        around = {module.rpartition(".")[0] for module in found} - {""}
        yield name, found | {other for other in around if not f"{name}.".startswith(f"{other}.")}


def test_no_circle_of_imports():
    """There is no circle, even if imports inside functions are counted.

    A package may import its modules, at the top or in a function. Then none of these imports the package.
    """
    graph = dict(imports())
    assert graph["linalg_vjp._backends"] >= {"linalg_vjp._backends.torch", "linalg_vjp._namespaces"}
    assert graph["linalg_vjp.testing._check"] >= {"linalg_vjp._rule", "linalg_vjp.testing.oracles"}
    assert set().union(*graph.values()) <= graph.keys()
    graphlib.TopologicalSorter(graph).prepare()  # raises an error that names the circle


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
    # Rules must be traceable: no item assignment, no test on ndim, no explicit branch on values.
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            assert not any(isinstance(t, ast.Subscript) for t in targets)
        assert not (isinstance(node, ast.Attribute) and node.attr in ("ndim", "item", "tolist"))


def families():
    return sorted(p.stem for p in (PACKAGE / "_rules").glob("*.py") if p.stem != "__init__")


def test_one_name_in_each_place():
    """The code, page, vectors and cases of a rule have one name. Closely related rules share a file."""
    assert families() == sorted(p.stem[5:] for p in (ROOT / "tests" / "rules").glob("test_*.py"))
    assert families() == sorted(p.stem for p in (ROOT / "rules").glob("*.md") if p.stem != "README")
    assert families() == sorted(p.stem for p in (ROOT / "rules").glob("*.json") if p.stem != "schema")
    oracles = (PACKAGE / "testing" / "oracles").glob("[!_]*.py")
    assert families() == sorted(p.stem for p in oracles)
    assert families() == sorted({rule.page for rule in lv.RULES.values()})


@pytest.mark.parametrize("name", lv.RULES)
def test_every_rule_has_its_bare_functions(name):
    rule = lv.RULES[name]
    for kind, function, word in (("vjp", rule.op_vjp, "Pullback"), ("jvp", rule.op_jvp, "Pushforward")):
        assert getattr(lv, f"{name}_{kind}") is function
        assert function.__name__ == f"{name}_{kind}"
        assert function.__doc__.startswith(f"{word} of ")
        assert function.__module__ == f"linalg_vjp._rules.{rule.page}"
    assert f"Spec: rules/{rule.page}.md" in sys.modules[rule.op_vjp.__module__].__doc__


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
    names |= {"vjp", "jvp", "hvp", "RULES", "Rule", "Linearization", "Registered", "GaugeError"}
    names |= {"linear", "bilinear", "frechet", "self_adjoint", "composite"}
    names |= {"Param", "one_of", "WITHOUT_DERIVATIVE", "Gauge", "eigh_without_gauge", "svd_without_gauge"}
    assert set(lv.__all__) == names
    assert all(hasattr(lv, name) for name in names)
    with pytest.raises(TypeError):
        lv.RULES["qr"] = None
    with pytest.raises(AttributeError):
        lv.RULES["qr"].name = "other"
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
