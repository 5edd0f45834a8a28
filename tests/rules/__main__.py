"""Write what the registry knows: the tables of rules/README.md and README.md, and the type stubs.

The command is `python -m tests.rules`.
"""

import re
from pathlib import Path

from linalg_vjp import RULES
from linalg_vjp.cli._lists import rules_tables

from .. import stubs

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "rules" / "README.md"
README = ROOT / "README.md"
TABLES = re.compile(
    r"(?<=<!-- rules: `python -m tests.rules` writes these tables -->\n\n).*?(?=<!-- end)", re.S
)


def families():
    """The table of README.md: one row for each family."""
    rows = ["| family | rules |", "|---|---|"]
    for family in dict.fromkeys(rule.family for rule in RULES.values()):
        rules = [rule for rule in RULES.values() if rule.family == family]
        links = ", ".join(f"[`{rule.name}`](rules/{rule.page}.md)" for rule in rules)
        rows.append(f"| {family} | {links} |")
    return "\n".join(rows)


def written(text, tables):
    """The page with the tables as they should be."""
    return TABLES.sub(lambda _: tables + "\n\n", text)


if __name__ == "__main__":
    for page, tables in ((PAGE, rules_tables()), (README, families())):
        page.write_text(written(page.read_text(encoding="utf-8"), tables), encoding="utf-8")
    stubs.write()
