"""Pages state what a forward and pullback compute through a host, and in how many Python calls."""

import re
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.vendor import home

from ..door import door
from ..random_inputs import regular
from ..said_by_torch import SAID_BY_TORCH
from ..test_cost import FLOPS, PAGES, factorizations, flops, number, steps_of
from .jaxprs import equations
from .test_kept import ITERATED, floating

pytestmark = SAID_BY_TORCH

N = 8
PACKAGE = str(Path(lv.__file__).parent)
# The operations of each library. An inverse is a factorization and two triangular solves.
TORCH = {
    "linalg_lu": "LU",
    "linalg_lu_factor_ex": "LU",
    "linalg_qr": "QR",
    "_linalg_svd": "SVD",
    "_linalg_eigh": "eigh",
    "linalg_eig": "eig",
    "linalg_inv_ex": "inverse",
    "linalg_cholesky_ex": "Cholesky",
    "linalg_solve_triangular": "triangular solves",
    "linalg_lu_solve": "lu_solve",
}
JAX = {
    "lu": "LU",
    "geqrf": "QR",
    "geqp3": "QR",
    "qr": "QR",
    "svd": "SVD",
    "eigh": "eigh",
    "eig": "eig",
    "cholesky": "Cholesky",
    "schur": "Schur",
    "triangular_solve": "triangular solves",
}


def cost_of(name):
    """The section "Cost" of the page."""
    return (PAGES / f"{home(name)}.md").read_text(encoding="utf-8").partition("## Cost")[2]


def calls_stated(name):
    """The numbers of Python calls that the page states."""
    counts = re.search(rf"^- `{name}`: PyTorch (\d+), JAX (\d+), NumPy (\d+)\.$", cost_of(name), flags=re.M)
    return dict(zip(("torch", "jax", "numpy"), map(int, counts.groups()), strict=True))


def stated(name, steps=0):
    """The factorizations, products and solves that the page states for a rule.

    In a compiled program a branch counts as zero steps, and a loop as one.
    """
    label = rf"(?:`{name}`, )?both in a host" if home(name) == name else f"`{name}`, both in a host"
    cells = re.search(rf"^\| {label} \|(.*)\|(.*)\|(.*)\|(.*)\|$", cost_of(name), flags=re.M)
    factorization, products, solves, total = (cell.strip() for cell in cells.groups())
    wanted = Counter({"products": number(products, steps), "triangular solves": int(solves or 0)})
    made = factorizations(factorization, steps)
    found = 2 * wanted["products"] + wanted["triangular solves"]
    assert found + sum(FLOPS[one] * times for one, times in made.items()) == flops(total, steps)
    if times := made.pop("inverse", 0):
        made += Counter({"LU": times, "triangular solves": 2 * times})
    if made.pop("Sylvester", 0):  # solves column by column, and products of halves
        halves = Fraction(1, 4) + Fraction(1, 8)  # products with one column are not counted
        wanted += Counter({"products": halves, "triangular solves": N})
    wanted += made
    return +wanted


def inputs_of(name, dtype="float64"):
    return regular(name, n=N, others=N, dtype=dtype)


def calls_of(run):
    """How many functions of this library one run calls, after two runs that filled the caches."""
    run(), run()
    seen = []

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            seen.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
    return len(seen)


def by_rule(L, name):
    """The function with the keywords of the rule, whose cost the page states."""
    return L.OPERATIONS[name]


def through_torch(name, called=door):
    torch = pytest.importorskip("torch", reason="not run: torch is not installed")
    from linalg_vjp.adapters import torch as L

    inputs = [torch.asarray(x) for x in inputs_of(name)]
    leaves = [x.requires_grad_() for x in inputs if x.is_floating_point()]

    def run():
        outputs = floating(name, called(L, name)(*inputs, **lv.RULES[name].typical))
        outputs = [y for y in outputs if y.requires_grad]  # residuals of a square matrix are empty
        torch.autograd.grad(outputs, leaves, [y.detach() for y in outputs])

    return run


def through_jax(name, called=door):
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    inputs = tuple(map(jax.numpy.asarray, inputs_of(name, "float32")))

    def outputs(*x):
        return floating(name, called(L, name)(*x, **lv.RULES[name].typical))

    def run(*x):
        made, pull = jax.vjp(outputs, *x)
        return pull(made)

    return lambda x=inputs: run(*x)


def through_numpy(name):
    inputs = inputs_of(name)

    def run():
        outputs, pull = lv.vjp(name, *inputs, **lv.RULES[name].typical)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        named = zip(lv.RULES[name].outputs, outputs, strict=True)
        pull(*(None if label in lv.RULES[name].constant else y for label, y in named))

    return run


# Triangular equations are loops. Some are refined, and JAX's program also contains their transposes. So only
# the factorizations are counted.
BY_FORMS = ("solve_sylvester", "solve_lyapunov", "solve_are")
# The costs of tensor rules are stated for matrices, but their inputs here are not matrices. A rule that takes
# roots by iterations states the cost of one root.
OF_MATRICES = [
    name
    for name in lv.RULES
    if ("*",) not in lv.RULES[name].sides.inputs and "each root" not in cost_of(name)
]


@pytest.mark.parametrize("name", OF_MATRICES)
def test_torch(name):
    run = through_torch(name, by_rule)
    from torch.utils._python_dispatch import TorchDispatchMode

    found = Counter()

    class Counting(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            op = function.__name__.partition(".")[0]
            if op in ("mm", "bmm"):
                a, b = args[:2]
                if b.shape[-1] > 1:  # a product with a vector has no n^3 term
                    found["products"] += Fraction(a.shape[-2] * a.shape[-1] * b.shape[-1], N**3)
            elif op == "linalg_pinv":  # the operations inside it are not visible
                found.update(SVD=1, products=1)
            elif op in TORCH:
                found[TORCH[op]] += 1
            return function(*args, **(kwargs or {}))

    with Counting():
        run()
    found["triangular solves"] += 2 * found.pop("lu_solve", 0)
    if times := found.pop("inverse", 0):
        found += Counter({"LU": times, "triangular solves": 2 * times})
    wanted = stated(name, steps_of(home(name))[0])
    if forms := wanted.pop("Schur", 0):  # Schur forms come from eigenvectors
        wanted += Counter({"eig": forms, "QR": forms, "products": 2 * forms})
    if lv.RULES[name].page in BY_FORMS:
        wanted, found = (Counter(eig=c["eig"], QR=c["QR"]) for c in (wanted, found))
    assert +found == wanted


@pytest.mark.parametrize("name", OF_MATRICES)
def test_jax(name):
    run, found = through_jax(name, by_rule), Counter()
    for equation in equations(run):
        primitive = equation.primitive.name
        if primitive == "dot_general":
            (a, b), (contracted, _) = equation.invars, equation.params["dimension_numbers"]
            size = np.prod(a.aval.shape) * np.prod(b.aval.shape) // a.aval.shape[contracted[0][0]]
            if b.aval.shape[-1:] != (1,):
                found["products"] += Fraction(int(size), N**3)
        elif primitive in JAX:
            found[JAX[primitive]] += 1
    wanted = stated(name, steps=int(name in ITERATED))
    if lv.RULES[name].page in BY_FORMS:
        wanted, found = (Counter(Schur=c["Schur"]) for c in (wanted, found))
    assert +found == wanted


THROUGH = {"torch": through_torch, "jax": through_jax, "numpy": through_numpy}


@pytest.mark.parametrize("library", THROUGH)
@pytest.mark.parametrize("name", lv.RULES)
def test_calls_of_python(name, library):
    """The count is for a later call with inputs of the same kind, when checks and programs are cached."""
    assert calls_of(THROUGH[library](name)) <= calls_stated(name)[library]
