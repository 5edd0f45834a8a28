"""Each derivative computes what its page says: products, triangular solves and factorizations are counted."""

import importlib
import math
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import array_api_strict
import numpy as np
import pytest
from array_api_strict import _array_object

import linalg_vjp as lv
from linalg_vjp._backends import generic
from linalg_vjp.testing.backends import load
from linalg_vjp.vendor import home

from .random_inputs import regular

N = 8
PAGES = Path(__file__).parents[1] / "rules"
# The cost of a factorization in units of n^3, and the factorization that a call counts as.
FLOPS = {
    **{"LU": Fraction(2, 3), "Cholesky": Fraction(1, 3), "QR": Fraction(8, 3)},
    **{"SVD": 21, "eigh": 9, "eig": 25, "inverse": 2, "Schur": 25, "Sylvester": 2},
}
CALLS = {
    "cholesky": "Cholesky",
    "svd": "SVD",
    "svdvals": "SVD",
    "eigh": "eigh",
    "eigvalsh": "eigh",
    "inv": "inverse",
} | {
    "eig": "eig",
    "eigvals": "eig",
}
HALVED = Fraction(1, 3)  # two products of every halved size, in units of one product of full size

# The rule, its keywords, and the one output with a cotangent, for rows with these labels.
SPECIAL = {
    "cotangent of $`w`$ alone": ("eigh", {}, "eigenvalues"),
    "cotangent of $`S`$ alone": ("svd", {}, "S"),
    "either, with `rtol`": ("pinv", {"rtol": 0.3}, None),
    '`"nuc"`, 2, -2: either': ("matrix_norm", {"ord": 2}, None),
}


def number(cell, steps=0):
    """The number in a cell: `3`, a fraction, or with s steps `10 + 3 s` or `3 s`. An empty cell means 0."""
    if found := re.fullmatch(r"\$`\\tfrac\{(\d+)\}\{(\d+)\}`\$", cell):
        return Fraction(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"\$`(?:(\d+) \+ )?(\d*) ?s`\$", cell):
        return int(found[1] or 0) + int(found[2] or 1) * steps
    return int(cell or 0)


def factorizations(cell, steps=0):
    """The factorizations in a cell: `LU, eigh`, or with s steps `s inverses`."""
    if found := re.fullmatch(r"(\$`.*`\$) inverses", cell):
        return Counter({"inverse": number(found[1], steps)})
    return Counter(filter(None, cell.split(", ")))


def flops(cell, steps=0):
    """The factor of n^3 in a cell: `2`, a fraction, or with s steps `(20 + 6 s)`. No n^3 means 0."""
    if found := re.search(r"(?:\((\d+) \+ (\d+) s\)|(\d+) s) n\^3", cell):
        return int(found[1] or 0) + int(found[2] or found[3]) * steps
    found = re.search(r"(?:\\tfrac\{(\d+)\}\{(\d+)\}|(\d+)) n\^3", cell)
    return Fraction(int(found[1] or found[3]), int(found[2] or 1)) if found else 0


def steps_of(page):
    """How many steps s an iteration takes on the inputs here, and at most. No iteration means (0, 0)."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    found = re.search(r"\$`s = (\d+)`\$, and \$`s = (\d+)`\$ where values cannot be looked at", text)
    return tuple(map(int, found.groups())) if found else (0, 0)


def rows():
    """Each row of a cost table that describes a pullback or a pushforward."""
    # The costs of tensor rules are stated for matrices, but their inputs here are not matrices.
    tensors = {rule.page for rule in lv.RULES.values() if ("*",) in rule.sides.inputs}
    for page in (page for page in sorted(PAGES.glob("*.md")) if page.stem not in tensors):
        part = page.read_text(encoding="utf-8").partition("## Cost")[2].partition("\n## ")[0]
        for row in re.findall(r"^\| (.*(?:either|tangent).*) \|$", part, flags=re.M):
            label, *cells = (cell.strip() for cell in re.split(r"(?<= )\|", row + " "))
            yield pytest.param(page.stem, label, cells, id=f"{page.stem}: {label}")


@pytest.fixture
def counted(monkeypatch):
    """Count calls by the columns of the table, without the calls inside a primitive."""
    found, inside = Counter(), []

    def count(place, name, column):
        call = getattr(place, name)

        def counting(*args, **keywords):
            if not inside:
                found[column] += 1
            inside.append(name)
            try:
                return call(*args, **keywords)
            finally:
                inside.pop()

        monkeypatch.setattr(place, name, counting)

    for name, column in CALLS.items():
        count(array_api_strict.linalg, name, column)
    count(array_api_strict.linalg, "solve", "solve")
    count(generic, "lu", "LU")
    count(generic, "solve_triangular", "triangular solves")
    count(generic, "schur_factor", "Schur")
    count(generic, "schur_solve", "Sylvester")
    page = importlib.import_module("linalg_vjp._rules.schur")
    count(page, "triangular_sylvester", "Sylvester")
    count(page, "triangular_sylvester_adjoint", "Sylvester")
    product = _array_object.Array.__matmul__

    def multiply(A, B):
        if not inside and B.shape[-1] > 1:  # a product with a vector has no n^3 term
            batch = math.prod(np.broadcast_shapes(A.shape[:-2], B.shape[:-2]))
            found["products"] += batch * Fraction(A.shape[-2] * A.shape[-1] * B.shape[-1], N**3)
        return product(A, B)

    monkeypatch.setattr(_array_object.Array, "__matmul__", multiply)
    return found


def run(name, params, only, way):
    rule = lv.RULES[name]
    inputs = [array_api_strict.asarray(x) for x in regular(name, n=N, others=N)]
    outputs = rule.forward(*inputs, **params)
    bars = [
        None if label in rule.constant or only not in (None, label) else y
        for label, y in zip(rule.outputs, outputs, strict=True)
    ]
    yield
    if way != "tangent":
        rule.vjp(inputs, outputs, bars, **params)
    yield
    if way != "cotangent":
        rule.jvp(inputs, outputs, inputs, **params)
    yield


@pytest.mark.parametrize(("page", "label", "cells"), list(rows()))
def test_the_page_says_what_is_computed(page, label, cells, counted):
    load("array-api-strict").start()
    factorization, products, solves, total = cells
    named = re.match(r"`(\w+)`, ", label)
    name, params, only = SPECIAL.get(label, (named[1] if named else page, {}, None))
    assert home(name) == page
    if "$`k = n / 4`$" in (PAGES / f"{page}.md").read_text(encoding="utf-8"):
        params = {"k": N // 4}
    way = next(word for word in ("cotangent", "tangent", "either") if word in label)
    wanted = Counter()
    if "half size" in products:
        wanted["products"] = sum(
            2 * 2**level * Fraction(1, 8 ** (level + 1)) for level in range(int(np.log2(N)) - 1)
        )
    elif products:
        wanted["products"] = number(products, steps_of(page)[1])
    if solves:
        wanted["triangular solves"] = int(solves)
    wanted += factorizations(factorization, steps_of(page)[1])
    steps = run(name, params, only, way)
    next(steps)
    for counting in (way != "tangent", way != "cotangent"):
        counted.clear()
        next(steps)
        solved = counted.pop("solve", 0)  # each solve is one factorization and two triangular solves
        counted += Counter({"LU": solved, "triangular solves": 2 * solved})
        assert not counting or counted == wanted
    for steps in (0, 1):
        full = HALVED if "half size" in products else number(products, steps)
        found = sum(FLOPS[one] * times for one, times in factorizations(factorization, steps).items())
        assert 2 * full + int(solves or 0) + found == flops(total, steps)
