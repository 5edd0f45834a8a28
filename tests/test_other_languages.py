"""The programs of docs/other-languages.md, run by Octave: what they print is what the page says."""

import re
import shutil
import subprocess

import pytest

from .blocks import blocks
from .test_docs import OTHER_LANGUAGES, ROOT

PAGE = ROOT / "docs" / OTHER_LANGUAGES
FIRST, CHECKER, MENDED = (block.code for block in blocks(PAGE) if block.language == "octave")
(COMMAND,) = (block.code for block in blocks(PAGE) if block.language == "sh")
PRINTED = [block.code.splitlines() for block in blocks(PAGE) if block.language == "text"]


def run(folder, *programs):
    """Save the programs under the names of their first lines, and run the command of the page."""
    if shutil.which("octave-cli") is None:
        pytest.skip("not run: Octave is not installed")
    for program in programs:
        name = re.match(r"% (\w+\.m)\n", program)[1]
        (folder / name).write_text(program, encoding="utf-8")
    command = COMMAND.replace("rules/svd.json", str(ROOT / "rules" / "svd.json"))
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)


def test_the_first_gradient_fails_where_the_page_says(tmp_path):
    ran = run(tmp_path, FIRST, CHECKER)
    assert ran.returncode != 0
    top, _, bottom = "\n".join(PRINTED[0]).partition("\n...\n")
    assert ran.stdout.startswith(top)
    assert ran.stdout.rstrip().endswith(bottom)


def test_the_mended_gradient_passes(tmp_path):
    ran = run(tmp_path, MENDED, CHECKER)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == PRINTED[1]


def test_a_transpose_in_place_of_an_adjoint_is_found(tmp_path):
    wrong = MENDED.replace("V_perp';", "V_perp.';")
    assert wrong != MENDED
    ran = run(tmp_path, wrong, CHECKER)
    assert ran.returncode != 0
    assert "FAIL tall, complex" not in ran.stdout  # V is square there
    assert "FAIL wide, complex" in ran.stdout
