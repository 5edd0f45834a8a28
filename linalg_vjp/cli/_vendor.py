"""`linalg-vjp vendor`: a copy of the library."""

import argparse
import sys

from .._namespaces import HOOK, REQUIREMENT
from ..vendor import vendor

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Copy the library, whole or with some of its rules."""
    try:
        folder = vendor(options.destination, options.rules, force=options.force)
    except (OSError, ValueError) as error:
        print(f"linalg-vjp: {error}", file=sys.stderr)
        return 2
    version, rules = (folder / "VERSION").read_text(encoding="utf-8").splitlines()[:2]
    print(f"{folder}: {version}; {rules}")
    print(f"needs: {REQUIREMENT}, installed, or vendored and named in {folder.parent / HOOK}.py")
    return 0
