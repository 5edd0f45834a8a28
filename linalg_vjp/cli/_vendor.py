"""`linalg-vjp vendor`: a copy of the library."""

import argparse
import sys

from .. import RULES
from .._namespaces import HOOK, REQUIREMENT
from ..vendor import vendor

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Copy the library, whole or with some of its rules."""
    chosen = [name.strip() for given in options.rules for name in given.split(",") if name.strip()]
    if options.rules and not chosen:  # for example from an empty shell variable
        print("linalg-vjp: --rules names no rule; omit it to copy all rules", file=sys.stderr)
        return 2
    if unknown := set(chosen) - set(RULES):
        print(
            f"linalg-vjp: no rule {', '.join(sorted(unknown))}; the rules are {', '.join(RULES)}",
            file=sys.stderr,
        )
        return 2
    try:
        folder = vendor(options.destination, chosen, force=options.force)
    except (OSError, ValueError) as error:
        print(f"linalg-vjp: {error}", file=sys.stderr)
        return 2
    version, rules = (folder / "VERSION").read_text(encoding="utf-8").splitlines()[:2]
    print(f"{folder}: {version}; {rules}")
    print(f"needs: {REQUIREMENT}, installed, or vendored and named in {folder.parent / HOOK}.py")
    return 0
