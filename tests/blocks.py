"""The code blocks of a page: each runs in a namespace of its own.

A block whose first line is a comment with a file name, such as `# tape.py`, is a file as well: the later
blocks of the page can import it.
"""

import contextlib
import importlib
import re
import sys
from typing import NamedTuple

__all__ = ["Block", "blocks", "importable"]


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    code: str
    files: dict  # the earlier blocks of the page that are files: name -> code


def blocks(page):
    """All fenced blocks, in order."""
    files = {}
    text = page.read_text(encoding="utf-8")
    for language, code in re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S):
        yield Block(language, code, dict(files))
        if language == "python" and (name := re.match(r"# (\w+\.py)$", code, flags=re.M)):
            files[name[1]] = code


@contextlib.contextmanager
def importable(files, folder):
    """Write the files to a folder on sys.path, and forget the modules afterwards."""
    modules = [name.removesuffix(".py") for name in files]
    assert not set(modules) & set(sys.modules)
    for name, code in files.items():
        (folder / name).write_text(code, encoding="utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for module in modules:
            sys.modules.pop(module, None)
