"""Settings of the documentation site: `python -m sphinx -W -c docs/site . .site` builds it into `.site/`.

The sources are README.md, docs/ and rules/ as they stand. They are written for GitHub; `on_source_read` turns
GitHub's formulas into Sphinx's, adds the table of contents to README.md, and adds to each page of rules/ what
the registry knows (`rule_pages.py`).
"""

import re
import shutil
import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]

import rule_pages  # noqa: E402

import linalg_vjp as lv  # noqa: E402

project = "linalg_vjp"
author = "the linalg_vjp developers"
version = release = lv.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx-mathjax-offline",  # MathJax comes with the site, so that formulas need no network
]
root_doc = "README"
include_patterns = ["README.md", "docs/*.md", "docs/site/*.rst", "rules/*.md"]

myst_heading_anchors = 4
myst_fence_as_directive = ["math"]

autodoc_mock_imports = ["autograd", "jax", "mlx", "tensorflow"]
autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = "linalg_vjp"
html_favicon = "favicon.svg"
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sourcelink = False
copybutton_exclude = ".linenos, .gp, .go"

CODE = re.compile(r"(^```.*?^```$)", re.M | re.S)
FORMULA = re.compile(r"\$`([^`$]+)`\$")
FOLDER = re.compile(r"\[([^\]]+)\]\((?:\.\./)?tests/[\w/]+\)")  # a folder has no page here
LITERAL = re.compile(r"(``.+?``|`.+?`)")
CONTENTS = (HERE / "contents.md").read_text(encoding="utf-8")


def on_source_read(app: Sphinx, document: str, source: list[str]) -> None:
    """Turn a page that is written for GitHub into one for Sphinx."""
    text = source[0]
    if document == root_doc:
        text += CONTENTS
    elif document == "rules/README":
        text += rule_pages.contents()
    elif document.startswith("rules/"):
        text += rule_pages.appendix(document.removeprefix("rules/"))
    parts = CODE.split(text)
    parts[::2] = [FOLDER.sub(r"\1", FORMULA.sub(r"{math}`\1`", part)) for part in parts[::2]]
    source[0] = "".join(parts)


def on_docstring(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Turn docstrings, which are plain text with formulas, into reStructuredText.

    An indented formula after a colon becomes a literal block. Elsewhere a bar or a star is only itself.
    """
    literal = False
    for i, line in enumerate(lines):
        indented = line.startswith("    ")
        if indented and not literal and i > 1 and not lines[i - 1] and lines[i - 2].endswith(":"):
            lines[i - 2] += ":"
            literal = True
        literal = literal and (indented or not line)
        if not literal and not line.lstrip().startswith((">>>", "...", ":", "..")):
            parts = LITERAL.split(line)
            parts[::2] = [re.sub(r"([|*])", r"\\\1", part) for part in parts[::2]]
            lines[i] = "".join(parts)


def on_finished(app: Sphinx, exception: Exception | None) -> None:
    """Let the first page be found under the name that web servers open."""
    if exception is None:
        shutil.copy(Path(app.outdir) / "README.html", Path(app.outdir) / "index.html")


def setup(app: Sphinx) -> None:
    """Connect the functions above."""
    app.connect("source-read", on_source_read)
    app.connect("autodoc-process-docstring", on_docstring, priority=400)  # before numpydoc
    app.connect("build-finished", on_finished)
