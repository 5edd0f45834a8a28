"""Write rules/*.json, or only the named files: `python -m tests.vectors [NAME ...]`."""

import importlib
import sys
from pathlib import Path

import mpmath

from .exact import DIGITS
from .writing import document, text

HERE = Path(__file__).parent
RULES = HERE.parents[1] / "rules"
NAMES = sorted(path.stem for path in HERE.glob("*.py") if (RULES / f"{path.stem}.md").exists())


def main(names):
    for name in names or NAMES:
        with mpmath.workdps(DIGITS):
            points = importlib.import_module(f".{name}", __package__).points()
            (RULES / f"{name}.json").write_text(text(document(points)) + "\n", encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
