"""docs/coverage.md: from the registry, the results of the runs, and what was read."""

import math
import tomllib
from pathlib import Path

from linalg_vjp import RULES

from .hosts import HOSTS, RESULTS, load_results
from .judge import WAYS
from .ours import NONE, by_rule
from .points import KINDS
from .points import points as chosen

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
OURS = [name for name in HOSTS if name.startswith("ours-")]
THEIRS = [name for name in HOSTS if name not in OURS]
WORDS = {"vjp": "VJP", "jvp": "JVP", "twice": "twice"}

HEAD = """# Coverage

This page shows, rule by rule, what this library and others differentiate. `python -m tests.coverage` writes
the page from the results of earlier runs in [tests/coverage/results](../tests/coverage/results). With names
from the column *host*, as in `python -m tests.coverage torch jax`, it runs these hosts again first.

{runs}

The source of {name} {version} was read on {date}, and not run: commit [{short}]({link}/tree/{commit}).

## The libraries

Each cell has three marks, for the VJP, the JVP and the gradient of a gradient. {name} has only the first
two. *Run* and *read* say how a mark was found.

- ✓ run: right at every point
- (✓) run: right at some points; at the others it raises an error, or the function returns other values
- ✗ run: wrong or NaN at some point
- \\- run: it raises an error at every point, or there is no such function; read: there is no rule
- ? not run, or not looked for
- r read: there is a rule, and it was not tested

The points are test vectors of [rules/](../rules/README.md): one of each kind that a rule has (real,
complex, tall, wide, a batch), with typical keywords, and without ties, zeros or extreme numbers. A VJP is
compared with the true cotangents of the inputs, and a JVP with the true derivative along a tangent. Both are
known to 30 digits. A second derivative is compared with differences of this library's VJP.

A derivative is right if its error is at most 1e-6. The error of a VJP is relative to the largest entry of the
true cotangent. The error of a JVP is relative to the size of the gradient times the size of the tangent. The
error of a second derivative is relative to its value, or to the product of the sizes of its two directions if
that is larger.

A library may choose other signs, phases and orders of factors than the test vectors. These count as right,
and the losses do not depend on them. If a function takes only a single matrix, the framework's `vmap` maps it
over a batch, provided that the framework has a `vmap`. Outputs in another form are converted to the form of
the rule. A composition of several functions that a user could write does not count as a function. All runs
are in double precision, on a CPU. The files of results contain the message of each error.

"""

EXCEPTIONS = """
## Where a library is not right, or right at some points alone

Each line states what was found for a rule, for which of the three derivatives, and at which kinds of points.
*Twice* is the gradient of a gradient. *No derivative* means that the library raised an error. *Other values*
means that the function returns other values than the rule, so its derivatives are not compared.
"""

READ = """
### {name}, read

Some rules of {name} apply only to:

"""


def page():
    """The text of docs/coverage.md."""
    read = tomllib.loads((RESULTS.parent / "read.toml").read_text(encoding="utf-8"))
    found = {name: load_results(name) for name in HOSTS}
    parts = [HEAD.format(runs="\n".join(runs(found)), short=read["commit"][:10], **read)]
    parts += [line + "\n" for line in table(found, read)]
    parts.append(EXCEPTIONS)
    for name in (*THEIRS, *OURS):
        if lines := list(exceptions(found[name]["rules"])):
            note = f"{HOSTS[name].note}\n\n" if HOSTS[name].note else ""
            parts.append(f"\n### {HOSTS[name].label}\n\n{note}" + "".join(line + "\n" for line in lines))
    limits = [f"- `{rule}`: {known['for']}." for rule, known in read["rules"].items() if "for" in known]
    files = sorted({known["file"] for known in read["rules"].values() if "file" in known})
    parts.append(READ.format(**read) + "\n".join(limits))
    parts.append(f"\n\nThe rules are in {', '.join(f'`{f}`' for f in files)}, all in `{read['folder']}`.\n")
    return "".join(parts) + by_rule({name: found[name]["rules"] for name in OURS})


def runs(found):
    """When each host was run."""
    yield "| run | version | date | host |"
    yield "|---|---|---|---|"
    for name, result in found.items():
        yield f"| {HOSTS[name].label} | {result['version'] or '?'} | {result['date'] or '?'} | `{name}` |"


def table(found, read):
    labels = [HOSTS[name].label for name in THEIRS]
    yield f"| rule | linalg_vjp | {' | '.join(labels)} | {read['name']} |"
    yield "|---|" + "---|" * (len(labels) + 2)
    for rule in RULES:
        cells = [marks(ours(found, rule)), *(marks(of(found[name], rule)) for name in THEIRS)]
        known = read["rules"].get(rule)
        cells.append(" ".join("r" if known[way] else NONE for way in ("vjp", "jvp")) if known else "?")
        yield f"| `{rule}` | {' | '.join(cells)} |"


def of(result, rule):
    """What a host did at the points of a rule; the word "?" where it was not run."""
    return result["rules"].get(rule, "?")


def ours(found, rule):
    """What the rule did on all hosts."""
    each = [of(found[name], rule) for name in OURS]
    if "?" in each:
        return "?"
    return {
        f"{title}, {i}": words for i, points in enumerate(each) for title, words in (points or {}).items()
    }


def marks(points):
    """The three marks of a cell."""
    if points == "?":
        return "?"
    return (
        " ".join(mark([words[way] for words in points.values()]) for way in WAYS)
        if points
        else " ".join([NONE] * 3)
    )


def mark(words):
    if any(word.startswith(("wrong", "NaN")) for word in words):
        return "✗"
    right = words.count("right")
    return "✓" if right == len(words) else "(✓)" if right else NONE


def exceptions(rules):
    """A line for each rule that is wrong somewhere, or right at some points alone."""
    for rule, points in rules.items():
        if not points or rule not in RULES:
            continue
        kinds = {vector.name: vector.marks or ("real",) for vector in chosen(rule)}
        said = {}
        for way in WAYS:
            words = {title: kind_of(each[way]) for title, each in points.items()}
            if mark([each[way] for each in points.values()]) in ("✓", NONE):
                continue
            for word in dict.fromkeys(words.values()):
                if word != "right":
                    where = described([t for t in words if words[t] == word], kinds, list(words))
                    worst = [each[way] for each in points.values() if kind_of(each[way]) == word]
                    said.setdefault((word, where), []).append((WORDS[way], largest(worst)))
        texts = [sentence(word, where, ways) for (word, where), ways in said.items()]
        if texts:
            yield f"- `{rule}`: {'; '.join(texts)}."


def kind_of(word):
    if word.startswith("raises"):
        return "other values" if word.endswith("has other values") else "none"
    return word.split()[0]


def largest(words):
    """The largest error of those that are wrong."""
    return max((float(word.split()[-1]) for word in words if word.startswith("wrong")), default=0.0)


def described(titles, kinds, every):
    """The points in words: by a kind that they share and the others do not have, if there is one."""
    if len(titles) == len(every):
        return "everywhere"
    for kind in (*KINDS, "real"):
        if titles == [t for t in every if kind in kinds[t]]:
            return kind
    return ", ".join(" and ".join(kinds[t]) for t in titles)


def sentence(word, where, ways):
    names = ", ".join(name for name, _ in ways)
    worst = max(error for _, error in ways)
    size = f" by up to {math.ceil(worst * 100)} %" if word == "wrong" else ""
    text = {"none": "no derivative"}.get(word, word)
    return f"{text}{size} ({names}): {where}"
