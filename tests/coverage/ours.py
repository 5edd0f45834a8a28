"""The second table: what is known of each rule of this library."""

import numpy as np

from linalg_vjp import RULES
from linalg_vjp.testing import backends
from linalg_vjp.testing.vectors import difference, load

NONE = "-"
HEAD = """
## This library, rule by rule

- *VJP*, *JVP*: the number of test vectors at which the derivative is right, with every keyword. They were run
  on NumPy when the page was written. The tests run them on every library.
- *twice*: the number of points of the first table at which the gradient of a gradient is right, on PyTorch,
  JAX and autograd together. The tests compare every form of every rule with an oracle, a computation with 50
  digits, on these three and on MLX.
- *at ties*: the number of test vectors with equal eigenvalues, singular values or maxima at which the first
  derivatives are right. The number after *kink* says how many of these have no gradient; there, the
  subgradient of least norm counts as right.
- *at zeros*: the same numbers for singular values, pivots or determinants of zero. *Undefined* means that
  there is no derivative, and that the derivatives of the other matrices of a batch are right.
- *gauge*: the outputs that are defined only up to a sign, a phase or a basis. The rule drops the part of a
  cotangent along this freedom.
- *not on*: the dtypes that a library of [support](support.md), or its adapter, cannot run.

A dash means that there are no such test vectors: the case does not occur for the rule, or the rule claims
nothing there. Second derivatives at ties are claimed only where the page of a rule says so;
[hosts](hosts.md) has more on them.

| rule | VJP | JVP | twice | at ties | at zeros | gauge | not on | differentiable at |
|---|---|---|---|---|---|---|---|---|
"""


def by_rule(hosts):
    """The text of the section; `hosts` has the results of our rules on each host."""
    return HEAD + "".join(row(rule, hosts) + "\n" for rule in RULES.values())


def row(rule, hosts):
    vectors = [(vector, right(rule, vector)) for vector in load(rule.name)]
    cells = [share([found[way] for _, found in vectors if way in found]) for way in ("vjp", "jvp")]
    cells += [twice(rule, hosts), special(vectors, "tied"), special(vectors, "singular")]
    cells += [", ".join(f"`{name}`" for name in rule.gauge) or NONE, gaps(rule.name), rule.domain]
    return f"| `{rule.name}` | {' | '.join(cells)} |"


def right(rule, vector):
    """Whether each derivative that the vector has is right."""
    known, derivatives = rule.of(len(vector.inputs)), {}
    given = {"vjp": (vector.cotangents, known.inputs, vector.pulled)}
    if vector.tangents is not None:
        given["jvp"] = (vector.tangents, known.outputs, vector.pushed)
    for way, (arrays, names, wanted) in given.items():
        with np.errstate(all="ignore"):
            got = getattr(rule, way)(vector.inputs, vector.outputs, arrays, **vector.params)
        derivatives[way] = difference(names, got, wanted) == ""
    return derivatives


def share(found):
    """How many are right, of how many."""
    if not found:
        return "?"
    return f"✓ {len(found)}" if all(found) else f"✗ {sum(found)} of {len(found)}"


def twice(rule, hosts):
    points = [results[rule.name] for results in hosts.values() if results.get(rule.name)]
    words = [words["twice"] for each in points for words in each.values()]
    return share([word == "right" for word in words]) if len(points) == len(hosts) else "?"


def special(vectors, mark):
    """What holds at the vectors of a mark."""
    chosen = [(vector, all(found.values())) for vector, found in vectors if mark in vector.marks]
    if not chosen:
        return NONE
    if all("undefined" in vector.marks for vector, _ in chosen):
        return "undefined" if all(fine for _, fine in chosen) else "✗"
    kinks = sum("kink" in vector.marks for vector, _ in chosen)
    return share([fine for _, fine in chosen]) + (f", kink {kinks}" if kinks else "")


def gaps(name):
    found = [
        f"{backend.name}: {', '.join(gap.dtypes)}"
        for backend in map(backends.load, backends.names())
        for gap in backend.gaps
        if gap.rule == name
    ]
    return "; ".join(found) or NONE
