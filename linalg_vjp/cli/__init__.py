"""The command `linalg-vjp`: its subcommands and their options. Each subcommand has a file of its own."""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import RULES, __version__
from . import _check, _lists, _vectors, _vendor

__all__ = ["main"]

EXTRA = "this command needs extra packages; install them with: pip install 'linalg_vjp[check]'"
STATUS = "exit status: 0 if everything is right, 1 if something is wrong, 2 for bad usage, 130 if interrupted"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        The exit status: 0 if everything is right, 1 if something is wrong, 2 for bad usage, 130 if
        interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except ModuleNotFoundError as missing:
        name = (missing.name or "").split(".")[0]
        if name not in ("hypothesis", "mpmath", "numpy", "rich"):
            raise
        print(f"linalg-vjp: {name} is not installed; {EXTRA}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("linalg-vjp: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the output, such as `head`, has closed it
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
        help="check every rule on an array library, and print which are right and wrong",
        description="Check every rule at random inputs against an oracle at 50 digits. The inputs have all "
        "batch shapes, dtypes and keywords. Matrices are graded, sparse, ill-conditioned, defective, tied or "
        "singular, and scaled up or down. A failure is printed with the smallest input that shows it. The "
        "eleven cases of a bug report about batches, with which this project began, run first.",
        epilog=STATUS,
    )
    _rule_option(check)
    families = list(dict.fromkeys(rule.family for rule in RULES.values()))
    check.add_argument(
        "--family",
        action="append",
        choices=families,
        help="use only the rules of this family; may be repeated",
    )
    check.add_argument(
        "--backend",
        action="extend",
        type=_names,
        help="the array library to use (default: numpy), such as numpy,torch; may be repeated",
    )
    check.add_argument(
        "--examples",
        type=_count,
        metavar="N",
        help="the number of random cases per rule (default: 100, fewer on a slow library)",
    )
    check.add_argument(
        "--hours",
        type=_hours,
        metavar="H",
        help="check new random cases for H hours, and print their number; Ctrl-C stops earlier",
    )
    check.add_argument("--seed", type=int, default=0, help="the seed of the random cases (default: 0)")
    check.add_argument(
        "--json", metavar="FILE", help="also write the results to a file; - means standard output"
    )
    _all_option(check)
    check.set_defaults(run=_check.run)

    vectors = commands.add_parser(
        "vectors",
        help="run the test vectors against your own Python module",
        description="Run the test vectors of rules/ against your own module. For each rule it implements, "
        "the module has a function NAME_vjp(inputs, outputs, cotangents, **params), and optionally "
        "NAME_jvp(inputs, outputs, tangents, **params). They take tuples of NumPy arrays, and return a tuple "
        "with one array for each input (VJP) or output (JVP).",
        epilog=STATUS,
    )
    vectors.add_argument("--module", required=True, help="the name of the module, such as package.module")
    _rule_option(vectors)
    vectors.add_argument("--zeros", action="store_true", help="pass zeros where a cotangent is None")
    _all_option(vectors)
    vectors.set_defaults(run=_vectors.run)

    backends = commands.add_parser(
        "backends",
        help="list the array libraries, with their devices and gaps",
        description="List the array libraries: the installed version, the devices on this machine, the rules "
        "and dtypes that the library cannot run (gaps), and when all checks last passed.",
        epilog=STATUS,
    )
    backends.add_argument("--markdown", action="store_true", help="print the text of docs/support.md instead")
    backends.set_defaults(run=_lists.backends)

    vendor = commands.add_parser("vendor", help="copy the library into your own package", epilog=STATUS)
    vendor.add_argument(
        "destination",
        type=Path,
        help="the folder to write, such as host/_vendored/linalg_vjp: new, empty, or an earlier copy",
    )
    vendor.add_argument(
        "--rules",
        action="extend",
        type=_rules,
        default=[],
        help="copy only these rules and what they need, such as cholesky,qr; may be repeated",
    )
    vendor.add_argument(
        "--force",
        action="store_true",
        help="overwrite a copy in which files were changed, added or removed; these changes are lost",
    )
    vendor.set_defaults(run=_vendor.run)

    rules = commands.add_parser(
        "rules",
        help="list the rules",
        description="List the rules: the shapes of their inputs and outputs, without batch axes; their "
        "keywords with the defaults; and where they are differentiable.",
        epilog=STATUS,
    )
    rules.add_argument("--markdown", action="store_true", help="print the tables of rules/README.md instead")
    rules.set_defaults(run=_lists.rules)
    return parser


def _rule_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rule",
        action="extend",
        type=_rules,
        metavar="NAMES",
        help="use only these rules, such as qr,svd; may be repeated (`linalg-vjp rules` lists them)",
    )


def _all_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all", action="store_true", help="print every failure, instead of a few and a count of the others"
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _rules(text: str) -> list[str]:
    names = _names(text)
    if not names:  # for example from an empty shell variable
        raise argparse.ArgumentTypeError("names no rule; omit it to use all rules")
    if unknown := [name for name in names if name not in RULES]:
        raise argparse.ArgumentTypeError(
            f"no rule {', '.join(map(repr, unknown))}; the rules are {', '.join(RULES)}"
        )
    return names


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a positive whole number, got {text!r}")
    return int(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 < hours < math.inf:
        raise argparse.ArgumentTypeError(f"expected a positive number of hours, got {text!r}")
    return hours
