"""`linalg-vjp rules` and `linalg-vjp backends`: lists in plain text that fit any terminal."""

import argparse
import shutil
import textwrap
from collections.abc import Mapping
from typing import Any

from .. import RULES, WITHOUT_DERIVATIVE
from .._rule import Rule

__all__ = ["backends", "rules", "rules_tables"]


def rules(options: argparse.Namespace) -> int:
    """Print the rules, or their tables in Markdown."""
    if options.markdown:
        print(rules_tables())
        return 0
    for rule in RULES.values():
        facts = {"keywords": ", ".join(_keywords(rule)), "differentiable at": rule.domain}
        _print_item(f"{rule.name}  {rule.signature}", facts)
    for name, reason in WITHOUT_DERIVATIVE.items():
        _print_item(name, {"no derivative": reason})
    return 0


def rules_tables() -> str:
    """The tables of rules/README.md, one for each family of rules."""
    lines: list[str] = []
    for family in dict.fromkeys(rule.family for rule in RULES.values()):
        lines += [f"## {family.capitalize()}", ""]
        lines += ["| rule | signature | keywords | differentiable at |", "|---|---|---|---|"]
        for rule in RULES.values():
            if rule.family == family:
                keywords = ", ".join(f"`{keyword}`" for keyword in _keywords(rule))
                cells = (f"[`{rule.name}`]({rule.page}.md)", f"`{rule.signature}`", keywords, rule.domain)
                lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lines += [f"`{name}` has no derivative: {reason}." for name, reason in WITHOUT_DERIVATIVE.items()]
    return "\n".join(lines)


def _keywords(rule: Rule) -> list[str]:
    return [f"{name}={_plain(param.default)}" for name, param in rule.params.items()]


def _plain(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def backends(options: argparse.Namespace) -> int:
    """Print the array libraries, or docs/support.md."""
    from ..testing.backends import MissingBackend, load, names
    from ..testing.support import support_page

    if options.markdown:
        print(support_page(), end="")
        return 0
    for backend in map(load, names()):
        try:
            backend.start()
            here = ", ".join(name for name in backend.present() if name) or "arrays have no device"
        except MissingBackend as missing:
            here = str(missing).split("; ")[-1]
        facts = {
            "devices": here,
            "gaps": "; ".join(f"{gap.rule} {' '.join(gap.dtypes)}" for gap in backend.gaps),
            "last verified": ", ".join(entry["date"] for entry in backend.last_verified) or "never",
        }
        _print_item(f"{backend.name}  {backend.version or ''}".rstrip(), facts)
    return 0


def _print_item(title: str, facts: Mapping[str, str]) -> None:
    """Print a title, and the facts below it, wrapped to the width of the terminal."""
    width = max(30, shutil.get_terminal_size((110, 24)).columns)
    print(textwrap.fill(title, width, subsequent_indent="  ", break_on_hyphens=False))
    for name, fact in facts.items():
        if fact:
            print(
                textwrap.fill(
                    f"{name}: {fact}",
                    width,
                    initial_indent="    ",
                    subsequent_indent="        ",
                    break_on_hyphens=False,
                )
            )
