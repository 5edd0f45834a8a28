"""The generator of the test vectors: `python -m tests.vectors` writes rules/*.json.

Nothing here imports `linalg_vjp`. Each op is computed from its definition with 110 digits (one file per rule,
as in `rules/`), differentiated by central differences at that precision, and rounded at the end.

    exact.py        arithmetic and derivatives with 110 digits
    points.py       a point (an op, its inputs and its keywords), and the vector cases made from it
    qr.py, ...      the ops, each smooth near its points, and the points
    writing.py      the JSON files
"""
