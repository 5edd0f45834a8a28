"""Every code block of README.md and docs/ runs alone, in a namespace of its own."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from linalg_vjp import cli

from .blocks import blocks, importable

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
# The code of the first two needs hosts, and that of the last a copy of the repository.
ELSEWHERE = {
    "hosts.md": "hosts/test_docs.py",
    "ising.md": "hosts/test_docs.py",
    "adding-a-rule.md": "test_places.py",
}
# Its programs are in Octave: test_other_languages.py runs them.
OTHER_LANGUAGES = "other-languages.md"
# Their commands make environments: CI runs those of README.md as they stand.
SET_UP = ("README.md", "contributing.md")
HOSTS = {"autograd", "dask", "jax", "mlx", "tensorflow", "torch"}


def chosen(language, *but):
    """The blocks in this language, of all pages that are tested here except some."""
    for page in PAGES:
        if page.name not in {*ELSEWHERE, *but}:
            found = [block for block in blocks(page) if block.language == language]
            yield from (pytest.param(page, block, id=f"{page.name} {i}") for i, block in enumerate(found))


def hosts(code):
    """The frameworks that a block imports, by themselves or through an adapter."""
    imported = re.findall(r"^(?:import|from) (?:linalg_vjp\.adapters import )?(\w+)", code, flags=re.M)
    return HOSTS & {name.partition("_")[0] for name in imported}


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize(("page", "block"), list(chosen("python")))
def test_python(page, block, tmp_path):
    for host in hosts(block.code):
        if not find_spec(host):
            pytest.skip(f"not run: {host} is not installed")
    with importable(block.files, tmp_path):
        exec(compile(block.code, page.name, "exec"), {"__name__": page.stem})


@pytest.mark.parametrize(("page", "block"), list(chosen("sh", *SET_UP, OTHER_LANGUAGES)))
def test_commands(page, block, tmp_path):
    program, *arguments = shlex.split(block.code)
    assert program == "linalg-vjp"
    with importable(block.files, tmp_path):
        assert cli.main(arguments) == 0


def test_no_block_is_left_out():
    """Every block of the other pages is run, or is a formula."""
    pages = [page for page in PAGES if page.name not in {*ELSEWHERE, OTHER_LANGUAGES}]
    assert {block.language for page in pages for block in blocks(page)} <= {"python", "sh", "math"}


def test_a_block_does_not_see_the_blocks_above_it(tmp_path):
    page = tmp_path / "page.md"
    codes = ("# one.py\nx = 1", "from one import x", "x")
    page.write_text("\n".join(f"```python\n{code}\n```\n" for code in codes))
    first, second, third = blocks(page)
    assert first.files == {}
    with importable(second.files, tmp_path):
        exec(second.code, {})
        with pytest.raises(NameError):
            exec(third.code, {})
    with pytest.raises(ModuleNotFoundError):
        exec(second.code, {})


def test_the_readme_has_two_commands():
    commands = [block.code.strip() for block in blocks(README) if block.language == "sh"]
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
