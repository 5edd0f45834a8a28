"""Each finding of docs/elsewhere.md is there still, in the version that the page names."""

import re
import subprocess
import sys

import pytest

from .finding import error, section
from .page import HEAD, LIBRARIES, PAGE, installed

ROOT = PAGE.parents[1]
TEXT = PAGE.read_text(encoding="utf-8")
FINDINGS = [
    pytest.param(library, finding, id=f"{library.package}: {finding.answer.__name__}")
    for library in LIBRARIES
    for finding in library.findings
]


# What a library warns of on its way to an answer is not the finding.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("library", "finding"), FINDINGS)
def test_it_is_there_still(library, finding):
    if not installed(library):
        pytest.skip(f"not run: {library.module} is not installed")
    if f"{library.heading}\n" not in TEXT:
        pytest.skip(f"not run: the page has another version than {library.heading[3:]}")
    assert error(finding.answer(), finding.truth()) > finding.off
    assert f"{section(finding)}\n" in TEXT


def test_no_truth_comes_from_a_library_that_differentiates():
    code = "import sys; from tests.elsewhere.page import LIBRARIES\n"
    code += "for library in LIBRARIES: [finding.truth() for finding in library.findings]\n"
    code += "print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "mpmath" in loaded
    assert not loaded & {library.module.split(".")[0] for library in LIBRARIES}


def test_the_page_has_no_others():
    assert TEXT.startswith(HEAD)
    titles = [finding.title for library in LIBRARIES for finding in library.findings]
    assert re.findall(r"^### (.*)", TEXT, flags=re.M) == titles
    assert len(re.findall(r"^## ", TEXT, flags=re.M)) == len(LIBRARIES)
