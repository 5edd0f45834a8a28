"""A copy of the library for a framework that wants no dependency: whole, or with some of the rules alone."""

import ast
import hashlib
import keyword
import shutil
from collections.abc import Sequence
from pathlib import Path

from . import RULES, __version__

__all__ = ["home", "vendor"]

STAMP = "VERSION"
CONFTEST = '''"""Keeps pytest of the host from collecting here, doctests above all.

The examples in this folder need NumPy 2, the original package under its own name, and rules that this copy
may lack; some modules import array libraries that may be absent. All are run where the library comes from.
"""

collect_ignore_glob = ["*"]
'''
# For people at a command line, and for tests; a host needs neither.
LEFT_OUT = ("__main__.py", "__pycache__", "adapters", "backends", "cli", "rules", "testing", "vendor.py")


def vendor(destination: Path, rules: Sequence[str] = (), *, force: bool = False) -> Path:
    """Copy the library to a folder, which is the package by its name there.

    Parameters
    ----------
    destination : Path
        A new or an empty folder, or one that was vendored before and is written anew.
    rules : sequence of str
        The rules to take, with what they need; all without it. Those that share a file come together.
    force : bool
        Write a copy anew though files were changed, added or removed there; these changes are lost.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    FileExistsError
        When there is something else at the destination, whatever `force` is; or a copy where a file was
        changed, added or removed.
    ValueError
        When the folder could not be a package: its name is no identifier.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as host:
    ...     folder = vendor(Path(host) / "_gradients", ["qr", "svd"])
    ...     print((folder / "VERSION").read_text().splitlines()[1])
    rules: qr, qr_pivoted, svd, svdvals
    """
    if not destination.name.isidentifier() or keyword.iskeyword(destination.name):
        raise ValueError(f"{destination}: {destination.name!r} cannot be the name of a package")
    _check_free(destination, force)
    package = Path(__file__).parent
    wanted = _with_needed({home(name) for name in rules or RULES}, package / "_rules")
    if destination.exists():
        shutil.rmtree(destination)
    shutil.copytree(package, destination, ignore=shutil.ignore_patterns(*LEFT_OUT))
    dropped = {home(name) for name in RULES} - wanted
    for family in dropped:
        (destination / "_rules" / f"{family}.py").unlink()
    _without(destination / "__init__.py", {f"_rules.{family}" for family in dropped})
    _without(destination / "_rules" / "__init__.py", dropped)
    (destination / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    kept = ", ".join(name for name in RULES if home(name) in wanted)
    digests = "".join(f"{digest}  {name}\n" for name, digest in _digests(destination).items())
    stamp = f"linalg_vjp {__version__}\nrules: {kept}\n\n{digests}"
    (destination / STAMP).write_text(stamp, encoding="utf-8")
    return destination


def _check_free(folder: Path, force: bool) -> None:
    """Nothing is lost by writing there: it is new or empty, or a copy as this command made it."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    stamp = folder / STAMP
    text = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    if not text.startswith("linalg_vjp "):
        raise FileExistsError(f"{folder} exists, and was not made by this command; name another folder")
    if force:
        return
    made = {name: digest for digest, name in (line.split("  ") for line in text.splitlines()[3:])}
    found = _digests(folder)
    own = {
        "changed": [name for name in made if name in found and found[name] != made[name]],
        "added": [name for name in found if name not in made],
        "removed": [name for name in made if name not in found],
    }
    if any(own.values()):
        listed = "; ".join(f"{what}: {', '.join(names)}" for what, names in own.items() if names)
        raise FileExistsError(
            f"{folder} is not as it was vendored; {listed}. Keep what is yours elsewhere, then vendor "
            "with --force"
        )


def _digests(folder: Path) -> dict[str, str]:
    """Of every file but the stamp and Python's caches, by its path in the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: _digest(path) for name, path in named.items() if name != STAMP}


def _digest(path: Path) -> str:
    # Git may check a text file out with other line ends; that is no edit.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def home(name: str) -> str:
    """The name of the file that a rule is in, which closely tied rules share."""
    return RULES[name].page


def _with_needed(families: set[str], folder: Path) -> set[str]:
    """These files of rules, and those whose rules they are made of."""
    found: set[str] = set()
    while families:
        family = families.pop()
        found.add(family)
        nodes = ast.parse((folder / f"{family}.py").read_text(encoding="utf-8")).body
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 1]
        families |= {node.module for node in imports if node.module} - found
    return found


def _without(path: Path, modules: set[str]) -> None:
    """Take out the imports from these modules, and the lines that list what was imported."""
    text = path.read_text(encoding="utf-8")
    nodes = [
        node for node in ast.parse(text).body if isinstance(node, ast.ImportFrom) and node.module in modules
    ]
    names = {alias.name for node in nodes for alias in node.names}
    gone = {line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    kept = [
        line
        for number, line in enumerate(text.splitlines(keepends=True), start=1)
        if number not in gone and line.strip().rstrip(",").strip('"') not in names
    ]
    path.write_text("".join(kept), encoding="utf-8")
