"""What the site adds to each page of rules/: signatures, functions, test vectors, support and benchmarks.

All of it is read from the registry, the vectors, backends/ and docs/benchmarks.md when the site is built.
"""

import re
from collections import Counter
from pathlib import Path

import linalg_vjp as lv
from linalg_vjp.testing import vectors
from linalg_vjp.testing.backends import load, names

DOCS = Path(__file__).parents[1]


def contents() -> str:
    """The pages of the rules, in the order of the registry."""
    pages = "\n".join(dict.fromkeys(rule.page for rule in lv.RULES.values()))
    return f"\n\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"


def appendix(page: str) -> str:
    """The sections that follow the mathematics of a page."""
    rules = [rule for rule in lv.RULES.values() if rule.page == page]
    sections = [*map(_reference, rules), _vectors(page, rules), _support(rules), _benchmarks(rules)]
    return "\n\n" + "\n\n".join(filter(None, sections)) + "\n"


def _reference(rule: lv.Rule) -> str:
    facts = {
        "signature": f"`{rule.signature}`",
        "inputs": _names(rule.inputs),
        "outputs": _names(rule.outputs),
        "keywords": "<br>".join(f"`{name}`: {_keyword(param)}" for name, param in rule.params.items()),
        "saved for the derivatives": _names(rule.keeps),
        "differentiable at": rule.domain,
        "no derivative of": _names(rule.constant),
    }
    rows = "\n".join(f"| {name} | {fact} |" for name, fact in facts.items() if fact)
    functions = "\n".join(
        f".. autofunction:: {function.__module__}.{function.__name__}"
        for function in (rule.op_vjp, rule.op_jvp)
        if function.__name__ in lv.__all__
    )
    return f"""## `{rule.name}` in Python

Called as `lv.vjp("{rule.name}", {", ".join(rule.inputs)})`.

| | |
|---|---|
{rows}

```{{eval-rst}}
{functions}
```"""


def _names(found: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in found)


def _keyword(param: lv.Param) -> str:
    default = f'"{param.default}"' if isinstance(param.default, str) else param.default
    return f"{param.wanted or 'any value'}; default `{default}`"


def _vectors(page: str, rules: list[lv.Rule]) -> str:
    cases = vectors.load(*(rule.name for rule in rules))
    marks = Counter(mark for case in cases for mark in case.marks)
    counted = "".join(f", {count} marked *{mark}*" for mark, count in marks.most_common())
    second = sum(case.second is not None for case in cases)
    return (
        f"## Test vectors\n\n[{page}.json]({page}.json) has {len(cases)} cases{counted}. "
        f"{second} of them have second derivatives. [The rules](README.md) explains the format."
    )


def _support(rules: list[lv.Rule]) -> str:
    rows = []
    for backend in map(load, names()):
        gaps = [f"`{gap.rule}` ({', '.join(gap.dtypes)}): {gap.reason}"
                for gap in backend.gaps if gap.rule in {rule.name for rule in rules}]  # fmt: skip
        if not backend.impossible:
            rows.append(f"| {backend.name} | {'<br>'.join(gaps) or 'all'} |")
    table = "\n".join(["| library | what runs |", "|---|---|", *rows])
    return f"## Support\n\n{table}\n\n[Support](../docs/support.md) has versions, devices and dates."


def _benchmarks(rules: list[lv.Rule]) -> str:
    page = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    head = re.search(r"^\| rule \| PyTorch, batches.*\n\|.*\n", page, flags=re.M)
    if head is None:
        raise RuntimeError("docs/benchmarks.md has no table of rules and hosts")
    table = page[head.end() :].split("\n\n")[0].splitlines()
    rows = [row for row in table for rule in rules if row.startswith(f"| `{rule.name}` ")]
    pictures = [
        f"![{rule.name}: time against the size](../docs/benchmarks/{rule.name}.svg)"
        for rule in rules
        if (DOCS / "benchmarks" / f"{rule.name}.svg").exists()
    ]
    if not rows and not pictures:
        return ""
    return "\n".join(
        ["## Benchmarks", "", "Our time divided by theirs, for the forward and the backward pass together."]
        + ["[Benchmarks](../docs/benchmarks.md) explains how this was measured.", ""]
        + ([head.group().rstrip(), *rows, ""] if rows else [])
        + pictures
    )
