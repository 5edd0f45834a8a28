"""Copy the library into a framework that wants no dependency: all of it, or only some of the rules."""

import ast
import hashlib
import keyword
import shutil
from collections.abc import Sequence
from pathlib import Path

from . import RULES, __version__
from ._api import find

__all__ = ["home", "vendor"]

STAMP = "VERSION"
CONFTEST = '''"""Keeps the host's pytest from collecting tests here, doctests in particular.

The examples in this folder need NumPy 2, the original package under its own name, and rules that this copy
may lack. Some modules import array libraries that may not be installed. linalg_vjp's own tests run them all.
"""

collect_ignore_glob = ["*"]
'''
# For the command line, users and tests. A host does not need them.
LEFT_OUT = ("__main__.py", "__pycache__", "adapters", "backends", "cli", "rules", "testing", "vendor.py")


def vendor(destination: Path, rules: Sequence[str] = (), *, force: bool = False) -> Path:
    """Copy the library to a folder, where it is a package with the name of the folder.

    Parameters
    ----------
    destination : Path
        A new or empty folder, or an earlier copy, which is overwritten.
    rules : sequence of str
        The rules to copy, with everything that they need. The default is all rules. Rules that share a file
        are copied together.
    force : bool
        Overwrite a copy in which files were changed, added or removed. These changes are lost.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    FileExistsError
        If the destination holds something else, even with `force`, or a copy in which a file was changed,
        added or removed.
    ValueError
        If the name of the folder is not an identifier, so that the folder cannot be a package.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as host:
    ...     folder = vendor(Path(host) / "_gradients", ["qr", "svd"])
    ...     print((folder / "VERSION").read_text().splitlines()[1])
    rules: qr, qr_pivoted, svd, svdvals
    """
    destination = Path(destination)
    name = destination.resolve().name
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(
            f"{destination}: {name!r} cannot be the name of a package; use letters, digits and _"
        )
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
    """Raise unless the folder is new, empty, or an unmodified copy, so that nothing of the user is lost."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    stamp = folder / STAMP
    text = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    if not text.startswith("linalg_vjp "):
        raise FileExistsError(
            f"{folder} exists, and was not made by this command; choose a new or empty folder"
        )
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
            f"{folder} was modified after it was vendored; {listed}. Save your changes elsewhere, then use "
            "--force to overwrite it"
        )


def _digests(folder: Path) -> dict[str, str]:
    """The digest of every file by its path in the folder, without the stamp and Python's caches."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: _digest(path) for name, path in named.items() if name != STAMP}


def _digest(path: Path) -> str:
    # Git may check out a text file with other line endings. That does not count as a change.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def home(name: str) -> str:
    """The name of the file that holds a rule. Closely related rules share a file."""
    return find(name).page


def _with_needed(families: set[str], folder: Path) -> set[str]:
    """These files of rules, and all files of rules that they import."""
    found: set[str] = set()
    while families:
        family = families.pop()
        found.add(family)
        nodes = ast.parse((folder / f"{family}.py").read_text(encoding="utf-8")).body
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 1]
        families |= {node.module for node in imports if node.module} - found
    return found


def _without(path: Path, modules: set[str]) -> None:
    """Remove the imports from these modules, and the lines that list the imported names."""
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
