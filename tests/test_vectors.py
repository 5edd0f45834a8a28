"""The test vectors of rules/: their form, their generator, and whether the rules satisfy them."""

import functools
import importlib
import itertools
import json
import math
import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import jsonschema
import mpmath
import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing import vectors
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.backends import load

from .conftest import Target
from .random_inputs import BATCHED
from .vectors import exact, writing
from .vectors.__main__ import NAMES
from .vectors.points import Draw, Op, Point

RULES = Path(__file__).parents[1] / "rules"


def document(name):
    return json.loads((RULES / f"{name}.json").read_text(encoding="utf-8"))


SINGLE = {"float64": "float32", "complex128": "complex64", "int64": "int32"}


def on(target, formula, dtypes):
    """A function of NumPy arrays that calls a rule on arrays of a target, in these dtypes."""

    def numpy_in_and_out(inputs, outputs, given, **params):
        sides = [
            [None if x is None else target.asarray(x.astype(dtypes.get(x.dtype.name, x.dtype))) for x in side]
            for side in (inputs, outputs, given)
        ]
        results = [None if x is None else to_numpy(x) for x in formula(*sides, **params)]
        assert not any(x is not None and x.dtype in dtypes for x in results)  # no result in double
        return results

    return numpy_in_and_out


@pytest.mark.parametrize("rule", lv.RULES)
def test_every_backend_satisfies_them(rule, every_target):
    """Each backend gets the saved values as its own arrays."""
    if "float64" not in every_target.backend.dtypes:
        pytest.skip(f"not run: {every_target.backend.name} has no float64")
    satisfied(rule, every_target, "double")


@pytest.mark.parametrize("rule", lv.RULES)
def test_every_backend_satisfies_them_in_single_precision(rule, target):
    """Vectors that need more than single precision are left out."""
    satisfied(rule, target, "single")


def satisfied(rule, target, precision):
    dtypes, tolerance = (SINGLE, 1e-4) if precision == "single" else ({}, vectors.TOLERANCE)
    backend = target.backend
    if all(backend.lacks(rule, dtype) for dtype in backend.dtypes):
        pytest.skip(f"not run: {backend.name} lacks {rule}")
    vjp, jvp = (on(target, f, dtypes) for f in (lv.RULES[rule].vjp, lv.RULES[rule].jvp))
    beyond = {"close", "scale"} if precision == "single" else set()
    beyond |= set() if backend.empty else {"empty"}
    fit = [
        vector
        for vector in vectors.load(rule)
        if not beyond & set(vector.marks)
        and not any(backend.lacks(rule, dtypes.get(x.dtype.name, x.dtype.name)) for x in vector.inputs)
    ]
    assert len(fit) > 1
    for vector in target.some(fit):
        for zeros in (False, True) if precision == "double" else (False,):
            said = vectors.judge(vector, vjp, jvp, zeros=zeros, tolerance=tolerance)
            assert set(said.values()) <= {""}, f"{vector.name}, with {'zeros' if zeros else 'None'}"


@pytest.mark.parametrize("rule", lv.RULES)
@pytest.mark.parametrize("device", ["no_float64"])
def test_devices_without_double_precision(rule, device):
    """No array is created in a precision that the device lacks."""
    backend = load("array-api-strict")
    backend.start()
    target = Target(backend, device)
    vjp, jvp = (on(target, f, SINGLE) for f in (lv.RULES[rule].vjp, lv.RULES[rule].jvp))
    for vector in vectors.load(rule):
        if not {"close", "scale"} & set(vector.marks):
            said = vectors.judge(vector, vjp, jvp, tolerance=1e-4)
            assert set(said.values()) <= {""}, vector.name


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_the_generator_makes_them(name):
    with mpmath.workdps(exact.DIGITS):
        made = writing.text(writing.document(points_of(name))) + "\n"
    assert made == (RULES / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_generator_makes_every_fifth(name):
    """The file holds the cases of each point, in order, and no others."""
    points, cases = points_of(name), document(name)["cases"]
    with mpmath.workdps(exact.DIGITS):
        for i, point in enumerate(points):
            there = list(itertools.takewhile(lambda case, point=point: belongs(case, point), cases))
            assert there, point.title
            cases = cases[len(there) :]
            if i % 5 == 0:
                assert json.loads(json.dumps([writing.plain(case) for case in point.cases()])) == there
    assert not cases


def points_of(name):
    return list(importlib.import_module(f"tests.vectors.{name}").points())


def belongs(case, point):
    """Whether a case of a file belongs to a point: with all cotangents, or with only one."""
    return case["rule"] == point.op.name and re.fullmatch(
        re.escape(point.title) + r"(, \w+_bar alone)?", case["name"]
    )


def test_the_generator_knows_nothing_of_the_library():
    modules = ", ".join(f"tests.vectors.{name}" for name in ("__main__", *NAMES))
    code = f"import sys, {modules}; print(*(m for m in sys.modules if m.startswith('linalg_vjp')))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=RULES.parent, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []


@pytest.mark.parametrize("name", NAMES)
def test_the_form(name):
    schema, found = json.loads((RULES / "schema.json").read_text(encoding="utf-8")), document(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(found)
    cases = [(case["rule"], case["name"]) for case in found["cases"]]
    assert len(set(cases)) == len(cases)
    for rule, says in found["rules"].items():
        known = lv.RULES[rule]
        assert says["signature"] == known.signature
        for part in ("inputs", "outputs", "saves"):
            assert tuple(says[part]) == getattr(known, part)
    for case in found["cases"]:
        known = lv.RULES[case["rule"]].of(len(case["inputs"]))
        assert set(case["params"]) == set(known.params) - {"gauge"}
        vjp, jvp = case["vjp"], case.get("jvp", {"tangents": case["inputs"], "result": case["outputs"]})
        again = case.get("second", {**jvp, "cotangents": vjp["cotangents"], "result": jvp["tangents"]})
        for arrays in (case["inputs"], vjp["result"], jvp["tangents"], again["tangents"], again["result"]):
            assert tuple(arrays) == known.inputs
        for arrays in (case["outputs"], vjp["cotangents"], jvp["result"], again["cotangents"]):
            assert tuple(arrays) == known.outputs


def sides(case):
    parts = (case["vjp"], case.get("jvp", {}), case.get("second", {}))
    return case["inputs"], case["outputs"], *(side for part in parts for side in part.values())


@pytest.mark.parametrize("name", NAMES)
def test_each_number_is_one_decimal_of_thirty_digits(name):
    for case in document(name)["cases"]:
        for x in (x for side in sides(case) for x in side.values() if x is not None):
            assert len(x["data"]) == math.prod(x["shape"])
            numbers = [[v] if isinstance(v, str) else v for v in x["data"] if v is not None]
            for text in (text for parts in numbers for text in parts):
                assert len(Decimal(text).as_tuple().digits) <= 30
                assert math.isfinite(float(text))
                assert x["dtype"] != "int64" or str(int(text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_they_are_read_as_the_nearest_doubles(name):
    def nearest(v, dtype):
        if v is None:
            return np.nan
        exactly = [Fraction(part) for part in ([v] if isinstance(v, str) else v)]
        return {"float64": float, "complex128": complex, "int64": int}[dtype](*exactly)

    for case, vector in zip(document(name)["cases"], vectors.load(*document(name)["rules"]), strict=True):
        assert (case["rule"], case["name"]) == (vector.rule, vector.name)
        read = vector.inputs, vector.outputs, vector.cotangents, vector.pulled, vector.tangents, vector.pushed
        read += vector.second or ()
        for side, arrays in zip(sides(case), (arrays for arrays in read if arrays is not None), strict=True):
            for says, x in zip(side.values(), arrays, strict=True):
                assert (says is None) == (x is None)
                if x is not None:
                    right = [nearest(v, says["dtype"]) for v in says["data"]]
                    assert (x.dtype, list(x.shape)) == (says["dtype"], says["shape"])
                    assert np.array_equal(x.reshape(-1), right, equal_nan=says["dtype"] != "int64")


def product(*matrices):
    return functools.reduce(np.matmul, matrices)


@pytest.mark.parametrize(
    ("signature", "f", "shapes"),
    [
        ("(m?,k),(k,n?)->(m?,n?)", np.matmul, [(2, 1, 2, 3), (4, 3, 1)]),
        ("(m?,k),(k,n?)->(m?,n?)", np.matmul, [(3,), (2, 3, 2)]),
        ("(m?,k),(k,n?)->(m?,n?)", np.matmul, [(2, 2, 3), (3,)]),
        ("(m?,k),(k,n?)->(m?,n?)", np.matmul, [(3,), (3,)]),
        ("(n),(n)->()", lambda x, y: (x * y).sum(-1), [(2, 3), (3,)]),
        ("(3),(3)->(3)", np.cross, [(2, 3), (3,)]),
        ("(),(n)->(n)", lambda a, x: np.asarray(a)[..., None] * x, [(), (2, 3)]),
        ("(),(n)->(n)", lambda a, x: np.asarray(a)[..., None] * x, [(2,), (3,)]),
        ("(m,n)->()", lambda A: (A * A).sum((-1, -2)), [(2, 2, 3)]),
        ("(m,n)...->(p,q)", product, [(2, 3)]),
        ("(m,n)...->(p,q)", product, [(2, 3), (2, 3, 2), (2, 1)]),
    ],
)
def test_an_op_may_have_any_inputs(signature, f, shapes):
    names = ("A", "B")[: signature.split("->")[0].count("(")]
    op = Op("toy", signature, names, ("Y",), (), lambda *_, draw: lambda *at: [np.asarray(f(*at), object)])
    draw = Draw(signature)
    inputs = tuple(draw(*shape, complex=True) for shape in shapes)
    with mpmath.workdps(exact.DIGITS):
        made = json.loads(writing.text(writing.document([Point(op, "a point", inputs)])))
    schema = json.loads((RULES / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(made)
    (case,) = made["cases"]
    assert list(case["inputs"]) == (
        [f"A{i + 1}" for i in range(len(shapes))] if "..." in signature else [*names]
    )
    vector = vectors._vector(case)
    np.testing.assert_allclose(vector.outputs[0], f(*inputs), rtol=1e-14, atol=1e-14)
    there, back = (
        sum(np.vdot(a, b).real for a, b in zip(bars, dots, strict=True))
        for bars, dots in ((vector.cotangents, vector.pushed), (vector.pulled, vector.tangents))
    )
    assert there != 0
    assert there == pytest.approx(back, rel=1e-13)


@pytest.mark.parametrize("rule", lv.RULES)
def test_what_they_cover(rule):
    found = vectors.load(rule)
    marks = {mark for vector in found for mark in vector.marks}
    record, batched = lv.RULES[rule], rule in BATCHED
    assert {"complex", "empty", *(["batched"] if batched else [])} <= marks
    shape = record.sides.inputs[0]
    if "tall" in record.space.values():
        assert "tall" in marks
    elif len(set(shape)) == 2:
        assert {"tall", "wide"} <= marks
        assert record.inputs != ("A",) or record.sides.repeats or "singular" in marks
    if batched and len(record.inputs) > 1:
        assert "broadcast" in marks
    axes = {len(vector.inputs[0].shape) - len(shape) for vector in found}
    assert not batched or {0, 1, 2} <= axes
    for i, name in enumerate(lv.RULES[rule].outputs):
        if name not in lv.RULES[rule].constant:
            assert any([j for j, bar in enumerate(v.cotangents) if bar is not None] == [i] for v in found)


@pytest.mark.parametrize("rule", ["qr", "eigh", "svd"])
def test_the_gauge_is_where_it_is_marked(rule):
    for vector in vectors.load(rule):
        if "undefined" in vector.marks:
            continue
        try:
            lv.RULES[rule].vjp(
                vector.inputs, vector.outputs, vector.cotangents, gauge="check", **vector.params
            )
            assert "gauge" not in vector.marks, vector.name
        except lv.GaugeError:
            assert "gauge" in vector.marks, vector.name


def test_a_number_that_is_wrong_is_seen():
    (vector,) = (v for v in vectors.load("inv") if v.name == "real")
    names, right = ("A",), vector.pulled
    assert vectors.difference(names, right, right) == ""
    for x, words in (
        ([right[0] * (1 + 1e-9)], "wrong by"),
        ([right[0] * np.nan], "wrong by inf"),
        ([None], "wrong by 1.0e"),
        ([right[0][:1]], "has shape (1, 3)"),
        ([*right, *right], "got 2 arrays"),
    ):
        assert words in vectors.difference(names, x, right)
    assert (
        "got a NoneType, expected a tuple of 1, for A" in vectors.judge(vector, lambda *_: None, None)["vjp"]
    )
    assert "ZeroDivisionError" in vectors.judge(vector, lambda *_, **__: 1 / 0, None)["vjp"]


def test_what_is_undefined_is_not_compared_and_the_rest_is():
    vector = next(v for v in vectors.load("slogdet") if "undefined" in v.marks and v.tangents)
    assert np.isnan(vector.pulled[0][0]).all()
    assert not np.isnan(vector.pulled[0][1]).any()
    assert vectors.difference(("A",), [np.nan_to_num(vector.pulled[0])], vector.pulled) == ""
    assert "wrong by" in vectors.difference(("A",), [0 * np.nan_to_num(vector.pulled[0])], vector.pulled)
