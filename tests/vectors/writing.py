"""Write the JSON files, with numbers as decimal strings of 30 digits."""

import decimal
import json

import mpmath

from .points import Numbers

VERSION = 2
THIRTY = decimal.Context(prec=30)


def document(points):
    """The contents of a file of vectors, as a JSON object."""
    points = list(points)
    ops = {point.op.name: point.op for point in points}
    return {
        "version": VERSION,
        "rules": {
            name: {"signature": op.signature, "inputs": op.inputs, "outputs": op.outputs, "saves": op.saves}
            for name, op in ops.items()
        },
        "cases": [plain(case) for point in points for case in point.cases()],
    }


def plain(value):
    """The value in types that JSON has."""
    if isinstance(value, Numbers):
        kind, x = value.dtype, value.values
        return {"dtype": kind, "shape": list(x.shape), "data": [_number(v, kind) for v in x.flat]}
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return (
        {float("inf"): "inf", float("-inf"): "-inf"}.get(value, value) if isinstance(value, float) else value
    )


def _number(v, kind):
    if not mpmath.isfinite(v):
        return None
    if kind == "complex128":
        v = mpmath.mpmathify(v)
        return [_decimal(v.real), _decimal(v.imag)]
    return str(v) if kind == "int64" else _decimal(v)


def _decimal(v):
    """A number as 30 digits without trailing zeros.

    It is first rounded to 60 digits, so that the rounding of a tie does not depend on the last digits.
    """
    digits = mpmath.nstr(mpmath.mpf(str(THIRTY.create_decimal(mpmath.nstr(v, 60)))), 30)
    short = digits.removesuffix(".0").replace(".0e", "e")
    assert float(short) == float(v)  # fails if v is too close to the midpoint of two doubles
    return short


def text(value, indent=0):
    """JSON text with one line for each array of numbers."""
    if not isinstance(value, dict | list) or not value or "shape" in value:
        return json.dumps(value)
    if isinstance(value, list) and not isinstance(value[0], dict):
        return json.dumps(value)
    inner, outer = "\n" + " " * (indent + 1), "\n" + " " * indent
    if isinstance(value, list):
        return "[" + ",".join(inner + text(part, indent + 1) for part in value) + outer + "]"
    pairs = (f"{inner}{json.dumps(name)}: {text(part, indent + 1)}" for name, part in value.items())
    return "{" + ",".join(pairs) + outer + "}"
