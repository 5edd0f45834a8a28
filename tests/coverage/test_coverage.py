"""docs/coverage.md is what the results and the registry say, and the results are what the hosts still do."""

import importlib.util

import pytest

import linalg_vjp as lv

from .hosts import HOSTS, load_results, version_of
from .judge import judged
from .page import PAGE, kind_of, page
from .points import points

INSTALLED = [name for name in HOSTS if importlib.util.find_spec(HOSTS[name].package)]
RERUN = ("cholesky", "det")  # fast, and some host is wrong there


def test_the_page_is_what_is_known():
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(), "write it again: python -m tests.coverage"
    assert all(f"| `{rule}` |" in text for rule in lv.RULES)


@pytest.mark.parametrize("name", INSTALLED)
def test_every_rule_was_run_at_its_points(name):
    found = load_results(name)["rules"]
    lost = set(lv.RULES) - set(found)
    assert not lost, f"run them: python -m tests.coverage --missing {name}"
    for rule in lv.RULES:
        titles = [vector.name for vector in points(rule)]
        assert titles
        assert found[rule] is None or list(found[rule]) == titles, (
            f"the vectors of {rule} have changed, run them again: python -m tests.coverage {name}"
        )


@pytest.mark.parametrize("name", [name for name in HOSTS if name.startswith("ours-")])
def test_what_is_ours_is_right(name):
    for rule, found in load_results(name)["rules"].items():
        assert {word for words in found.values() for word in words.values()} == {"right"}, rule


@pytest.mark.parametrize("rule", RERUN)
@pytest.mark.parametrize("name", INSTALLED)
def test_a_run_finds_the_same(name, rule):
    host, known = HOSTS[name](), load_results(name)
    if known["version"] != version_of(host):
        pytest.skip(f"not run: the results are of {host.label} {known['version']}")
    again = judged(host, rule)
    stored = known["rules"][rule]
    if again is None or stored is None:
        assert again is stored
        return
    assert kinds(again) == kinds(stored)


def kinds(found):
    return {title: {way: kind_of(word) for way, word in words.items()} for title, words in found.items()}
