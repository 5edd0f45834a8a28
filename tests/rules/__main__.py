"""Write the tables of rules/README.md from the registry: `python -m tests.rules`."""

import re
from pathlib import Path

from linalg_vjp.cli._lists import rules_tables

PAGE = Path(__file__).parents[2] / "rules" / "README.md"
TABLES = re.compile(
    r"(?<=<!-- rules: `python -m tests.rules` writes these tables -->\n\n).*?(?=<!-- end)", re.S
)


def written(text):
    """The page with the tables as they should be."""
    return TABLES.sub(lambda _: rules_tables() + "\n\n", text)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
