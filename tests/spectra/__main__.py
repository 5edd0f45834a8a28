"""`python -m tests.spectra` writes to the pages of svd and eigh how many gradients of the grid are wrong."""

from collections import Counter
from pathlib import Path

import numpy as np

from .grid import LIMIT, by_rule, by_torch, eigh_cases, possible, svd_cases, units

RULES = Path(__file__).parents[2] / "rules"
START, END = "<!-- made by python -m tests.spectra -->\n", "<!-- end -->\n"
SEEDS = range(2)


def table(cases):
    """The table, with a row for each family."""
    counts, families = Counter(), []
    for seed in SEEDS:
        for case in cases(seed):
            family = case.name[0]
            if family not in families:
                families.append(family)
            with np.errstate(all="ignore"):
                ours, theirs = units(case, by_rule(case)), units(case, by_torch(case))
            wrong, other = not ours <= LIMIT, not theirs <= LIMIT
            counts["all", family] += 1
            counts["lost", family] += not possible(case)
            counts["ours", family] += wrong
            counts["theirs", family] += other
            counts["worse", family] += wrong and not other
            counts["better", family] += other and not wrong
    kinds = ("all", "lost", "ours", "theirs", "worse", "better")
    rows = [[family, *(counts[kind, family] for kind in kinds)] for family in families]
    rows.append(["all", *(sum(counts[kind, family] for family in families) for kind in kinds)])
    yield "| values | cases | hard | wrong | wrong in PyTorch | here alone | in PyTorch alone |\n"
    yield "|---|---|---|---|---|---|---|\n"
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |\n"


def main():
    for name, cases in (("svd", svd_cases), ("eigh", eigh_cases)):
        path = RULES / f"{name}.md"
        head, _, rest = path.read_text(encoding="utf-8").partition(START)
        _, _, tail = rest.partition(END)
        path.write_text(head + START + "\n" + "".join(table(cases)) + "\n" + END + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
