"""The oldest and newest versions that are tested are those that pyproject.toml states."""

import re
import tomllib

from .test_laws import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPT = (ROOT / ".ci" / "versions").read_text(encoding="utf-8")


def lower_bounds():
    """Of the dependencies, and of what the tests on NumPy need."""
    extras = PROJECT["optional-dependencies"]
    stated = [*PROJECT["dependencies"], *extras["check"], *extras["test"]]
    return dict(re.fullmatch(r"([\w-]+)>=([\d.]+)", each).groups() for each in stated if ">=" in each)


def test_the_oldest_versions_are_the_lower_bounds():
    lines = (ROOT / ".ci" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    assert dict(line.split("==") for line in lines if not line.startswith("#")) == lower_bounds()


def test_the_oldest_and_the_newest_python_are_those_of_the_project():
    minors = [
        c.split(" :: ")[-1]
        for c in PROJECT["classifiers"]
        if c.startswith("Programming Language :: Python :: 3.")
    ]
    oldest, newest = (re.search(rf"^{name}=(.*)$", SCRIPT, flags=re.M)[1] for name in ("OLDEST", "NEWEST"))
    assert [oldest, newest] == [minors[0], minors[-1]]
    assert PROJECT["requires-python"] == f">={oldest}"
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert set(re.findall(r'python: "(.*?)"', workflow)) == {oldest, newest}
