"""Every code block of README.md and docs/ runs, from top to bottom, page by page."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from linalg_vjp import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# The code of the first two needs hosts, and of the last a copy of the repository.
ELSEWHERE = {
    "hosts.md": "hosts/test_docs.py",
    "ising.md": "hosts/test_docs.py",
    "adding-a-rule.md": "test_places.py",
}


def blocks(page):
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.M | re.S)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name not in ELSEWHERE], ids=lambda page: page.name
)
def test_code_blocks(page):
    scope = {"__name__": page.stem}
    for language, code in blocks(page):
        if language == "python" and "import torch" in code and not find_spec("torch"):
            continue  # tests/hosts has what is PyTorch's
        if language == "python":
            exec(compile(code, page.name, "exec"), scope)
        elif page.name != "README.md":  # its commands make environments: CI runs them as they stand
            assert language == "sh"
            program, *arguments = shlex.split(code)
            assert program == "linalg-vjp"
            assert cli.main(arguments) == 0


def test_the_readme_has_two_commands():
    commands = [code.strip() for language, code in blocks(ROOT / "README.md") if language == "sh"]
    assert [command.rsplit("&& ", 1)[1] for command in commands] == [
        ".venv/bin/linalg-vjp check",
        ".venv/bin/python -m pytest -q",
    ]
    assert not any("\n" in command for command in commands)


def test_links_lead_somewhere():
    for page in (*PAGES, *(ROOT / "rules").glob("*.md")):
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\((?!http)([^)#]+)", prose):
            assert (page.parent / target).exists()
