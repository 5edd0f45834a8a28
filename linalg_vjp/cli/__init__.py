"""The command `linalg-vjp`: its subcommands and their options. The work is done by a file for each."""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import RULES, __version__
from . import _check, _lists, _vectors, _vendor

__all__ = ["main"]

EXTRA = "this command needs more than the library itself; get it with: pip install 'linalg_vjp[check]'"
STATUS = (
    "exit status: 0 where all is right, 1 where something is wrong, 2 for bad usage, 130 when interrupted"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        The exit status: 0 where all is right, 1 where something is wrong, 2 for bad usage, 130 when
        interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except ModuleNotFoundError as missing:
        name = (missing.name or "").split(".")[0]
        if name not in ("hypothesis", "mpmath", "numpy", "rich", "tomli"):
            raise
        print(f"linalg-vjp: {name} is not installed; {EXTRA}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("linalg-vjp: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="linalg-vjp", description="Gradient rules for linear algebra.", epilog=STATUS
    )
    parser.add_argument("--version", action="version", version=f"linalg-vjp {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    check = commands.add_parser(
        "check",
        help="probe every rule on a backend and print what is right and wrong",
        description="Probe every rule at random inputs, against an oracle at 50 digits: all batch shapes, "
        "dtypes and keywords; graded, sparse, ill-conditioned, defective, tied and singular matrices, scaled "
        "up and down. What fails is shown as the smallest case that fails. First come the eleven cases of "
        "the bug report about batches that this project began with.",
        epilog=STATUS,
    )
    _rule_option(check)
    families = list(dict.fromkeys(rule.family for rule in RULES.values()))
    check.add_argument(
        "--family", action="append", choices=families, help="the rules of this family; may be repeated"
    )
    check.add_argument(
        "--backend", action="append", help="the array library (default: numpy); may be repeated"
    )
    check.add_argument(
        "--examples",
        type=_count,
        metavar="N",
        help="random cases per rule (default: 100, fewer on a slow backend)",
    )
    check.add_argument(
        "--hours",
        type=_hours,
        metavar="H",
        help="go on with other random cases for so long, and count them; Ctrl-C ends it, too",
    )
    check.add_argument("--seed", type=int, default=0, help="of the random cases (default: 0)")
    check.add_argument(
        "--json", metavar="FILE", help="write the outcome to a file, too; - is standard output"
    )
    _all_option(check)
    check.set_defaults(run=_check.run)

    vectors = commands.add_parser(
        "vectors",
        help="run the test vectors against a Python module of yours",
        description="Run the test vectors of rules/ against a module that has, for each rule it implements, "
        "NAME_vjp(inputs, outputs, cotangents, **params) and, if it pushes forward too, NAME_jvp(inputs, "
        "outputs, tangents, **params): tuples of NumPy arrays in, one array for each input or output back.",
        epilog=STATUS,
    )
    vectors.add_argument("--module", required=True, help="the module, such as package.module")
    _rule_option(vectors)
    vectors.add_argument("--zeros", action="store_true", help="pass zeros where a cotangent is None")
    _all_option(vectors)
    vectors.set_defaults(run=_vectors.run)

    backends = commands.add_parser(
        "backends", help="list the array libraries: what is here, what has gaps", epilog=STATUS
    )
    backends.add_argument("--markdown", action="store_true", help="print docs/support.md in place of it")
    backends.set_defaults(run=_lists.backends)

    vendor = commands.add_parser("vendor", help="copy the library into a package of yours", epilog=STATUS)
    vendor.add_argument(
        "destination",
        type=Path,
        help="the folder, such as host/_vendored/linalg_vjp: new, empty, or vendored before",
    )
    vendor.add_argument(
        "--rules",
        action="append",
        default=[],
        help="these alone, and what they need, such as cholesky,qr; may be repeated",
    )
    vendor.add_argument(
        "--force",
        action="store_true",
        help="write a copy anew though files were changed, added or removed there; these changes are lost",
    )
    vendor.set_defaults(run=_vendor.run)

    rules = commands.add_parser("rules", help="list the rules", epilog=STATUS)
    rules.add_argument(
        "--markdown", action="store_true", help="print the tables of rules/README.md in place of it"
    )
    rules.set_defaults(run=_lists.rules)
    return parser


def _rule_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rule",
        action="append",
        choices=list(RULES),
        metavar="NAME",
        help="this rule alone; may be repeated (linalg-vjp rules lists them)",
    )


def _all_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all", action="store_true", help="print every failure, not some with the number of the others"
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a positive whole number is wanted, and not {text!r}")
    return int(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 < hours < math.inf:
        raise argparse.ArgumentTypeError(f"a positive number of hours is wanted, and not {text!r}")
    return hours
